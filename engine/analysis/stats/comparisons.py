"""The paper's tests over groups of saved runs, with effect sizes, and corrected for their number.

Kruskal–Wallis over all groups, Mann–Whitney for each pair of them (Wilcoxon's signed ranks as well where runs
come in pairs that differ in nothing else), Wilcoxon of speedups against 1, Spearman with the team size.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import polars as pl

from engine.analysis import ranktests
from engine.analysis.ranktests import Tested
from engine.analysis.stats import effects
from engine.analysis.stats.effects import Effect
from engine.analysis.stats.measures import CELL, MEASURES, ranked, values

GROUPS_MAX = 12
"""Groups that are compared pair by pair: of more, only all at once."""

FEWEST_PAIRS = 3
"""Pairs of runs below which nothing is told of pairs."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """One test: of ``measure`` over ``groups``, two-sided. ``p_holm`` is its p-value corrected for all tests.

    ``effect`` is the size that belongs to the test; ``shift`` how far apart values are (Hodges and Lehmann:
    first over second group, or their difference). ``p_with_failed`` is the p-value with failed runs as the
    worst of all; null where a failed run has no rank. Of paired tests, the groups' runs are equal else.
    """

    test: str
    measure: str
    groups: tuple[str, ...]
    statistic: float
    p_value: float
    n: int
    effect: Effect | None
    shift: Effect | None = None
    p_with_failed: float | None = None
    p_holm: float = 1.0


def compare(groups: dict[str, pl.DataFrame], by: str, measures: Sequence[str]) -> list[Comparison]:
    """All tests that the values allow, corrected together."""
    return correct([each for measure in measures for each in _tests(groups, by, measure)])


def correct(tests: Sequence[Comparison]) -> list[Comparison]:
    """Give every test the p-value that is corrected for all of them."""
    corrected = holm([test.p_value for test in tests])
    return [replace(test, p_holm=p) for test, p in zip(tests, corrected, strict=True)]


def holm(p_values: Sequence[float]) -> list[float]:
    """S. Holm 1979: p-values times the number of tests that are not yet refused, never decreasing."""
    order = sorted(range(len(p_values)), key=p_values.__getitem__)
    corrected, least = [1.0] * len(p_values), 0.0
    for place, index in enumerate(order):
        least = max(least, min(1.0, (len(p_values) - place) * p_values[index]))
        corrected[index] = least
    return corrected


def _tests(groups: dict[str, pl.DataFrame], by: str, measure: str) -> Iterator[Comparison]:
    found = {name: values(runs, measure) for name, runs in groups.items()}
    filled = {name: each for name, each in found.items() if len(each)}
    if len(filled) > 2:
        tested = ranktests.kruskal_wallis(list(filled.values()))
        if tested is not None:
            everyone = [ranked(groups[name], measure) for name in filled]
            whole = ranktests.kruskal_wallis(everyone) if MEASURES[measure].worst != "no" else None
            effect = effects.epsilon_squared(list(filled.values()))
            yield _made("kruskal_wallis", measure, tuple(filled), tested, effect, p_with=_p(whole))
    if len(filled) <= GROUPS_MAX:
        for first, second in combinations(filled, 2):
            yield from _pair(groups, by, measure, first, second)
    if measure == "speedup":
        for name, each in filled.items():
            yield from _against_one(name, each)
    for name, runs in groups.items():
        yield from _with_size(name, runs, measure)


def _pair(
    groups: dict[str, pl.DataFrame], by: str, measure: str, first: str, second: str
) -> Iterator[Comparison]:
    x, y = values(groups[first], measure), values(groups[second], measure)
    tested = ranktests.mann_whitney(x, y, "two-sided")
    ratio = MEASURES[measure].ratio
    if tested is not None:
        whole = None
        if MEASURES[measure].worst != "no":
            everyone = ranked(groups[first], measure), ranked(groups[second], measure)
            whole = ranktests.mann_whitney(*everyone, "two-sided")
        effect, shift = effects.cliffs_delta(x, y), effects.shift(x, y, ratio=ratio)
        yield _made("mann_whitney", measure, (first, second), tested, effect, shift=shift, p_with=_p(whole))
    pairs = _pairs(groups[first], groups[second], by, measure)
    if pairs.height < FEWEST_PAIRS:
        return
    if ratio and bool((pairs["x"] > 0).all() and (pairs["y"] > 0).all()):
        differences = pairs.select((pl.col("x") / pl.col("y")).log()).to_series()
    else:
        ratio, differences = False, pairs.select(pl.col("x") - pl.col("y")).to_series()
    tested = ranktests.wilcoxon(differences, "two-sided")
    if tested is not None:
        effect = effects.rank_biserial(differences)
        shift = effects.typical(differences)
        yield _made(
            "wilcoxon_paired", measure, (first, second), tested, effect, shift=_exp(shift) if ratio else shift
        )


def _pairs(first: pl.DataFrame, second: pl.DataFrame, by: str, measure: str) -> pl.DataFrame:
    """Completed runs that are equal in all but ``by``, the seed too; none where they are not one to one."""
    keys = [key for key in (*CELL, "agents", "seed") if key != by]
    sides = []
    for runs, name in ((first, "x"), (second, "y")):
        known = runs.filter("completed").drop_nulls(["seed", measure])
        sides.append(known.select(*keys, pl.col(measure).alias(name)).unique(keys, keep="none"))
    return sides[0].join(sides[1], on=keys).sort(keys)


def _against_one(name: str, speedups: pl.Series) -> Iterator[Comparison]:
    gains = speedups.filter(speedups > 0).log()  # a team that is twice as fast and one half as fast are even
    tested = ranktests.wilcoxon(gains, "two-sided")
    if tested is not None:
        shift = _exp(effects.typical(gains))
        yield _made("wilcoxon", "speedup", (name, "1"), tested, effects.rank_biserial(gains), shift=shift)


def _with_size(name: str, runs: pl.DataFrame, measure: str) -> Iterator[Comparison]:
    known = runs.filter(pl.col("completed") & pl.col(measure).is_not_null())
    if known["agents"].n_unique() < 3:
        return
    size, value = known["agents"].cast(pl.Float64), known[measure]
    tested = ranktests.spearman(size, value)
    if tested is not None:
        yield _made("spearman", measure, (name, "agents"), tested, effects.correlation(size, value))


def _exp(effect: Effect | None) -> Effect | None:
    if effect is None:
        return None
    frame = pl.Series([effect.value, effect.low, effect.high], dtype=pl.Float64).exp()
    return Effect("ratio", frame[0], frame[1], frame[2])


def _p(tested: Tested | None) -> float | None:
    return None if tested is None else tested.p_value


def _made(
    test: str,
    measure: str,
    groups: tuple[str, ...],
    tested: Tested,
    effect: Effect | None,
    *,
    shift: Effect | None = None,
    p_with: float | None = None,
) -> Comparison:
    return Comparison(
        test, measure, groups, tested.statistic, tested.p_value, tested.n, effect, shift, p_with
    )
