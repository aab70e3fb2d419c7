"""What following advice costs: chosen team sizes held against the best ones of the recordings.

Beside ``plan`` stand ways of choosing that know nothing of the series: always the same size, Amdahl's law,
and what was best in the other suites' recordings. ``by_chance`` is a floor: what the recorded best itself
would have cost, had its cell's runs been other ones.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from statistics import fmean

import polars as pl

from engine.advice.choice import WEIGHTS, Prefer
from engine.advice.derive import SIZES
from engine.advice.experience import Cell
from engine.analysis.laws import amdahl_bound

Series = tuple[str, str, str, str]
"""Mode, model, suite, structure."""

MODES = ("preassigned", "decentralized")

PREFERS: tuple[Prefer, ...] = ("time", "balance")

ELSEWHERE = "best in the other suites"

FLOOR = "the recorded best, drawn again"

DRAWS = 200
"""Times that runs are drawn again for the floor."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a team took as recorded: mean seconds and tokens to a success; infinite where nothing
    succeeded.
    """

    seconds: float
    tokens: float

    def worth(self, prefer: Prefer) -> float:
        """What is to be small, in logarithms; see ``choice.utility``."""
        return math.log(self.seconds) + WEIGHTS[prefer] * math.log(self.tokens)


Outcomes = Mapping[tuple[Series, int], Outcome]
"""By series and team size."""

Runs = Mapping[tuple[Series, int], Sequence[tuple[float, float, bool]]]
"""Seconds, tokens and success of every run."""

KEYS = ["mode", "model", "suite", "structure", "agents"]


def outcomes(runs: pl.DataFrame) -> dict[tuple[Series, int], Outcome]:
    """Sums over all runs by successes, of every cell."""
    sums = runs.group_by(KEYS).agg(pl.col("wall").sum(), pl.col("spent").sum(), pl.col("success").sum())
    found = {}
    for row in sums.to_dicts():
        wins = row["success"]
        per = (row["wall"] / wins, row["spent"] / wins) if wins else (math.inf, math.inf)
        found[(row["mode"], row["model"], row["suite"], row["structure"]), row["agents"]] = Outcome(*per)
    return found


def complete(real: Outcomes, series: Series) -> bool:
    """Whether every size succeeded at least once: others have no regret that could be averaged."""
    each = [real.get((series, size)) for size in SIZES]
    return all(one is not None and math.isfinite(one.seconds) for one in each)


@dataclass(slots=True)
class Regrets:
    """By preference and way of choosing: the size that each series was given, and how much worse that was
    than the best one.
    """

    chosen: dict[tuple[Prefer, str], dict[Series, int]] = field(default_factory=dict)
    lost: dict[tuple[Prefer, str], dict[Series, float]] = field(default_factory=dict)

    def count(
        self, series: Series, cells: Sequence[Cell], real: Outcomes, told: Mapping[str, Sequence[Outcome]]
    ) -> None:
        """Add a series that is ``complete``; ``told`` is what each kind of forecast expects of its sizes."""
        # the law knows of no tokens: the work stays the same
        amdahl = [Outcome(1 / amdahl_bound(cell.p, cell.agents), 1.0) for cell in cells]
        for prefer in PREFERS:
            picks = {
                **{way: _best(each, prefer) for way, each in told.items()},
                "always 1": 1,
                "always 5": 5,
                "Amdahl alone": _best(amdahl, prefer),
                ELSEWHERE: elsewhere(real, series, prefer),
            }
            recorded = [real[series, size].worth(prefer) for size in SIZES]
            for way, size in picks.items():
                lost = math.exp(recorded[SIZES.index(size)] - min(recorded)) - 1
                self.chosen.setdefault((prefer, way), {})[series] = size
                self.lost.setdefault((prefer, way), {})[series] = lost

    def floor(self, runs: Runs, real: Outcomes) -> None:
        """Add what chance alone makes, for every series that was counted."""
        for prefer in PREFERS:
            every = self.lost[prefer, "plan"]
            self.lost[prefer, FLOOR] = {series: by_chance(runs, real, series, prefer) for series in every}

    def mean(self, prefer: Prefer, way: str, mode: str = "") -> float:
        """Mean regret, of one mode or of both."""
        return fmean(lost for series, lost in self.lost[prefer, way].items() if mode in (series[0], ""))

    def less(self, prefer: Prefer, way: str) -> tuple[float, float, float]:
        """By how much less regret ``plan`` has than ``way``, and a 95% bootstrap interval over series."""
        lost = self.lost[prefer, "plan"]
        pairs = [self.lost[prefer, way][series] - lost[series] for series in sorted(lost)]
        chance = Random(0)
        means = sorted(fmean(chance.choices(pairs, k=len(pairs))) for _ in range(2_000))
        return fmean(pairs), means[49], means[1949]


def _best(each: Sequence[Outcome], prefer: Prefer) -> int:
    return min(SIZES, key=lambda size: each[SIZES.index(size)].worth(prefer))


def elsewhere(real: Outcomes, series: Series, prefer: Prefer) -> int:
    """The size that was best in the other suites with the same mode, model and structure: by the mean of what
    it took by what one agent took.
    """
    mode, model, suite, structure = series
    others = sorted({s for s, _ in real if (s[0], s[1], s[3]) == (mode, model, structure) and s[2] != suite})
    means = {}
    for size in SIZES:
        pairs = [(real.get((other, size)), real.get((other, 1))) for other in others]
        ratios = [
            math.exp(team.worth(prefer) - alone.worth(prefer))
            for team, alone in pairs
            if team is not None and alone is not None and math.isfinite(team.seconds + alone.seconds)
        ]
        means[size] = fmean(ratios) if ratios else math.inf
    return min(SIZES, key=means.__getitem__)


def single_runs(runs: pl.DataFrame) -> Runs:
    """The recorded runs by cell."""
    found: dict[tuple[Series, int], list[tuple[float, float, bool]]] = {}
    for mode, model, suite, structure, agents, *run in runs.select(*KEYS, "wall", "spent", "success").rows():
        found.setdefault(((mode, model, suite, structure), agents), []).append((run[0], run[1], run[2]))
    return found


def by_chance(runs: Runs, real: Outcomes, series: Series, prefer: Prefer) -> float:
    """Mean regret of the recorded best once the runs of every cell are drawn again, with replacement; draws
    in which a size never succeeds are left out, as such series are.
    """
    best = min(SIZES, key=lambda size: real[series, size].worth(prefer))
    chance = Random(repr(series))
    found = []
    for _ in range(DRAWS):
        cells = {size: chance.choices(runs[series, size], k=len(runs[series, size])) for size in SIZES}
        wins = {size: sum(run[2] for run in cell) for size, cell in cells.items()}
        if all(wins.values()):
            again = {
                size: Outcome(
                    sum(run[0] for run in cell) / wins[size], sum(run[1] for run in cell) / wins[size]
                ).worth(prefer)
                for size, cell in cells.items()
            }
            found.append(math.exp(again[best] - min(again.values())) - 1)
    return fmean(found)
