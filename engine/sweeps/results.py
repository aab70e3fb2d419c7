"""What a sweep has found so far: a row per group of repetitions, read from the saved runs at any time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple, TypeAlias

from engine.record.folder import RunFolder
from engine.rows import describe
from engine.sweeps.cells import Cell
from engine.sweeps.play import Result

Row: TypeAlias = dict[str, Any]

Known: TypeAlias = Mapping[str, Result]
"""What became of cells, by run id."""


class _Ended(NamedTuple):
    """A run that is over; seconds, and input and output tokens together (null if they are not known)."""

    completed: bool
    wall_seconds: float
    tokens: int | None


def rows(cells: Sequence[Cell], runs_dir: Path, known: Known = MappingProxyType({})) -> list[Row]:
    """One row per group, in the order of the plan, from what is saved of its cells by now.

    Runs whose results are ``known``, as they were just played, are not read again. ``speedup`` is the ratio
    of mean wall times, one agent over the team, over the seeds that both completed (paired), null without
    any. ``wall_seconds`` is the mean over completed runs; ``success`` the share of finished runs that
    completed, and ``expected_seconds`` the mean over all finished ones by that share: the time to success if
    failed runs are done again. ``tokens`` is a mean as well.
    """
    groups: dict[tuple[str, str, str, str, int], list[Cell]] = {}
    for cell in cells:
        groups.setdefault(cell.group, []).append(cell)
    found = {key: _group(key, members, runs_dir, known) for key, members in groups.items()}
    for key, row in found.items():
        one = found.get((*key[:4], 1))
        row["speedup"] = _speedup(row["walls"], one["walls"]) if one is not None else None
    return [{name: value for name, value in row.items() if name != "walls"} for row in found.values()]


def _group(key: tuple[str, str, str, str, int], members: Sequence[Cell], runs_dir: Path, known: Known) -> Row:
    suite, structure, strategy, model, agents = key
    walls: dict[int, float] = {}
    all_walls: list[float] = []
    tokens: list[int] = []
    finished = 0
    for cell in members:
        ended = _ended(cell, runs_dir, known.get(cell.run_id))
        if ended is None:
            continue
        finished += 1
        all_walls.append(ended.wall_seconds)
        if ended.tokens is not None:
            tokens.append(ended.tokens)
        if ended.completed:
            walls[cell.config.seed] = ended.wall_seconds
    success = len(walls) / finished if finished else None
    return {
        "suite": suite,
        "structure": structure,
        "strategy": strategy,
        "model": model,
        "agents": agents,
        "runs": len(members),
        "finished": finished,
        "success": success,
        "wall_seconds": _mean(list(walls.values())),
        "expected_seconds": sum(all_walls) / len(all_walls) / success if success else None,
        "tokens": _mean(tokens),
        "walls": walls,
    }


def _ended(cell: Cell, runs_dir: Path, result: Result | None) -> _Ended | None:
    """What a cell came to, as far as it was played; null if it is not over."""
    if result is not None and result.state != "failed" and result.wall_seconds is not None:
        return _Ended(result.completed, result.wall_seconds, result.tokens)
    folder = RunFolder(runs_dir / cell.run_id)
    if not folder.exists():
        return None
    row = describe(folder)
    if row.status not in ("completed", "ended") or row.wall_seconds is None:
        return None
    return _Ended(row.status == "completed", row.wall_seconds, row.tokens)


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


def _speedup(walls: dict[int, float], one: dict[int, float]) -> float | None:
    paired = [seed for seed in walls if seed in one]
    below = sum(walls[seed] for seed in paired)
    return sum(one[seed] for seed in paired) / below if below else None
