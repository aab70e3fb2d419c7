"""Playing one cell, in whatever process: it begins, goes on, or is found done."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from engine.analysis.report import Report, build, write_caches
from engine.errors import TeamtopError
from engine.launch import prepare, reopen, run_here
from engine.record.folder import RunFolder
from engine.rows import describe
from engine.sweeps.cells import Cell

State: TypeAlias = Literal["kept", "done", "failed"]


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a cell: ``kept`` (it was finished before), ``done``, or ``failed`` with a sentence.

    ``tokens`` and ``usd`` are what was spent on it, whenever, as far as it is recorded; ``usd`` is null if a
    price is unknown.
    """

    run_id: str
    state: State
    problem: str = ""
    completed: bool = False
    wall_seconds: float | None = None
    tokens: int = 0
    usd: float | None = None


def finished(cell: Cell, runs_dir: Path) -> Result | None:
    """What a cell that needs no more playing came to; null for one that does, as one that was stopped."""
    folder = RunFolder(runs_dir / cell.run_id)
    if not folder.exists():
        return None
    row = describe(folder)
    if row.status not in ("completed", "ended") or row.outcome == "stopped":
        return None
    if row.tokens is None:  # its engine was killed before it could write the summary
        tokens, usd = spent(folder)
    else:
        tokens, usd = row.tokens, row.cost_usd
    return Result(cell.run_id, "kept", "", row.status == "completed", row.wall_seconds, tokens, usd)


def spent(folder: RunFolder) -> tuple[int, float | None]:
    """Tokens and dollars (null if a price is unknown) that the journal of a run tells of."""
    try:
        report = build(folder, [])
    except TeamtopError:
        return 0, 0.0  # nothing of it can be read: no call was recorded
    return report["input_tokens"] + report["output_tokens"], report["cost_usd"]


def failed(cell: Cell, runs_dir: Path, problem: str) -> Result:
    """A cell that could not be played to its end, with what was spent on it."""
    tokens, usd = spent(RunFolder(runs_dir / cell.run_id))
    return Result(cell.run_id, "failed", problem, tokens=tokens, usd=usd)


def play(cell: Cell, runs_dir: Path, environ: Mapping[str, str], retries: int) -> Result:
    """Play a cell to its end, from where an earlier try left it; tried again after a failure."""
    problem = ""
    for _ in range(retries + 1):
        try:
            folder = RunFolder(runs_dir / cell.run_id)
            _clear(folder)
            if folder.exists():
                prepared = reopen(folder.path, environ)
            else:
                prepared = prepare(cell.config, runs_dir, cell.run_id, environ)
            run_here(prepared, environ)
            return _result(cell, write_caches(prepared.folder))
        except TeamtopError as error:
            problem = str(error)
        except Exception as error:  # a defect that one run shows must not end the whole experiment
            what = str(error).splitlines()[0][:160] if str(error) else ""
            problem = f"teamtop itself failed ({type(error).__name__}: {what})."
    return failed(cell, runs_dir, problem)


def _clear(folder: RunFolder) -> None:
    """Take away a folder whose maker was killed before ``run.json`` was in it: nothing has begun there."""
    if folder.exists():
        return
    with contextlib.suppress(OSError):
        for draft in folder.path.glob(f".{folder.meta_path.name}.*.tmp"):
            draft.unlink()
        folder.path.rmdir()  # only if it is empty


def play_in_worker(cell: Cell, runs_dir: str, retries: int) -> Result:
    """``play`` in a process of a pool, which has the environment of whoever made it."""
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
