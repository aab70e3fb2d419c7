"""Pace: how much longer replies take, alone and in a team, than what single recorded replies say.

Walls of whole runs hold more than what is counted per reply: calls that slow each other down, and all that a
model of behaviour gets wrong. It is put into two numbers of a power law, alone · N^crowding, and not into
cells: ``alone`` per model, mode, suite and shape of graph, ``crowding`` per model, mode and shape, the same
for all suites.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from statistics import fmean
from typing import NamedTuple

from engine.calibration.grid import Cell, Grid
from engine.calibration.replies import MODELS, STRUCTURES, SUITES

Paces = dict[str, dict[str, dict[str, dict[str, float]]]]

TOWARDS_ONE = 2.0
"""How many runs' worth of doubt there is about a pace other than 1, and about a crowding other than 0."""

SUITES_OF_DOUBT = 1.0
"""How many suites' worth of doubt there is that a shape of graph crowds a model in its own way everywhere."""

MODES = {"pre": "preassigned", "dec": "decentralized"}


class _Point(NamedTuple):
    suite: str
    size: float  # log N
    factor: float  # log of the pace that would make the walls equal
    weight: float  # recorded runs


def fit(simulated: Grid, recorded: Grid, fits: Iterable[Cell], *, common: bool = False) -> Paces:
    """Paces that bring the simulated walls of these cells to the recorded ones, in least squares of
    logarithms.

    A suite of which none of the cells is given gets the mean of the others. ``common`` paces are for suites
    that nobody recorded. Runs of one suite share what is odd about it, so what all suites have in common is
    known from a few suites, however many runs they have: a model's crowding on a shape of graph is drawn
    towards its mean over shapes.
    """
    points: dict[tuple[str, str, str], list[_Point]] = defaultdict(list)
    for cell in fits:
        factor = _factor(simulated, recorded, cell)
        if factor is not None:
            weight = float(len(recorded[cell].good))
            point = _Point(cell.suite, math.log(cell.agents), math.log(factor), weight)
            points[cell.model, cell.mode, cell.structure].append(point)
    paces: Paces = {model: {suite: {} for suite in SUITES.values()} for model in MODELS.values()}
    for model in MODELS.values():
        for short, mode in MODES.items():
            known = {structure: points[model, mode, structure] for structure in STRUCTURES.values()}
            crowdings = {structure: _crowding(some) for structure, some in known.items()}
            if common:
                crowdings = _drawn_together(crowdings, known)
            for structure, crowding in crowdings.items():
                alone = _alone(known[structure], crowding)
                usual = fmean(alone.values()) if alone else 0.0
                for suite in SUITES.values():
                    paces[model][suite][f"{short}_{structure}"] = {
                        "alone": round(math.exp(alone.get(suite, usual)), 4),
                        "crowding": round(crowding, 4),
                    }
    return paces


def _factor(simulated: Grid, recorded: Grid, cell: Cell) -> float | None:
    """How many times as long the slowest replies of rounds would have to be; tests take what they take."""
    if cell not in simulated or cell not in recorded:
        return None
    wanted, good = recorded[cell].wall, simulated[cell].good
    if wanted is None or not good:
        return None
    thinking = fmean(run.thinking for run in good)
    rest = fmean(run.wall - run.thinking for run in good)
    return max(wanted - rest, 0.1 * wanted) / max(thinking, 1e-6)


def _crowding(points: list[_Point]) -> float:
    """The common crowding: one slope, beside an intercept per suite.

    Alternates between both, which converges for a positive definite problem; 200 steps are far beyond that.
    """
    crowding = 0.0
    for _ in range(200):
        alone = _alone(points, crowding)
        below = sum(p.weight * p.size**2 for p in points) + TOWARDS_ONE
        crowding = sum(p.weight * p.size * (p.factor - alone[p.suite]) for p in points) / below
    return crowding


def _alone(points: list[_Point], crowding: float) -> dict[str, float]:
    """Logarithms of ``alone`` by suite, with the crowding known."""
    found = {}
    for suite in {point.suite for point in points}:
        mine = [point for point in points if point.suite == suite]
        total = sum(point.weight for point in mine) + TOWARDS_ONE
        found[suite] = sum(p.weight * (p.factor - crowding * p.size) for p in mine) / total
    return found


def _drawn_together(
    crowdings: Mapping[str, float], points: Mapping[str, Sequence[_Point]]
) -> dict[str, float]:
    """Crowdings by shape, drawn towards their mean: the more, the fewer suites they are known from."""
    middle = fmean(crowdings.values())
    found = {}
    for structure, crowding in crowdings.items():
        suites = len({point.suite for point in points[structure]})
        found[structure] = (suites * crowding + SUITES_OF_DOUBT * middle) / (suites + SUITES_OF_DOUBT)
    return found
