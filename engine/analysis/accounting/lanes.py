"""What every agent does at every instant, from a journal: spans without gaps or overlaps.

One lane per member of the team. Times are whole nanoseconds since the start on the run's clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from engine.record import events as ev

NANO = 1_000_000_000

Doing: TypeAlias = Literal[
    "calling",  # the model thinks
    "retrying",  # a call failed, or waits to be made again
    "queueing",  # a test run waits for its slot
    "testing",
    "applying",  # actions are carried out
    "idle",  # between turns, live
    "opening",  # between rounds: the engine's time
    "down",
    "absent",
]


def nanos(seconds: float) -> int:
    """Seconds as whole nanoseconds."""
    return round(seconds * NANO)


@dataclass(frozen=True, slots=True)
class Span:
    """``agent`` was ``doing`` something in [``start``, ``end``) ns, in ``turn`` (0: in none)."""

    agent: str
    start: int
    end: int
    doing: Doing
    turn: int


@dataclass(slots=True)
class Lane:
    """Where one agent is now. ``retry_until`` ends a wait within ``retrying``."""

    agent: str
    doing: Doing = "opening"
    since: int = 0
    turn: int = 0
    retry_until: int = 0


class Lanes:
    """Folds events into spans; ``spans`` grows as lanes change, ``close`` ends all of them."""

    def __init__(self, agents: tuple[str, ...], start: int, *, rounds: bool) -> None:
        self.lanes = {name: Lane(name, since=start) for name in agents}
        self.spans: list[Span] = []
        self._rounds = rounds

    def join(self, agent: str, now: int, start: int) -> None:
        """A new member: it was absent since ``start``."""
        self.lanes[agent] = Lane(agent, "absent", start)
        self._move(agent, now, "idle")

    def _move(self, agent: str, now: int, doing: Doing, turn: int | None = None) -> None:
        lane = self.lanes.get(agent)
        if lane is None:
            return
        self._settle(lane, now)
        lane.doing = doing
        if turn is not None:
            lane.turn = turn

    def _settle(self, lane: Lane, now: int) -> None:
        """End the lane's span at ``now``; of a wait for a retry, what lies behind its end is a call again."""
        if lane.doing == "retrying" and lane.retry_until < now:
            self._add(lane, lane.retry_until, "retrying")
            lane.doing = "calling"
        self._add(lane, now, lane.doing)

    def _add(self, lane: Lane, end: int, doing: Doing) -> None:
        if end > lane.since:
            self.spans.append(Span(lane.agent, lane.since, end, doing, lane.turn))
            lane.since = end

    def apply(self, event: ev.Event) -> None:
        """Fold one event."""
        now = nanos(event.ts)
        match event:
            case ev.TurnStarted(agent=agent, turn=turn):
                self._move(agent, now, "calling", turn)
            case ev.CallFailed():
                self._call_failed(event, now)
            case ev.Replied(agent=agent):
                self._move(agent, now, "applying")
            case ev.TestsStarted(agent=agent):
                self._move(agent, now, "testing")
            case ev.TestsFinished():
                self._tested(event, now)
            case ev.TurnEnded(agent=agent):
                lane = self.lanes.get(agent)
                away = lane is not None and lane.doing in ("down", "absent")
                self._move(agent, now, lane.doing if lane is not None and away else "idle", 0)
            case ev.AgentCrashed(agent=agent) | ev.AgentStalled(agent=agent):
                self._move(agent, now, "down")
            case ev.AgentRevived(agent=agent):
                lane = self.lanes.get(agent)
                self._move(agent, now, "calling" if lane is not None and lane.turn else "idle")
            case ev.RoundEnded() if self._rounds:
                for name, lane in self.lanes.items():
                    if lane.doing == "idle":
                        self._move(name, now, "opening")

    def leave(self, agent: str, now: int) -> None:
        """The agent is no member any more."""
        self._move(agent, now, "absent", 0)

    def _call_failed(self, event: ev.CallFailed, now: int) -> None:
        lane = self.lanes.get(event.agent)
        if lane is None or lane.doing not in ("calling", "retrying"):
            return
        if lane.doing == "retrying" and lane.retry_until < now:
            self._add(lane, lane.retry_until, "retrying")
        self._add(lane, now, "retrying")  # the attempt that came to nothing
        lane.doing = "retrying"
        lane.retry_until = now + nanos(event.retry_seconds or 0.0)

    def _tested(self, event: ev.TestsFinished, now: int) -> None:
        lane = self.lanes.get(event.agent)
        if lane is None or lane.doing != "testing":
            return
        self._add(lane, min(now, lane.since + nanos(max(0.0, event.wait_seconds))), "queueing")
        self._move(event.agent, now, "applying")

    def close(self, now: int) -> None:
        """End every lane's last span at ``now``."""
        for lane in self.lanes.values():
            self._settle(lane, now)
