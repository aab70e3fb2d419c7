"""The saved runs, looked at again and again: what did not change is not read twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias

from engine.record.folder import RunFolder
from engine.rows import RunRow, with_speedups
from engine.space import used_bytes
from engine.store import RunsStore
from engine.trash import NAME as TRASH

_Stamp: TypeAlias = tuple[tuple[int, int], ...]


class RunList:
    """Rows of all runs in ``dirs``. ``look`` blocks on the disk: call it in a thread, one call at a time."""

    def __init__(self, dirs: Sequence[Path]) -> None:
        self._store = RunsStore(dirs)
        self._known: dict[Path, tuple[_Stamp, RunRow]] = {}
        self._sizes: dict[Path, tuple[_Stamp, int]] = {}
        self._trash: dict[Path, tuple[int, int]] = {}

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
        return self._rows()

    def measure(self) -> list[RunRow]:
        """The same rows with the space that each run takes; only runs that changed are measured again."""
        before, self._sizes = self._sizes, {}
        for path, (stamp, _) in self._known.items():
            known = before.get(path)
            self._sizes[path] = (
                known if known is not None and known[0] == stamp else (stamp, used_bytes(path))
            )
        return self._rows()

    def trash_bytes(self) -> int:
        """Space that deleted runs take; measured again when something was deleted or brought back."""
        total = 0
        for trash in (directory / TRASH for directory in self._store.dirs):
            try:
                stamp = trash.stat().st_mtime_ns
            except OSError:
                continue
            known = self._trash.get(trash)
            if known is None or known[0] != stamp:
                known = self._trash[trash] = stamp, used_bytes(trash)
            total += known[1]
        return total

    def _rows(self) -> list[RunRow]:
        rows = with_speedups([row for _, row in self._known.values()])
        sizes = self._sizes
        return [
            replace(row, space_bytes=sizes[row.folder.path][1]) if row.folder.path in sizes else row
            for row in rows
        ]


def _engine_gone(row: RunRow) -> bool:
    """Whether a run that was live has lost its engine without a word in its files."""
    return row.status == "running" and row.folder.alive() is None


def _stamp(folder: RunFolder) -> _Stamp:
    """Size and time of the files that a row is made of."""
    stamps: list[tuple[int, int]] = []
    for path in (folder.meta_path, folder.events_path, folder.summary_path, folder.notes_path):
        try:
            stat = path.stat()
            stamps.append((stat.st_size, stat.st_mtime_ns))
        except OSError:
            stamps.append((-1, 0))
    return tuple(stamps)
