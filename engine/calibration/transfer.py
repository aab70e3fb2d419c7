"""What recordings alone say of cells that were left out: those of the other suites, or of other team sizes.

No simulation is in these figures. Where the best of them, chosen in hindsight, misses what was aimed for, the
others do not tell of the cells that were left out, and a model that is made from them has little to go by.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from statistics import fmean
from typing import NamedTuple, TypeAlias

from engine.calibration.compare import Agreement, Figure, Place, agreement, figures
from engine.calibration.grid import Cell, Grid, Runs
from engine.calibration.replies import SUITES

Known: TypeAlias = Mapping[Place, Figure]
"""Recorded figures, suite by suite."""

Predictor: TypeAlias = Callable[[Known, Place], "Figure | None"]
"""What recorded figures of others say of a place; null if there are none."""

TOGETHER = "same model, structure and size, runs thrown together"
"""The one predictor that pools runs, not figures."""


class Said(NamedTuple):
    """How one way to predict a mode agrees with what was recorded."""

    mode: str
    way: str
    agreed: Agreement


def _usual(known: Known, places: Iterable[Place]) -> Figure | None:
    """The geometric means: halving and doubling even out."""
    some = [known[place] for place in places if place in known]
    if not some:
        return None
    return Figure(
        *(math.exp(fmean(math.log(value) for value in column)) for column in zip(*some, strict=True))
    )


def _others(known: Known, place: Place) -> list[Place]:
    return [other for other in known if other.mode == place.mode and other.suite != place.suite]


def _alike(*fields: str) -> Predictor:
    """Places of other suites that are the same in these fields."""

    def say(known: Known, place: Place) -> Figure | None:
        same = [o for o in _others(known, place) if all(getattr(o, f) == getattr(place, f) for f in fields)]
        return _usual(known, same)

    return say


def _effects(known: Known, place: Place) -> Figure | None:
    """Model, structure and size each do their part, whatever the other two are."""
    every = _usual(known, _others(known, place))
    parts = [_alike(field)(known, place) for field in ("model", "structure", "agents")]
    if every is None:
        return None
    found = [part for part in parts if part is not None]
    return Figure(
        every.speedup * math.prod(part.speedup / every.speedup for part in found),
        every.tokens * math.prod(part.tokens / every.tokens for part in found),
    )


def _line(known: Known, place: Place) -> Figure | None:
    """A power of the team's size that goes through 1 at one agent, from the cell's other sizes."""
    sizes = [
        other for n in range(2, 17) if n != place.agents and (other := place._replace(agents=n)) in known
    ]
    if not sizes:
        return None
    below = sum(math.log(other.agents) ** 2 for other in sizes)
    powers = (
        sum(math.log(other.agents) * math.log(known[other][column]) for other in sizes) / below
        for column in range(2)
    )
    return Figure(*(place.agents**power for power in powers))


OTHER_SUITES: Mapping[str, Predictor] = {
    "same model, structure and size": _alike("model", "structure", "agents"),
    "same model and structure": _alike("model", "structure"),
    "same model and size": _alike("model", "agents"),
    "same structure and size": _alike("structure", "agents"),
    "same model": _alike("model"),
    "same structure": _alike("structure"),
    "effects of model, structure and size": _effects,
}
"""Predictors of a suite from the others."""

OTHER_SIZES: Mapping[str, Predictor] = {
    "same model, suite and structure": lambda known, place: _usual(
        known, [place._replace(agents=n) for n in range(2, 17) if n != place.agents]
    ),
    "the same, a power of the size": _line,
}
"""Predictors of a team size from the others."""


def from_suites(recorded: Grid, mode: str) -> list[Said]:
    """How each predictor from other suites agrees with a mode's cells, suite by suite."""
    known = figures(recorded, by_suite=True)
    pooled = agreement(figures(together(recorded), by_suite=True), known, mode)
    return [*_said(known, mode, OTHER_SUITES), Said(mode, TOGETHER, pooled)]


def from_sizes(recorded: Grid, mode: str) -> list[Said]:
    """The same, from other team sizes."""
    return _said(figures(recorded, by_suite=True), mode, OTHER_SIZES)


def best(said: Iterable[Said]) -> tuple[float | None, float | None]:
    """The smallest median error and the highest rank correlation, each of the predictor that has it."""
    found = list(said)
    errors = [one.agreed.relative for one in found if one.agreed.relative is not None]
    ranks = [one.agreed.rank for one in found if one.agreed.rank is not None]
    return min(errors, default=None), max(ranks, default=None)


def _said(known: Known, mode: str, ways: Mapping[str, Predictor]) -> list[Said]:
    found = []
    for name, way in ways.items():
        said = {place: figure for place in known if (figure := way(known, place)) is not None}
        found.append(Said(mode, name, agreement(said, known, mode)))
    return found


def together(recorded: Grid) -> dict[Cell, Runs]:
    """Every cell holds the runs of the same cells of the other suites, and none of its own."""
    return {
        cell: Runs(
            [
                run
                for suite in SUITES.values()
                if suite != cell.suite and (other := cell._replace(suite=suite)) in recorded
                for run in recorded[other].ended
            ]
        )
        for cell in recorded
    }
