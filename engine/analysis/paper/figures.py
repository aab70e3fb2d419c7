"""Figures 2-6 as data: what each is about, drawn anew from the runs that are given.

A figure is a row of panels. A panel is lines over team sizes, or bars by kind; who draws it decides how.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from engine.analysis.laws import amdahl_bound
from engine.analysis.paper.conflicts import COUNTED, RECORDED, conflicts
from engine.analysis.paper.measures import Measures
from engine.analysis.paper.recording import STRUCTURES, Recording
from engine.analysis.paper.table1 import Row

SHARES = {"parallel": 0.9, "mixed": 0.5, "serial": 0.2}
"""p of the paper's structures: the share of the work that is not in the longest chain."""

MODES = ("preassigned", "decentralized")


@dataclass(frozen=True, slots=True)
class Line:
    """A series: (x, mean, standard error or null) in order of x. ``reference`` lines bound or compare."""

    name: str
    points: tuple[tuple[float, float, float | None], ...]
    reference: bool = False


@dataclass(frozen=True, slots=True)
class Panel:
    """``lines`` over agents; or, with ``kinds``, bars: the x of a point is the number of its kind."""

    title: str
    unit: str
    lines: tuple[Line, ...]
    kinds: tuple[str, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether the runs gave nothing to draw but what bounds it."""
        return not any(line.points for line in self.lines if not line.reference)


@dataclass(frozen=True, slots=True)
class Figure:
    """``about`` says what is drawn, of which runs, and how."""

    number: int
    title: str
    about: str
    panels: tuple[Panel, ...]


def figures(recording: Recording, measures: Measures, table: Sequence[Row]) -> list[Figure]:
    """Return Figures 2 to 6 of these runs."""
    return [
        _speedup(table),
        _failures(recording, measures),
        _talk(measures),
        _stragglers(measures),
        _cost(measures),
    ]


def _speedup(table: Sequence[Row]) -> Figure:
    panels = []
    for mode in MODES:
        for structure in STRUCTURES.values():
            rows = [row for row in table if row.mode == mode and row.structure == structure]
            sizes = sorted({row.agents for row in rows if row.speedup is not None})
            bound = tuple((float(n), amdahl_bound(SHARES[structure], n), None) for n in sizes)
            lines = [Line("Amdahl", bound, reference=True)]
            for model in dict.fromkeys(row.model for row in rows):
                found = [row for row in rows if row.model == model and row.speedup is not None]
                lines.append(
                    Line(model, tuple((float(r.agents), r.speedup, None) for r in found if r.speedup))
                )
            panels.append(Panel(f"{mode}, {structure}", "speedup", tuple(lines)))
    about = "Speedup of Table 1 against team size, with Amdahl's bound. Successful runs."
    return Figure(2, "Speedup", about, tuple(panels))


def _failures(recording: Recording, measures: Measures) -> Figure:
    good = measures.runs.filter("success")
    of_modes = Panel("failed test runs per run", "failures", _by_mode(good, "failures"))
    clashes = conflicts(recording, measures).filter("success", mode="decentralized")
    recorded = Panel("decentralized, as recorded", "per run", _bars(clashes, RECORDED), RECORDED_WORDS)
    counted = Panel("decentralized, from events", "per run", _bars(clashes, COUNTED), COUNTED_WORDS)
    about = (
        "Successful runs: failed test runs by team size (mean and standard error); conflicts per "
        "decentralized run by model, as the release recorded them (0 where nothing was stored) and counted "
        "from the events; a rewrite is an edit of a file in a later round than its first."
    )
    return Figure(3, "Test failures and conflicts", about, (of_modes, recorded, counted))


RECORDED_WORDS = ("concurrent writes", "claims blocked", "all rewrites")
COUNTED_WORDS = ("concurrent writes", "claims blocked", "rewrites of others")


def _talk(measures: Measures) -> Figure:
    about = "All runs: model replies and rounds without a completion per run (mean and standard error)."
    panels = (
        Panel("replies per run", "replies", _by_mode(measures.runs, "messages")),
        Panel("idle rounds per run", "rounds", _by_mode(measures.runs, "idle_rounds")),
    )
    return Figure(4, "Replies and idle rounds", about, panels)


def _stragglers(measures: Measures) -> Figure:
    about = (
        "All runs: slowest reply less the mean of its round, rounds with two or more replies (mean and "
        "standard error)."
    )
    panels = tuple(
        Panel(
            mode,
            "seconds",
            tuple(
                Line(name, _means(measures.rounds.filter(mode=mode, structure=name), "gap"))
                for name in STRUCTURES.values()
            ),
        )
        for mode in MODES
    )
    return Figure(5, "Straggler gap", about, panels)


def _cost(measures: Measures) -> Figure:
    good = measures.runs.filter("success")
    panels = tuple(
        Panel(
            mode,
            "× one agent",
            (
                Line("tokens", _means(good.filter(mode=mode), "multiplier")),
                Line("speedup", _means(good.filter(mode=mode), "speedup")),
            ),
        )
        for mode in MODES
    )
    about = (
        "Successful runs: tokens and speedup against the one-agent runs of the cell (mean, standard error)."
    )
    return Figure(6, "What speedup costs", about, panels)


def _by_mode(table: pl.DataFrame, column: str) -> tuple[Line, ...]:
    return tuple(Line(mode, _means(table.filter(mode=mode), column)) for mode in MODES)


def _means(table: pl.DataFrame, column: str) -> tuple[tuple[float, float, float | None], ...]:
    """Mean and standard error by team size."""
    sizes = (
        table.filter(pl.col(column).is_not_null())
        .group_by("agents")
        .agg(
            pl.col(column).mean().alias("mean"),
            pl.col(column).std().alias("deviation"),
            pl.len().alias("n"),
        )
        .sort("agents")
    )
    return tuple(_point(row) for row in sizes.iter_rows(named=True))


def _point(row: dict[str, Any]) -> tuple[float, float, float | None]:
    error = None if row["deviation"] is None else row["deviation"] / row["n"] ** 0.5
    return float(row["agents"]), float(row["mean"]), error


def _bars(table: pl.DataFrame, columns: Iterable[str]) -> tuple[Line, ...]:
    """A series per model with the mean of each column."""
    lines = []
    for model in sorted(set(table["model"])):
        rows = table.filter(model=model)
        means = [(float(at), rows[column].mean()) for at, column in enumerate(columns)]
        points = tuple((at, float(mean), None) for at, mean in means if isinstance(mean, int | float))
        lines.append(Line(model, points))
    return tuple(lines)
