"""When a plan's entries strike: at a round, at a time, on an event, by chance."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from engine.faults.plan import Planned
from engine.faults.predicate import Predicate, actor, parse
from engine.record import events as ev
from engine.world.chance import stream
from engine.world.clock import Clock

Strike: TypeAlias = Callable[[int, Planned, str], bool]
"""Injects entry number n, triggered by an agent (empty: by none); whether it found somebody to strike."""

Background: TypeAlias = Callable[[Coroutine[Any, Any, None], str], None]


@dataclass(slots=True)
class _Armed:
    """An entry that waits. ``left`` is how often it may still strike, null for no limit."""

    number: int
    entry: Planned
    left: int | None
    predicate: Predicate | None = None


class Triggers:
    """Arms a plan, hears every event, and strikes beside whatever emitted it.

    A strike is never made within the event that triggers it: ``settled`` lets the engine wait for it.
    ``aims`` says whether an agent is among the targets of an entry at this moment.
    """

    def __init__(
        self,
        strike: Strike,
        aims: Callable[[Planned, str], bool],
        background: Background,
        clock: Clock,
        seed: int,
    ) -> None:
        self._strike = strike
        self._aims = aims
        self._background = background
        self._clock = clock
        self._seed = seed
        self._rounds: list[_Armed] = []
        self._chances: list[_Armed] = []
        self._calls: list[_Armed] = []
        self._events: dict[type[ev.Event], list[_Armed]] = {}
        self._pending = 0
        self._quiet = asyncio.Event()

    def arm(self, entries: Sequence[Planned], struck: Mapping[int, int]) -> None:
        """Let ``entries`` wait; ``struck`` is how often each (from 1) struck under an engine before."""
        for number, entry in enumerate(entries, 1):
            left = None if entry.times is None else entry.times - struck.get(number, 0)
            if left is not None and left <= 0:
                continue
            armed = _Armed(number, entry, left, parse(entry.on, "on") if entry.on else None)
            if entry.at_seconds is not None:
                self._background(self._at(armed, entry.at_seconds), f"fault {entry.kind}")
            elif entry.at_round is not None:
                self._rounds.append(armed)
            elif entry.each_round is not None:
                self._chances.append(armed)
            elif entry.each_call is not None:
                self._calls.append(armed)
            elif armed.predicate is not None:
                self._events.setdefault(armed.predicate.kind, []).append(armed)

    def close(self) -> None:
        """Nothing strikes any more."""
        for armed in (self._rounds, self._chances, self._calls, self._events):
            armed.clear()

    async def _at(self, armed: _Armed, seconds: float) -> None:
        await self._clock.sleep(seconds - self._clock.now())
        self._strike(armed.number, armed.entry, "")

    def round_started(self, round_: int) -> None:
        """Strike with what waits for this round, and for one that was cut off."""
        due = [armed for armed in self._rounds if (armed.entry.at_round or 0) <= round_]
        self._rounds = [armed for armed in self._rounds if armed not in due]
        for armed in due:
            self._strike(armed.number, armed.entry, "")
        for armed in list(filter(self._may, self._chances)):
            drawn = stream(self._seed, "each round", armed.number, round_).random()
            if drawn < (armed.entry.each_round or 0.0):
                self._count(armed, self._strike(armed.number, armed.entry, ""))

    def heard(self, event: ev.Event) -> None:
        """Look whether ``event`` triggers anything."""
        for armed in self._events.get(type(event), ()):
            if self._may(armed) and armed.predicate is not None and armed.predicate.fits(event):
                self._soon(armed, actor(event))
        if self._calls and isinstance(event, ev.TurnStarted):
            for armed in filter(self._may, self._calls):
                drawn = stream(self._seed, "each call", armed.number, event.turn).random()
                if drawn < (armed.entry.each_call or 0.0) and self._aims(armed.entry, event.agent):
                    self._soon(armed, event.agent)

    def soon(self, work: Callable[[], object], name: str) -> None:
        """Do ``work`` beside whatever runs now, and before anybody acts on."""
        self._pending += 1
        self._background(self._do(work), name)

    async def settled(self) -> None:
        """Return when all that was triggered so far has struck."""
        while self._pending:
            await self._quiet.wait()

    async def _do(self, work: Callable[[], object]) -> None:
        try:
            work()
        finally:
            self._pending -= 1
            self._quiet.set()
            self._quiet = asyncio.Event()

    def _soon(self, armed: _Armed, agent: str) -> None:
        # counted at once, or two events of one moment would both take the last strike
        self._count(armed, True)

        def strike() -> None:
            if not self._strike(armed.number, armed.entry, agent) and armed.left is not None:
                armed.left += 1

        self.soon(strike, f"fault {armed.entry.kind}")

    @staticmethod
    def _may(armed: _Armed) -> bool:
        return armed.left is None or armed.left > 0

    @staticmethod
    def _count(armed: _Armed, struck: bool) -> None:
        if armed.left is not None and struck:
            armed.left -= 1
