"""Time, tokens, money and success of teams that have not run yet, each with an 80% interval.

For a simulated model the rehearsals are the forecast. For a real one they are only what it is built on:
recorded and saved runs say how far the simulation of its namesake is to be believed (``belief``).
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, variance
from typing import NamedTuple

from engine.advice.belief import Guess, Observation, Team
from engine.advice.experience import Figure, belief, mode_of, table
from engine.advice.rehearsal import Sample

Z80 = 1.2815515655446004
"""The 90% quantile of the standard normal distribution: 80% lie between it and its negative."""

GRID = (1, 2, 3, 4, 5, 6, 8, 11, 16)
"""Team sizes that are rehearsed; those between follow from their neighbours, in logarithms."""

FEW = 0.35
"""Deviation of the logarithm of single runs that is taken where one rehearsal cannot show any."""

WORTH = 4.0
"""Rehearsals that the mean variance of a strategy counts for beside those of one team."""

Key = tuple[str, int]
"""Strategy and team size."""

Rehearsed = Mapping[Key, Sequence[Sample]]
"""Rehearsals of each team; none where there can be no such team."""


@dataclass(frozen=True, slots=True)
class Range:
    """What to expect, and an 80% interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Option:
    """A team that could be.

    ``seconds``, ``tokens`` and ``usd`` (null where a price is unknown) are of one completed run, ``success``
    is the share of runs that complete all tasks. ``to_success`` are seconds and tokens if failed runs are
    done again; ``speedup`` and ``token_multiplier`` are ratios of these, against the fastest single agent (if
    none could do it: the fastest of the smallest teams).
    ``doubt`` is the variance of the logarithm of ``speedup``, without what its interval is widened by to be
    safe: how little is known of what the team is worth.
    """

    strategy: str
    agents: int
    seconds: Range
    tokens: Range
    usd: Range | None
    success: float
    to_success: tuple[float, float]
    speedup: Range
    token_multiplier: Range
    log_seconds: float
    deviation: float
    doubt: float = 0.0

    def chance_within(self, seconds: float) -> float:
        """The probability that one run completes all tasks in so many seconds."""
        if seconds <= 0:
            return 0.0
        z = (math.log(seconds) - self.log_seconds) / max(1e-9, self.deviation)
        return self.success * 0.5 * math.erfc(-z / math.sqrt(2))


class Point(NamedTuple):
    """What the rehearsals of a team came to.

    Logarithms of means of completed ones, variances of the logarithms of single ones, how many there were,
    the share that completed, how many times as long failed ones took, the share of tokens that were written,
    and dollars per token (NaN: unknown).
    """

    seconds: float
    tokens: float
    seconds_variance: float
    tokens_variance: float
    seeds: float
    success: float
    longer: float
    written: float
    usd: float


def point(samples: Sequence[Sample]) -> Point:
    """Sum up rehearsals of one team, at least one."""
    good = [sample for sample in samples if sample.completed] or list(samples)
    failed = [sample for sample in samples if not sample.completed]
    seconds = [max(1e-3, sample.seconds) for sample in good]
    tokens = [max(1.0, float(sample.tokens)) for sample in good]
    paid = [sample.usd for sample in good if sample.usd is not None]
    return Point(
        seconds=math.log(fmean(seconds)),
        tokens=math.log(fmean(tokens)),
        seconds_variance=_variance(seconds),
        tokens_variance=_variance(tokens),
        seeds=float(len(good)),
        success=sum(sample.completed for sample in samples) / len(samples),
        longer=fmean(sample.seconds for sample in failed) / fmean(seconds) if failed else 1.0,
        written=sum(sample.output_tokens for sample in good) / sum(tokens),
        usd=math.fsum(paid) / sum(tokens) if len(paid) == len(good) else math.nan,
    )


def _variance(values: Sequence[float]) -> float:
    return variance([math.log(value) for value in values]) if len(values) > 1 else FEW * FEW


def curves(rehearsed: Rehearsed, sizes: Sequence[int]) -> dict[Key, Point]:
    """A point for every strategy and each of ``sizes`` between its smallest and largest rehearsed team."""
    found: dict[str, dict[int, Point]] = {}
    for (strategy, agents), samples in rehearsed.items():
        if samples:
            found.setdefault(strategy, {})[agents] = point(samples)
    found = {strategy: _steadied(points) for strategy, points in found.items()}
    return {
        (strategy, n): _between(points, n)
        for strategy, points in found.items()
        for n in sizes
        if min(points) <= n <= max(points)
    }


def _steadied(points: Mapping[int, Point]) -> dict[int, Point]:
    """Variances drawn towards their mean over the strategy's teams: a few rehearsals tell little of
    chance.
    """
    seconds = fmean(each.seconds_variance for each in points.values())
    tokens = fmean(each.tokens_variance for each in points.values())

    def drawn(own: float, common: float, seeds: float) -> float:
        return (own * (seeds - 1) + common * WORTH) / (seeds - 1 + WORTH)

    return {
        n: each._replace(
            seconds_variance=drawn(each.seconds_variance, seconds, each.seeds),
            tokens_variance=drawn(each.tokens_variance, tokens, each.seeds),
        )
        for n, each in points.items()
    }


def _between(points: Mapping[int, Point], n: int) -> Point:
    sizes = sorted(points)
    place = bisect_left(sizes, n)
    if sizes[place] == n:
        return points[n]
    below, above = sizes[place - 1], sizes[place]
    share = math.log(n / below) / math.log(above / below)
    pairs = zip(points[below], points[above], strict=True)
    return Point(*((1 - share) * low + share * high for low, high in pairs))


@dataclass(frozen=True, slots=True)
class _Outlook:
    """One figure of all options: logarithms of means, their covariances, variances of single runs."""

    means: Sequence[float]
    covariance: Callable[[int, int], float]
    run: Sequence[float]
    stretch: Sequence[float] = ()
    wide: Sequence[float] = ()

    def single(self, i: int) -> float:
        """The variance of the logarithm of one run around the mean that is expected, widened by its mode."""
        variance = max(0.0, self.covariance(i, i)) + self.run[i]
        return variance * (self.wide[i] if self.wide else 1.0)

    def between(self, i: int, j: int) -> float:
        """The variance of the logarithm of the ratio of two means."""
        cov = self.covariance
        return max(0.0, cov(i, i) + cov(j, j) - 2 * cov(i, j))

    def stretched(self, i: int, j: int) -> float:
        """The same, as its interval needs it: stretched as the first one's mode asks."""
        return self.between(i, j) * (self.stretch[i] if self.stretch else 1.0)


def simulated(points: Mapping[Key, Point]) -> list[Option]:
    """Options for a simulated model: its rehearsals are what it will do."""
    each = list(points.values())
    seconds = _Outlook(
        [p.seconds for p in each],
        _independent([p.seconds_variance / p.seeds for p in each]),
        [p.seconds_variance for p in each],
    )
    tokens = _Outlook(
        [p.tokens for p in each],
        _independent([p.tokens_variance / p.seeds for p in each]),
        [p.tokens_variance for p in each],
    )
    prices = [p.usd for p in each]
    return _options(list(points), seconds, tokens, [(p.success, p.longer) for p in each], prices)


def _independent(variances: Sequence[float]) -> Callable[[int, int], float]:
    return lambda i, j: variances[i] if i == j else 0.0


@dataclass(frozen=True, slots=True)
class Subject:
    """A real model on a suite. ``price`` is dollars per token read and written, null if nobody knows;
    ``saved`` are figures of saved runs.
    """

    model: str
    suite: str
    p: float
    price: tuple[float, float] | None = None
    saved: Mapping[Figure, tuple[Observation, ...]] | None = None

    def team(self, strategy: str, agents: int) -> Team:
        """The team of an option."""
        return Team(mode_of(strategy), strategy, self.model, self.suite, self.p, agents)


def learnt(points: Mapping[Key, Point], subject: Subject) -> list[Option]:
    """Options for a real model: rehearsals of a simulated one, as far as recorded runs bear them out."""
    teams = [subject.team(strategy, agents) for strategy, agents in points]
    each = list(points.values())

    def outlook(figure: Figure, values: Sequence[float]) -> _Outlook:
        known = belief(figure, subject.suite, (subject.saved or {}).get(figure, ()))
        guess: Guess = known.guess(teams, values)
        runs = [known.single_run(team) for team in teams] if figure != "success" else []
        settings = table().settings[figure]
        stretch, wide = (
            [by_mode.get(team.mode, 1.0) for team in teams] for by_mode in (settings.stretch, settings.wide)
        )
        return _Outlook(guess.means, guess.covariance, runs, stretch, wide)

    odds = outlook("success", [0.0] * len(each)).means
    longer = table().failed_longer
    success = [
        (1 / (1 + math.exp(-value)), longer[team.mode]) for value, team in zip(odds, teams, strict=True)
    ]
    price = subject.price or (math.nan, math.nan)
    return _options(
        list(points),
        outlook("seconds", [p.seconds for p in each]),
        outlook("tokens", [p.tokens for p in each]),
        success,
        [(1 - p.written) * price[0] + p.written * price[1] for p in each],
    )


def _options(
    keys: Sequence[Key],
    seconds: _Outlook,
    tokens: _Outlook,
    success: Sequence[tuple[float, float]],
    usd_per_token: Sequence[float],
) -> list[Option]:
    again = [1 + (1 - share) / max(share, 1e-3) * longer for share, longer in success]
    time = [math.log(factor) + mean for factor, mean in zip(again, seconds.means, strict=True)]
    spent = [math.log(factor) + mean for factor, mean in zip(again, tokens.means, strict=True)]
    base = min(range(len(keys)), key=lambda i: (keys[i][1], time[i]))
    found = []
    for i, (strategy, agents) in enumerate(keys):
        used = _single(tokens, i)
        price = usd_per_token[i]
        found.append(
            Option(
                strategy=strategy,
                agents=agents,
                seconds=_single(seconds, i),
                tokens=used,
                usd=None
                if math.isnan(price)
                else Range(used.value * price, used.low * price, used.high * price),
                success=success[i][0],
                to_success=(math.exp(time[i]), math.exp(spent[i])),
                speedup=_ratio(seconds, time, base, i, sign=-1),
                token_multiplier=_ratio(tokens, spent, base, i, sign=1),
                log_seconds=seconds.means[i],
                deviation=math.sqrt(seconds.single(i)),
                doubt=seconds.between(i, base),
            )
        )
    return found


def _single(outlook: _Outlook, i: int) -> Range:
    """The mean of runs, and between what one run lies."""
    mean = outlook.means[i]
    half = Z80 * math.sqrt(outlook.single(i))
    return Range(math.exp(mean), math.exp(mean - half), math.exp(mean + half))


def _ratio(outlook: _Outlook, values: Sequence[float], base: int, i: int, sign: int) -> Range:
    """Mean over mean, and between what that lies."""
    if base == i:
        return Range(1.0, 1.0, 1.0)
    half = Z80 * math.sqrt(outlook.stretched(i, base))
    log = sign * (values[i] - values[base])
    return Range(math.exp(log), math.exp(log - half), math.exp(log + half))
