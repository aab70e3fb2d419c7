"""What recordings say beyond the simulation: a Gaussian process over teams, in logarithms.

A figure of a team (seconds, tokens) is, in logarithms, ``weight`` times its simulated one, plus what teams
that are like it had in common beyond that. Likeness is a sum of levels (same mode; same mode and model; same
model and suite; …); on each, teams share an offset and a slope in ln N that wanders (a Brownian motion in ln
N, so that larger teams than were recorded are less and less certain). C. Rasmussen, C. Williams, Gaussian
Processes for Machine Learning, 2006, equations 2.25-2.26; levels as nested random effects.

Some 300 observations are solved in a third of a second without NumPy, which teamtop does not need else.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import mul

import msgspec

P_RANGE = 0.4
"""Two structures are so much less alike by a factor e for this difference of p."""


class Team(msgspec.Struct, frozen=True):
    """What an observation or a forecast is of. ``mode``: ``preassigned`` (work is given out) or
    ``decentralized`` (agents claim). ``strategy`` names one that was not recorded, else it is the mode.
    ``engine``: who ran the team: ``paper`` or ``teamtop``.
    """

    mode: str
    strategy: str
    model: str
    suite: str
    p: float
    agents: int
    engine: str = "teamtop"


class Level(msgspec.Struct, frozen=True):
    """Teams with equal ``fields`` (and, if ``graph``, like p) share an offset and a slope of these
    variances.
    """

    fields: tuple[str, ...]
    graph: bool
    offset: float
    slope: float


class Settings(msgspec.Struct, frozen=True):
    """How much is shared on which level. ``cell`` is the variance that each mean has of its own, ``run`` that
    of single runs around their mean, by mode.

    ``stretch`` multiplies the variance of ratios of two teams, ``wide`` that of single runs, by mode (1 where
    it is not named): by so much forecasts of suites that were held out had to be widened for their 80%
    intervals to hold.
    """

    weight: float
    levels: tuple[Level, ...]
    cell: float
    run: dict[str, float]
    stretch: dict[str, float] = {}
    wide: dict[str, float] = {}


class Observation(msgspec.Struct, frozen=True):
    """A figure of a team, and that of its rehearsals; ``noise`` is the variance that chance gave the
    former.
    """

    team: Team
    value: float
    simulated: float
    noise: float


@dataclass(frozen=True, slots=True)
class Guess:
    """What to expect of several teams: ``means`` and, pair by pair, ``covariance``."""

    means: list[float]
    covariance: Callable[[int, int], float]


class Belief:
    """Observations, digested. Raises ``ValueError`` if there are none."""

    def __init__(self, settings: Settings, observations: Sequence[Observation]) -> None:
        if not observations:
            raise ValueError("nothing was observed")
        self._settings = settings
        self._known: dict[Team, list[tuple[object, ...]]] = {}
        self._teams = [each.team for each in observations]
        rest = [each.value - settings.weight * each.simulated for each in observations]
        self._middle = middle(rest, [each.noise + settings.cell for each in observations])
        matrix = [[self._alike(a, b) for b in self._teams[: i + 1]] for i, a in enumerate(self._teams)]
        for i, each in enumerate(observations):
            matrix[i][i] += settings.cell + each.noise
        self._root = _cholesky(matrix)
        self._solved = _forward(self._root, [value - self._middle for value in rest])

    def guess(self, teams: Sequence[Team], simulated: Sequence[float]) -> Guess:
        """What to expect of ``teams`` whose rehearsals came to ``simulated`` (logarithms)."""
        reached = [_forward(self._root, [self._alike(team, seen) for seen in self._teams]) for team in teams]
        means = [
            self._settings.weight * value + self._middle + sum(map(mul, row, self._solved))
            for row, value in zip(reached, simulated, strict=True)
        ]

        def covariance(i: int, j: int) -> float:
            own = self._settings.cell if teams[i] == teams[j] else 0.0
            explained: float = sum(map(mul, reached[i], reached[j]))
            return self._alike(teams[i], teams[j]) + own - explained

        return Guess(means, covariance)

    def single_run(self, team: Team) -> float:
        """Variance of the logarithm of one run around its mean."""
        variance: float = self._settings.run[team.mode]
        return variance

    def _alike(self, a: Team, b: Team) -> float:
        """The covariance of two teams."""
        small = math.log(min(a.agents, b.agents))
        near = math.exp(-abs(a.p - b.p) / P_RANGE)
        total = 0.0
        for level, left, right in zip(self._settings.levels, self._shares(a), self._shares(b), strict=True):
            if left == right:
                total += (level.offset + level.slope * small) * (near if level.graph else 1.0)
        return total

    def _shares(self, team: Team) -> list[tuple[object, ...]]:
        """What a team has in common with others, level by level."""
        found = self._known.get(team)
        if found is None:
            fields = (level.fields for level in self._settings.levels)
            found = self._known[team] = [tuple(getattr(team, name) for name in each) for each in fields]
        return found


def middle(values: Sequence[float], variances: Sequence[float]) -> float:
    """The mean, each value by what it tells."""
    weights = [1 / max(variance, 1e-6) for variance in variances]
    return math.fsum(map(mul, weights, values)) / math.fsum(weights)


def _cholesky(lower: list[list[float]]) -> list[list[float]]:
    """The lower triangle L with L·Lᵀ = the matrix whose lower triangle is given."""
    root: list[list[float]] = []
    for i, given in enumerate(lower):
        row: list[float] = []
        for j in range(i):
            row.append((given[j] - sum(map(mul, row, root[j]))) / root[j][j])
        rest = given[i] - sum(map(mul, row, row))
        row.append(math.sqrt(max(rest, 1e-12)))  # rounding must not take the root of a negative number
        root.append(row)
    return root


def _forward(root: list[list[float]], values: Sequence[float]) -> list[float]:
    """x with L·x = values."""
    found: list[float] = []
    for row, value in zip(root, values, strict=True):
        found.append((value - sum(map(mul, row, found))) / row[-1])
    return found
