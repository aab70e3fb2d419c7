"""Chance for a model that has no memory: every draw is a function of seed, agent, round and purpose.

A draw is a hash, not a step of a generator: adding one in one place moves no other.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from statistics import NormalDist
from typing import TypeVar

T = TypeVar("T")

_NORMAL = NormalDist()

_GOLDEN = 0x9E3779B97F4A7C15
"""The golden ratio's fraction, in 64 bits."""


class Draws:
    """Draws of one agent in one round; ``purpose`` names each, and the same purpose gives the same draw."""

    __slots__ = ("_prefix", "_round", "_run", "_seed")

    def __init__(self, seed: int, agent: str, round_number: int) -> None:
        self._seed = seed
        self._run = f"{seed}\0".encode()
        self._round = f"{seed}\0\0{round_number}\0".encode()  # no agent has an empty name
        self._prefix = f"{seed}\0{agent}\0{round_number}\0".encode()

    def uniform(self, purpose: str) -> float:
        """A number in (0, 1)."""
        return _unit(self._prefix + purpose.encode())

    def chance(self, purpose: str, probability: float) -> bool:
        """True with the given probability."""
        return self.uniform(purpose) < probability

    def choice(self, purpose: str, options: Sequence[T]) -> T:
        """One of the options, which must not be empty."""
        return options[int(self.uniform(purpose) * len(options))]

    def normal(self, purpose: str) -> float:
        """A standard normal number."""
        return _NORMAL.inv_cdf(self.uniform(purpose))

    def run_uniform(self, purpose: str) -> float:
        """A number in (0, 1) that is the same for all agents and rounds of a run."""
        return _unit(self._run + purpose.encode())

    def spread_uniform(self, purpose: str) -> float:
        """As ``run_uniform``, but that of seeds in a row are spread evenly over (0, 1).

        Each seed moves on by the golden ratio, of all steps the one that leaves the smallest gaps (Kronecker
        sequences of quasi-Monte Carlo); where they begin is drawn from the purpose.
        """
        begin = int.from_bytes(hashlib.sha256(purpose.encode()).digest()[:8], "big")
        return (((begin + self._seed * _GOLDEN) % (1 << 64) >> 11) + 0.5) / (1 << 53)

    def run_normal(self, purpose: str) -> float:
        """A standard normal number that is the same for all agents and rounds of a run."""
        return _NORMAL.inv_cdf(self.run_uniform(purpose))

    def round_normal(self, purpose: str) -> float:
        """A standard normal number that is the same for all agents of a round."""
        return _NORMAL.inv_cdf(_unit(self._round + purpose.encode()))

    def count(self, purpose: str, sketch: Sequence[float]) -> int:
        """A count from a sketch: P(0), then order statistics of the positive counts, evenly spaced."""
        u = self.uniform(purpose)
        zero, steps = sketch[0], sketch[1:]
        if u < zero or not steps:
            return 0
        if len(steps) == 1:
            return round(steps[0])
        position = (u - zero) / (1 - zero) * (len(steps) - 1)
        low = min(int(position), len(steps) - 2)
        return round(steps[low] + (steps[low + 1] - steps[low]) * (position - low))

    def poisson(self, purpose: str, mean: float) -> int:
        """A Poisson count of the given mean (small: at most a few dozen)."""
        u = self.uniform(purpose)
        term = total = math.exp(-mean)
        count = 0
        while u > total and count < 100:  # 100: far beyond the tail of the means in use
            count += 1
            term *= mean / count
            total += term
        return count


def _unit(key: bytes) -> float:
    # 53 bits fill a float's mantissa; the half keeps 0 out, of which there is no normal quantile.
    return ((int.from_bytes(hashlib.sha256(key).digest()[:7], "big") >> 3) + 0.5) / (1 << 53)
