"""Effect sizes that belong to rank tests, with 95% intervals.

By resampling within groups (B. Efron 1979), percentiles; for Hodges and Lehmann's shifts by the order
statistics of all differences (L. Moses; M. Hollander, D. Wolfe, Nonparametric Statistical Methods, 4.3, 3.3).
Resamples are drawn by polars from a fixed seed: the same values give the same interval.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

DRAWS = 1_000
"""Resamples per interval."""

CELLS = 1_000_000
"""Values drawn per interval at most: above, there are fewer resamples (at least ``DRAWS_LEAST``)."""

DRAWS_LEAST = 200

PAIRS_MAX = 4_000_000
"""Differences of two groups that are all looked at: 32 MB; above, no shift is given."""

Z = 1.959963984540054
"""97.5% of the standard normal distribution."""


@dataclass(frozen=True, slots=True)
class Effect:
    """``value`` with its 95% interval; the interval is null where values are too few to tell."""

    name: str
    value: float
    low: float | None
    high: float | None


def cliffs_delta(x: pl.Series, y: pl.Series) -> Effect | None:
    """P(x > y) - P(x < y) over all pairs (N. Cliff 1993); the rank-biserial correlation of Mann-Whitney's U.

    Null without values on both sides.
    """
    m, n = len(x), len(y)
    if not m or not n:
        return None
    drawn = pl.concat(
        [_drawn(x, m + n, 1).with_columns(side=pl.lit(1)), _drawn(y, m + n, 2).with_columns(side=pl.lit(0))]
    )
    u = pl.col("rank").filter(pl.col("side") == 1).sum() - m * (m + 1) / 2
    draws = (
        drawn.with_columns(rank=pl.col("value").rank("average").over("draw"))
        .group_by("draw")
        .agg((2 * u / (m * n) - 1).alias("effect"))["effect"]
    )
    ranks = pl.concat([x, y]).rank("average")
    value = 2 * (float(ranks.head(m).sum()) - m * (m + 1) / 2) / (m * n) - 1
    return _effect("cliffs_delta", value, draws, fewest=min(m, n))


def epsilon_squared(groups: Sequence[pl.Series]) -> Effect | None:
    """H / (n - 1), the share of the variance of ranks between groups; null where H is not defined."""
    filled = [group for group in groups if len(group)]
    total = sum(map(len, filled))
    both = pl.concat(filled) if filled else pl.Series([], dtype=pl.Float64)
    if len(filled) < 2 or total < 3 or both.n_unique() < 2:
        return None
    drawn = pl.concat(
        [_drawn(group, total, k).with_columns(group=pl.lit(k)) for k, group in enumerate(filled)]
    )
    given = pl.concat(
        [
            pl.DataFrame({"value": group}).with_columns(group=pl.lit(k), draw=pl.lit(0))
            for k, group in enumerate(filled)
        ]
    )
    return _effect(
        "epsilon_squared", _between(given).item(), _between(drawn), fewest=min(len(group) for group in filled)
    )


def _between(drawn: pl.DataFrame) -> pl.Series:
    """Per draw: sum of squares of ranks between groups over the whole one, which is H / (n - 1)."""
    ranked = drawn.with_columns(rank=pl.col("value").rank("average").over("draw"))
    means = ranked.group_by("draw", "group").agg(pl.col("rank").mean().alias("mean"), pl.len().alias("n"))
    totals = ranked.group_by("draw").agg(
        ((pl.col("rank") - pl.col("rank").mean()) ** 2).sum().alias("whole"),
        pl.col("rank").mean().alias("middle"),
    )
    joined = means.join(totals, on="draw").filter(pl.col("whole") > 0)
    part = (pl.col("n") * (pl.col("mean") - pl.col("middle")) ** 2).sum() / pl.col("whole").first()
    return joined.group_by("draw").agg(part.alias("effect"))["effect"]


def rank_biserial(differences: pl.Series) -> Effect | None:
    """(W+ - W-) / (W+ + W-) of signed ranks (D. Kerby 2014); zeros are left out; null without any other."""
    given = differences.filter(differences != 0)
    n = len(given)
    if not n:
        return None
    drawn = _drawn(given, n, 3).with_columns(rank=pl.col("value").abs().rank("average").over("draw"))
    signed = pl.col("rank") * pl.col("value").sign()
    draws = drawn.group_by("draw").agg((signed.sum() / pl.col("rank").sum()).alias("effect"))["effect"]
    ranks = given.abs().rank("average")
    return _effect("rank_biserial", float((ranks * given.sign()).sum()) / float(ranks.sum()), draws, fewest=n)


def correlation(x: pl.Series, y: pl.Series) -> Effect | None:
    """Spearman's rho with its interval; null for fewer than four pairs or a constant side."""
    n = len(x)
    if n < 4 or x.n_unique() < 2 or y.n_unique() < 2:
        return None
    pairs = pl.DataFrame({"x": x, "y": y})
    places = _drawn(pl.Series(range(n)), n, 4)
    drawn = pairs.with_row_index("value").join(places.cast({"value": pl.UInt32}), on="value")
    rank = [pl.col(name).rank("average").over("draw").alias(name) for name in ("x", "y")]
    draws = drawn.with_columns(rank).group_by("draw").agg(pl.corr("x", "y").alias("effect"))["effect"]
    value = pairs.select(pl.corr(pl.col("x").rank("average"), pl.col("y").rank("average"))).item()
    return _effect("rho", value, draws.filter(draws.is_finite()), fewest=n)


def shift(x: pl.Series, y: pl.Series, *, ratio: bool) -> Effect | None:
    """Hodges & Lehmann 1963: the median of all differences x - y, or of all ratios x / y.

    Null without values on both sides, for ratios of values that are not all positive, or too many pairs.
    """
    m, n = len(x), len(y)
    if not m or not n or m * n > PAIRS_MAX or (ratio and not bool((x > 0).all() and (y > 0).all())):
        return None
    left, right = (x.log(), y.log()) if ratio else (x, y)
    pairs = pl.DataFrame({"x": left}).join(pl.DataFrame({"y": right}), how="cross")
    ordered = pairs.select((pl.col("x") - pl.col("y")).sort()).to_series()
    spread = Z * math.sqrt(m * n * (m + n + 1) / 12)
    return _ordered("ratio" if ratio else "shift", ordered, m * n / 2 - spread, ratio=ratio)


def typical(values: pl.Series) -> Effect | None:
    """Hodges & Lehmann's median of all averages of two values; null without values or of too many."""
    n = len(values)
    if not n or n * n > PAIRS_MAX:
        return None
    given = pl.DataFrame({"x": values}).with_row_index("i")
    pairs = given.join(given.rename({"x": "y", "i": "j"}), how="cross").filter(pl.col("i") <= pl.col("j"))
    ordered = pairs.select(((pl.col("x") + pl.col("y")) / 2).sort()).to_series()
    spread = Z * math.sqrt(n * (n + 1) * (2 * n + 1) / 24)
    return _ordered("typical", ordered, n * (n + 1) / 4 - spread, ratio=False)


def _ordered(name: str, ordered: pl.Series, low_place: float, *, ratio: bool) -> Effect:
    """The median of ordered values, between those at ``low_place`` from below and from above."""
    middle = ordered.median()
    assert isinstance(middle, float), "there are values"
    place = math.floor(low_place)
    ends: tuple[float | None, float | None] = (None, None)
    if place >= 1:
        ends = float(ordered[place - 1]), float(ordered[len(ordered) - place])
    if not ratio:
        return Effect(name, middle, *ends)
    low, high = (None if end is None else math.exp(end) for end in ends)
    return Effect(name, math.exp(middle), low, high)


def quotient(above: pl.Series, below: pl.Series) -> Effect | None:
    """Sum of ``above`` over sum of ``below``, rows resampled together; null if the latter is 0.

    With seconds above and 1 for every success below it is the expected time to success.
    """
    total = float(below.sum())
    if not total:
        return None
    pairs = pl.DataFrame({"above": above, "below": below}).with_row_index("value")
    places = _drawn(pl.Series(range(len(above))), len(above), 5)
    drawn = pairs.join(places.cast({"value": pl.UInt32}), on="value")
    draws = drawn.group_by("draw").agg((pl.col("above").sum() / pl.col("below").sum()).alias("effect"))
    return _effect("quotient", float(above.sum()) / total, draws["effect"], fewest=len(above))


def wilson(successes: int, of: int) -> tuple[float, float]:
    """A share's 95% interval (E. Wilson 1927). Raises ``ValueError`` of nothing."""
    if of < 1:
        raise ValueError("a share of nothing has no interval")
    share, z2 = successes / of, Z * Z
    middle = (share + z2 / (2 * of)) / (1 + z2 / of)
    half = Z / (1 + z2 / of) * math.sqrt(share * (1 - share) / of + z2 / (4 * of * of))
    return max(0.0, middle - half), min(1.0, middle + half)


def _drawn(values: pl.Series, group: int, seed: int) -> pl.DataFrame:
    """Resamples of ``values`` as ``draw`` and ``value``; ``group`` is how many values a draw has in all."""
    draws = max(DRAWS_LEAST, min(DRAWS, CELLS // max(1, group)))
    n = len(values)
    drawn = values.sample(n * draws, with_replacement=True, seed=seed).rename("value")
    return pl.DataFrame({"draw": pl.int_range(n * draws, eager=True) // n, "value": drawn})


def _effect(name: str, value: float, draws: pl.Series, fewest: int) -> Effect:
    if fewest < 2 or not len(draws):  # one value resampled is always itself
        return Effect(name, value, None, None)
    ends = (draws.quantile(q, "linear") for q in (0.025, 0.975))
    low, high = (None if end is None or not math.isfinite(end) else float(end) for end in ends)
    return Effect(name, value, low, high)
