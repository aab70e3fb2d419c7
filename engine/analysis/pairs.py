"""Paired comparison under common random numbers: what a change costs, and how sure that is.

Each pair is one course with and without the change, drawn with the same seed: only the change differs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from random import Random

RESAMPLES = 10_000
"""Resamples of the bootstrap and draws of signs: the p-value's own error is then below 0.005."""

EXACT_PAIRS = 13
"""Up to here all signs are tried (8,192 at most) instead of drawn."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Mean of with - without, its 95 % percentile bootstrap interval, two-sided sign-flip p-value.

    Interval and p-value are null for a single pair: nothing can be said of chance then.
    """

    pairs: int
    mean_without: float
    mean_with: float
    mean: float
    interval: tuple[float, float] | None
    p_value: float | None


def difference(without: Sequence[float], with_: Sequence[float], seed: int = 0) -> Difference:
    """Compare pair by pair; both sequences are as long as each other and not empty."""
    deltas = [b - a for a, b in zip(without, with_, strict=True)]
    count = len(deltas)
    several = count > 1
    return Difference(
        count,
        sum(without) / count,
        sum(with_) / count,
        sum(deltas) / count,
        _interval(deltas, Random(f"bootstrap/{seed}")) if several else None,
        _p_value(deltas, Random(f"signs/{seed}")) if several else None,
    )


def _interval(deltas: Sequence[float], chance: Random) -> tuple[float, float]:
    count = len(deltas)
    means = sorted(sum(chance.choices(deltas, k=count)) / count for _ in range(RESAMPLES))
    return means[int(0.025 * RESAMPLES)], means[int(0.975 * RESAMPLES) - 1]


def _p_value(deltas: Sequence[float], chance: Random) -> float:
    """Share of sign patterns whose sum is at least as far from 0 as the one that was seen."""
    seen = abs(sum(deltas)) - 1e-9  # sums of floats in another order differ in their last digits
    if len(deltas) <= EXACT_PAIRS:
        sums = [abs(sum(s * d for s, d in zip(signs, deltas, strict=True))) for signs in _signs(len(deltas))]
        return sum(each >= seen for each in sums) / len(sums)
    hits = sum(abs(sum(d if chance.random() < 0.5 else -d for d in deltas)) >= seen for _ in range(RESAMPLES))
    return (hits + 1) / (RESAMPLES + 1)


def _signs(count: int) -> list[tuple[int, ...]]:
    return list(product((1, -1), repeat=count))
