"""What a sweep has found so far: a row per group of repetitions, read from the saved runs at any time."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeAlias

from engine.record.folder import RunFolder
from engine.rows import describe
from engine.sweeps.cells import Cell

Row: TypeAlias = dict[str, Any]


def rows(cells: Sequence[Cell], runs_dir: Path) -> list[Row]:
    """One row per group, in the order of the plan, from what is saved of its cells by now.

    ``speedup`` is the ratio of mean wall times, one agent over the team, over the seeds that both completed
    (paired), null without any. ``wall_seconds`` is the mean over completed runs; ``success`` the
    share of finished runs that completed, and ``expected_seconds`` the mean over all finished ones by that
    share: the time to success if failed runs are done again. ``tokens`` is a mean as well.
    """
    groups: dict[tuple[str, str, str, str, int], list[Cell]] = {}
    for cell in cells:
        groups.setdefault(cell.group, []).append(cell)
    found = {key: _group(key, members, runs_dir) for key, members in groups.items()}
    for key, row in found.items():
        one = found.get((*key[:4], 1))
        row["speedup"] = _speedup(row["walls"], one["walls"]) if one is not None else None
    return [{name: value for name, value in row.items() if name != "walls"} for row in found.values()]


def _group(key: tuple[str, str, str, str, int], members: Sequence[Cell], runs_dir: Path) -> Row:
    suite, structure, strategy, model, agents = key
    walls: dict[int, float] = {}
    all_walls: list[float] = []
    tokens: list[int] = []
    finished = 0
    for cell in members:
        folder = RunFolder(runs_dir / cell.run_id)
        if not folder.exists():
            continue
        row = describe(folder)
        if row.status not in ("completed", "ended") or row.wall_seconds is None:
            continue
        finished += 1
        all_walls.append(row.wall_seconds)
        if row.tokens is not None:
            tokens.append(row.tokens)
        if row.status == "completed":
            walls[cell.config.seed] = row.wall_seconds
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


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


def _speedup(walls: dict[int, float], one: dict[int, float]) -> float | None:
    paired = [seed for seed in walls if seed in one]
    below = sum(walls[seed] for seed in paired)
    return sum(one[seed] for seed in paired) / below if below else None
