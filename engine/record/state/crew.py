"""How many developers there were over time: the N of the bounds."""

from __future__ import annotations

from engine.record import events as ev


class CrewState:
    """``developers`` counts the team, lost ones included; ``changed`` once somebody joined or left."""

    def __init__(self) -> None:
        self.developers = 0
        self.changed = False
        self._roles: dict[str, str] = {}
        self._first: float | None = None
        self._since = 0.0
        self._agent_seconds = 0.0

    def run_started(self, event: ev.RunStarted) -> None:
        """The team assembles."""
        self._roles = {spec.name: spec.role for spec in event.team}
        self._count()

    def turn_started(self, event: ev.TurnStarted) -> None:
        """Time counts from the first prompt."""
        if self._first is None:
            self._first = self._since = event.ts

    def team_changed(self, event: ev.TeamChanged) -> None:
        """A fork goes on with another team; as many develop as before."""
        self._roles = {spec.name: spec.role for spec in event.team}
        self._count()

    def lead_lost(self, event: ev.LeadLost) -> None:
        """A developer leads from here on; the old lead, if it is still there, is a developer instead."""
        if event.heir:
            self._book(event.ts, changed=event.agent not in self._roles)
            roles = {event.agent: "developer", event.heir: "lead"}
            self._roles = {name: roles.get(name, role) for name, role in self._roles.items()}
            self._count()

    def agent_joined(self, event: ev.AgentJoined) -> None:
        """One more."""
        self._book(event.ts)
        self._roles[event.agent] = event.role
        self._count()

    def agent_left(self, event: ev.AgentLeft) -> None:
        """One less."""
        self._book(event.ts)
        self._roles.pop(event.agent, None)
        self._count()

    def _book(self, now: float, *, changed: bool = True) -> None:
        self.changed = self.changed or changed
        if self._first is not None:
            self._agent_seconds += self.developers * max(0.0, now - self._since)
            self._since = now

    def _count(self) -> None:
        self.developers = sum(role == "developer" for role in self._roles.values())

    def mean(self, now: float) -> float:
        """Developers on average over the time from the first prompt to ``now`` (run-clock seconds).

        No team does more work than this times the time: hence it is the N that bounds a whole run.
        """
        if not self.changed or self._first is None or now <= self._first:
            return float(self.developers)
        total = self._agent_seconds + self.developers * max(0.0, now - self._since)
        return total / (now - self._first)
