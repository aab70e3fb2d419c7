"""Agents whose model calls fail for ever, folded from the journal: up, but as good as lost to the team.

An agent is failing if all of its calls have failed over at least one lease while others' calls came through
(an outage for all says nothing about any one agent). Its tasks return then, as those of a lost agent do; the
agent goes on being asked, and is one like any other again with the first reply.
"""

from __future__ import annotations

from engine.record import events as ev


class Failing:
    """``apply`` every event. Times are run-clock seconds."""

    def __init__(self) -> None:
        self._lease = 0.0
        self._spans: dict[str, tuple[float, float]] = {}  # first and last failed call since the last reply
        self._last_reply = 0.0

    def apply(self, event: ev.Event) -> None:
        """Fold one event."""
        match event:
            case ev.CallFailed():
                first, _ = self._spans.get(event.agent, (event.ts, event.ts))
                self._spans[event.agent] = (first, event.ts)
            case ev.Replied():
                self._spans.pop(event.agent, None)
                self._last_reply = event.ts
            case ev.AgentCrashed() | ev.AgentStalled() | ev.AgentLeft():
                self._spans.pop(event.agent, None)  # lost: that has a lease of its own
            case ev.RunStarted():
                self._lease = event.lease_seconds

    def __contains__(self, agent: object) -> bool:
        """Whether the agent is failing; a reply of its own ends it, so the last reply is another's."""
        if agent not in self._spans:
            return False
        first, last = self._spans[str(agent)]
        return last - first >= self._lease and self._last_reply > first
