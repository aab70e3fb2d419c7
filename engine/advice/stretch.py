"""How much wider intervals have to be than the belief says, as suites that were held out have shown.

The belief knows how much teams share as far as a few suites can tell; ratios of two teams turned out to be
further off than that. So their variances are multiplied until 80% of what was held out lies inside.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec

from engine.advice.belief import Settings
from engine.advice.forecast import Z80


class Off(NamedTuple):
    """By how much the logarithm of a ratio was off, the variance expected of it, and that of chance."""

    error: float
    spread: float
    noise: float


Offs = dict[tuple[str, str], list[Off]]
"""By figure and mode."""


def stretches(offs: Sequence[Offs]) -> dict[str, dict[str, float]]:
    """By figure and mode: what variances of ratios are to be multiplied by for 80% intervals to hold.

    The value that leaves 80% inside, with one more counted outside (V. Vovk's conformal prediction); never
    below 1.
    """
    found: dict[str, dict[str, float]] = {}
    for figure, mode in sorted({key for each in offs for key in each}):
        needed = sorted(
            max(0.0, (off.error / Z80) ** 2 - off.noise) / max(off.spread, 1e-9)
            for each in offs
            for off in each.get((figure, mode), [])
        )
        place = min(len(needed) - 1, math.ceil(0.8 * (len(needed) + 1)) - 1)
        found.setdefault(figure, {})[mode] = max(1.0, math.ceil(1_000 * needed[place]) / 1_000)
    return found


def stretched(settings: Mapping[str, Settings], by: Mapping[str, dict[str, float]]) -> dict[str, Settings]:
    """The settings with these stretches."""
    return {name: msgspec.structs.replace(each, stretch=by.get(name, {})) for name, each in settings.items()}
