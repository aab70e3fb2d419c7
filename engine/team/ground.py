"""What all prompts are made from: team, graph, board, files and mail, folded from the journal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from engine.record import events as ev
from engine.record.shape import Shape
from engine.strategies import STRATEGIES
from engine.strategies.base import Strategy
from engine.team import prompts
from engine.team.boards import Boards


@dataclass(slots=True)
class File:
    """A file as it stands. Version 0 is the project's own."""

    version: int
    author: str
    content: str


class Ground:
    """``status`` has status and owner by task; ``claimable`` the free tasks that wait for nothing."""

    def __init__(self) -> None:
        self.run: ev.RunStarted | None = None
        self.strategy: Strategy | None = None
        self.shape = Shape()
        self.boards = Boards()
        self.status: dict[str, tuple[str, str]] = {}
        self.claimable: dict[str, None] = {}
        self.owned: dict[str, dict[str, None]] = {}
        """By agent of the team, its open tasks in the order in which it got them."""
        self.reviewers: dict[str, str] = {}
        self.files: dict[str, File] = {}
        self.task_files: dict[str, tuple[str, ...]] = {}
        self.mail: dict[str, ev.MessageSent] = {}
        self.lost: set[str] = set()
        self.leaderless = ""
        """The lead whose loss lets agents claim for themselves."""
        self._open: dict[str, int] = {}
        self._dependents: dict[str, list[str]] = {}
        self._path_tasks: dict[str, list[str]] = {}
        self._done = 0

    def handlers(self) -> dict[type[ev.Event], Callable[[Any], None]]:
        """Who folds what."""
        return {
            ev.RunStarted: self._run_started,
            ev.TeamChanged: self._team_changed,
            ev.TaskAssigned: self._task_assigned,
            ev.TaskClaimed: self._task_claimed,
            ev.TaskReleased: self._task_released,
            ev.TaskCompleted: self._task_completed,
            ev.FileEdited: self._file_edited,
            ev.ReviewRequested: self._review_requested,
            ev.ReviewAssigned: self._review_assigned,
            ev.ReviewGiven: self._review_given,
            ev.MessageSent: self._message_sent,
            ev.AgentCrashed: self._agent_lost,
            ev.AgentStalled: self._agent_lost,
            ev.AgentRevived: self._agent_revived,
            ev.Replied: self._replied,
            ev.LeadLost: self._lead_lost,
            ev.AgentJoined: self._agent_joined,
            ev.AgentLeft: self._agent_left,
            ev.TaskAdded: self._task_added,
            ev.DependencyAdded: self._dependency_added,
        }

    # ------------------------------------------------------------ the board

    def _lay(self, event: ev.Event, task: ev.TaskSpec) -> None:
        self.task_files[task.id] = task.files
        for path in task.files:
            self._path_tasks.setdefault(path, []).append(task.id)
        self._open[task.id] = sum(self.status.get(d, ("", ""))[0] != "done" for d in task.dependencies)
        for dependency in task.dependencies:
            self._dependents.setdefault(dependency, []).append(task.id)
        self._set(event, task.id, "pending", "")

    def _set(self, event: ev.Event, task: str, status: str, owner: str) -> None:
        before = self.status.get(task, ("", ""))[1]
        if before in self.owned:
            self.owned[before].pop(task, None)
        if status != "done" and owner in self.owned:
            self.owned[owner][task] = None
        self.status[task] = (status, owner)
        if status == "pending" and self._open[task] == 0:
            self.claimable[task] = None
        else:
            self.claimable.pop(task, None)
        spec = self.shape.tasks[task]
        line = prompts.board_line(spec, status, owner, untested=task in self.shape.added and not spec.tests)
        self.boards.change(event.seq, task, line, self._done)

    def _task_assigned(self, event: ev.TaskAssigned) -> None:
        self._set(event, event.task, "assigned", event.agent)

    def _task_claimed(self, event: ev.TaskClaimed) -> None:
        self._set(event, event.task, "in_progress", event.agent)

    def _task_released(self, event: ev.TaskReleased) -> None:
        self.reviewers.pop(event.task, None)
        self._set(event, event.task, "pending", "")

    def _task_completed(self, event: ev.TaskCompleted) -> None:
        self._done += 1
        self.reviewers.pop(event.task, None)
        self._set(event, event.task, "done", event.agent)
        for dependent in self._dependents.get(event.task, ()):
            self._open[dependent] -= 1
            if self._open[dependent] == 0 and self.status[dependent][0] == "pending":
                self.claimable[dependent] = None

    def _file_edited(self, event: ev.FileEdited) -> None:
        self.files[event.path] = File(event.version, event.agent, event.content)
        for task in self._path_tasks.get(event.path, ()):
            if self.status[task] == ("assigned", event.agent) and self._open[task] == 0:
                self._set(event, task, "in_progress", event.agent)  # its owner began

    def _review_requested(self, event: ev.ReviewRequested) -> None:
        self._set(event, event.task, "review", event.agent)
        self.reviewers[event.task] = event.reviewer

    def _review_assigned(self, event: ev.ReviewAssigned) -> None:
        self.reviewers[event.task] = event.reviewer

    def _review_given(self, event: ev.ReviewGiven) -> None:
        self.reviewers.pop(event.task, None)
        if not event.approved:
            self._set(event, event.task, "in_progress", event.author)

    def _message_sent(self, event: ev.MessageSent) -> None:
        self.mail[event.id] = event

    # ------------------------------------------------------------ team and graph

    def _run_started(self, event: ev.RunStarted) -> None:
        self.run = event
        self.shape.apply(event)
        self.strategy = STRATEGIES[event.strategy]()
        for task in event.tasks:
            self._lay(event, task)
        for file in event.files:
            self.files[file.path] = File(0, "the project", file.content)
        self.owned = {spec.name: {} for spec in event.team}

    def _changed(self, event: ev.TeamChanged | ev.LeadLost | ev.AgentJoined | ev.AgentLeft) -> None:
        assert self.run is not None
        self.shape.apply(event)
        self.run = event.on(self.run)

    def _team_changed(self, event: ev.TeamChanged) -> None:
        self._changed(event)
        self.strategy = STRATEGIES[event.strategy]()
        for spec in event.team:
            self.owned.setdefault(spec.name, {})

    def _agent_lost(self, event: ev.AgentCrashed | ev.AgentStalled) -> None:
        self.lost.add(event.agent)

    def _agent_revived(self, event: ev.AgentRevived) -> None:
        self.lost.discard(event.agent)
        if event.agent == self.leaderless:
            self.leaderless = ""

    def _replied(self, event: ev.Replied) -> None:
        if event.agent == self.leaderless:  # its calls failed, and this one came through
            self.leaderless = ""

    def _lead_lost(self, event: ev.LeadLost) -> None:
        self._changed(event)
        self.leaderless = "" if event.policy == "promote" else event.agent

    def _agent_joined(self, event: ev.AgentJoined) -> None:
        self._changed(event)
        if event.role == "lead":
            self.leaderless = ""
        self.lost.discard(event.agent)
        self.owned[event.agent] = {}

    def _agent_left(self, event: ev.AgentLeft) -> None:
        self._changed(event)
        self.lost.discard(event.agent)
        self.owned.pop(event.agent, None)

    def _task_added(self, event: ev.TaskAdded) -> None:
        self.shape.apply(event)
        self._lay(event, event.spec)

    def _dependency_added(self, event: ev.DependencyAdded) -> None:
        self.shape.apply(event)
        task, other = event.task, event.dependency
        self._open[task] += self.status[other][0] != "done"
        self._dependents.setdefault(other, []).append(task)
        self._set(event, task, *self.status[task])
