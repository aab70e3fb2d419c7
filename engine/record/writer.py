"""Writing the journal: events are appended at once and written in batches, in order.

``commit`` returns when all that was appended before is in the file: then it survives the death of the
process. With ``sync`` it is on the disk as well: then it survives the loss of power. What is appended between
two commits waits in memory; the engine commits before anybody acts on an event, at least once per turn, so
the wait is bounded by what one round appends. A failed write is final: nothing after it is acknowledged.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from engine.errors import TeamtopError
from engine.record.codec import encode
from engine.record.events import Event

if TYPE_CHECKING:
    from aiofiles.threadpool.binary import AsyncFileIO


HURRY_SECONDS = 0.02
"""How long events wait for company before they are written unasked: less than a screen's tick (0.1 s), and
long enough that a team that answers at once does not cause a write per turn."""


SYNC_SECONDS = 0.25
"""Barriers closer to each other than this share a sync: what a loss of power may take at most."""


class JournalError(TeamtopError):
    """The journal cannot be written. The run stops; what is in the file can be read and resumed."""

    def __init__(self, path: Path | str, error: Exception) -> None:
        reason = getattr(error, "strerror", None) or error
        super().__init__(
            f"{path} cannot be written ({reason}): the run was stopped; "
            "free space or mend the disk, then resume it."
        )


class Store(Protocol):
    """Where lines go."""

    path: Path | str
    immediate: bool
    """True if writing takes no thread: then batches are written by whoever commits."""

    async def write(self, data: bytes, *, sync: bool) -> None:
        """Append ``data``, whole; with ``sync`` also bring everything to the disk. Raises ``OSError``."""
        ...

    async def close(self) -> None:
        """Let go of the file."""
        ...


class FileStore:
    """A file, opened and written through aiofiles, off the event loop: for wall and scaled clocks."""

    immediate = False

    def __init__(self, path: Path) -> None:
        self.path: Path | str = path
        self._file: AsyncFileIO | None = None
        self._append: Callable[[bytes, bool], Awaitable[None]] | None = None

    async def write(self, data: bytes, *, sync: bool) -> None:
        """See ``Store``."""
        if self._append is None:
            import aiofiles
            from aiofiles.os import wrap

            self._file = await aiofiles.open(self.path, "ab", buffering=0)
            # one trip to the thread per batch, whether it is synced or not
            self._append = wrap(partial(_append, self._file.fileno()))
        await self._append(data, sync)

    async def close(self) -> None:
        """See ``Store``."""
        if self._file is not None:
            await self._file.close()
            self._file = self._append = None


def _append(fd: int, data: bytes, sync: bool) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(fd, view) :]
    if sync:
        os.fdatasync(fd)


class SyncStore:
    """A file, written at once: for the virtual clock, where a thread would only cost time.

    ``sync`` writes no further: a simulated run can be had again from its seed.
    """

    immediate = True

    def __init__(self, path: Path) -> None:
        self.path: Path | str = path
        self._fd = -1

    async def write(self, data: bytes, *, sync: bool) -> None:
        """See ``Store``."""
        if self._fd < 0:
            self._fd = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644)
        _append(self._fd, data, False)

    async def close(self) -> None:
        """See ``Store``."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1


class MemoryStore:
    """Lines in memory: for simulation and tests."""

    immediate = True

    def __init__(self) -> None:
        self.path: Path | str = "the journal in memory"
        self.data = bytearray()

    async def write(self, data: bytes, *, sync: bool) -> None:
        """See ``Store``."""
        self.data += data

    async def close(self) -> None:
        """Nothing to let go of."""


class JournalWriter:
    """One writer task over a ``Store``; see the module's text."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._pending: list[bytes] = []
        self._appended = 0
        self._written = 0
        self._want_sync = False
        self._synced = 0
        self._failure: JournalError | None = None
        self._wake = asyncio.Event()
        self._advanced = asyncio.Condition()
        self._task: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._last_barrier = float("-inf")

    def append(self, event: Event) -> None:
        """Put ``event`` into the next batch."""
        self._pending.append(encode(event))
        self._appended += 1

    async def commit(self, *, sync: bool = False) -> None:
        """Return when everything appended so far is written. Raises ``JournalError``, then and ever after."""
        target = self._appended
        if self._failure is not None:
            raise self._failure
        if self._done(target, sync):
            return
        self._want_sync = self._want_sync or sync
        if self.store.immediate:
            await self._write_batch()
        else:
            self._start_batch()
            async with self._advanced:
                await self._advanced.wait_for(lambda: self._failure is not None or self._done(target, sync))
        if self._failure is not None:
            raise self._failure

    async def barrier(self) -> None:
        """Commit at a barrier: synced as well, unless a sync was less than ``SYNC_SECONDS`` ago.

        Rounds of real models take seconds, so each is synced; a team that answers at once would otherwise
        spend most of its time waiting for the disk.
        """
        now = asyncio.get_running_loop().time()
        due = now - self._last_barrier >= SYNC_SECONDS
        if due:
            self._last_barrier = now
        await self.commit(sync=due)

    def hurry(self) -> None:
        """Have what was appended written within ``HURRY_SECONDS``, without waiting: people watch."""
        if not self.store.immediate and self._pending and self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(HURRY_SECONDS, self._start_batch)

    def _start_batch(self) -> None:
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._write(), name="journal")
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._wake.set()

    def _done(self, target: int, sync: bool) -> bool:
        return self._written >= target and (not sync or self._synced >= target)

    async def _write(self) -> None:
        while self._failure is None:
            await self._wake.wait()
            self._wake.clear()
            await self._write_batch()
            async with self._advanced:
                self._advanced.notify_all()

    async def _write_batch(self) -> None:
        batch, sync = self._pending, self._want_sync
        self._pending, self._want_sync = [], False
        upto = self._appended
        try:
            await self.store.write(b"".join(batch), sync=sync)
        except Exception as error:  # whatever it is, nobody may wait for a write that never comes
            self._failure = JournalError(self.store.path, error)
        else:
            self._written = upto
            if sync:
                self._synced = upto

    async def close(self) -> None:
        """Commit what is left and let go of the file. Raises ``JournalError`` as ``commit`` does."""
        try:
            await self.commit(sync=True)
        finally:
            if self._timer is not None:
                self._timer.cancel()
            if self._task is not None:
                self._task.cancel()
                await asyncio.gather(self._task, return_exceptions=True)
            await self.store.close()
