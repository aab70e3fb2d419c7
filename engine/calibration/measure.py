"""Small measures that the parameters of simulated models are made of."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import combinations
from statistics import fmean

QUANTILES = 11
"""Order statistics that describe the positive part of a distribution of counts."""


def share(flags: Iterable[bool], otherwise: float) -> float:
    """How often it was so; ``otherwise`` where nothing was seen."""
    seen = list(flags)
    return round(sum(seen) / len(seen), 4) if seen else otherwise


def mean(values: Iterable[float], otherwise: float = 0.0) -> float:
    """The mean to two decimals."""
    seen = list(values)
    return round(fmean(seen), 2) if seen else otherwise


def sketch(counts: Iterable[int], otherwise: Sequence[float] = (1.0,)) -> list[float]:
    """P(0), then order statistics of the positive counts; one of them if they are all equal."""
    seen = list(counts)
    if not seen:
        return list(otherwise)
    positive = sorted(value for value in seen if value > 0)
    if not positive:
        return [1.0]
    zero = round(1 - len(positive) / len(seen), 4)
    if positive[0] == positive[-1]:
        return [zero, float(positive[0])]
    steps = QUANTILES - 1
    return [zero, *(float(positive[round(step / steps * (len(positive) - 1))]) for step in range(steps + 1))]


def least_squares(
    rows: Sequence[Sequence[float]], values: Sequence[float], weights: Sequence[float]
) -> list[float]:
    """Weighted least squares with no negative coefficient, by trying every set of columns (few of them)."""
    width = len(rows[0])
    best, found = math.inf, [0.0] * width
    products = [
        [sum(w * row[i] * row[j] for row, w in zip(rows, weights, strict=True)) for j in range(width)]
        for i in range(width)
    ]
    right = [
        sum(w * row[i] * v for row, v, w in zip(rows, values, weights, strict=True)) for i in range(width)
    ]
    for size in range(1, width + 1):
        for columns in combinations(range(width), size):
            solved = _solve([[products[i][j] for j in columns] for i in columns], [right[i] for i in columns])
            if solved is None or min(solved) < 0:
                continue
            # The residual, but for the constant sum of squares of the values.
            loss = sum(
                a * b * products[i][j]
                for a, i in zip(solved, columns, strict=True)
                for b, j in zip(solved, columns, strict=True)
            ) - 2 * sum(a * right[i] for a, i in zip(solved, columns, strict=True))
            if loss < best:
                best, found = loss, [0.0] * width
                for a, i in zip(solved, columns, strict=True):
                    found[i] = a
    return found


def _solve(matrix: list[list[float]], right: list[float]) -> list[float] | None:
    """Gauss with pivots; null if the matrix is singular."""
    size = len(right)
    rows = [[*row, value] for row, value in zip(matrix, right, strict=True)]
    for column in range(size):
        pivot = max(range(column, size), key=lambda each: abs(rows[each][column]))
        if abs(rows[pivot][column]) < 1e-9:
            return None
        rows[column], rows[pivot] = rows[pivot], rows[column]
        for other in range(size):
            if other != column:
                factor = rows[other][column] / rows[column][column]
                rows[other] = [a - factor * b for a, b in zip(rows[other], rows[column], strict=True)]
    return [rows[place][size] / rows[place][place] for place in range(size)]
