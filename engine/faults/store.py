"""Faults on the journal's store: no space, a sync that fails."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from engine.faults.switchboard import Switchboard
from engine.record.writer import Store


class DisturbedStore:
    """A store behind the faults of the disk; ``watch`` tells it of them.

    The write that carries the news of a fault still succeeds, so that the journal says why it ends.
    """

    def __init__(self, inner: Store) -> None:
        self.path: Path | str = inner.path
        self.immediate = inner.immediate
        self._inner = inner
        self._faults: Switchboard | None = None
        self._told: set[int] = set()

    def watch(self, faults: Switchboard) -> None:
        """Look at ``faults`` from now on."""
        self._faults = faults

    async def write(self, data: bytes, *, sync: bool) -> None:
        """Write, or fail as a disk does: out of space in the middle of it, or after it, in the sync."""
        if self._strikes("disk_full", data):
            await self._inner.write(data[: len(data) // 2], sync=False)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self.path))
        failing = self._strikes("fsync_error", data) and sync
        await self._inner.write(data, sync=sync and not failing)
        if failing:
            raise OSError(errno.EIO, os.strerror(errno.EIO), str(self.path))

    def _strikes(self, kind: str, data: bytes) -> bool:
        if self._faults is None:
            return False
        active = {fault.id for fault in self._faults.on_run(kind)}
        told = bool(active & self._told)
        if data:
            self._told |= active
        return told

    async def close(self) -> None:
        """As the inner one."""
        await self._inner.close()
