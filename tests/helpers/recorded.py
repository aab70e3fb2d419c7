"""Screens of saved runs on a stage, and a clock that a test moves."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from textual.keys import _character_to_key
from textual.screen import Screen

from tests.helpers.stage import FakeController, Stage
from tui.app import TeamtopApp
from tui.source import EventsSource

Opening = Callable[[], Screen[Any]]

HOSTILE = "\x1b]52;c;cHduZWQ=\x07[/] [@click=app.quit]x[/] \u202etxt.exe [bold"
"""Clipboard write, broken and acting markup, right-to-left override: none may act, none may crash."""


class HandClock:
    """Seconds that pass only when told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@asynccontextmanager
async def opened(opening: Opening, size: tuple[int, int] = (120, 36)) -> AsyncIterator[Stage]:
    """The application with the screen that ``opening`` makes, when all that it reads is read."""
    app = TeamtopApp(lambda _: opening())
    stage = Stage(app, EventsSource([]), FakeController())
    async with app.run_test(size=size, notifications=True) as pilot:
        stage.pilot = pilot
        while app.crashed is None and not (hasattr(app.screen, "KEYS") and app.screen.is_mounted):
            await pilot.pause(0.01)  # a busy machine may take its time to stand the screen
        await stage.settle()
        yield stage


def visit(
    opening: Opening, scene: Callable[[Stage], Awaitable[None]], size: tuple[int, int] = (120, 36)
) -> Stage:
    """Open a screen, play a scene on it, leave."""

    async def run() -> Stage:
        async with opened(opening, size) as stage:
            await scene(stage)
        return stage

    return asyncio.run(run())


def shoot(opening: Opening, size: tuple[int, int], *keys: str) -> list[str]:
    """The screen as text after some keys."""
    shot: list[str] = []

    async def scene(stage: Stage) -> None:
        for key in keys:
            await stage.press(key)
        await stage.settle()
        shot.extend(stage.lines())

    visit(opening, scene, size)
    return shot


def typed(text: str) -> list[str]:
    """The keys that type a text."""
    return [character if character.isalnum() else _character_to_key(character) for character in text]


def toasts(stage: Stage) -> list[str]:
    """What the application said at the corner."""
    return [notification.message for notification in stage.app._notifications]
