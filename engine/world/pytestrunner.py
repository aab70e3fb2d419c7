"""Runs agents' tests for real: pytest, off the event loop, several at once, against pristine tests."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from engine.world.affected import Affected
from engine.world.flights import Flight
from engine.world.forkserver import Cancellation, CancelledRunError, ForkServer
from engine.world.sandbox import Sandbox, Unsandboxed
from engine.world.testrunner import TestReport, TestRequest
from engine.world.testslot import Limits, Pristine, Slot

T = TypeVar("T")


class PytestRunner:
    """Tests workspaces with the suite's own ``tests``, beside the suite's ``support`` files.

    At most ``slots`` runs at once (default: one per processor core); the others wait, and their report says
    how long. A run that exceeds ``timeout_seconds`` is ended with all it started. With ``share``, a request
    that equals one in flight (same files, same nodes) gets that one's verdict instead of a run of its own;
    nothing is remembered beyond that, so that repeated runs still show flaky tests.
    """

    external = True

    def __init__(
        self,
        tests: Mapping[str, str],
        support: Mapping[str, str],
        sandbox: Sandbox | None = None,
        *,
        timeout_seconds: float = 30.0,
        slots: int | None = None,
        share: bool = True,
        limits: Limits | None = None,
    ) -> None:
        slots = slots or os.cpu_count() or 1
        pristine = Pristine(dict(tests), dict(support), timeout_seconds, limits or Limits())
        self._server = ForkServer(sandbox or Unsandboxed())
        self._slots = [Slot(self._server, f"slot-{number}", pristine) for number in range(slots)]
        self._affected = Affected(tests)
        self._free = asyncio.Semaphore(slots)
        self._pool = ThreadPoolExecutor(slots, thread_name_prefix="tests")
        self._share = share
        self._flights: dict[object, Flight] = {}
        self._running: set[Cancellation] = set()
        self._closed = False

    async def warm(self) -> None:
        """Start the server and compile the tests now, while models think, so that no run waits for it.

        Not needed: the first runs do it otherwise.
        """
        await asyncio.gather(*(self._in_a_slot(Slot.compile) for _ in range(len(self._slots))))

    async def run(self, request: TestRequest) -> TestReport:
        """Run the tests of ``request`` and report; agents' code cannot make this raise."""
        if self._closed:
            raise RuntimeError("the test runner is closed")
        if not request.expected:
            return TestReport("passed", (), (), 0.0)
        files = dict(request.files)  # as of this instant: the workspace moves on while the run waits
        expected = request.expected

        first = self._affected.first(request.agent, files)

        async def fly(started: Callable[[], None]) -> TestReport:
            return await self._in_a_slot(lambda slot, c: slot.test(files, expected, c, first), started)

        key = (frozenset(files.items()), expected) if self._share else object()
        flight = self._flights.get(key)
        if flight is None:
            flight = self._flights[key] = Flight(fly)
        try:
            return await flight.join()
        finally:
            if flight.landed and self._flights.get(key) is flight:
                del self._flights[key]

    async def _in_a_slot(
        self, work: Callable[[Slot, Cancellation], T], started: Callable[[], None] = lambda: None
    ) -> T:
        """Call ``work`` in a worker thread, when a slot is free; cancelled, it ends before this does."""
        async with self._free:
            if self._closed:
                raise asyncio.CancelledError
            started()
            slot = self._slots.pop()
            cancellation = Cancellation()
            self._running.add(cancellation)
            job = asyncio.get_running_loop().run_in_executor(self._pool, work, slot, cancellation)
            try:
                return await asyncio.shield(job)
            except asyncio.CancelledError:
                cancellation.cancel()
                await asyncio.wait([job])
                raise
            except CancelledRunError:
                raise asyncio.CancelledError from None
            finally:
                self._running.discard(cancellation)
                self._slots.append(slot)

    async def close(self) -> None:
        """End all runs (their requests are cancelled), the processes and the folders. Safe to call again."""
        self._closed = True
        for cancellation in self._running:
            cancellation.cancel()
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(None, self._pool.shutdown)
        await loop.run_in_executor(None, self._server.close)
