"""The folder of saved runs: what is in it, and how people name a run. Broken folders are rows, not errors."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Literal, TypeAlias, get_args

from engine.errors import UsageError
from engine.record.folder import RunFolder
from engine.rows import RunRow, RunStatus, describe, with_speedups

__all__ = [
    "SORT_KEYS",
    "RunRow",
    "RunStatus",
    "RunsStore",
    "SortKey",
    "is_sample",
    "new_run_id",
    "samples_dir",
]

SAMPLE_PREFIX = "sample-"
"""Names of the runs that ship with teamtop begin so."""

SortKey: TypeAlias = Literal[
    "created", "run", "suite", "agents", "strategy", "model", "status", "speedup", "wall"
]
SORT_KEYS: tuple[SortKey, ...] = get_args(SortKey)


def samples_dir() -> Path | None:
    """Return the folder that holds the runs that ship with teamtop, or null if they were left out."""
    root = Path(__file__).parents[1]
    for path in (root / "teamtop_samples", root / "runs"):  # in a wheel, in a checkout
        if any(path.glob(f"{SAMPLE_PREFIX}*/run.json")):
            return path
    return None


def is_sample(folder: RunFolder) -> bool:
    """Whether the run ships with teamtop, so that nothing is written on it."""
    return RunsStore([])._is_sample(folder.path)


def new_run_id(suite: str, now: datetime) -> str:
    """Return an id that sorts by time: ``YYYYMMDD-HHMMSS-<suite>-<4 hex>``."""
    name = re.sub(r"[^A-Za-z0-9]+", "-", Path(suite).stem).strip("-")[:40] or "run"
    return f"{now:%Y%m%d-%H%M%S}-{name}-{secrets.token_hex(2)}"


class RunsStore:
    """Saved runs in ``dirs``, first folder first, and after them the samples that ship with teamtop.

    ``dirs`` (with the samples' folder) is where baselines are looked for, too.
    """

    def __init__(self, dirs: Sequence[Path], samples: Path | None = None) -> None:
        samples = samples or samples_dir()
        self._samples = samples.resolve() if samples else None
        self._given = tuple(dict.fromkeys(path.resolve() for path in dirs))
        self.dirs = tuple(dict.fromkeys([*self._given, *([self._samples] if self._samples else [])]))

    def folders(self) -> list[RunFolder]:
        """Return every folder that is or may be a run, by name; of equal names the first one found."""
        found: dict[str, RunFolder] = {}
        for directory in self.dirs:
            for path in _children(directory):
                if directory in self._given or self._is_sample(path):
                    found.setdefault(path.name, RunFolder(path))
        return [found[name] for name in sorted(found)]

    def list(
        self, sort: SortKey = "created", words: str = "", *, reverse: bool | None = None
    ) -> list[RunRow]:
        """Return the rows that match ``words``, newest first (other keys: smallest first; unknown last)."""
        rows = [row for row in with_speedups([*map(self.row, self.folders())]) if row.matches(words)]
        backwards = sort == "created" if reverse is None else reverse
        known = [row for row in rows if _key(row, sort) is not None]
        known.sort(key=lambda row: (_key(row, sort), row.run_id), reverse=backwards)
        return known + [row for row in rows if _key(row, sort) is None]

    def row(self, folder: RunFolder) -> RunRow:
        """Describe one run; never raises for what is in its folder."""
        return describe(folder, sample=self._is_sample(folder.path))

    def find(self, name: str) -> RunFolder:
        """Return the run with this id, this unique beginning of an id, or this path.

        Raises ``UsageError`` that names the nearest run, or those that a beginning fits.
        """
        from tasks.errors import nearest, quoted

        if (folder := _by_path(name)) is not None:
            return folder
        folders = {folder.run_id: folder for folder in self.folders()}
        if name in folders:
            return folders[name]
        fitting = [run_id for run_id in folders if name and run_id.startswith(name)]
        if len(fitting) == 1:
            return folders[fitting[0]]
        if fitting:
            raise UsageError(
                f"{quoted(name)} fits {len(fitting)} runs; write more of it.{nearest('', fitting)}"
            )
        hint = nearest(name, folders) or " None is saved yet: `teamtop run` makes one."
        raise UsageError(f"There is no run {quoted(name)}.{hint}")

    def _is_sample(self, path: Path) -> bool:
        return path.name.startswith(SAMPLE_PREFIX) and path.resolve().parent == self._samples


def _children(directory: Path) -> list[Path]:
    try:
        return sorted(p for p in directory.iterdir() if p.is_dir() and not p.name.startswith("."))
    except OSError:
        return []


def _by_path(name: str) -> RunFolder | None:
    separators = {os.sep, os.altsep or os.sep}
    path = Path(name)
    try:
        if not name or "\0" in name or not (separators & set(name) or (path / "run.json").is_file()):
            return None
        if path.is_file():
            path = path.parent
        return RunFolder(path.resolve()) if path.is_dir() else None
    except OSError:
        return None


def _key(row: RunRow, sort: SortKey) -> str | float | None:
    keys: dict[SortKey, str | float | None] = {
        "created": row.created,
        "run": row.run_id,
        "suite": f"{row.suite} {row.structure}",
        "agents": row.agents,
        "strategy": row.strategy,
        "model": row.model,
        "status": row.status,
        "speedup": row.speedup,
        "wall": row.wall_seconds,
    }
    value = keys[sort]
    return None if value == "" else value
