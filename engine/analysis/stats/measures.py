"""What is compared between saved runs: a table with a row per finished run, completed or not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import polars as pl

from engine.analysis.stats.counted import counted
from engine.rows import RunRow

CELL = ("source", "suite", "structure", "strategy", "model")
"""What a team and the one-agent runs that it is measured against have in common."""

Worst: TypeAlias = Literal["high", "low", "no"]


@dataclass(frozen=True, slots=True)
class Measure:
    """``ratio``: differences are told as factors. ``worst``: where a run that failed stands in a ranking of
    all runs (``no``: it is not ranked). ``teams``: of one agent it says nothing.
    """

    ratio: bool
    worst: Worst
    teams: bool = False


_AMOUNT, _COUNT = Measure(ratio=True, worst="no"), Measure(ratio=False, worst="no")

MEASURES: dict[str, Measure] = {
    "speedup": Measure(ratio=True, worst="low", teams=True),
    "token_multiplier": Measure(ratio=True, worst="no", teams=True),
    "wall_seconds": Measure(ratio=True, worst="high"),
    "tokens": _AMOUNT,
    "cost_usd": _AMOUNT,
    "rounds": _COUNT,
    "replies": _COUNT,
    "messages": _COUNT,
    "idle_rounds": _COUNT,
    "test_failures": _COUNT,
    "concurrent_writes": _COUNT,
    "rewrites": _COUNT,
    "claims_blocked": _COUNT,
    "chatter": _COUNT,
    "straggler_gap": _AMOUNT,
}
"""By name. Figures of completed runs; failed ones stand beside them, see ``Measure.worst``."""

FACTORS = ("strategy", "structure", "model", "agents", "suite", "status", "source")
"""What runs can be grouped by, in the order in which one that differs is looked for."""

FINISHED = ("completed", "ended")

_SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "run_id": pl.String,
    **dict.fromkeys(CELL, pl.String),
    "agents": pl.Int64,
    "seed": pl.Int64,
    "status": pl.String,
    "wall_seconds": pl.Float64,
    "tokens": pl.Float64,
    "cost_usd": pl.Float64,
    "rounds": pl.Float64,
}


def table(rows: Sequence[RunRow], alone: Sequence[RunRow] = (), *, counts: bool = False) -> pl.DataFrame:
    """The finished runs of ``rows``, with ``completed``, ``speedup`` and ``token_multiplier``.

    What happened in them (``COUNTED``) is null unless ``counts`` asks for it: it may have to be read from
    journals.

    These are of teams: mean of the completed one-agent runs of the same source, suite, structure, strategy
    and model over the run's wall time, and its tokens over their mean (the paper's, section 4.1 and 4.6).
    ``alone`` are more runs to take one-agent runs from. Null where there is none, or nothing was recorded.
    """
    given = _frame(rows)
    solo = (
        pl.concat([given, _frame(alone)])
        .unique("run_id", keep="first")
        .filter((pl.col("agents") == 1) & (pl.col("status") == "completed"))
        .group_by(CELL)
        .agg(
            pl.col("wall_seconds").sort().mean().alias("wall_one"),
            pl.col("tokens").sort().mean().alias("tokens_one"),
        )
    )
    team = pl.col("agents") > 1
    return (
        given.join(solo, on=CELL, how="left", maintain_order="left")
        .with_columns(
            completed=pl.col("status") == "completed",
            speedup=pl.when(team & (pl.col("wall_seconds") > 0)).then(
                pl.col("wall_one") / pl.col("wall_seconds")
            ),
            token_multiplier=pl.when(team & (pl.col("tokens_one") > 0)).then(
                pl.col("tokens") / pl.col("tokens_one")
            ),
        )
        .drop("wall_one", "tokens_one")
        .sort("run_id")
        .join(_counts(rows if counts else ()), on="run_id", how="left", maintain_order="left")
    )


def _counts(rows: Sequence[RunRow]) -> pl.DataFrame:
    return counted([row for row in rows if row.status in FINISHED])


def _frame(rows: Sequence[RunRow]) -> pl.DataFrame:
    finished = [row for row in rows if row.status in FINISHED]
    told = [{name: getattr(row, name) for name in _SCHEMA} for row in finished]
    return pl.DataFrame(told, schema=_SCHEMA)


def differing(runs: pl.DataFrame) -> list[str]:
    """The factors that differ between runs, most telling first."""
    return [name for name in FACTORS if runs[name].n_unique() > 1]


def values(runs: pl.DataFrame, measure: str) -> pl.Series:
    """The measure of completed runs, without those of which it is unknown."""
    return runs.filter("completed")[measure].drop_nulls()


def ranked(runs: pl.DataFrame, measure: str) -> pl.Series:
    """The measure of all runs, failed ones as worse than any completed one."""
    spec = MEASURES[measure]
    if spec.teams:
        runs = runs.filter(pl.col("agents") > 1)
    worst = {"high": float("inf"), "low": float("-inf"), "no": None}[spec.worst]
    value = pl.when("completed").then(pl.col(measure)).otherwise(pl.lit(worst, pl.Float64))
    return runs.select(value.alias(measure)).to_series().drop_nulls()
