"""A stage for screens: the application without a terminal, an engine that only listens."""

from __future__ import annotations

import unicodedata
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any

from textual.events import Key
from textual.pilot import Pilot

from engine.control import Answer, AnyCommand
from tui.app import TeamtopApp
from tui.screens.live import LiveScreen
from tui.source import EventsSource

TeamtopApp.NOTIFICATION_TIMEOUT = 3_600.0
"""Seconds that a sentence stands at the corner: on a busy machine a scene takes longer than the usual 5."""


class FakeController:
    """Keeps what it was told, and answers as it was made to."""

    def __init__(self, answer: Answer | None = None) -> None:
        self.sent: list[AnyCommand] = []
        self._answer = answer or Answer(ok=True, seq=1)

    def send(self, command: AnyCommand) -> Answer:
        self.sent.append(command)
        return self._answer


class Stage:
    """An application under test: ``source`` feeds it, ``controller`` hears its commands."""

    def __init__(self, app: TeamtopApp, source: EventsSource, controller: FakeController) -> None:
        self.app = app
        self.source = source
        self.controller = controller
        self.pilot: Pilot[int] = Pilot(app)

    @property
    def live(self) -> LiveScreen:
        """The live screen, below any dialog."""
        return next(s for s in self.app.screen_stack if isinstance(s, LiveScreen))

    async def press(self, *keys: str) -> None:
        """Press keys, one after the other, and let the application come to rest after each.

        Unlike the pilot's own ``press`` this waits for messages to be handled, not for the process to be
        idle, which takes 60 ms a key and far longer on a busy machine.
        """
        for key in keys:
            self.app.post_message(Key(key, _character(key)))
            await self.rest()
        await self.settle()

    async def rest(self) -> None:
        """Let messages be handled, and those that they lead to."""
        for _ in range(3):
            await self.pilot.pause(0)

    async def settle(self) -> None:
        """Let workers finish as well."""
        await self.rest()
        await self.app.workers.wait_for_complete()
        await self.rest()

    async def resize(self, width: int, height: int) -> None:
        """Give the terminal another size."""
        await self.pilot.resize_terminal(width, height)
        await self.settle()

    async def feed(self, events: Iterable[Any]) -> None:
        """More events arrive, and the screen looks."""
        self.source.add(events)
        self.live.flush()
        await self.rest()

    def lines(self) -> list[str]:
        """The screen as it stands, line by line, without trailing blanks."""
        strips = self.app.screen._compositor.render_strips()
        return ["".join(segment.text for segment in strip).rstrip() for strip in strips]

    def text(self) -> str:
        """The same as one text."""
        return "\n".join(self.lines())


def _character(key: str) -> str | None:
    """What a key types; null for keys that type nothing."""
    if len(key) == 1:
        return key
    if key == "slash":
        return "/"  # which Unicode calls a solidus
    try:
        return unicodedata.lookup(key.replace("_", " "))
    except KeyError:
        return None


@asynccontextmanager
async def staged(
    events: Iterable[Any],
    *,
    size: tuple[int, int] = (120, 36),
    live: bool = True,
    ahead: float = 3.0,
    answer: Answer | None = None,
    **source: Any,
) -> AsyncIterator[Stage]:
    """The live screen over ``events``, looked at ``ahead`` run-clock seconds after the last one."""
    feed = EventsSource(events, mode="live" if live else "watch", live=live, per_poll=100_000, **source)
    feed.ahead = ahead
    controller = FakeController(answer)
    app = TeamtopApp(lambda _: LiveScreen(feed, controller if live else None))
    stage = Stage(app, feed, controller)
    async with app.run_test(size=size, notifications=True) as pilot:
        stage.pilot = pilot
        await stage.settle()
        stage.live.flush()
        await stage.settle()
        yield stage
