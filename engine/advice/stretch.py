"""How much wider intervals have to be than the belief says, as suites that were held out have shown.

The belief knows how much teams share as far as a few suites can tell; ratios of two teams, and single runs,
turned out to be further off than that. So their variances are multiplied until 80% of what was held out lies
inside.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec

from engine.advice.belief import Settings
from engine.advice.forecast import Z80


class Off(NamedTuple):
    """By how much a logarithm was off, the variance expected of it, and that of chance, which is not in doubt
    (0 for single runs, all of whose variance is widened).
    """

    error: float
    spread: float
    noise: float


Offs = dict[tuple[str, str], list[Off]]
"""By figure and mode."""


def stretches(offs: Sequence[Offs]) -> dict[str, dict[str, float]]:
    """By figure and mode: what variances are to be multiplied by for 80% intervals to hold.

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


Factors = Mapping[str, dict[str, float]]
"""By figure and mode."""


def stretched(settings: Mapping[str, Settings], ratios: Factors, runs: Factors) -> dict[str, Settings]:
    """The settings with these factors for ratios of two teams and for single runs."""
    return {
        name: msgspec.structs.replace(each, stretch=ratios.get(name, {}), wide=runs.get(name, {}))
        for name, each in settings.items()
    }
