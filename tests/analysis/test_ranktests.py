"""Our rank tests against SciPy's, on samples with and without ties."""

from __future__ import annotations

import math

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.analysis.ranktests import kruskal_wallis, mann_whitney, spearman, wilcoxon
from engine.analysis.tails import chi2_sf, normal_sf, signed_rank_sf, student_two_sided

scipy_stats = pytest.importorskip("scipy.stats", reason="SciPy is not installed (extra dev)")

SIDES = ("greater", "less", "two-sided")
values = st.one_of(st.integers(-6, 6).map(float), st.floats(-50, 50).map(lambda x: round(x, 3)))
samples = st.lists(values, min_size=3, max_size=70)
sides = st.sampled_from(SIDES)


def _near(ours: float, theirs: float) -> bool:
    return math.isclose(ours, theirs, rel_tol=1e-9, abs_tol=1e-13)


@given(samples, samples, sides)
@settings(max_examples=60)
def test_mann_whitney_is_scipys(x: list[float], y: list[float], side: str) -> None:
    ours = mann_whitney(pl.Series(x), pl.Series(y), side)  # type: ignore[arg-type]  # one of the three words
    if len({*x, *y}) == 1:
        assert ours is None  # nothing differs
        return
    theirs = scipy_stats.mannwhitneyu(x, y, alternative=side, method="asymptotic")
    assert ours is not None
    assert ours.statistic == theirs.statistic
    assert _near(ours.p_value, min(1.0, theirs.pvalue))
    assert ours.n == len(x) + len(y)


@given(samples, sides, st.sampled_from([0.0, 1.0]))
@settings(max_examples=60)
def test_wilcoxon_is_scipys(x: list[float], side: str, center: float) -> None:
    ours = wilcoxon(pl.Series(x), side, center)  # type: ignore[arg-type]  # as above
    differences = [value - center for value in x]
    if not any(differences):
        assert ours is None
        return
    kept = [d for d in differences if d]
    exact = len(differences) <= 50 and len(kept) == len(differences) == len({abs(d) for d in kept})
    theirs = scipy_stats.wilcoxon(
        differences, alternative=side, method="exact" if exact else "asymptotic", zero_method="wilcox"
    )
    assert ours is not None
    assert _near(ours.p_value, theirs.pvalue)
    assert ours.n == len(kept)


@given(st.lists(samples, min_size=2, max_size=5))
@settings(max_examples=60)
def test_kruskal_wallis_is_scipys(groups: list[list[float]]) -> None:
    ours = kruskal_wallis([pl.Series(group) for group in groups])
    if len({value for group in groups for value in group}) == 1:
        assert ours is None
        return
    theirs = scipy_stats.kruskal(*groups)
    assert ours is not None
    assert math.isclose(ours.statistic, theirs.statistic, rel_tol=1e-9, abs_tol=1e-9)
    assert math.isclose(ours.p_value, theirs.pvalue, rel_tol=1e-7, abs_tol=1e-12)


@given(st.lists(st.tuples(values, values), min_size=3, max_size=70))
@settings(max_examples=60)
def test_spearman_is_scipys(pairs: list[tuple[float, float]]) -> None:
    x, y = [a for a, _ in pairs], [b for _, b in pairs]
    ours = spearman(pl.Series(x), pl.Series(y))
    if len(set(x)) == 1 or len(set(y)) == 1:
        assert ours is None
        return
    theirs = scipy_stats.spearmanr(x, y)
    assert ours is not None
    assert math.isclose(ours.statistic, theirs.statistic, rel_tol=1e-9, abs_tol=1e-12)
    assert math.isclose(ours.p_value, theirs.pvalue, rel_tol=1e-6, abs_tol=1e-12)


@pytest.mark.parametrize("df", [1, 2, 3, 4, 7, 30, 449, 6481])
def test_tails_are_scipys_far_out_as_well(df: int) -> None:
    for x in (0.01, 0.7, 1.9, 5.0, 20.0, 60.0):
        assert math.isclose(normal_sf(x), scipy_stats.norm.sf(x), rel_tol=1e-9)
        assert math.isclose(student_two_sided(x, df), 2 * scipy_stats.t.sf(x, df), rel_tol=1e-9)
    for x in (0.1, 1.0, 9.5, 62.2, 300.0):
        assert math.isclose(chi2_sf(x, min(df, 9)), scipy_stats.chi2.sf(x, min(df, 9)), rel_tol=1e-9)


def test_small_signed_rank_tails_by_hand() -> None:
    assert signed_rank_sf(6, 3) == 1 / 8  # all three positive
    assert signed_rank_sf(5, 3) == 2 / 8  # or only the 1 negative
    assert signed_rank_sf(0, 3) == 1.0


def test_nothing_is_tested_where_there_is_nothing() -> None:
    none = pl.Series([], dtype=pl.Float64)
    one = pl.Series([1.0])
    assert mann_whitney(none, one) is None
    assert wilcoxon(none, "greater") is None
    assert kruskal_wallis([one, none]) is None
    assert spearman(one, one) is None
