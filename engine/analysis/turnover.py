"""What became of realistic teams when somebody joined or left: a prior, which a run's own layout refines.

The table beside this holds, by strategy, how the time of the rest changed in simulated runs of models that
are calibrated on recordings, played on from the same moment with one agent more, with one less, and as they
were (``benchmarks/bench_sizing.py --fit`` makes it). Changes are natural logarithms: 0 is as long as before.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path
from statistics import pstdev

import msgspec

from engine.analysis.layout import Layout
from engine.record.state import RunState

TABLE = Path(__file__).with_name("turnover.json")

OTHERS = ""
"""In the table: strategies that were not played."""

EVEN = 0.2
"""Spread of the logarithms of reply times from which on a team counts as wholly uneven. That of the simulated
models is 0.7 in the middle."""

FEWEST_REPLIES = 3
"""Replies before a team can count as even."""

REPLIES = 500
"""The latest replies by which it is judged, at most: a large team's thousands would take too long at every
repaint.
"""

LEFT = (-1.5, 4.5)
"""Logarithms of tasks left per agent that were seen: beyond them nobody knows how it goes on."""


class Effect(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A change of the time: ``base``, plus ``edge`` where it makes two of one agent or one of two, plus
    ``laid_out`` times the change that was laid out, plus ``left`` times the logarithm of the tasks left per
    agent. ``spread`` is the standard deviation of single runs around that.
    """

    base: float
    edge: float
    laid_out: float
    left: float
    spread: float


class Turnover(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One agent more, and one less."""

    more: Effect
    less: Effect


@dataclass(frozen=True, slots=True)
class Change:
    """The logarithm of a ratio of times, normally distributed."""

    mean: float
    spread: float = 0.0

    @property
    def expected(self) -> float:
        """The mean of the ratio itself."""
        return math.exp(self.mean + self.spread**2 / 2)


@dataclass(frozen=True, slots=True)
class Seen:
    """How one more and one less (null: there is none to leave) change the time. ``uneven``: how much of that
    is what others saw, from 0 (all as laid out) to 1.
    """

    more: Change
    less: Change | None
    uneven: float = 0.0


@lru_cache(maxsize=1)
def table() -> dict[str, Turnover]:
    """The committed table, by strategy."""
    return msgspec.json.decode(TABLE.read_bytes(), type=dict[str, Turnover])


def as_laid_out(layout: Layout) -> Seen:
    """The changes that were laid out, taken at their word."""
    less = None if layout.less is None else Change(math.log(layout.less / layout.same))
    return Seen(Change(math.log(layout.more / layout.same)), less)


def seen(state: RunState, layout: Layout, left: int) -> Seen:
    """The changes that were laid out, as far as uneven teams bear them out; ``left`` tasks are to be done."""
    known = table()
    return weighed(layout, left, unevenness(state), known.get(state.run.strategy) or known[OTHERS])


def weighed(layout: Layout, left: int, uneven: float, known: Turnover) -> Seen:
    """The same by what is ``known`` of the strategy."""
    plain = as_laid_out(layout)
    share = min(max(math.log(left / layout.agents), LEFT[0]), LEFT[1])

    def change(laid: Change, effect: Effect, *, edge: bool) -> Change:
        learnt = effect.base + effect.edge * edge + effect.laid_out * laid.mean + effect.left * share
        return Change((1 - uneven) * laid.mean + uneven * learnt, uneven * effect.spread)

    more = change(plain.more, known.more, edge=layout.agents == 1)
    less = None if plain.less is None else change(plain.less, known.less, edge=layout.agents == 2)
    return Seen(more, less, uneven)


def unevenness(state: RunState) -> float:
    """From 0, if all replies took the same time, to 1, as with models."""
    latest = (seconds for row in reversed(state.metrics.rounds) for seconds in reversed(row.latencies))
    logs = [math.log(seconds) for seconds in islice(latest, REPLIES) if seconds > 0]
    return 1.0 if len(logs) < FEWEST_REPLIES else min(1.0, pstdev(logs) / EVEN)
