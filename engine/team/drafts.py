"""Drafts: private versions of a task's files, folded from the journal.

A draft is what one agent has written for one task apart from the workspace. It is tested laid over the
workspace and shown to nobody else; it becomes the files of its task only by being accepted. Backup copies and
versions that have to agree are both drafts.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal

from engine.record import events as ev


@dataclass(slots=True)
class Draft:
    """An open draft. ``bases`` are the workspace's versions that its agent had seen of the files it wrote.

    ``run`` is the test run with which it was submitted (0: it was not, or has been changed since).
    """

    id: int
    task: str
    agent: str
    kind: Literal["backup", "version"]
    owner: str = ""
    files: dict[str, str] = field(default_factory=dict)
    bases: dict[str, int] = field(default_factory=dict)
    written: int = 0
    run: int = 0
    hash: str = ""

    @property
    def digest(self) -> str:
        """SHA-256 over paths and contents: equal for clones only."""
        lines = "".join(f"{path}\0{content}\0" for path, content in sorted(self.files.items()))
        return hashlib.sha256(lines.encode()).hexdigest()


class Drafts:
    """A fold by ``handlers``. Contents are kept while a draft is open: the team bounds what is held."""

    def __init__(self) -> None:
        self.count = 0
        self.open: dict[int, Draft] = {}
        self.taking: dict[str, tuple[Draft, int]] = {}
        """By task, drafts that were accepted, in which turn, and whose task is not done yet."""
        self._paths: dict[str, frozenset[str]] = {}
        self._authors: dict[str, set[str]] = {}
        self._developers: tuple[str, ...] = ()
        self._lost: set[str] = set()
        self._failing: set[str] = set()
        self._quorum = 1
        self._last_turn = 0
        self._overtaken: dict[str, tuple[str, str, int]] = {}
        self._done: set[str] = set()

    def handlers(self) -> dict[type[ev.Event], Callable[[Any], None]]:
        """Who folds what."""
        return {
            ev.RunStarted: self._run_started,
            ev.TeamChanged: self._team_changed,
            ev.TurnStarted: self._turn_started,
            ev.Replied: self._replied,
            ev.DraftOpened: self._opened,
            ev.DraftEdited: self._edited,
            ev.DraftSubmitted: self._submitted,
            ev.DraftAccepted: self._accepted,
            ev.DraftEnded: self._ended,
            ev.TaskCompleted: self._completed,
            ev.AgentCrashed: self._agent_lost,
            ev.AgentStalled: self._agent_lost,
            ev.AgentRevived: self._agent_revived,
            ev.AgentJoined: self._agent_joined,
            ev.AgentLeft: self._agent_left,
            ev.TaskAdded: self._task_added,
        }

    # ------------------------------------------------------------ questions

    def of(self, agent: str, task: str) -> Draft | None:
        """The agent's open draft of the task."""
        return next((draft for draft in self.by(agent) if draft.task == task), None)

    def at(self, agent: str, path: str) -> Draft | None:
        """The agent's open draft to which the file belongs."""
        return next((draft for draft in self.by(agent) if path in self._paths[draft.task]), None)

    def by(self, agent: str) -> list[Draft]:
        """The agent's open drafts, oldest first."""
        return [draft for draft in self.open.values() if draft.agent == agent]

    def on(self, task: str) -> list[Draft]:
        """The open drafts of the task, oldest first."""
        return [draft for draft in self.open.values() if draft.task == task]

    def had(self, agent: str, task: str) -> bool:
        """Whether the agent has or had a draft of the task, other than one that it was lost with."""
        return agent in self._authors.get(task, ())

    def votes(self, task: str) -> list[Draft]:
        """The open drafts of the task that passed its tests as they stand. All of them agree on the tests:
        each has passed every one."""
        return [draft for draft in self.on(task) if draft.run]

    def voted(self, task: str) -> bool:
        """Whether the task has open drafts, or was done by one."""
        return task in self._done or bool(self.on(task))

    def needed(self, task: str) -> int:
        """How many versions of the task have to agree: the quorum, or all that can still be had if agents
        were lost, or failed, for longer than the lease."""
        lost = self._lost | self._failing
        others = sum(name not in lost and not self.had(name, task) for name in self._developers)
        return max(1, min(self._quorum, len(self.on(task)) + others))

    def overtaken(self, agent: str, turn: int, path: str) -> tuple[str, str] | None:
        """Task and winner, if a draft became this file after that turn of somebody else had begun."""
        found = self._overtaken.get(path)
        if found is None or found[1] == agent or turn > found[2]:
            return None
        return found[0], found[1]

    # ------------------------------------------------------------ events

    def _run_started(self, event: ev.RunStarted) -> None:
        self._paths = {task.id: frozenset(task.files) for task in event.tasks}
        self._developers = tuple(spec.name for spec in event.team if spec.role == "developer")
        self._quorum = event.quorum[0] if event.quorum is not None else 1

    def _team_changed(self, event: ev.TeamChanged) -> None:
        self._quorum = event.quorum[0] if event.quorum is not None else 1

    def _turn_started(self, event: ev.TurnStarted) -> None:
        self._last_turn = event.turn

    def _replied(self, event: ev.Replied) -> None:
        self._failing.discard(event.agent)

    def _opened(self, event: ev.DraftOpened) -> None:
        self.count = event.draft
        self.open[event.draft] = Draft(event.draft, event.task, event.agent, event.kind, event.owner)
        self._authors.setdefault(event.task, set()).add(event.agent)

    def _edited(self, event: ev.DraftEdited) -> None:
        draft = self.open[event.draft]
        draft.files[event.path] = event.content
        draft.bases[event.path] = event.base
        draft.written += len(event.content)
        draft.run, draft.hash = 0, ""

    def _submitted(self, event: ev.DraftSubmitted) -> None:
        draft = self.open[event.draft]
        draft.run, draft.hash = event.run, event.hash

    def _accepted(self, event: ev.DraftAccepted) -> None:
        self.taking[event.task] = (self.open.pop(event.draft), event.turn)
        self._done.add(event.task)
        for path in self._paths[event.task]:
            self._overtaken[path] = (event.task, event.agent, self._last_turn)

    def _completed(self, event: ev.TaskCompleted) -> None:
        self.taking.pop(event.task, None)

    def _ended(self, event: ev.DraftEnded) -> None:
        self.open.pop(event.draft, None)
        if event.reason in ("lease", "left", "failing"):
            self._authors[event.task].discard(event.agent)
        if event.reason == "failing":
            self._failing.add(event.agent)

    def _agent_lost(self, event: ev.AgentCrashed | ev.AgentStalled) -> None:
        self._lost.add(event.agent)

    def _agent_revived(self, event: ev.AgentRevived) -> None:
        self._lost.discard(event.agent)

    def _agent_joined(self, event: ev.AgentJoined) -> None:
        if event.role == "developer":
            self._developers = (*self._developers, event.agent)

    def _agent_left(self, event: ev.AgentLeft) -> None:
        self._lost.discard(event.agent)
        self._failing.discard(event.agent)
        self._developers = tuple(name for name in self._developers if name != event.agent)

    def _task_added(self, event: ev.TaskAdded) -> None:
        self._paths[event.spec.id] = frozenset(event.spec.files)


def overlay(files: Mapping[str, str], drafts: Iterable[Draft]) -> Mapping[str, str]:
    """The workspace with drafts laid over it."""
    laid = dict(files)
    for draft in drafts:
        laid.update(draft.files)
    return MappingProxyType(laid)
