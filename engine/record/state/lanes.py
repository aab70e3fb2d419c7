"""What every agent does at every instant: spans without gaps or overlaps, one lane per member of the team.

The timeline shows them and loss accounting adds them up. Times are whole nanoseconds on the run's clock.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any, Literal, TypeAlias

import msgspec

from engine.record import events as ev
from engine.record.clean import clean_line

NANO = 1_000_000_000

LONGEST = 1e9
"""Seconds that a run can last here, some thirty years: a forged journal can claim any number."""

SPANS_KEPT = 4_000
"""Spans per agent for a screen: some thousand turns. Then every other one gives its time to its neighbour,
oldest half first, so that a long run keeps its shape and loses detail where nobody zooms in any more."""

MARKS_KEPT = 2_000
"""Marks per agent for a screen, newest last."""

Doing: TypeAlias = Literal[
    "calling",  # the model thinks
    "retrying",  # a call failed, or waits to be made again
    "queueing",  # a test run waits for its slot
    "testing",
    "applying",  # actions are carried out
    "waiting",  # between turns after one that had effects
    "idle",  # between turns after one without
    "locked",  # between turns after one whose edits were all refused
    "opening",  # between rounds: the engine's time
    "down",
    "absent",
]

BETWEEN: frozenset[Doing] = frozenset({"waiting", "idle", "locked"})
"""Live and without a turn."""

AT_WORK: frozenset[Doing] = frozenset({"calling", "retrying", "queueing", "testing", "applying"})
"""Live and within a turn."""

MarkKind: TypeAlias = Literal["done", "failed", "refused"]


def nanos(seconds: float) -> int:
    """Seconds as whole nanoseconds."""
    return round(max(-LONGEST, min(seconds, LONGEST)) * NANO)


class Span(msgspec.Struct, frozen=True):
    """``doing`` something in [``start``, ``end``) ns, in ``turn`` (0: in none)."""

    start: int
    end: int
    doing: Doing
    turn: int


class Mark(msgspec.Struct, frozen=True):
    """Something happened to an agent at one instant: ``seq`` is its event."""

    at: int
    seq: int
    kind: MarkKind


class Lane(msgspec.Struct):
    """One agent's past, and where it is now: ``doing`` since ``since``."""

    agent: str
    since: int
    doing: Doing = "opening"
    turn: int = 0
    retry_until: int = 0
    refused: bool = False
    wrote: bool = False
    spans: list[Span] = msgspec.field(default_factory=list)
    marks: deque[Mark] = msgspec.field(default_factory=lambda: deque(maxlen=MARKS_KEPT))

    def settle(self, now: int) -> None:
        """End the present span at ``now``; behind the end of a wait for a retry lies a call again."""
        if self.doing == "retrying" and self.retry_until < now:
            self.add(self.retry_until, "retrying")
            self.doing = "calling"
        self.add(now, self.doing)

    def add(self, end: int, doing: Doing) -> None:
        """A span up to ``end``, if that is later than where the lane is."""
        if end > self.since:
            self.spans.append(Span(self.since, end, doing, self.turn))
            self.since = end

    def thin(self, limit: int) -> None:
        """Merge pairs in the older half once there are more than ``limit`` spans; no instant is lost."""
        if len(self.spans) <= limit:
            return
        old, new = self.spans[: limit // 2], self.spans[limit // 2 :]
        merged = []
        for first, second in zip(old[::2], old[1::2], strict=False):
            longer = max(first, second, key=lambda span: span.end - span.start)
            merged.append(Span(first.start, second.end, longer.doing, longer.turn))
        if len(old) % 2:
            merged.append(old[-1])
        self.spans = merged + new


class LanesState:
    """All lanes, by agent in team order. ``limit`` bounds the spans of each; null keeps all of them."""

    def __init__(self, limit: int | None = SPANS_KEPT) -> None:
        self.lanes: dict[str, Lane] = {}
        self._limit = limit
        self._began = 0

    def run_started(self, event: ev.RunStarted) -> None:
        """The team assembles."""
        self._began = nanos(event.ts)
        for spec in event.team:
            name = clean_line(spec.name, 40)
            self.lanes[name] = Lane(name, nanos(event.ts))

    def handlers(self) -> dict[type[ev.Event], Callable[[Any], None]]:
        """What folds which event; the start of the run comes from whoever lets a run start only once."""
        return {
            ev.TurnStarted: self.turn_started,
            ev.CallFailed: self.call_failed,
            ev.Replied: self.replied,
            ev.TurnEnded: self.turn_ended,
            ev.RoundEnded: self.round_ended,
            ev.TestsStarted: self.tests_started,
            ev.TestsFinished: self.tests_finished,
            ev.FileEdited: self.file_edited,
            ev.ActionRefused: self.action_refused,
            ev.TaskCompleted: self.task_completed,
            ev.AgentCrashed: self.agent_lost,
            ev.AgentStalled: self.agent_lost,
            ev.AgentRevived: self.agent_revived,
            ev.AgentJoined: self.agent_joined,
            ev.AgentLeft: self.agent_left,
        }

    def restart(self, now: int) -> None:
        """Have all lanes begin at ``now``, as if nothing had been before."""
        self._began = now
        self.lanes = {name: Lane(name, now) for name in self.lanes}

    def _move(self, agent: str, ts: float, doing: Doing) -> Lane | None:
        lane = self.lanes.get(agent)
        if lane is None:
            return None
        lane.settle(nanos(ts))
        if self._limit is not None:
            lane.thin(self._limit)
        lane.doing = doing
        return lane

    def _mark(self, event: ev.Event, agent: str, kind: MarkKind) -> None:
        if (lane := self.lanes.get(agent)) is not None:
            lane.marks.append(Mark(nanos(event.ts), event.seq, kind))

    # ------------------------------------------------------------ turns

    def turn_started(self, event: ev.TurnStarted) -> None:
        """The model is asked."""
        if (lane := self._move(event.agent, event.ts, "calling")) is not None:
            lane.turn, lane.refused, lane.wrote = event.turn, False, False

    def call_failed(self, event: ev.CallFailed) -> None:
        """An attempt came to nothing; the next one comes after a wait, if at all."""
        lane = self.lanes.get(event.agent)
        if lane is None or lane.doing not in ("calling", "retrying"):
            return
        now = nanos(event.ts)
        if lane.doing == "retrying" and lane.retry_until < now:
            lane.add(lane.retry_until, "retrying")
        lane.add(now, "retrying")
        lane.doing = "retrying"
        lane.retry_until = now + nanos(event.retry_seconds or 0.0)

    def replied(self, event: ev.Replied) -> None:
        """The reply is here."""
        self._move(event.agent, event.ts, "applying")

    def turn_ended(self, event: ev.TurnEnded) -> None:
        """The agent waits for the others, unless it is gone."""
        lane = self.lanes.get(event.agent)
        if lane is None:
            return
        if lane.doing not in ("down", "absent"):
            locked = lane.refused and not lane.wrote
            self._move(event.agent, event.ts, "locked" if locked else "waiting" if event.effects else "idle")
        else:
            self._move(event.agent, event.ts, lane.doing)
        lane.turn = 0

    def round_ended(self, event: ev.RoundEnded) -> None:
        """The barrier is open: what comes before the next prompts is the engine's time."""
        for name, lane in self.lanes.items():
            if lane.doing in BETWEEN:
                self._move(name, event.ts, "opening")

    # ------------------------------------------------------------ acts

    def tests_started(self, event: ev.TestsStarted) -> None:
        """A test run is asked for."""
        self._move(event.agent, event.ts, "testing")

    def tests_finished(self, event: ev.TestsFinished) -> None:
        """The verdict is in: the first part of the time was the wait for a slot."""
        if event.verdict != "passed":
            self._mark(event, event.agent, "failed")
        lane = self.lanes.get(event.agent)
        if lane is not None and lane.doing == "testing":
            lane.add(min(nanos(event.ts), lane.since + nanos(max(0.0, event.wait_seconds))), "queueing")
            self._move(event.agent, event.ts, "applying")

    def file_edited(self, event: ev.FileEdited) -> None:
        """An edit came through."""
        if (lane := self.lanes.get(event.agent)) is not None:
            lane.wrote = True

    def action_refused(self, event: ev.ActionRefused) -> None:
        """An action had no effect; an edit may have been one too many."""
        self._mark(event, event.agent, "refused")
        lane = self.lanes.get(event.agent)
        if lane is not None and event.action == "edit_file" and event.reason in ("locked", "stale"):
            lane.refused = True

    def task_completed(self, event: ev.TaskCompleted) -> None:
        """A task is done."""
        self._mark(event, event.agent, "done")

    # ------------------------------------------------------------ lost and found

    def agent_lost(self, event: ev.AgentCrashed | ev.AgentStalled) -> None:
        """The agent is down or silent."""
        self._move(event.agent, event.ts, "down")

    def agent_revived(self, event: ev.AgentRevived) -> None:
        """It is back, within its turn if that is open still."""
        lane = self.lanes.get(event.agent)
        self._move(event.agent, event.ts, "calling" if lane is not None and lane.turn else "idle")

    def agent_joined(self, event: ev.AgentJoined) -> None:
        """It is of the team from here on; up to now it was not."""
        name = clean_line(event.agent, 40)
        if name not in self.lanes:
            self.lanes[name] = Lane(name, self._began, "absent")
        self._move(name, event.ts, "opening")

    def agent_left(self, event: ev.AgentLeft) -> None:
        """It is of the team no more."""
        self._move(event.agent, event.ts, "absent")

    def close(self, now: int) -> None:
        """End every lane's last span at ``now``."""
        for lane in self.lanes.values():
            lane.settle(now)
