"""Seeded chance: one stream per purpose, so that a draw added in one place shifts none elsewhere."""

from __future__ import annotations

from random import Random


def stream(seed: int, *purpose: str | int) -> Random:
    """The generator for ``purpose`` in a run with ``seed``; the same on every machine and Python."""
    return Random("/".join(map(str, (seed, *purpose))))
