"""The checker: predicates on a run's history, each answered with witnesses.

``check(events)`` judges a whole journal or a prefix of one. Every predicate is a pure function from a
``History`` to one ``Finding``; a violation is the engine's (a bug of ours), the team's (an anomaly that the
engine does not rule out) or was prevented (an attempt that it refused), and these are never mixed.
Definitions follow Adya (lost update, stale and intermediate reads), Jepsen's checkers (unknown is not true,
false outweighs unknown) and Mieczkowski et al. 2026 (concurrent writes, rewrites, temporal violations).
"""

from __future__ import annotations

from collections.abc import Iterable

from engine.analysis.consistency import (
    completion,
    copies,
    effort,
    handovers,
    lives,
    locking,
    mail,
    ordering,
    ownership,
    pace,
    progress,
    reads,
    recording,
    rewrites,
    starving,
    trees,
    writes,
)
from engine.analysis.consistency.findings import Class, Finding, Predicate, Report, Verdict, compose
from engine.analysis.consistency.history import History
from engine.analysis.consistency.needs import undecided
from engine.record import events as ev

__all__ = ["PREDICATES", "Class", "Finding", "History", "Predicate", "Report", "Verdict", "check", "compose"]

_MODULES = (
    recording,
    pace,
    reads,
    writes,
    rewrites,
    ordering,
    ownership,
    completion,
    trees,
    copies,
    locking,
    lives,
    handovers,
    mail,
    progress,
    starving,
    effort,
)

PREDICATES: tuple[Predicate, ...] = tuple(
    found for module in _MODULES for found in vars(module).values() if isinstance(found, Predicate)
)
"""All checkers, in the order in which reports show them."""


def check(events: Iterable[ev.Event]) -> Report:
    """Judge a history. Never raises, whatever the events are; the same events give the same report."""
    history = History(events)
    findings = tuple(
        undecided(check_one.name, check_one.class_, history.start) or check_one(history)
        for check_one in PREDICATES
    )
    source = history.start.source if history.start is not None else ""
    return Report(compose(f.verdict for f in findings if f.class_ == "engine"), findings, source)
