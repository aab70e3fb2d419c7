"""One piece of work under way that several may wait for, and that ends when nobody waits any more."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any

from engine.world.testrunner import TestReport


class Flight:
    """A test run in flight. ``work`` gets a function to call when its waiting ends and its testing begins."""

    def __init__(self, work: Callable[[Callable[[], None]], Coroutine[Any, Any, TestReport]]) -> None:
        self._started: float | None = None
        self._waiting = 0
        self._task = asyncio.ensure_future(work(self._start))

    def _start(self) -> None:
        self._started = time.perf_counter()

    @property
    def landed(self) -> bool:
        """Whether nobody should join any more."""
        return self._waiting == 0 or self._task.done()

    async def join(self) -> TestReport:
        """Wait for the report. Its times are the caller's: from the call to the start, and on to now."""
        asked = time.perf_counter()
        self._waiting += 1
        try:
            report = await asyncio.shield(self._task)
        finally:
            self._waiting -= 1
            if self._waiting == 0:
                self._task.cancel()
        started = max(asked, self._started or asked)
        return replace(report, wait_seconds=started - asked, seconds=time.perf_counter() - started)
