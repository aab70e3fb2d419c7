"""Keeps the workspace's folder like its table, once the journal is ahead of both.

What waits is one entry per path, with its newest content: so the queue can never hold more than the workspace
itself, no edit ever waits for the disk, and a file that could not be written is simply still waiting.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec

from engine.world.stores import Store

_P = ParamSpec("_P")

_BATCH = 64
"""Files per trip to the thread: enough to hide the cost of the trip, few enough to stop soon."""


class Mirror:
    """Writes to a store on ``flush`` only, oldest change first.

    ``threaded`` writes in one thread of its own, so that the event loop goes on; else in the caller's thread.
    A flush within ``apart`` real seconds of the last one leaves everything to a later one, or to the end.
    """

    def __init__(
        self,
        store: Store,
        *,
        threaded: bool,
        apart: float = 0.0,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._apart, self._now = apart, now
        self._written = now()
        self._waiting: dict[str, str] = {}
        self._turn = asyncio.Lock()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="workspace") if threaded else None

    async def reset(self, files: Mapping[str, str]) -> None:
        """Make the store hold exactly these files. Raises ``WorkspaceError``."""
        async with self._turn:
            self._waiting.clear()
            await self._run(self._store.reset, files)
            self._written = self._now()

    def put(self, path: str, content: str) -> None:
        """Have the next flush write this file."""
        self._waiting[path] = content

    def waiting(self) -> dict[str, str]:
        """What the store lacks, as of now."""
        return dict(self._waiting)

    async def flush(self, due: Mapping[str, str] | None = None) -> None:
        """Return when everything put before this call is in the store; what comes later waits for the next.

        Returns at once if the last one was less than ``apart`` ago. ``due`` is what ``waiting`` returned
        earlier: only that is written then. Raises ``WorkspaceError`` if something could not be written; it
        stays in the queue, also if the call is cancelled, and the next call tries again.
        """
        if self._now() - self._written < self._apart:
            return
        await self._flush(self.waiting() if due is None else due)

    async def _flush(self, todo: Mapping[str, str]) -> None:
        async with self._turn:
            # another flush may have written some of them meanwhile
            left = [(path, content) for path, content in todo.items() if path in self._waiting]
            for start in range(0, len(left), _BATCH):
                batch = left[start : start + _BATCH]
                await self._run(self._write, batch)
                for path, content in batch:
                    if self._waiting.get(path) is content:  # nothing newer came meanwhile
                        del self._waiting[path]
            self._written = self._now()

    async def close(self, *, flush: bool = True) -> None:
        """Write all that waits if asked to, and end the thread, also if flushing fails."""
        try:
            if flush:
                await self._flush(self.waiting())
        finally:
            if self._thread is not None:
                self._thread.shutdown(wait=True)

    async def _run(self, work: Callable[_P, None], *args: _P.args, **named: _P.kwargs) -> None:
        if self._thread is None:
            work(*args, **named)
        else:
            await asyncio.wrap_future(self._thread.submit(work, *args, **named))

    def _write(self, batch: Sequence[tuple[str, str]]) -> None:
        for path, content in batch:
            self._store.write(path, content)
