"""The server of simulated models in a thread of its own, for tests whose client has a loop of its own."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import Iterator

from engine.serving.mishaps import Plan, read_plan
from engine.serving.server import Counts, SimServer


class Served:
    """A server that runs: its address, and what it has counted."""

    def __init__(self, server: SimServer) -> None:
        self.server = server
        self.address = server.address

    @property
    def counts(self) -> Counts:
        return self.server.counts

    def settled(self, seconds: float = 120.0) -> bool:
        """Wait until no call is open and no connection is held; false if that takes too long."""
        end = time.monotonic() + seconds
        while self.server.connections or self.counts.open:
            if time.monotonic() > end:
                return False
            time.sleep(0.005)
        return True


@contextlib.contextmanager
def serving(plan: str = "", *, speed: float = 0.0, seed: int = 0) -> Iterator[Served]:
    """Serve in a thread; ``plan`` as ``--faults`` takes it."""
    ready: threading.Event = threading.Event()
    made: list[tuple[Served, asyncio.AbstractEventLoop, asyncio.Event]] = []

    async def serve() -> None:
        async with SimServer(Plan(read_plan(plan), seed), speed=speed, seed=seed) as server:
            over = asyncio.Event()
            made.append((Served(server), asyncio.get_running_loop(), over))
            ready.set()
            await over.wait()

    thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    assert ready.wait(180)
    served, loop, over = made[0]
    try:
        yield served
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join(180)
