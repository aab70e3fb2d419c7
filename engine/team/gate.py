"""Pausing: simulated time freezes at once; real calls in flight have to come back first."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

from engine.record import events as ev
from engine.record.bus import Bus
from engine.world.clock import Clock


class Gate:
    """Lets work start or holds it back. ``phase`` is ``open``, ``closing`` (calls in flight) or ``closed``.

    Only closed time is cut out of the run's clock: while real calls are in flight it runs on (SEMANTICS,
    Pause).
    """

    def __init__(self, bus: Bus, clock: Clock) -> None:
        self._bus = bus
        self._clock = clock
        self._in_flight = 0
        self._open = asyncio.Event()
        self._open.set()
        self.phase = "open"

    async def passed(self) -> None:
        """Return when work may start."""
        while not self._open.is_set():  # it may have closed again before whoever waited could move
            await self._open.wait()

    @contextlib.asynccontextmanager
    async def real_work(self) -> AsyncIterator[None]:
        """Around work outside this process that cannot be frozen: waits for the gate, then counts."""
        await self.passed()
        self._in_flight += 1
        try:
            yield
        finally:
            self._in_flight -= 1
            if self.phase == "closing" and self._in_flight == 0:
                self._close()

    def close(self, author: str, why: str = "") -> ev.PauseRequested | None:
        """Pause; null if the team stands still or is about to."""
        if self.phase != "open":
            return None
        self._open.clear()
        self.phase = "closing"
        event = self._bus.emit(ev.PauseRequested(author=author, why=why))
        if self._in_flight == 0:
            self._close()
        return event

    def close_quietly(self) -> None:
        """Stand still again after a step, as soon as nothing real is in flight; nobody asked anew."""
        if self.phase != "open":
            return  # the engine has paused the team within the step: the clock must not be frozen twice
        self._open.clear()
        self.phase = "closing"
        if self._in_flight == 0:
            self._close()

    def _close(self) -> None:
        self.phase = "closed"
        self._clock.freeze()  # first, so that the event says when time stopped
        self._bus.emit(ev.Paused())

    def open(self, author: str, why: str = "", *, step: bool = False) -> ev.Resumed | None:
        """Go on; null if the team is not paused."""
        if self.phase == "open":
            return None
        event = self._bus.emit(ev.Resumed(author=author, why=why, step=step))
        if self.phase == "closed":
            self._clock.thaw()
        self.phase = "open"
        self._open.set()
        return event
