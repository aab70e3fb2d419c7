"""Agents that are lost and come back: states, epochs, leases, who takes part in a round."""

from __future__ import annotations

from engine.record import events as ev
from engine.simulation.invariants.notes import TICK, Notes
from engine.simulation.violation import Violation
from engine.simulation.world import Played


def judge(played: Played) -> list[Violation]:
    """See ``_Lives``."""
    lives = _Lives(played.scenario.start)
    for event in played.events:
        lives.take(event)
    return lives.notes


class _Lives:
    """Follows every agent: live, stalled or down, with its epoch, open turn and lease."""

    def __init__(self, start: ev.RunStarted) -> None:
        self.notes = Notes("lives")
        self._lease = start.lease_seconds
        self._state = {spec.name: "live" for spec in start.team}
        self._epoch = {spec.name: 1 for spec in start.team}
        self._open: dict[str, ev.TurnStarted] = {}
        self._until: dict[str, float] = {}
        self._silent: dict[str, float] = {}
        self._fenced: set[str] = set()
        self._leaky: set[str] = set()
        self._failures: dict[str, list[float]] = {}  # times of failed calls since the last reply
        self._last_reply = 0.0
        self._owner: dict[str, str] = {}
        self._own: dict[str, int] = {}
        self._developers = {spec.name for spec in start.team if spec.role == "developer"}
        self._leaderless = ""  # the lead for whom agents need not wait

    def take(self, event: ev.AnyEvent) -> None:
        """Judge one event, then note what it says."""
        for name, until in self._silent.items():
            if event.ts > until + TICK and name in self._open:
                self._wrong(event, f"the turn of {name}, who is silent, went on after its lease")
        self._calls(event)
        match event:
            case ev.RoundStarted():
                live = tuple(name for name, state in self._state.items() if state == "live")
                if event.agents != live:
                    self._wrong(event, f"the round is for {event.agents}, live are {live}")
            case ev.TurnStarted():
                self._turn_started(event)
            case ev.TurnEnded():
                self._turn_ended(event)
            case ev.AgentCrashed() | ev.AgentStalled():
                self._lost(event)
            case ev.AgentRevived():
                self._revived(event)
            case ev.TaskReleased(reason="lease"):
                self._returned(event, f"task {event.task}")
            case ev.LockReleased(reason="lease") if event.agent not in self._leaky:
                self._returned(event, event.path)
            case ev.TaskAssigned() if event.round > 0 and self._state.get(event.agent) != "live":
                self._wrong(event, f"task {event.task} was given to {event.agent}, who is lost")
            case _:
                self._also(event)

    def _also(self, event: ev.AnyEvent) -> None:
        match event:
            case ev.FaultStarted(kind="lock_leak"):
                self._leaky |= set(event.targets)
            case ev.AgentJoined():
                self._joined(event)
            case ev.AgentLeft():
                self._left(event)
            case ev.TaskReleased(reason="left") | ev.LockReleased(reason="left"):
                if event.agent in self._state:
                    self._wrong(event, f"{event.agent} lost something as if it had left")

    def _calls(self, event: ev.AnyEvent) -> None:
        """Follow who owns what and whose calls fail: work of failing agents returns, and no other."""
        match event:
            case ev.CallFailed():
                self._failures.setdefault(event.agent, []).append(event.ts)
            case ev.Replied():
                self._failures.pop(event.agent, None)
                self._last_reply = event.ts
                self._lead_is_back(event.agent)
            case ev.AgentCrashed() | ev.AgentStalled() | ev.AgentLeft():
                self._failures.pop(event.agent, None)
            case ev.LeadLost():
                self._lead_lost(event)
            case ev.AgentJoined() if event.role == "developer":
                self._developers.add(event.agent)
            case ev.TaskAssigned() | ev.TaskClaimed():
                self._owner[event.task] = event.agent
            case ev.TaskReleased():
                if event.reason == "failing" and not self._failing(event.agent):
                    self._wrong(event, f"task {event.task} was taken from {event.agent}, whose calls succeed")
                self._owner.pop(event.task, None)
            case ev.TaskCompleted():
                self._owner.pop(event.task, None)
            case ev.TurnStarted() if self._own.get(event.agent) != event.number:
                self._begun(event)
            case _:
                pass

    def _begun(self, event: ev.TurnStarted) -> None:
        """At the first turn of an own round nobody works for, or waits for, an agent whose calls fail."""
        # a second turn within an own round is a backup's: nothing is dealt out or given back for it
        self._own[event.agent] = event.number
        live = {n for n, state in self._state.items() if state == "live"} & self._developers
        failing = {name for name in live if self._failing(name)}
        kept = failing.intersection(self._owner.values()) if failing != live else set()
        for name in sorted(kept):
            self._wrong(event, f"{name}, whose calls fail for longer than the lease, kept its tasks")
        up = {name for name, state in self._state.items() if state == "live"}
        for name in sorted(up - self._developers - {self._leaderless}):
            if self._failing(name):
                self._wrong(event, f"{name}, whose calls fail for longer than the lease, still leads")

    def _lead_lost(self, event: ev.LeadLost) -> None:
        if event.failing and not self._failing(event.agent):
            self._wrong(event, f"{event.agent}, whose calls succeed, was replaced as the lead")
        self._leaderless = "" if event.heir else event.agent
        self._developers ^= {event.agent, event.heir} if event.heir else set()

    def _lead_is_back(self, name: str) -> None:
        if name == self._leaderless:
            self._leaderless = ""

    def _failing(self, name: str) -> bool:
        times = self._failures.get(name, [])
        return bool(times) and times[-1] - times[0] >= self._lease and self._last_reply > times[0]

    def _wrong(self, event: ev.Event, sentence: str) -> None:
        self.notes.wrong(event.seq, sentence)

    def _turn_started(self, event: ev.TurnStarted) -> None:
        name = event.agent
        if self._state.get(name) != "live":
            self._wrong(event, f"{name} began a turn while {self._state.get(name)}")
        if event.epoch != self._epoch.get(name):
            self._wrong(event, f"{name} began in epoch {event.epoch} instead of {self._epoch.get(name)}")
        self._open[name] = event

    def _turn_ended(self, event: ev.TurnEnded) -> None:
        name = event.agent
        self._open.pop(name, None)
        if event.outcome == "fenced":
            if self._state.get(name) != "stalled" or event.ts < self._until.get(name, 0.0) - TICK:
                self._wrong(event, f"{name} was fenced off before its lease was over")
            self._fenced.add(name)
        elif event.outcome == "left" and name in self._state:
            self._wrong(event, f"a turn of {name} ended as if it had left")
        elif event.outcome == "crashed" and self._state.get(name) != "down":
            self._wrong(event, f"a turn of {name} crashed, but not {name}")

    def _joined(self, event: ev.AgentJoined) -> None:
        name = event.agent
        if name in self._state:
            self._wrong(event, f"{name} joined a team that it is of")
        if event.epoch <= self._epoch.get(name, 0):
            self._wrong(event, f"{name} joined in epoch {event.epoch} after epoch {self._epoch[name]}")
        self._state[name], self._epoch[name] = "live", event.epoch

    def _left(self, event: ev.AgentLeft) -> None:
        name = event.agent
        if self._state.pop(name, None) is None:
            self._wrong(event, f"{name} left a team that it is not of")
        self._epoch[name] = event.epoch
        self._fenced.discard(name)
        self._until.pop(name, None)
        self._silent.pop(name, None)

    def _lost(self, event: ev.AgentCrashed | ev.AgentStalled) -> None:
        name, down = event.agent, isinstance(event, ev.AgentCrashed)
        state = self._state.get(name)
        if state == "down" or (not down and state != "live"):
            self._wrong(event, f"{name} was lost again while {state}")
        if isinstance(event, ev.AgentCrashed) and event.epoch != self._epoch[name] + (name in self._fenced):
            self._wrong(event, f"{name} crashed in epoch {event.epoch}, not {self._epoch[name]}")
        if not down and name not in self._open:
            self._wrong(event, f"{name} stalled outside of a turn")
        if abs(event.lease_until - event.ts - self._lease) > TICK:
            self._wrong(event, f"the lease of {name} ends at {event.lease_until} s")
        self._state[name] = "down" if down else "stalled"
        self._until[name] = event.lease_until
        if down:
            self._silent.pop(name, None)
        else:
            self._silent[name] = event.lease_until
        if isinstance(event, ev.AgentCrashed):
            self._epoch[name] = event.epoch
            self._fenced.discard(name)

    def _revived(self, event: ev.AgentRevived) -> None:
        name = event.agent
        self._lead_is_back(name)
        state, grows = self._state.get(name), self._state.get(name) == "down" or name in self._fenced
        if state == "live":
            self._wrong(event, f"{name} came back without having been away")
        elif event.epoch != self._epoch[name] + grows:
            self._wrong(event, f"{name} came back in epoch {event.epoch} after epoch {self._epoch[name]}")
        if state == "down" and name in self._open:
            self._wrong(event, f"the turn that {name} crashed in never ended")
        self._state[name], self._epoch[name] = "live", event.epoch
        self._fenced.discard(name)
        self._until.pop(name, None)
        self._silent.pop(name, None)

    def _returned(self, event: ev.TaskReleased | ev.LockReleased, what: str) -> None:
        until = self._until.get(event.agent)
        if until is None:
            self._wrong(event, f"{what} was taken from {event.agent}, who was not lost")
        elif event.ts < until - TICK:
            self._wrong(event, f"{what} was taken from {event.agent} {until - event.ts:.3f} s too early")
