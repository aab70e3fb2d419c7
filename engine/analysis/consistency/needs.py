"""What predicates need of a record, and what they say of an imported one that does not hold it.

The engine's own promises are judged on runs of ours alone. What a team did, or was kept from doing, can be
told of any run whose record holds what the definition speaks of.
"""

from __future__ import annotations

from engine.analysis.consistency.findings import Class, Finding
from engine.analysis.gaps import missing
from engine.record import events as ev

NEEDS: dict[tuple[str, Class], tuple[ev.Gap, ...]] = {
    ("stale_read", "team"): ("prompts",),
    ("aged_read", "team"): ("prompts",),
    ("aged_read", "prevented"): ("refusals",),
    ("concurrent_write", "team"): (),
    ("lost_update", "team"): ("prompts", "contents"),
    ("blind_overwrite", "team"): ("prompts", "contents"),
    ("rewrite", "team"): ("prompts", "contents"),
    ("noop_rewrite", "team"): ("prompts", "contents"),
    ("destructive_rewrite", "team"): ("prompts", "nodes"),
    ("temporal_violation", "prevented"): ("blocked",),
    ("temporal_violation", "team"): ("graph", "dependencies", "tasks"),
    ("causal_evidence", "team"): ("graph", "dependencies", "tasks", "nodes"),
    ("duplicate_claim", "prevented"): ("refusals",),
    ("duplicate_work", "team"): ("graph", "tasks"),
    ("dirty_completion", "team"): ("tasks", "nodes"),
    ("regression_after_done", "team"): ("tasks", "nodes"),
    ("flaky_evidence", "team"): ("contents", "nodes"),
    ("lock_exclusion", "prevented"): ("locks",),
    ("zombie", "prevented"): ("refusals",),
    ("message_loss", "team"): (),
    ("message_loss", "prevented"): (),
    ("message_duplicate", "prevented"): (),
    ("message_order", "team"): (),
    ("message_causality", "team"): (),
    ("stagnation", "team"): ("tasks", "contents"),
    ("livelock", "team"): ("tasks", "contents"),
    ("edit_war", "team"): ("contents",),
    ("lock_starvation", "team"): ("locks",),
    ("task_starvation", "team"): ("tasks", "refusals"),
    ("empty_turn", "team"): ("tasks", "contents"),
    ("repetition", "team"): ("tasks", "contents"),
    ("premature_end", "team"): (),
}
"""Of every predicate about the team: the gaps of which any one leaves it undecided."""


def undecided(name: str, class_: Class, start: ev.RunStarted | None) -> Finding | None:
    """The finding of a predicate that the run's record cannot decide; null if it can."""
    if start is None or not start.source:
        return None
    if class_ == "engine":
        return _unknown(name, class_, "Another engine made this run; its promises are not ours to judge.")
    lacking = set(NEEDS.get((name, class_), ())) & set(start.gaps)
    return _unknown(name, class_, f"Not recorded: {missing(lacking)}.") if lacking else None


def _unknown(name: str, class_: Class, sentence: str) -> Finding:
    return Finding(name, "unknown", class_, 0, (), sentence)
