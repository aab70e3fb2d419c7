"""The saved runs, looked at again and again: what did not change is not read twice."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TypeAlias

from engine.record.folder import RunFolder
from engine.rows import RunRow, with_speedups
from engine.store import RunsStore

_Stamp: TypeAlias = tuple[tuple[int, int], ...]


class RunList:
    """Rows of all runs in ``dirs``. ``look`` blocks on the disk: call it in a thread, one call at a time."""

    def __init__(self, dirs: Sequence[Path]) -> None:
        self._store = RunsStore(dirs)
        self._known: dict[Path, tuple[_Stamp, RunRow]] = {}

    @property
    def dirs(self) -> tuple[Path, ...]:
        """Where runs are looked for, the shipped samples included."""
        return self._store.dirs

    def look(self) -> list[RunRow]:
        """Describe every run; those whose files are as before, and whose engine still runs, from memory."""
        before, self._known = self._known, {}
        for folder in self._store.folders():
            stamp = _stamp(folder)
            known = before.get(folder.path)
            if known is not None and known[0] == stamp and not _engine_gone(known[1]):
                row = known[1]
            else:
                row = self._store.row(folder)
            self._known[folder.path] = stamp, row
        return with_speedups([row for _, row in self._known.values()])


def _engine_gone(row: RunRow) -> bool:
    """Whether a run that was live has lost its engine without a word in its files."""
    return row.status == "running" and row.folder.alive() is None


def _stamp(folder: RunFolder) -> _Stamp:
    """Size and time of the files that a row is made of."""
    stamps: list[tuple[int, int]] = []
    for path in (folder.meta_path, folder.events_path, folder.summary_path):
        try:
            stat = path.stat()
            stamps.append((stat.st_size, stat.st_mtime_ns))
        except OSError:
            stamps.append((-1, 0))
    return tuple(stamps)
