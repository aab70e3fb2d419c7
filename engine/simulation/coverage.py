"""Which faults struck in which phase of an agent's life: the cells that the simulation must all reach."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from engine.faults.catalogue import FAULTS
from engine.record import events as ev

PHASES = ("between turns", "asked", "acting", "testing", "holding", "lost")
"""Between two turns; asked and waiting for the reply; carrying actions out; waiting for tests; with a lock in
its hands; down or stalled. Of a fault that strikes the whole run, the furthest that any agent is in."""

_ORDER = {phase: place for place, phase in enumerate(PHASES)}


def cells() -> tuple[str, ...]:
    """All cells, as ``crash/asked``. Nobody is lost for a fault that strikes the run."""
    return tuple(
        f"{spec.kind}/{phase}"
        for spec in FAULTS
        for phase in PHASES
        if not (spec.whole_run and phase == "lost")
    )


def reached(events: Sequence[ev.AnyEvent], team: Iterable[str]) -> Counter[str]:
    """How often each cell was reached in a run of ``team``."""
    found: Counter[str] = Counter()
    phases = _Phases(team)
    for event in events:
        if type(event) is ev.FaultStarted:
            struck = event.targets or (phases.furthest(),)
            found.update(f"{event.kind}/{phases.of(name)}" for name in struck)
        else:
            phases.take(event)
    return found


class _Phases:
    """Follows the phase of every agent."""

    def __init__(self, team: Iterable[str]) -> None:
        self._phase = dict.fromkeys(team, "between turns")
        self._lost: set[str] = set()
        self._holds: Counter[str] = Counter()

    def take(self, event: ev.AnyEvent) -> None:
        """Note what an event says."""
        match event:
            case ev.TurnStarted():
                self._phase[event.agent] = "asked"
            case ev.Replied() | ev.TestsFinished():
                self._phase[event.agent] = "acting"
            case ev.TestsStarted():
                self._phase[event.agent] = "testing"
            case ev.TurnEnded():
                self._phase[event.agent] = "between turns"
            case ev.AgentCrashed() | ev.AgentStalled():
                self._lost.add(event.agent)
            case ev.AgentRevived():
                self._lost.discard(event.agent)
            case ev.LockAcquired():
                self._holds[event.agent] += 1
            case ev.LockReleased():
                self._holds[event.agent] -= 1

    def of(self, agent: str) -> str:
        """The phase of an agent."""
        if agent in self._lost:
            return "lost"
        phase = self._phase.get(agent, "between turns")
        return "holding" if self._holds[agent] > 0 and phase != "testing" else phase

    def furthest(self) -> str:
        """The agent that is furthest in its turn, of those who are not lost (empty: nobody is left)."""
        left = [name for name in self._phase if name not in self._lost]
        return max(left, key=lambda name: _ORDER[self.of(name)], default="")
