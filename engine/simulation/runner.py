"""One seed: draw, play, judge. What comes back is small and travels between processes."""

from __future__ import annotations

import hashlib
from collections import Counter

import msgspec

from engine.faults.plan import Planned
from engine.record import events as ev
from engine.simulation import coverage
from engine.simulation.invariants import judge
from engine.simulation.scenario import Scenario, Settings, draw
from engine.simulation.violation import Violation
from engine.simulation.world import Played, play


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a seed. ``digest`` is of the journal's bytes; ``faults`` counts those that struck, by
    kind, and ``cells`` by kind and phase (see ``coverage``).
    """

    seed: int
    outcome: str
    events: int
    rounds: int
    virtual_seconds: float
    digest: str
    scheduler: str
    strategy: str
    faults: dict[str, int]
    cells: dict[str, int]
    violations: tuple[Violation, ...]


def run_seed(
    seed: int, settings: Settings, *, plan: tuple[Planned, ...] | None = None, twice: bool = False
) -> Result:
    """Simulate ``seed``; ``plan`` replaces the faults that it stands for.

    ``twice``: play it again and call it a violation if the journals differ.
    """
    scenario = draw(seed, settings, plan)
    played = play(scenario)
    result = _result(scenario, played)
    if twice:
        again = play(scenario)
        if again.journal != played.journal:
            found = _divergence(played, again)
            result = msgspec.structs.replace(result, violations=(*result.violations, found))
    return result


def _result(scenario: Scenario, played: Played) -> Result:
    struck = (event.kind for event in played.events if isinstance(event, ev.FaultStarted))
    return Result(
        seed=scenario.seed,
        outcome=played.outcome or type(played.trouble).__name__,
        events=len(played.events),
        rounds=played.events[-1].round if played.events else 0,
        virtual_seconds=round(played.loop_seconds, 6),
        digest=hashlib.sha256(played.journal).hexdigest(),
        scheduler=scenario.scheduler,
        strategy=scenario.start.strategy,
        faults=dict(sorted(Counter(struck).items())),
        cells=dict(coverage.reached(played.events, (spec.name for spec in scenario.start.team))),
        violations=tuple(judge(played)),
    )


def _divergence(first: Played, second: Played) -> Violation:
    pairs = zip(first.journal.splitlines(), second.journal.splitlines(), strict=False)
    seq = next((place for place, (one, other) in enumerate(pairs, 1) if one != other), 0)
    return Violation(name="determinism", seq=seq, sentence="the same seed gave another journal")
