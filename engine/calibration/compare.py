"""How well one set of runs says what another recorded: speedups, tokens, success, and the noise in both.

A figure is that of the paper's Table 1 (mean wall of one agent over mean wall of N, successful runs only, the
plain mean over suites), or the same for a single suite.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import fmean, median, pstdev
from typing import NamedTuple

from engine.calibration.grid import Cell, Grid, Runs

RESAMPLES = 400
"""Bootstrap draws behind the recorded intervals: their ends move by a hundredth beyond that."""

HALVES = 100
"""Random splits of the recordings into halves, and draws of runs that are made again."""

INTERVALS = 5
"""Draws of which the intervals are made, too: each takes as long as hundreds of others."""


class Place(NamedTuple):
    """What a figure is of; ``suite`` is empty for the mean over suites."""

    mode: str
    model: str
    suite: str
    structure: str
    agents: int


class Figure(NamedTuple):
    """Speedup and token multiplier."""

    speedup: float
    tokens: float


@dataclass(frozen=True, slots=True)
class Agreement:
    """How figures agree with recorded ones.

    ``cells`` figures were compared; ``absolute`` is the mean absolute and ``relative`` the median relative
    error of the speedup, ``rank`` Spearman's correlation, ``inside`` the share within the recorded 90 %
    bootstrap interval (null if not asked for); ``tokens`` is the median relative error of the token
    multiplier, ``token_rank`` its correlation. Null where nothing can be computed.
    """

    cells: int
    absolute: float | None
    relative: float | None
    rank: float | None
    inside: float | None
    tokens: float | None
    token_rank: float | None


def figures(
    grid: Grid, *, by_suite: bool = False, like: Collection[Cell] | None = None
) -> dict[Place, Figure]:
    """All figures that the runs give; ``like`` are the cells that the mean over suites is to be made of."""
    parts: dict[Place, list[Figure]] = defaultdict(list)
    for cell, runs in grid.items():
        one = grid.get(cell.sized(1))
        if cell.agents == 1 or one is None or (like is not None and not {cell, cell.sized(1)} <= set(like)):
            continue
        if runs.wall is None or one.wall is None or runs.tokens is None or not one.tokens:
            continue
        place = Place(cell.mode, cell.model, cell.suite if by_suite else "", cell.structure, cell.agents)
        parts[place].append(Figure(one.wall / runs.wall, runs.tokens / one.tokens))
    return {
        place: Figure(fmean(each.speedup for each in some), fmean(each.tokens for each in some))
        for place, some in parts.items()
    }


def agreement(
    said: Mapping[Place, Figure],
    recorded: Mapping[Place, Figure],
    mode: str,
    intervals: Mapping[Place, tuple[float, float]] | None = None,
) -> Agreement:
    """Compare what was ``said`` of a mode with what was recorded, where both have a figure."""
    places = [place for place in recorded if place.mode == mode and place in said]
    errors = [abs(said[p].speedup - recorded[p].speedup) for p in places]
    inside = [i[0] <= said[p].speedup <= i[1] for p in places if intervals and (i := intervals.get(p))]
    return Agreement(
        cells=len(places),
        absolute=fmean(errors) if errors else None,
        relative=median(e / recorded[p].speedup for e, p in zip(errors, places, strict=True))
        if errors
        else None,
        rank=spearman([said[p].speedup for p in places], [recorded[p].speedup for p in places]),
        inside=sum(inside) / len(inside) if inside else None,
        tokens=median(abs(said[p].tokens / recorded[p].tokens - 1) for p in places) if places else None,
        token_rank=spearman([said[p].tokens for p in places], [recorded[p].tokens for p in places]),
    )


def intervals(
    recorded: Grid, *, by_suite: bool = False, level: float = 0.9
) -> dict[Place, tuple[float, float]]:
    """Bootstrap intervals of the recorded speedups: runs are drawn again within their cells."""
    chance = random.Random(0)
    draws: dict[Place, list[float]] = defaultdict(list)
    for _ in range(RESAMPLES):
        for place, figure in figures(redrawn(recorded, chance), by_suite=by_suite).items():
            draws[place].append(figure.speedup)
    cut = (1 - level) / 2
    return {place: (_quantile(values, cut), _quantile(values, 1 - cut)) for place, values in draws.items()}


def redrawn(grid: Grid, chance: random.Random) -> dict[Cell, Runs]:
    """As many runs of each cell, drawn from its own."""
    return {cell: Runs(chance.choices(runs.ended, k=len(runs.ended))) for cell, runs in grid.items()}


def ceiling(recorded: Grid, mode: str, *, by_suite: bool = False) -> Agreement:
    """What can be asked for: random halves of the recordings against each other, the mean over splits."""
    chance = random.Random(0)
    found = []
    for _ in range(HALVES):
        one, other = (figures(half, by_suite=by_suite) for half in _halves(recorded, chance))
        found.append(agreement(one, other, mode))
    return _usual(found)


def true_means(halves: Agreement) -> Agreement:
    """What who knew every cell's true mean would reach, from ``halves`` held against each other.

    A half has half the runs, and its noise meets that of the other: four times the variance of the mean of
    all, twice the error. Of ranks, Spearman and Brown: a whole agrees with another one as 2r / (1 + r), and
    with the truth as the root of that.
    """
    return replace(
        halves,
        absolute=_half(halves.absolute),
        relative=_half(halves.relative),
        rank=_whole(halves.rank),
        tokens=_half(halves.tokens),
        token_rank=_whole(halves.token_rank),
    )


def _half(value: float | None) -> float | None:
    return None if value is None else value / 2


def _whole(rank: float | None) -> float | None:
    return None if rank is None else float((2 * max(0.0, rank) / (1 + max(0.0, rank))) ** 0.5)


def again(recorded: Grid, mode: str, *, by_suite: bool = False) -> Agreement:
    """How far runs that are made again are from the first ones: drawn from their cells, against all of them.

    The mean over draws. Errors are those of who knew every cell's true mean, but for a tenth: a draw misses
    nothing that the recordings missed, too. Ranks agree better than they could with the truth, because what
    is noise between recorded cells counts as a difference here. ``inside`` is how many of the figures that
    runs are drawn from lie in the intervals of what is drawn: of five runs, less than nine in ten.
    """
    chance = random.Random(0)
    mine = {cell: runs for cell, runs in recorded.items() if cell.mode == mode}
    known = figures(mine, by_suite=by_suite)
    found = []
    for number in range(HALVES):
        drawn = redrawn(mine, chance)
        margins = intervals(drawn, by_suite=by_suite) if number < INTERVALS else None
        fresh = figures(drawn, by_suite=by_suite)
        one = agreement(fresh, known, mode)
        found.append(replace(one, inside=agreement(known, fresh, mode, margins).inside))
    return _usual(found)


def spread(found: Sequence[Agreement]) -> tuple[float | None, float | None]:
    """By how much several agreements differ (standard deviations): median error, rank correlation."""
    errors = [each.relative for each in found if each.relative is not None]
    ranks = [each.rank for each in found if each.rank is not None]
    return pstdev(errors) if errors else None, pstdev(ranks) if ranks else None


def _halves(recorded: Grid, chance: random.Random) -> tuple[dict[Cell, Runs], dict[Cell, Runs]]:
    halves: tuple[dict[Cell, Runs], dict[Cell, Runs]] = ({}, {})
    for cell, runs in recorded.items():
        shuffled = chance.sample(runs.ended, len(runs.ended))
        middle = len(shuffled) // 2 + (len(shuffled) % 2 and chance.random() < 0.5)
        halves[0][cell], halves[1][cell] = Runs(shuffled[:middle]), Runs(shuffled[middle:])
    return halves


def _usual(found: Sequence[Agreement]) -> Agreement:
    """The mean of several agreements."""

    def usual(values: Sequence[float | None]) -> float | None:
        known = [value for value in values if value is not None]
        return fmean(known) if known else None

    return Agreement(
        cells=round(fmean(each.cells for each in found)),
        absolute=usual([each.absolute for each in found]),
        relative=usual([each.relative for each in found]),
        rank=usual([each.rank for each in found]),
        inside=usual([each.inside for each in found]),
        tokens=usual([each.tokens for each in found]),
        token_rank=usual([each.token_rank for each in found]),
    )


def apart(rows: Sequence[Success], mode: str) -> tuple[float, float]:
    """How far apart the shares of a mode are, by model and team size: in the mean, and at most."""
    off = [abs(row.recorded - row.simulated) for row in rows if row.mode == mode]
    return (fmean(off), max(off)) if off else (0.0, 0.0)


def success_ceiling(recorded: Grid, mode: str, *, by_size: bool = True) -> tuple[float, float]:
    """``apart`` of random halves of the recordings, the mean over splits."""
    chance = random.Random(0)
    found = []
    for _ in range(HALVES):
        one, other = _halves(recorded, chance)
        found.append(apart(success(ended(one), other, by_size=by_size), mode))
    return fmean(mean for mean, _ in found), fmean(most for _, most in found)


@dataclass(frozen=True, slots=True)
class Success:
    """The share of a model's runs that ended, recorded and simulated; ``agents`` is 0 for all team sizes."""

    mode: str
    model: str
    agents: int
    recorded: float
    simulated: float


def ended(grid: Grid) -> dict[Cell, float]:
    """The share of each cell's runs that ended, where there are any."""
    return {cell: len(runs.good) / len(runs.ended) for cell, runs in grid.items() if runs.ended}


def success(simulated: Mapping[Cell, float], recorded: Grid, *, by_size: bool = True) -> list[Success]:
    """Shares of runs that ended, by mode, model and team size, or by mode and model; cells count by their
    recorded runs. ``simulated`` is what is said of each cell."""
    weights: dict[tuple[str, str, int], list[tuple[float, float, int]]] = defaultdict(list)
    for cell, share in ended(recorded).items():
        if cell not in simulated:
            continue
        here = share, simulated[cell], len(recorded[cell].ended)
        weights[cell.mode, cell.model, cell.agents if by_size else 0].append(here)
    return [
        Success(
            mode,
            model,
            agents,
            sum(r * n for r, _, n in some) / sum(n for _, _, n in some),
            sum(s * n for _, s, n in some) / sum(n for _, _, n in some),
        )
        for (mode, model, agents), some in sorted(weights.items())
    ]


def wall_error(simulated: Grid, recorded: Grid, mode: str, agents: int) -> float | None:
    """Median relative error of the mean walls of a mode's cells of one team size."""
    errors = [
        abs(wall / known - 1)
        for cell, runs in recorded.items()
        if (cell.mode, cell.agents) == (mode, agents)
        and (known := runs.wall) is not None
        and (wall := simulated.get(cell, Runs()).wall) is not None
    ]
    return median(errors) if errors else None


def spearman(x: Sequence[float], y: Sequence[float]) -> float | None:
    """Rank correlation; null for fewer than three pairs, or where all are equal."""
    if len(x) < 3:
        return None
    a, b = _ranks(x), _ranks(y)
    mean = (len(x) + 1) / 2
    up = sum((p - mean) * (q - mean) for p, q in zip(a, b, strict=True))
    down = sum((p - mean) ** 2 for p in a) * sum((q - mean) ** 2 for q in b)
    return float(up / down**0.5) if down else None


def _ranks(values: Sequence[float]) -> list[float]:
    """Ranks from 1, ties in the middle."""
    order = sorted(range(len(values)), key=lambda place: values[place])
    ranks = [0.0] * len(values)
    start = 0
    while start < len(order):
        end = start
        while end + 1 < len(order) and values[order[end + 1]] == values[order[start]]:
            end += 1
        for place in order[start : end + 1]:
            ranks[place] = (start + end) / 2 + 1
        start = end + 1
    return ranks


def _quantile(values: Sequence[float], at: float) -> float:
    ordered = sorted(values)
    place = at * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)
