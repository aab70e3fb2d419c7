"""The board's history: every change of a task's status or owner, and who owned what from when to when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

from engine.record import events as ev

StepKind: TypeAlias = Literal["assign", "claim", "begin", "release", "complete", "hand in", "give back"]
BoardEvent: TypeAlias = (
    ev.TaskAssigned
    | ev.TaskClaimed
    | ev.TaskReleased
    | ev.TaskCompleted
    | ev.FileEdited
    | ev.ReviewRequested
    | ev.ReviewGiven
)


_KINDS = frozenset(get_args(BoardEvent))
"""Kinds of events that change the board; most events of a journal are others."""


@dataclass(frozen=True, slots=True)
class Step:
    """One change: the task's status and owner before and after it, and dependencies then not done."""

    event: BoardEvent
    kind: StepKind
    task: str
    status: str
    owner: str
    status_after: str
    owner_after: str
    waits: tuple[str, ...]

    @property
    def seq(self) -> int:
        """Seq of the event."""
        return self.event.seq


@dataclass(frozen=True, slots=True)
class Holding:
    """``agent`` owned ``task`` from ``begin``; ``end`` is null while it does (done tasks are not held)."""

    task: str
    agent: str
    begin: BoardEvent
    end: BoardEvent | None


class BoardFold:
    """Folds board events into steps. Illegal ones count, too: what follows is judged by what was done."""

    def __init__(self, tasks: Mapping[str, ev.TaskSpec]) -> None:
        self.steps: list[Step] = []
        self.of: dict[str, list[Step]] = {}
        self.done_at: dict[str, ev.TaskCompleted] = {}
        self._tasks = tasks
        self._now: dict[str, tuple[str, str]] = dict.fromkeys(tasks, ("pending", ""))
        self._by_path: dict[str, list[str]] = {}
        for task in tasks.values():
            self.lay(task)

    def lay(self, task: ev.TaskSpec) -> None:
        """Have a task, which is among ``tasks``, on the board."""
        self._now.setdefault(task.id, ("pending", ""))
        for path in task.files:
            self._by_path.setdefault(path, []).append(task.id)

    def apply(self, event: ev.Event) -> None:
        """Take one event of any kind, in order."""
        if type(event) not in _KINDS:
            return
        match event:
            case ev.TaskAssigned():
                self._step(event, "assign", event.task, "assigned", event.agent)
            case ev.TaskClaimed():
                self._step(event, "claim", event.task, "in_progress", event.agent)
            case ev.TaskReleased():
                self._step(event, "release", event.task, "pending", "")
            case ev.TaskCompleted():
                self._step(event, "complete", event.task, "done", event.agent)
            case ev.ReviewRequested():
                self._step(event, "hand in", event.task, "review", event.agent)
            case ev.ReviewGiven(approved=False):
                self._step(event, "give back", event.task, "in_progress", event.author)
            case ev.FileEdited():
                for task in self._by_path.get(event.path, ()):
                    # An owner who edits a file of its assigned task has begun it (ARCHITECTURE, Decisions).
                    if self._now[task] == ("assigned", event.agent) and not self._waits(task):
                        self._step(event, "begin", task, "in_progress", event.agent)

    def _waits(self, task: str) -> tuple[str, ...]:
        spec = self._tasks.get(task)
        if spec is None:
            return ()
        return tuple(d for d in spec.dependencies if d in self._tasks and d not in self.done_at)

    def _step(self, event: BoardEvent, kind: StepKind, task: str, status: str, owner: str) -> None:
        before = self._now.get(task, ("pending", ""))
        after = before if before[0] == "done" else (status, owner)
        step = Step(event, kind, task, *before, *after, self._waits(task))
        self._now[task] = after
        self.steps.append(step)
        self.of.setdefault(task, []).append(step)
        if isinstance(event, ev.TaskCompleted):
            self.done_at.setdefault(task, event)


def holdings(steps: Iterable[Step]) -> list[Holding]:
    """Who owned which task from when to when, in the order in which each ended or, if it did not, began."""
    open_: dict[str, tuple[str, BoardEvent]] = {}
    found: list[Holding] = []
    for step in steps:
        held = open_.get(step.task)
        now = "" if step.status_after == "done" else step.owner_after
        if held is not None and held[0] != now:
            found.append(Holding(step.task, *open_.pop(step.task), step.event))
            held = None
        if held is None and now:
            open_[step.task] = (now, step.event)
    found.extend(Holding(task, *begun, None) for task, begun in open_.items())
    return found
