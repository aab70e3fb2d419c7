"""What each fault cost, and how the team came out of it. Pure: from a journal's events to figures.

Meanings, in run-clock seconds where a time is meant:

- *detection*: from the start of the fault to the first event that shows it at a target or names it;
- *repair*: to the moment when everything it broke was mended: tasks that a lease took from a target have an
  owner again or are done, and every target has ended a turn normally that it began after the fault had ended
  or struck; tasks alone, if the fault never ended;
- *tasks redone*: tasks that a lease took from a target and somebody else took up;
- *agent-seconds lost*: time in which targets were down or silent or in turns that came to nothing, and for a
  slow agent the part of its replies that the factor added; overlaps count once;
- *tokens lost*: of replies of targets whose turns came to nothing under the fault, and of a damaged one;
- *blast radius*: agents that the fault reached, targets that showed it and others who lost mail, were refused
  a lock that a target held, or had to take up its tasks.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from engine.analysis import signs
from engine.record import events as ev

_SILENT = ("crash", "amnesia", "stall")
_LOSING = (*_SILENT, *signs.PROVIDER)
"""Kinds under which turns come to nothing."""


@dataclass(frozen=True, slots=True)
class Recovery:
    """The figures of one fault; null where the moment never came. See the module's text."""

    detection_seconds: float | None
    repair_seconds: float | None
    tasks_redone: int
    agent_seconds_lost: float
    tokens_lost: int
    blast_radius: int


@dataclass(slots=True)
class _Case:
    """One fault while its events pass by."""

    start: ev.FaultStarted
    stopped: float | None = None
    shown: float | None = None
    reached: dict[str, None] = field(default_factory=dict)
    orphans: dict[str, str] = field(default_factory=dict)
    redone: dict[str, None] = field(default_factory=dict)
    homeless: set[str] = field(default_factory=set)
    settled: float | None = None
    back: dict[str, float] = field(default_factory=dict)
    lost: list[tuple[str, float, float]] = field(default_factory=list)
    away: dict[str, float] = field(default_factory=dict)
    tokens: int = 0

    def active(self, ts: float) -> bool:
        return self.stopped is None or ts <= self.stopped

    def show(self, ts: float, *agents: str) -> None:
        if self.shown is None:
            self.shown = ts
        self.reached.update(dict.fromkeys(agents))

    def show_all(self, ts: float, agents: Sequence[str]) -> None:
        if agents:
            self.show(ts, *agents)


def figures(events: Iterable[ev.Event]) -> dict[int, Recovery]:
    """The figures of every fault of a run, by its id."""
    book = _Book()
    for event in events:
        book.take(event)
    return {number: book.close(case) for number, case in book.cases.items()}


class _Book:
    """All faults of a run, and the turns that are open."""

    def __init__(self) -> None:
        self.cases: dict[int, _Case] = {}
        self._turns: dict[int, ev.TurnStarted] = {}
        self._replies: dict[int, ev.Replied] = {}
        self._now = 0.0

    def take(self, event: ev.Event) -> None:
        self._now = event.ts
        if isinstance(event, ev.FaultStarted):
            self.cases[event.id] = _Case(event)
        elif isinstance(event, ev.FaultStopped):
            if event.id in self.cases:
                self._stopped(self.cases[event.id], event)
        elif isinstance(event, ev.TurnStarted):
            self._turns[event.turn] = event
        elif isinstance(event, ev.Replied):
            self._replies[event.turn] = event
        for case in self.cases.values():
            self._note(case, event)

    @staticmethod
    def _stopped(case: _Case, event: ev.FaultStopped) -> None:
        case.stopped = event.ts
        if event.why == "it struck":
            case.show(event.ts, *case.start.targets)

    def _note(self, case: _Case, event: ev.Event) -> None:
        targets = case.start.targets
        match event:
            case ev.AgentCrashed() | ev.AgentStalled():
                if event.agent in targets and case.start.kind in _SILENT and case.active(event.ts):
                    case.show(event.ts, event.agent)
                    case.away.setdefault(event.agent, event.ts)
            case ev.AgentRevived() if event.agent in case.away:
                case.lost.append((event.agent, case.away.pop(event.agent), event.ts))
            case ev.TaskReleased(reason="lease" | "left"):
                if event.agent in targets and event.agent in case.away:
                    case.orphans[event.task] = event.agent
                    case.homeless.add(event.task)
                    case.settled = None
            case ev.TaskAssigned() | ev.TaskClaimed() | ev.TaskCompleted():
                self._taken_up(case, event.task, event.agent, event.ts)
            case ev.TurnEnded():
                self._turn_ended(case, event)
            case ev.ReplyFenced():
                self._fenced(case, event)
            case _:
                if case.active(event.ts):
                    case.show_all(event.ts, signs.of(case.start, event))
                    if isinstance(event, ev.TestsFinished) and case.start.kind == "test_hang":
                        self._hung(case, event)

    @staticmethod
    def _fenced(case: _Case, event: ev.ReplyFenced) -> None:
        if event.agent in case.start.targets and case.start.kind in _SILENT:
            case.tokens += _tokens(event)

    @staticmethod
    def _hung(case: _Case, event: ev.TestsFinished) -> None:
        if event.agent in case.start.targets and event.verdict == "timeout":
            case.lost.append((event.agent, event.ts - event.seconds, event.ts))

    @staticmethod
    def _taken_up(case: _Case, task: str, agent: str, ts: float) -> None:
        if task not in case.homeless:
            return
        case.homeless.discard(task)
        if agent != case.orphans[task]:
            case.redone[task] = None
            case.reached[agent] = None
        if not case.homeless:
            case.settled = ts

    def _turn_ended(self, case: _Case, event: ev.TurnEnded) -> None:
        if event.agent not in case.start.targets:
            return
        started = self._turns.get(event.turn)
        began = started.ts if started is not None else event.ts
        if event.outcome == "replied":
            if case.stopped is not None and began >= case.stopped:
                case.back.setdefault(event.agent, event.ts)
            elif case.active(event.ts):
                self._slowed(case, event)
        elif case.start.kind in _LOSING and (case.stopped is None or began <= case.stopped):
            case.show(event.ts, event.agent)
            case.lost.append((event.agent, began, event.ts))
            case.tokens += _tokens(self._replies.get(event.turn))

    def _slowed(self, case: _Case, event: ev.TurnEnded) -> None:
        reply = self._replies.get(event.turn)
        factor = case.start.params.get("factor", 1.0)
        if case.start.kind == "slow" and reply is not None and isinstance(factor, float) and factor > 1:
            case.show(reply.ts, event.agent)
            case.lost.append((event.agent, reply.ts - reply.latency_seconds * (1 - 1 / factor), reply.ts))

    def close(self, case: _Case) -> Recovery:
        lost = [*case.lost, *((agent, since, self._now) for agent, since in case.away.items())]
        return Recovery(
            detection_seconds=_since(case, case.shown),
            repair_seconds=_since(case, _repaired(case)),
            tasks_redone=len(case.redone),
            agent_seconds_lost=round(sum(_union(lost)), 6),
            tokens_lost=case.tokens + self._damaged(case),
            blast_radius=len(case.reached),
        )

    def _damaged(self, case: _Case) -> int:
        """Tokens of the reply that a ``corrupt`` fault struck: it is recorded at the moment of the strike."""
        if case.start.kind != "corrupt" or case.stopped is None or case.shown is None:
            return 0
        struck = (r for r in self._replies.values() if r.agent in case.start.targets and r.ts == case.stopped)
        return _tokens(next(struck, None))


def _repaired(case: _Case) -> float | None:
    if case.homeless:
        return None
    if case.stopped is None:
        return case.settled
    if any(agent not in case.back for agent in case.start.targets):
        return None
    return max([case.stopped, *case.back.values(), *([case.settled] if case.settled is not None else [])])


def _since(case: _Case, moment: float | None) -> float | None:
    return None if moment is None else round(moment - case.start.ts, 6)


def _tokens(reply: ev.Replied | ev.ReplyFenced | None) -> int:
    return 0 if reply is None else (reply.input_tokens or 0) + (reply.output_tokens or 0)


def _union(spans: Sequence[tuple[str, float, float]]) -> Iterable[float]:
    """Lengths of the spans of each agent, what overlaps counted once."""
    ends: dict[str, float] = {}
    for agent, start, end in sorted(spans):
        begin = max(start, ends.get(agent, start))
        if end > begin:
            yield end - begin
        ends[agent] = max(end, ends.get(agent, end))
