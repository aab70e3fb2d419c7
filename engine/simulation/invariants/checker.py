"""The engine-class predicates of the checker: what any journal of this engine must satisfy."""

from __future__ import annotations

from engine.analysis.consistency import PREDICATES, History
from engine.simulation.violation import Violation
from engine.simulation.world import Played

_ENGINE = tuple(predicate for predicate in PREDICATES if predicate.class_ == "engine")


def judge(played: Played) -> list[Violation]:
    """A violation per predicate that is false."""
    history = History(played.events)
    findings = (predicate(history) for predicate in _ENGINE)
    return [
        Violation(name=finding.name, seq=min(finding.witnesses, default=0), sentence=finding.sentence)
        for finding in findings
        if finding.verdict == "false"
    ]
