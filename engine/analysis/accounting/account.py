"""Where the time of a team went: every instant of every agent has exactly one cause.

``Account.of`` reads a journal. The times of all causes of all agents add up to agents x wall time in whole
nanoseconds, with no residue, whatever the journal holds; ``losses`` builds on that.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from engine.analysis.accounting.causes import CAUSES, Cause
from engine.analysis.accounting.idle import IdleRule
from engine.analysis.accounting.lanes import Lanes, Span, nanos
from engine.analysis.accounting.provenance import Fate, fates
from engine.analysis.accounting.split import split
from engine.analysis.accounting.turns import TurnBook
from engine.record import events as ev
from engine.record.state import BoardState

__all__ = ["Account"]


@dataclass(frozen=True, slots=True)
class Account:
    """``spent[agent][cause]`` in nanoseconds, for developers; ``lead`` the same for leads, who are extra.

    Each agent's sum is ``wall_ns``, the time from the first prompt to the end of the run, pauses left out.
    ``work_ns`` is the useful time by task that wrote its files, ``span_ns`` the longest chain of that.
    """

    wall_ns: int
    spent: dict[str, dict[Cause, int]]
    lead: dict[str, dict[Cause, int]]
    work_ns: Mapping[str, int]
    span_ns: int
    notes: tuple[str, ...] = ()

    @property
    def agents(self) -> int:
        """How many developers there were over the whole run."""
        return len(self.spent)

    def total(self, cause: Cause) -> int:
        """Nanoseconds of all developers that went into ``cause``."""
        return sum(agent[cause] for agent in self.spent.values())

    def totals(self) -> dict[Cause, int]:
        """The same for every cause; the sum is ``agents * wall_ns``."""
        return {cause: self.total(cause) for cause in CAUSES}

    @classmethod
    def of(cls, events: Iterable[ev.AnyEvent]) -> Account | None:
        """Account for a run as far as its events go; null before the first prompt."""
        sheet: _Sheet | None = None
        start: ev.RunStarted | None = None
        before: list[ev.AnyEvent] = []
        for event in events:
            if sheet is not None:
                sheet.take(event)
            elif isinstance(event, ev.RunStarted) and start is None:
                start = event
            elif isinstance(event, ev.TurnStarted) and start is not None:
                sheet = _Sheet(start, nanos(event.ts))
                for earlier in before:
                    sheet.board_event(earlier)
                sheet.take(event)
            else:
                before.append(event)
        return None if sheet is None else sheet.close()


class _Sheet:
    """The account while events pass by."""

    def __init__(self, start: ev.RunStarted, now: int) -> None:
        self._start, self._t0, self._now = start, now, now
        self._roles = {spec.name: spec.role for spec in start.team}
        self._lanes = Lanes(tuple(self._roles), now, rounds=True)
        self._board = BoardState()
        self._board.run_started(start)
        self._rule = IdleRule(self._board)
        self._book = TurnBook()
        for task in start.tasks:
            self._book.expect(task)
        self._path_task = {path: task.id for task in start.tasks for path in task.files}
        self._idle: dict[str, dict[Cause, int]] = {name: {} for name in self._roles}
        self._refused: set[str] = set()
        self._handlers = {
            ev.TaskAssigned: self._board.task_assigned,
            ev.TaskClaimed: self._board.task_claimed,
            ev.TaskReleased: self._board.task_released,
            ev.TaskCompleted: self._board.task_completed,
            ev.FileEdited: self._board.file_edited,
        }

    def board_event(self, event: ev.AnyEvent) -> None:
        """Fold an event into the board alone."""
        handler = self._handlers.get(type(event))
        if handler is not None:
            handler(event)  # type: ignore[operator]  # each handler takes the type that the table names

    def take(self, event: ev.AnyEvent) -> None:
        """Fold one event; the time before it is charged as things stood."""
        now = max(self._now, nanos(event.ts))
        self._charge(now)
        self._book.apply(event)
        self._lanes.apply(event)
        self.board_event(event)
        match event:
            case ev.TurnStarted(agent=agent):
                self._refused.discard(agent)
            case ev.TurnEnded(agent=agent, turn=turn):
                facts = self._book.turns.get(turn)
                if facts is not None and facts.refused_edits and not facts.edits:
                    self._refused.add(agent)

    def _charge(self, now: int) -> None:
        """Charge [last event, ``now``) to whatever kept idle agents from working."""
        if now > self._now:
            lanes = self._lanes.lanes.values()
            idle = sorted((lane for lane in lanes if lane.doing == "idle"), key=lambda lane: lane.since)
            if idle:
                leads = frozenset(name for name, role in self._roles.items() if role == "lead")
                causes = self._rule.causes([lane.agent for lane in idle], self._refused, leads)
                for agent, cause in causes.items():
                    spent = self._idle[agent]
                    spent[cause] = spent.get(cause, 0) + now - self._now
            self._now = now

    def close(self) -> Account:
        """End all lanes where the record ends and settle every span."""
        self._lanes.close(self._now)
        known = fates(self._book.edits)
        spent = {name: dict.fromkeys(CAUSES, 0) for name in self._roles}
        work: dict[str, int] = {}
        for (agent, turn), calling in _calling(self._lanes.spans).items():
            parts = split(calling, self._book.turns[turn].shares(known))
            for what, time in parts.items():
                spent[agent][what] += time
            self._book_work(turn, parts.get("useful", 0), known, work)
        for span in self._lanes.spans:
            cause = _PLAIN.get(span.doing)
            if cause is not None:
                spent[span.agent][cause] += span.end - span.start
        for agent, causes in self._idle.items():
            for cause, time in causes.items():
                spent[agent][cause] += time
        developers = {name: parts for name, parts in spent.items() if self._roles[name] != "lead"}
        leads = {name: parts for name, parts in spent.items() if self._roles[name] == "lead"}
        span_ns = _longest(self._start.tasks, work)
        _part_starvation(developers, sum(work.values()), span_ns)
        return Account(self._now - self._t0, developers, leads, work, span_ns)

    def _book_work(self, turn: int, useful: int, known: Mapping[int, Fate], work: dict[str, int]) -> None:
        """Divide the useful time of a turn among the tasks whose files it wrote."""
        lasted: dict[str, int] = {}
        for seq, path, repair in self._book.turns[turn].edits:
            if not repair:
                task = self._path_task.get(path, "")
                lasted[task] = lasted.get(task, 0) + known[seq].lasted
        if useful and any(lasted.values()):
            for task, time in split(useful, lasted).items():
                work[task] = work.get(task, 0) + time


_PLAIN: dict[str, Cause] = {
    "retrying": "api_wait",
    "queueing": "test_queue",
    "testing": "own_tests",
    "applying": "engine",
    "opening": "engine",
    "down": "down",
    "absent": "absent",
}
"""Causes that need no more than the lane; model time and idle time are settled by what they were for."""


def _calling(spans: Iterable[Span]) -> dict[tuple[str, int], int]:
    """The model time of every turn, by agent and turn."""
    turns: dict[tuple[str, int], int] = {}
    for span in spans:
        if span.doing == "calling":
            key = (span.agent, span.turn)
            turns[key] = turns.get(key, 0) + span.end - span.start
    return turns


def _longest(tasks: Sequence[ev.TaskSpec], work: Mapping[str, int]) -> int:
    """The longest chain of the graph in useful time; cycles, which only a forged journal has, are cut."""
    by_id = {task.id: task for task in tasks}
    ends: dict[str, int] = {}
    for root in by_id:
        stack = [root]
        path: set[str] = set()
        while stack:
            task = by_id[stack[-1]]
            if task.id in ends:
                path.discard(stack.pop())
                continue
            path.add(task.id)
            open_ = [d for d in task.dependencies if d in by_id and d not in ends and d not in path]
            if open_:
                stack.append(open_[0])
                continue
            before = max((ends[d] for d in task.dependencies if d in ends), default=0)
            ends[task.id] = before + work.get(task.id, 0)
            path.discard(stack.pop())
    return max(ends.values(), default=0)


def _part_starvation(agents: Mapping[str, dict[Cause, int]], work: int, span: int) -> None:
    """Part the starved time into what no schedule avoids at this N and what this one did.

    Structural: min(D, max(0, N * max(L, ceil(W / N)) - W)), with W and L the useful work and its longest
    chain; the parts of the agents are in proportion to their starved time.
    """
    starved = {name: parts["starvation_induced"] for name, parts in agents.items()}
    total = sum(starved.values())
    if not total:
        return
    n = len(agents)
    floor = max(0, n * max(span, -(-work // n)) - work)
    for name, part in split(min(total, floor), starved).items():
        agents[name]["starvation_structural"] = part
        agents[name]["starvation_induced"] -= part
