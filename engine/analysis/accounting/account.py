"""Where the time of a team went: every instant of every agent has exactly one cause.

``Account.of`` reads a journal. The times of all causes of all agents add up to agents x wall time in whole
nanoseconds, with no residue, whatever the journal holds; ``losses`` builds on that.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from engine.analysis.accounting.causes import CAUSES, Cause
from engine.analysis.accounting.idle import IdleRule
from engine.analysis.accounting.provenance import Fate, fates
from engine.analysis.accounting.split import split
from engine.analysis.accounting.turns import TurnBook
from engine.record import events as ev
from engine.record.shape import Shape
from engine.record.state import RunState
from engine.record.state.lanes import AT_WORK, BETWEEN, Doing, Lane, nanos

__all__ = ["Account"]


@dataclass(frozen=True, slots=True)
class Account:
    """``spent[agent][cause]`` in nanoseconds, for developers; ``lead`` the same for leads, who are extra.

    Each agent's sum is ``wall_ns``, the time from the first prompt to the end of the run, pauses left out.
    ``imported``: another program made the run, so ``engine`` is what that one did (``causes.about``).
    """

    wall_ns: int
    spent: dict[str, dict[Cause, int]]
    lead: dict[str, dict[Cause, int]]
    notes: tuple[str, ...] = ()
    imported: bool = False

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
        return cls.folded(events)[0]

    @classmethod
    def folded(cls, events: Iterable[ev.AnyEvent]) -> tuple[Account | None, RunState]:
        """The same, with the fold of the events that it is made from; its lanes are those of the account."""
        sheet = _Sheet()
        for event in events:
            sheet.take(event)
        return sheet.close(), sheet.state


class _Sheet:
    """The account while events pass by."""

    def __init__(self) -> None:
        self.state = RunState(spans_kept=None)
        self._rule = IdleRule(self.state.board)
        self._book = TurnBook()
        self._start: ev.RunStarted | None = None
        self._shape = Shape()
        self._first: int | None = None
        self._ts = 0.0
        self._idle: dict[str, dict[Cause, int]] = {}

    def take(self, event: ev.AnyEvent) -> None:
        """Fold one event; the time before it is charged as things stood."""
        if event.ts < self._ts:  # only in a forged journal
            event = msgspec.structs.replace(event, ts=self._ts)
        if self._first is not None:
            self._charge(nanos(event.ts) - nanos(self._ts))
        self._ts = event.ts
        match event:
            case ev.RunStarted() if self._start is None:
                self._start = event
                for task in event.tasks:
                    self._book.expect(task)
            case ev.TaskAdded():
                self._book.expect(event.spec)
            case ev.TurnStarted() if self._first is None and self._start is not None:
                self._first = nanos(event.ts)
                self.state.lanes.restart(self._first)
        self._shape.apply(event)
        self._book.apply(event)
        self.state.apply(event)

    def _charge(self, passed: int) -> None:
        """Charge the time that passed since the last event to whatever kept idle agents from working."""
        if not passed:
            return
        lanes = [lane for lane in self.state.lanes.lanes.values() if lane.doing in BETWEEN]
        if not lanes:
            return
        idle = [lane.agent for lane in sorted(lanes, key=lambda lane: lane.since)]
        refused = frozenset(lane.agent for lane in lanes if lane.doing == "locked")
        busy = frozenset(lane.agent for lane in self.state.lanes.lanes.values() if lane.doing in AT_WORK)
        for agent, cause in self._rule.causes(idle, refused, self._leads(), busy).items():
            spent = self._idle.setdefault(agent, {})
            spent[cause] = spent.get(cause, 0) + passed

    def _leads(self) -> frozenset[str]:
        return frozenset(a.name for a in self.state.agents.agents.values() if a.role == "lead")

    def close(self) -> Account | None:
        """End all lanes where the record ends and settle every span."""
        if self._start is None or self._first is None:
            return None
        now = nanos(self._ts)
        lanes = self.state.lanes
        lanes.close(now)
        known = fates(self._book.edits)
        spent = {name: dict.fromkeys(CAUSES, 0) for name in lanes.lanes}
        work: dict[str, int] = {}
        for name, lane in lanes.lanes.items():
            self._settle(lane, spent[name], known, work)
            for cause, time in self._idle.get(name, {}).items():
                spent[name][cause] += time
        leads = self._leads()
        developers = {name: parts for name, parts in spent.items() if name not in leads}
        span = _longest(tuple(self._shape.tasks.values()), work)
        _part_starvation(developers, sum(work.values()), span)
        lead = {name: parts for name, parts in spent.items() if name in leads}
        notes = tuple(note for gap, note in _NOTES.items() if gap in self._start.gaps)
        return Account(now - self._first, developers, lead, notes, bool(self._start.source))

    def _settle(
        self, lane: Lane, spent: dict[Cause, int], known: Mapping[int, Fate], work: dict[str, int]
    ) -> None:
        """Charge every span of one lane; model time is divided among what the reply of its turn brought."""
        calling: dict[int, int] = {}
        for span in lane.spans:
            if span.doing == "calling":
                calling[span.turn] = calling.get(span.turn, 0) + span.end - span.start
            elif (cause := _PLAIN.get(span.doing)) is not None:
                spent[cause] += span.end - span.start
        for turn, time in calling.items():
            parts = split(time, self._book.turns[turn].shares(known))
            for cause, part in parts.items():
                spent[cause] += part
            self._book_work(turn, parts.get("useful", 0), known, work)

    def _book_work(self, turn: int, useful: int, known: Mapping[int, Fate], work: dict[str, int]) -> None:
        """Divide the useful time of a turn among the tasks whose files it wrote."""
        lasted: dict[str, int] = {}
        for seq, path, repair in self._book.turns[turn].edits:
            if not repair:
                task = self._book.task_of.get(path, "")
                lasted[task] = lasted.get(task, 0) + known[seq].lasted
        if useful and any(lasted.values()):
            for task, time in split(useful, lasted).items():
                work[task] = work.get(task, 0) + time


_NOTES: dict[ev.Gap, str] = {
    "contents": "What files held is not recorded: of each file the last edit counts as what lasted.",
    "tasks": "Which tasks were open is not recorded: all waiting between turns counts as barrier.",
    "nodes": "Which tests failed is not recorded: repair is not told from other work.",
}
"""What the account of an imported run cannot tell."""

_PLAIN: dict[Doing, Cause] = {
    "retrying": "api_wait",
    "queueing": "test_queue",
    "testing": "own_tests",
    "applying": "engine",
    "opening": "engine",
    "down": "down",
    "absent": "absent",
}
"""Causes that need no more than the lane; model time and idle time are settled by what they were for."""


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
