"""Gustafson's law on series whose work grows with the team.

S(N) = N - s' * (N - 1), with s' the serial share of the parallel run (J. Gustafson, CACM 31(5), 1988). The
scaled speedup is measured as throughput, (tasks(N) / T(N)) / (tasks(1) / T(1)), with tasks ∝ N.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.analysis.scaling.bootstrap import Interval, Runs, interval, resampled, timed


@dataclass(frozen=True, slots=True)
class GustafsonFit:
    """``serial`` share with its interval; below 0 or above 1 the law does not describe the series."""

    serial: float
    serial_interval: Interval

    def speedup(self, n: float) -> float:
        """The fitted scaled speedup of ``n`` agents."""
        return n - self.serial * (n - 1)


def fit_gustafson(runs: Runs, tasks: Mapping[int, int]) -> GustafsonFit | None:
    """Fit the law; null unless one agent and two other sizes ran, with tasks ∝ their number."""
    runs = timed(runs)
    sizes = list(runs)
    if 1 not in sizes or len(sizes) < 3 or any(tasks.get(n, 0) != n * tasks.get(1, 0) for n in sizes):
        return None
    if not tasks[1]:
        return None
    draws = resampled(runs, _serial)
    return GustafsonFit(_serial(runs), interval(draws))


def _serial(runs: Runs) -> float:
    """Least squares of N - S = s' * (N - 1), over means of each team size."""
    one = sum(runs[1]) / len(runs[1])
    above = below = 0.0
    for n, times in runs.items():
        if n > 1:
            speedup = n * one / (sum(times) / len(times))
            above += (n - speedup) * (n - 1)
            below += (n - 1) ** 2
    return above / below
