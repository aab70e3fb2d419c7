"""Playing one cell, in whatever process: it begins, goes on, or is found done."""

from __future__ import annotations

import os
import signal
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from engine.analysis.report import Report, write_caches
from engine.errors import TeamtopError
from engine.launch import prepare, reopen, run_here
from engine.record.folder import RunFolder
from engine.rows import describe
from engine.sweeps.cells import Cell

State: TypeAlias = Literal["kept", "done", "failed"]


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a cell: ``kept`` (it was finished before), ``done``, or ``failed`` with a sentence.

    ``tokens`` and ``usd`` are what was spent on it, whenever; ``usd`` is null if a price is unknown.
    """

    run_id: str
    state: State
    problem: str = ""
    completed: bool = False
    wall_seconds: float | None = None
    tokens: int = 0
    usd: float | None = None


def finished(cell: Cell, runs_dir: Path) -> Result | None:
    """What a cell that needs no more playing came to; null for one that does."""
    folder = RunFolder(runs_dir / cell.run_id)
    if not folder.exists():
        return None
    row = describe(folder)
    if row.status not in ("completed", "ended"):
        return None
    done = row.status == "completed"
    return Result(cell.run_id, "kept", "", done, row.wall_seconds, row.tokens or 0, row.cost_usd)


def play(cell: Cell, runs_dir: Path, environ: Mapping[str, str], retries: int) -> Result:
    """Play a cell to its end, from where an earlier try left it; tried again after a failure."""
    problem = ""
    for _ in range(retries + 1):
        try:
            folder = RunFolder(runs_dir / cell.run_id)
            if folder.exists():
                prepared = reopen(folder.path, environ)
            else:
                prepared = prepare(cell.config, runs_dir, cell.run_id, environ)
            run_here(prepared, environ)
            return _result(cell, write_caches(prepared.folder))
        except TeamtopError as error:
            problem = str(error)
    return Result(cell.run_id, "failed", problem)


def play_in_worker(cell: Cell, runs_dir: str, retries: int) -> Result:
    """``play`` in a process of a pool, which has the environment of whoever made it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is the parent's, which ends its workers
    from engine.models.environment import environment

    os.environ.setdefault("PYTHONUNBUFFERED", "1")
    return play(cell, Path(runs_dir), environment(), retries)


def _result(cell: Cell, report: Report) -> Result:
    return Result(
        run_id=cell.run_id,
        state="done",
        completed=bool(report["completed"]),
        wall_seconds=report["wall_seconds"],
        tokens=report["input_tokens"] + report["output_tokens"],
        usd=report["cost_usd"],
    )
