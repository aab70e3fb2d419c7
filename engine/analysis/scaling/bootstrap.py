"""Intervals by resampling runs within each team size (B. Efron 1979), percentiles at 95%."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import TypeVar

DRAWS = 1_000
"""Resamples per interval: its ends move by about 2% of its width from seed to seed."""

FEWEST_RUNS = 2
"""Runs per team size below which resampling says nothing."""

Runs = Mapping[int, Sequence[float]]
"""Wall seconds of runs by team size."""

T = TypeVar("T")


def timed(runs: Runs) -> dict[int, list[float]]:
    """The runs that took any time: of others, as of logs without times, no ratio can be told."""
    return {n: known for n, times in runs.items() if (known := [time for time in times if time > 0])}


@dataclass(frozen=True, slots=True)
class Interval:
    """A 95% interval; ``high`` may be infinite."""

    low: float
    high: float


def resampled(runs: Runs, statistic: Callable[[Runs], T], draws: int = DRAWS) -> list[T]:
    """The statistic of ``draws`` resamples of ``runs``, drawn with replacement within each team size.

    The same runs give the same draws, on every machine.
    """
    random = Random(f"bootstrap/{[(n, tuple(times)) for n, times in sorted(runs.items())]}")
    return [
        statistic({n: random.choices(times, k=len(times)) for n, times in runs.items()}) for _ in range(draws)
    ]


def interval(values: Sequence[float]) -> Interval:
    """The middle 95% of ``values``."""
    ordered = sorted(values)
    last = len(ordered) - 1
    return Interval(ordered[math.floor(0.025 * last)], ordered[math.ceil(0.975 * last)])
