"""The Clock seam: the run's own time, which can be scaled, paused and held.

Run-clock time is counted in integer microseconds from the start, so that durations add up exactly. Time that
passes while the clock is frozen (a pause, or outside work on a simulated clock) does not exist for the run.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from typing import Literal, TypeAlias

ClockKind: TypeAlias = Literal["wall", "scaled", "virtual"]

MICRO = 1_000_000

SPEED_MAX = 1_000_000.0
"""Scaled clocks beyond this would do nothing but wait for the machine; that is what ``max`` is for."""


class Clock:
    """Time of the running loop times ``speed``. On a ``VirtualLoop`` (kind ``virtual``) speed must be 1.

    It begins at ``start_us``, when a run is resumed. ``real_seconds`` is what passed outside, pauses
    included, as ``real`` counts it.
    """

    def __init__(
        self,
        kind: ClockKind,
        speed: float = 1.0,
        *,
        start_us: int = 0,
        real: Callable[[], float] = time.monotonic,
    ) -> None:
        if speed <= 0:
            raise ValueError("a clock needs a speed above 0")
        self.kind = kind
        self.speed = speed if kind == "scaled" else 1.0
        self._loop = asyncio.get_running_loop()
        self._anchor = self._loop.time()
        self._base = start_us
        self._frozen = 0
        self._sleepers: dict[int, tuple[int, asyncio.Future[None], asyncio.TimerHandle | None]] = {}
        self._count = 0
        self._real = real
        self._born = real()

    def now_us(self) -> int:
        """Microseconds of run-clock time."""
        if self._frozen:
            return self._base
        return self._base + round((self._loop.time() - self._anchor) * self.speed * MICRO)

    def now(self) -> float:
        """Seconds of run-clock time."""
        return self.now_us() / MICRO

    @property
    def real_seconds(self) -> float:
        """Seconds that passed outside since the clock was made."""
        return self._real() - self._born

    @property
    def frozen(self) -> bool:
        """Whether time stands still."""
        return self._frozen > 0

    def freeze(self) -> None:
        """Stop time until ``thaw`` was called as often as this."""
        if self._frozen == 0:
            self._base = self.now_us()
            for key, (deadline, future, timer) in self._sleepers.items():
                if timer is not None:
                    timer.cancel()
                self._sleepers[key] = (deadline, future, None)
        self._frozen += 1

    def thaw(self) -> None:
        """Undo one ``freeze``."""
        self._frozen -= 1
        if self._frozen == 0:
            self._anchor = self._loop.time()
            for key, (deadline, future, _) in list(self._sleepers.items()):
                self._sleepers[key] = (deadline, future, self._timer(deadline, future))

    def _timer(self, deadline: int, future: asyncio.Future[None]) -> asyncio.TimerHandle:
        delay = max(0, deadline - self.now_us()) / MICRO / self.speed
        return self._loop.call_later(delay, _wake, future)

    async def sleep(self, seconds: float) -> None:
        """Return when ``seconds`` of run-clock time have passed."""
        deadline = self.now_us() + max(0, round(seconds * MICRO))
        while True:
            future: asyncio.Future[None] = self._loop.create_future()
            self._count += 1
            key = self._count
            timer = None if self._frozen else self._timer(deadline, future)
            self._sleepers[key] = (deadline, future, timer)
            try:
                await future
            finally:
                _, _, timer = self._sleepers.pop(key)
                if timer is not None:
                    timer.cancel()
            if not self._frozen and self.now_us() >= deadline:
                return

    @contextlib.asynccontextmanager
    async def hold(self) -> AsyncIterator[None]:
        """Hold simulated time while outside work runs; wall time cannot be held and goes on."""
        if self.kind == "wall":
            yield
            return
        self.freeze()
        try:
            yield
        finally:
            self.thaw()


def _wake(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)
