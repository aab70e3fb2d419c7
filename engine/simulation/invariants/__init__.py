"""What must hold of every simulated run, whatever was done to it.

The engine-class predicates of ``engine.analysis.consistency`` judge the journal as anybody's; these add what
only the simulation knows or what is too strict for runs with people and real clocks. Each is a function from
a ``Played`` run to the violations it sees, at most a few.
"""

from __future__ import annotations

from collections.abc import Callable

from engine.simulation.invariants import (
    checker,
    closing,
    copies,
    ends,
    faultspans,
    horizons,
    justice,
    leftovers,
    lives,
    replays,
)
from engine.simulation.violation import Violation
from engine.simulation.world import Played

INVARIANTS: tuple[Callable[[Played], list[Violation]], ...] = (
    checker.judge,
    ends.judge,
    closing.judge,
    lives.judge,
    faultspans.judge,
    justice.judge,
    copies.judge,
    leftovers.judge,
    horizons.judge,
    replays.judge,
)


def judge(played: Played) -> list[Violation]:
    """Everything that is wrong with a run, what was seen at its seams first."""
    found = list(played.found)
    for invariant in INVARIANTS:
        found += invariant(played)
    return found
