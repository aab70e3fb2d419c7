"""The rules that a simulated team plays by: a row per field of ``RunStarted`` that is drawn for each seed.

Each row draws from a stream of its own, so that a new row leaves all others of a seed as they were.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from engine.record import events as ev
from engine.strategies import STRATEGIES
from engine.world.chance import stream


@dataclass(frozen=True, slots=True)
class Rule:
    """``field`` is any of ``choices`` for a run: more often what is listed more often. None: it stays."""

    field: str
    choices: Callable[[ev.RunStarted], Sequence[object]]


def _any(*choices: object) -> Callable[[ev.RunStarted], Sequence[object]]:
    return lambda start: choices


def _led(*choices: object) -> Callable[[ev.RunStarted], Sequence[object]]:
    return lambda start: choices if any(spec.role == "lead" for spec in start.team) else ()


def _quorums(start: ev.RunStarted) -> Sequence[object]:
    if not STRATEGIES[start.strategy].versions:
        return ()
    most = min(3, sum(spec.role == "developer" for spec in start.team))
    return [(needed, of) for of in range(1, most + 1) for needed in range(1, of + 1)]


def _verdicts(start: ev.RunStarted) -> Sequence[object]:
    """By whom work is judged, where a team is large enough for reviews."""
    return ("review", "review", "tests") if start.verified_by == "review" else ()


def _completions(start: ev.RunStarted) -> Sequence[object]:
    return ("verified",) if start.verified_by == "tests" else ("reported", "verified")


RULES = (
    Rule("locks", _any("pessimistic", "pessimistic", "optimistic", "none")),
    Rule("verified_by", _verdicts),
    Rule("completion", _completions),
    Rule("lease_seconds", _any(5.0, 30.0, 60.0)),
    Rule("lead_lost", _led("self-claim", "promote")),
    Rule("barrier", _any("round", "round", "round", "stale:0", "stale:1", "stale:2", "none")),
    Rule("quorum", _quorums),
    Rule("limits", _any(*[ev.NO_LIMITS] * 18, ev.Limits(seconds=40.0), ev.Limits(agent_tokens=20_000))),
)


def drawn(seed: int, start: ev.RunStarted) -> ev.RunStarted:
    """``start`` under the rules that ``seed`` stands for."""
    for rule in RULES:
        if choices := rule.choices(start):
            start = replace(start, **{rule.field: stream(seed, "rule", rule.field).choice(choices)})
    return start
