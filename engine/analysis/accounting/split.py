"""Dividing whole numbers so that the parts add up again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

K = TypeVar("K")


def split(total: int, weights: Mapping[K, int]) -> dict[K, int]:
    """Divide ``total`` in proportion to ``weights``; the parts are whole and add up to ``total`` exactly.

    Largest remainders are rounded up first, ties by the order of ``weights``. Raises ``ValueError`` for a
    negative weight or when all are 0.
    """
    whole = sum(weights.values())
    if whole <= 0 or min(weights.values()) < 0:
        raise ValueError("nothing to divide by")
    parts = {key: total * weight // whole for key, weight in weights.items()}
    short = total - sum(parts.values())
    by_remainder = sorted(weights, key=lambda key: -(total * weights[key] % whole))
    for key in by_remainder[:short]:
        parts[key] += 1
    return parts
