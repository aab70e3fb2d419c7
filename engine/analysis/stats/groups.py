"""Groups of runs beside each other: how many completed, in what time, and what a success takes in all."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from engine.analysis.stats.effects import Effect, quotient, wilson
from engine.analysis.stats.measures import MEASURES, values


@dataclass(frozen=True, slots=True)
class Group:
    """``success`` is the share of finished runs that completed, with its interval (Wilson).

    ``wall_seconds`` is the mean over completed runs alone; ``expected_seconds`` the time to success if failed
    runs are done again: the mean over all runs / the share that completed. ``medians`` are of completed runs.
    Null where nothing says.
    """

    name: str
    runs: int
    completed: int
    success: float
    success_interval: tuple[float, float]
    wall_seconds: float | None
    expected_seconds: Effect | None
    medians: dict[str, float | None]


def describe(name: str, runs: pl.DataFrame) -> Group:
    """Describe one group, which must not be empty."""
    completed = int(runs["completed"].sum())
    timed = runs.filter(pl.col("wall_seconds").is_not_null())
    walls = values(runs, "wall_seconds")
    expected = quotient(timed["wall_seconds"], timed["completed"].cast(pl.Float64)) if timed.height else None
    return Group(
        name=name,
        runs=runs.height,
        completed=completed,
        success=completed / runs.height,
        success_interval=wilson(completed, runs.height),
        wall_seconds=_number(walls.mean()),
        expected_seconds=expected,
        medians={measure: _number(values(runs, measure).median()) for measure in MEASURES},
    )


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None
