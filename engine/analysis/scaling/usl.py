"""The Universal Scalability Law, fitted to the wall times of saved runs.

X(N) = gamma * N / (1 + sigma * (N - 1) + kappa * N * (N - 1)) (N. Gunther 2008), gamma the throughput of
one agent. So N * T(N) / T(1) - 1 = sigma * (N - 1) + kappa * N * (N - 1): a straight line through Karp and
Flatt's e(N) = sigma + kappa * N. kappa = 0 is Amdahl's law. With kappa > 0 speedup peaks at
sqrt((1 - sigma) / kappa).

Noise of wall times is multiplicative, so residuals are logarithms of ratios; sigma, kappa are never negative.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from engine.analysis.scaling.bootstrap import FEWEST_RUNS, Interval, Runs, interval, resampled, timed

__all__ = ["Interval", "UslFit", "fit_usl", "peak_of", "usl_speedup"]

STEPS = 50
"""Gauss-Newton steps at most; a handful is enough where the data say anything."""

WIDE = 2.0
"""A peak counts as identified if the ends of its interval differ by less than this factor."""


@dataclass(frozen=True, slots=True)
class UslFit:
    """``sigma`` (contention) and ``kappa`` (coherency) with intervals; ``peak`` is null unless identified.

    ``no_peak`` is the share of resamples without a finite peak. ``advice`` says what data would identify the
    peak, empty if it is.
    """

    sigma: float
    kappa: float
    sigma_interval: Interval
    kappa_interval: Interval
    peak: float | None
    peak_interval: Interval | None
    no_peak: float
    advice: str

    def speedup(self, n: float) -> float:
        """The fitted speedup of ``n`` agents."""
        return usl_speedup(self.sigma, self.kappa, n)


def usl_speedup(sigma: float, kappa: float, n: float) -> float:
    """N / (1 + sigma * (N - 1) + kappa * N * (N - 1))."""
    return n / (1 + sigma * (n - 1) + kappa * n * (n - 1))


def peak_of(sigma: float, kappa: float) -> float:
    """The team size at which speedup peaks, at least 1; infinite without coherency cost."""
    if kappa <= 0:
        return math.inf
    return max(1.0, math.sqrt(max(0.0, 1 - sigma) / kappa))


def fit_usl(runs: Runs) -> UslFit | None:
    """Fit the law to wall seconds by team size; null without one-agent runs and two other sizes."""
    runs = timed(runs)
    if not runs.get(1) or sum(n > 1 and bool(times) for n, times in runs.items()) < 2:
        return None
    sigma, kappa = _parameters(runs)
    draws = resampled(runs, _parameters)
    peaks = [peak_of(*draw) for draw in draws]
    found = interval(peaks)
    thin = min(len(times) for times in runs.values() if times) < FEWEST_RUNS
    identified = not thin and math.isfinite(found.high) and found.high / found.low < WIDE
    peak = peak_of(sigma, kappa)
    return UslFit(
        sigma=sigma,
        kappa=kappa,
        sigma_interval=interval([draw[0] for draw in draws]),
        kappa_interval=interval([draw[1] for draw in draws]),
        peak=peak if identified and math.isfinite(peak) else None,
        peak_interval=None if thin else found,
        no_peak=sum(math.isinf(value) for value in peaks) / len(peaks),
        advice="" if identified else _advice(runs),
    )


def _advice(runs: Runs) -> str:
    """What would identify the peak: sizes well beyond it, and more runs (measured by simulation)."""
    largest = max(runs)
    fewest = min(len(times) for times in runs.values() if times)
    wanted = []
    if largest < 12:
        wanted.append("teams of 12 to 16")
    if fewest < 20:
        wanted.append("20 runs of each size")
    return f"not identified: needs {' and '.join(wanted) or 'still larger teams'}"


def _parameters(runs: Runs) -> tuple[float, float]:
    """sigma and kappa that minimise the squared logarithms of measured over fitted times."""
    one = sum(map(math.log, runs[1])) / len(runs[1])
    # the mean of each size, weighing as much as its runs: the same sums as over all runs, in fewer steps
    points = [
        (n, len(times), math.log(n) + sum(map(math.log, times)) / len(times) - one)
        for n, times in runs.items()
        if n > 1 and times
    ]
    sigma, kappa = 0.1, 0.01
    for _ in range(STEPS):
        rows, weights = [], []
        for n, count, log_ratio in points:
            a, b = n - 1.0, n * (n - 1.0)
            model = 1 + sigma * a + kappa * b
            # the working response of Gauss-Newton: residuals are relative, so rows weigh 1 / model^2
            rows.append((a, b, model * (log_ratio - math.log(model)) + model - 1))
            weights.append(count / model**2)
        new = _non_negative(rows, weights)
        if abs(new[0] - sigma) + abs(new[1] - kappa) < 1e-9:
            return new
        # half steps near the boundary of what logarithms allow keep the iteration from oscillating
        sigma, kappa = (sigma + new[0]) / 2, (kappa + new[1]) / 2
    return new


def _non_negative(
    rows: Sequence[tuple[float, float, float]], weights: Sequence[float]
) -> tuple[float, float]:
    """Weighted least squares of y = x * a + z * b with x, z >= 0."""
    aa = ab = bb = ay = by = 0.0
    for (a, b, y), w in zip(rows, weights, strict=True):  # one pass: this is the whole time of a bootstrap
        aa += w * a * a
        ab += w * a * b
        bb += w * b * b
        ay += w * a * y
        by += w * b * y
    determinant = aa * bb - ab * ab
    if determinant > 1e-12 * aa * bb:
        x, z = (ay * bb - by * ab) / determinant, (by * aa - ay * ab) / determinant
        if x >= 0 and z >= 0:
            return x, z
    only_x, only_z = max(0.0, ay / aa), max(0.0, by / bb)
    gain_x, gain_z = only_x * (2 * ay - only_x * aa), only_z * (2 * by - only_z * bb)
    return (only_x, 0.0) if gain_x >= gain_z else (0.0, only_z)
