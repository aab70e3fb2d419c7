"""The task board: who owns what, what is done, what waits for what."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal, TypeAlias

import msgspec

from engine.record import events as ev
from engine.record.clean import clean, clean_line
from engine.record.shape import longest_chain

OWNERS_KEPT = 100
"""Owners remembered per task, oldest first: a task that changes hands more often has told its story."""

Status: TypeAlias = Literal["pending", "assigned", "in_progress", "review", "done"]


class TaskState(msgspec.Struct):
    """One row of the board. ``owner`` is empty for a free task, ``round`` that of its last change.

    ``tests_passed`` counts its nodes that passed in the last run that covered them, null before one.
    ``lease_until`` (run-clock seconds) is set while its owner is lost. ``touched`` says that its owner has
    written one of its files since it got the task. ``token`` counts changes of owner: the fencing token of
    the ownership that stands. ``added``: it came later than the others.
    """

    id: str
    name: str
    title: str
    description: str
    files: tuple[str, ...]
    dependencies: tuple[str, ...]
    tests: tuple[str, ...]
    status: Status = "pending"
    owner: str = ""
    round: int = 0
    tests_passed: int | None = None
    lease_until: float | None = None
    token: int = 0
    evidence: str = ""
    reviewer: str = ""
    touched: bool = False
    added: bool = False
    owners: list[str] = msgspec.field(default_factory=list)


class BoardState:
    """All tasks in listing order. ``version`` is the seq of the last change of status or owner.

    A board is ``unnamed`` if the run was imported without saying which task a completion was about;
    ``reported`` counts such completions, of which some may be of tasks that were done already.
    """

    def __init__(self) -> None:
        self.tasks: dict[str, TaskState] = {}
        self.version = 0
        self.done = 0
        self.unnamed = False
        self.reported = 0
        self._open_dependencies: dict[str, int] = {}
        self._dependents: dict[str, list[str]] = {}
        self._node_task: dict[str, str] = {}
        self._path_tasks: dict[str, list[str]] = {}
        self._owned: dict[str, dict[str, None]] = {}
        self._private: set[int] = set()

    # ------------------------------------------------------------ questions

    @property
    def total(self) -> int:
        """Number of tasks."""
        return len(self.tasks)

    @property
    def known_done(self) -> int | None:
        """How many tasks are done; null where nobody recorded which."""
        return None if self.unnamed and self.done < self.total else self.done

    def is_open(self, task: str) -> bool:
        """Whether all dependencies of the task are done."""
        return self._open_dependencies.get(task, 0) == 0

    def waits(self, task: str) -> tuple[str, ...]:
        """Ids of the dependencies that are not done yet."""
        state = self.tasks.get(task)
        if state is None or self.is_open(task):
            return ()
        return tuple(d for d in state.dependencies if d in self.tasks and self.tasks[d].status != "done")

    def dependents(self, task: str) -> tuple[str, ...]:
        """Ids of the tasks that wait for this one, done or not."""
        return tuple(self._dependents.get(task, ()))

    def owned(self, agent: str) -> Collection[str]:
        """Ids of the tasks that the agent owns and has not completed, in the order it got them."""
        return self._owned.get(agent, ())

    def owned_by(self, agent: str) -> tuple[TaskState, ...]:
        """Tasks that the agent owns and has not completed, in the order it got them."""
        return tuple(self.tasks[t] for t in self._owned.get(agent, ()))

    def ready(self) -> list[TaskState]:
        """Free tasks whose dependencies are done, in listing order."""
        return [t for t in self.tasks.values() if t.status == "pending" and self.is_open(t.id)]

    def in_review(self) -> list[TaskState]:
        """Tasks that were handed in and wait for their ``reviewer``, in listing order."""
        return [t for t in self.tasks.values() if t.status == "review"]

    def task_of(self, node: str) -> str | None:
        """Id of the task that a test node belongs to."""
        return self._node_task.get(node)

    # ------------------------------------------------------------ events

    def run_started(self, event: ev.RunStarted) -> None:
        """Lay out the board."""
        self.unnamed = "tasks" in event.gaps
        for spec in event.tasks:
            task = _task_of(spec)
            self.tasks[task.id] = task
        for task in self.tasks.values():
            self._lay(task)
        self.version = event.seq

    def _lay(self, task: TaskState) -> None:
        """Note what the task waits for, and what of the workspace and the tests is its own."""
        known = [d for d in dict.fromkeys(task.dependencies) if d in self.tasks]
        self._open_dependencies[task.id] = sum(self.tasks[d].status != "done" for d in known)
        for dependency in known:
            self._dependents.setdefault(dependency, []).append(task.id)
        for node in task.tests:
            self._node_task[node] = task.id
        for path in task.files:
            self._path_tasks.setdefault(path, []).append(task.id)

    def task_added(self, event: ev.TaskAdded) -> None:
        """One more task; an id that is taken is no record of the engine."""
        task = _task_of(event.spec)
        if task.id not in self.tasks:
            task.added, task.round = True, event.round
            self.tasks[task.id] = task
            self._lay(task)
            self.version = event.seq

    def dependency_added(self, event: ev.DependencyAdded) -> None:
        """A task waits for one more."""
        task, other = self.tasks.get(event.task), self.tasks.get(event.dependency)
        if task is None or other is None or other.id in task.dependencies:
            return
        task.dependencies = (*task.dependencies, other.id)
        if other.status != "done":
            self._open_dependencies[task.id] += 1
        self._dependents.setdefault(other.id, []).append(task.id)
        self.version = event.seq

    def longest_chain(self) -> int:
        """Number of tasks on the longest chain of dependencies, as the graph stands."""
        return longest_chain({task.id: task.dependencies for task in self.tasks.values()})

    def _own(self, task: TaskState, agent: str) -> None:
        if task.owner:
            self._owned.get(task.owner, {}).pop(task.id, None)
        task.owner = clean_line(agent)
        task.token += 1
        task.lease_until = None
        task.touched = False
        if agent:
            self._owned.setdefault(agent, {})[task.id] = None
            if len(task.owners) < OWNERS_KEPT:
                task.owners.append(task.owner)

    def task_assigned(self, event: ev.TaskAssigned) -> None:
        """The task has an owner who has not begun."""
        task = self.tasks.get(event.task)
        if task is None or task.status == "done":
            return
        task.status, task.round = "assigned", event.round
        self._own(task, event.agent)
        self.version = event.seq

    def task_claimed(self, event: ev.TaskClaimed) -> None:
        """The task is in progress."""
        task = self.tasks.get(event.task)
        if task is None or task.status == "done":
            return
        task.status, task.round = "in_progress", event.round
        if task.owner != event.agent:
            self._own(task, event.agent)
        self.version = event.seq

    def task_released(self, event: ev.TaskReleased) -> None:
        """The task is free again."""
        task = self.tasks.get(event.task)
        if task is None or task.status == "done":
            return
        task.status, task.round, task.reviewer = "pending", event.round, ""
        self._own(task, "")
        self.version = event.seq

    def task_completed(self, event: ev.TaskCompleted) -> None:
        """The task is done, once and for all."""
        if self.unnamed and not event.task:
            self.reported += 1
            self.version = event.seq
        task = self.tasks.get(event.task)
        if task is None or task.status == "done":
            return
        if task.owner != event.agent:
            self._own(task, event.agent)
        self._owned.get(event.agent, {}).pop(task.id, None)
        task.status, task.round = "done", event.round
        task.lease_until = None
        task.evidence = event.evidence
        self.done += 1
        for dependent in self._dependents.get(task.id, ()):
            self._open_dependencies[dependent] -= 1
        self.version = event.seq

    def run_ended(self, event: ev.RunEnded) -> None:
        """A run that was completed has all tasks done, whoever did them."""
        if self.unnamed and event.outcome == "completed":
            for task in self.tasks.values():
                task.status = "done"
            self.done = self.total
            self.version = event.seq

    def review_requested(self, event: ev.ReviewRequested) -> None:
        """The task is handed in."""
        task = self.tasks.get(event.task)
        if task is None or task.status == "done":
            return
        task.status, task.round, task.reviewer = "review", event.round, clean_line(event.reviewer)
        self.version = event.seq

    def review_assigned(self, event: ev.ReviewAssigned) -> None:
        """Somebody else is to look at it."""
        if (task := self.tasks.get(event.task)) is not None and task.status == "review":
            task.reviewer = clean_line(event.reviewer)

    def review_given(self, event: ev.ReviewGiven) -> None:
        """It goes back to its author, unless a completion follows."""
        task = self.tasks.get(event.task)
        if task is None or task.status != "review":
            return
        task.reviewer = ""
        if not event.approved:
            task.status, task.round = "in_progress", event.round
            self.version = event.seq

    def file_edited(self, event: ev.FileEdited) -> None:
        """An owner who edits a file of its assigned task has begun it."""
        for task_id in self._path_tasks.get(event.path, ()):
            task = self.tasks[task_id]
            if task.owner == event.agent:
                task.touched = True
            if task.status == "assigned" and task.owner == event.agent and self.is_open(task_id):
                task.status, task.round = "in_progress", event.round
                self.version = event.seq

    def tests_started(self, event: ev.TestsStarted) -> None:
        """A run on drafts says nothing about the board."""
        if event.drafts:
            self._private.add(event.run)

    def draft_accepted(self, event: ev.DraftAccepted) -> None:
        """The draft that becomes the task's files has passed its tests."""
        if (task := self.tasks.get(event.task)) is not None:
            task.tests_passed = len(task.tests)

    def tests_finished(self, event: ev.TestsFinished) -> None:
        """Note for each task that the run covered how many of its nodes passed."""
        if event.run in self._private:
            self._private.discard(event.run)
            return
        covered: dict[str, int] = {}
        for node in event.failed:
            if (task := self._node_task.get(node)) is not None:
                covered.setdefault(task, 0)
        for node in event.passed:
            if (task := self._node_task.get(node)) is not None:
                covered[task] = covered.get(task, 0) + 1
        for task, passed in covered.items():
            self.tasks[task].tests_passed = passed

    def agent_lost(self, event: ev.AgentCrashed | ev.AgentStalled) -> None:
        """The owner is lost: its open tasks show when they come back."""
        for task in self._owned.get(event.agent, ()):
            self.tasks[task].lease_until = event.lease_until

    def agent_revived(self, event: ev.AgentRevived) -> None:
        """The owner is back before its lease ran out."""
        for task in self._owned.get(event.agent, ()):
            self.tasks[task].lease_until = None

    def agent_left(self, event: ev.AgentLeft) -> None:
        """The owner is of the team no more: what it owned is released next, not when a lease is over."""
        for task in self._owned.get(event.agent, ()):
            self.tasks[task].lease_until = None


def _task_of(spec: ev.TaskSpec) -> TaskState:
    return TaskState(
        id=clean_line(spec.id),
        name=clean_line(spec.name),
        title=clean_line(spec.title),
        description=clean(spec.description),
        files=tuple(clean_line(path) for path in spec.files),
        dependencies=tuple(clean_line(d) for d in spec.dependencies),
        tests=tuple(clean_line(node) for node in spec.tests),
    )
