"""The rules that a simulated team plays by: a row per field of ``RunStarted`` that is drawn for each seed.

Each row draws from a stream of its own, so that a new row leaves all others of a seed as they were.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from msgspec.structs import replace

from engine.record import events as ev
from engine.world.chance import stream


@dataclass(frozen=True, slots=True)
class Rule:
    """``field`` is any of ``choices`` (more often what is listed more often) in runs that it ``fits``."""

    field: str
    choices: tuple[object, ...]
    fits: Callable[[ev.RunStarted], bool] = lambda start: True


RULES = (
    Rule("locks", ("pessimistic", "pessimistic", "optimistic", "none")),
    Rule("completion", ("reported", "verified")),
    Rule("lease_seconds", (5.0, 30.0, 60.0)),
    Rule("lead_lost", ("self-claim", "promote"), lambda start: any(s.role == "lead" for s in start.team)),
    Rule("barrier", ("round", "round", "round", "stale:0", "stale:1", "stale:2", "none")),
)


def drawn(seed: int, start: ev.RunStarted) -> ev.RunStarted:
    """``start`` under the rules that ``seed`` stands for."""
    for rule in RULES:
        if rule.fits(start):
            value = stream(seed, "rule", rule.field).choice(rule.choices)
            start = replace(start, **{rule.field: value})
    return start
