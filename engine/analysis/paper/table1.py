"""Table 1: mean speedup and token multiplier by mode, model, structure and team size."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from engine.analysis.paper import published
from engine.analysis.paper.measures import Measures, ratio
from engine.analysis.paper.recording import MODELS, STRUCTURES

DEFINITION = (
    "Successful runs only. Per suite: mean wall time of one agent / mean wall time of N, and mean tokens "
    "(input and output) of N / of one; then the plain mean over the suites that have both."
)


@dataclass(frozen=True, slots=True)
class Row:
    """A cell of the table; null where the runs do not give it, or the paper does not print it."""

    mode: str
    model: str
    structure: str
    agents: int
    speedup: float | None
    token_multiplier: float | None
    published_speedup: float | None
    published_token_multiplier: float | None

    @property
    def reproduces(self) -> bool | None:
        """Whether both values round to the printed ones; null where one of them is missing."""
        pairs = (
            (self.speedup, self.published_speedup),
            (self.token_multiplier, self.published_token_multiplier),
        )
        known = [(value, printed) for value, printed in pairs if value is not None and printed is not None]
        if len(known) < len(pairs):
            return None
        return all(published.agrees(value, f"{printed:.2f}") for value, printed in known)


def table1(measures: Measures) -> list[Row]:
    """Return all cells that the paper prints, and those of other models and sizes that were given."""
    means = (
        measures.runs.filter("success")
        .group_by("mode", "model", "structure", "task_type", "agents")
        .agg(pl.col("wall").mean(), pl.col("tokens").mean())
    )
    suite = ["mode", "model", "structure", "task_type"]
    alone = means.filter(pl.col("agents") == 1).select(*suite, wall_one="wall", tokens_one="tokens")
    cells = (
        means.join(alone, on=suite)
        .sort("task_type")
        .group_by("mode", "model", "structure", "agents")
        .agg(
            ratio("wall_one", "wall").mean().alias("speedup"),
            ratio("tokens", "tokens_one").mean().alias("multiplier"),
        )
    )
    found = {
        (row["mode"], row["model"], row["structure"], row["agents"]): (row["speedup"], row["multiplier"])
        for row in cells.iter_rows(named=True)
    }
    printed = published.table1()
    given: list[published.Cell] = [
        (row["mode"], row["model"], row["structure"], row["agents"])
        for row in measures.runs.select("mode", "model", "structure", "agents").unique().iter_rows(named=True)
    ]
    return [
        Row(*cell, *_two(found.get(cell)), *_two(printed.get(cell)))
        for cell in sorted({*printed, *given}, key=_order)
    ]


def _two(pair: tuple[float, float] | None) -> tuple[float | None, float | None]:
    return pair if pair is not None else (None, None)


def _order(cell: published.Cell) -> tuple[object, ...]:
    """As the paper prints them; what it does not print comes after, by name."""
    mode, model, structure, agents = cell
    models, structures = list(MODELS.values()), list(STRUCTURES.values())
    return (
        mode != "preassigned",
        mode,
        models.index(model) if model in models else len(models),
        model,
        structures.index(structure) if structure in structures else len(structures),
        structure,
        agents,
    )
