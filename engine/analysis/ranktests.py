"""Rank tests on polars columns: Mann–Whitney, Wilcoxon's signed ranks, Kruskal–Wallis, Spearman.

Each returns the statistic, its p-value and the number of values, or null where the values do not allow the
test (nothing there, or no two of them differ). Ties get mean ranks. Nulls are left out. p-values are those
that SciPy's functions of these names give by default for more than a handful of values.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import polars as pl

from engine.analysis.tails import chi2_sf, normal_sf, signed_rank_sf, student_two_sided

Side: TypeAlias = Literal["greater", "less", "two-sided"]

EXACT = 50
"""Up to so many differences without ties the signed-rank distribution is counted out (as SciPy does)."""


@dataclass(frozen=True, slots=True)
class Tested:
    """A test's outcome; ``n`` is the number of values (or pairs) that went in."""

    statistic: float
    p_value: float
    n: int


def mann_whitney(x: pl.Series, y: pl.Series, side: Side = "greater") -> Tested | None:
    """Mann & Whitney 1947: U of ``x``, the pairs in which x is greater (ties count half).

    Normal approximation with corrections for ties and continuity. ``side`` is what is claimed of ``x``.
    """
    x, y = x.drop_nulls().cast(pl.Float64), y.drop_nulls().cast(pl.Float64)
    m, n = len(x), len(y)
    if not m or not n:
        return None
    both = pl.concat([x.rename("v"), y.rename("v")])
    u = float(both.rank("average").head(m).sum()) - m * (m + 1) / 2
    total = m + n
    variance = m * n / 12 * ((total + 1) - _ties(both) / (total * (total - 1))) if total > 1 else 0.0
    if variance <= 0:
        return None
    p = _one_or_two(u - m * n / 2, math.sqrt(variance), side, continuity=0.5)
    return Tested(u, p, total)


def wilcoxon(values: pl.Series, side: Side, center: float = 0.0) -> Tested | None:
    """Wilcoxon 1945: the sum of the positive ranks of ``values`` - ``center``; zero differences are left out.

    Counted out for up to ``EXACT`` differences without ties or zeros, else the normal approximation with a
    correction for ties. ``side`` is what is claimed of the values' median.
    """
    given = values.drop_nulls().cast(pl.Float64) - center
    differences = given.filter(given != 0)
    n = len(differences)
    if not n:
        return None
    size = differences.abs()
    ranks = size.rank("average")
    positive = float(ranks.filter(differences > 0).sum())
    if n <= EXACT and n == len(given) and size.n_unique() == n:
        over, under = signed_rank_sf(positive, n), signed_rank_sf(n * (n + 1) / 2 - positive, n)
        p = {"greater": over, "less": under, "two-sided": min(1.0, 2 * min(over, under))}[side]
        return Tested(positive, p, n)
    variance = n * (n + 1) * (2 * n + 1) / 24 - _ties(size) / 48
    p = _one_or_two(positive - n * (n + 1) / 4, math.sqrt(variance), side, continuity=0.0)
    return Tested(positive, p, n)


def kruskal_wallis(groups: Sequence[pl.Series]) -> Tested | None:
    """Kruskal & Wallis 1952: H over the groups, corrected for ties; chi-squared with groups - 1."""
    filled = [g for group in groups if len(g := group.drop_nulls().cast(pl.Float64))]
    if len(filled) < 2:
        return None
    both = pl.concat([group.rename("v") for group in filled])
    total = len(both)
    ranks = both.rank("average")
    score, begin = 0.0, 0
    for group in filled:
        score += float(ranks.slice(begin, len(group)).sum()) ** 2 / len(group)
        begin += len(group)
    correction = 1 - _ties(both) / (total**3 - total)
    if correction <= 0:
        return None
    h = (12 / (total * (total + 1)) * score - 3 * (total + 1)) / correction
    return Tested(h, chi2_sf(h, len(filled) - 1), total)


def spearman(x: pl.Series, y: pl.Series) -> Tested | None:
    """Spearman 1904: correlation of the ranks of paired values; two-sided p by Student's t with n - 2."""
    pairs = pl.DataFrame({"x": x, "y": y}).drop_nulls()
    n = pairs.height
    if n < 3:
        return None
    rho = pairs.select(pl.corr(pl.col("x").rank("average"), pl.col("y").rank("average"))).item()
    if rho is None or not math.isfinite(rho):
        return None
    rho = max(-1.0, min(1.0, rho))
    if abs(rho) == 1.0:
        return Tested(rho, 0.0, n)
    return Tested(rho, student_two_sided(rho * math.sqrt((n - 2) / (1 - rho * rho)), n - 2), n)


def _ties(values: pl.Series) -> float:
    """Sum of t^3 - t over the sizes t of groups of equal values."""
    sizes = values.value_counts(name="t")["t"].cast(pl.Float64)
    return float((sizes**3 - sizes).sum())


def _one_or_two(distance: float, deviation: float, side: Side, continuity: float) -> float:
    if side == "less":
        distance = -distance
    if side == "two-sided":
        return min(1.0, 2 * normal_sf((abs(distance) - continuity) / deviation))
    return normal_sf((distance - continuity) / deviation)
