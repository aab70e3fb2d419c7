"""What test runs proved, folded from the journal: for each task its last verdict, and on which files.

What a run on drafts proves is kept with the draft, and counts for the task once the draft is accepted.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

from engine.record import events as ev
from engine.world.treehash import content_hash


@dataclass(frozen=True, slots=True)
class _Proof:
    hashes: tuple[str, ...]
    passed: bool


class Evidence:
    """``apply`` every event; ``of`` says what is known about a task. ``runs`` counts test runs."""

    def __init__(self) -> None:
        self.runs = 0
        self._tasks: dict[str, ev.TaskSpec] = {}
        self._files: dict[str, str] = {}
        self._tested: dict[int, dict[str, tuple[str, ...]]] = {}
        self._proofs: dict[str, _Proof] = {}
        self._drafts: dict[int, tuple[str, dict[str, str]]] = {}
        self._drafts_tested: dict[int, dict[int, tuple[str, ...]]] = {}
        self._draft_proofs: dict[int, _Proof] = {}
        self._handlers: dict[type[ev.Event], Callable[[Any], None]] = {
            ev.RunStarted: self._run_started,
            ev.TaskAdded: self._task_added,
            ev.FileEdited: self._file_edited,
            ev.TestsStarted: self._tests_started,
            ev.TestsFinished: self._tests_finished,
            ev.DraftOpened: self._draft_opened,
            ev.DraftEdited: self._draft_edited,
            ev.DraftAccepted: self._draft_accepted,
            ev.DraftEnded: self._draft_ended,
        }

    def apply(self, event: ev.Event) -> None:
        """Fold one event."""
        handler = self._handlers.get(type(event))
        if handler is not None:
            handler(event)

    def of(self, task: str) -> Literal["passed", "failed", "none"]:
        """What the last run that covered ``task`` says, if its files still stand as they were tested."""
        known = self._proofs.get(task)
        if known is None or known.hashes != self._hashes(task):
            return "none"
        return "passed" if known.passed else "failed"

    def _hashes(self, task: str, over: Mapping[str, str] = MappingProxyType({})) -> tuple[str, ...]:
        return tuple(over.get(path) or self._files.get(path, "") for path in self._tasks[task].files)

    def _run_started(self, event: ev.RunStarted) -> None:
        self._tasks = {task.id: task for task in event.tasks}
        self._files = {file.path: content_hash(file.content) for file in event.files}

    def _task_added(self, event: ev.TaskAdded) -> None:
        self._tasks[event.spec.id] = event.spec

    def _file_edited(self, event: ev.FileEdited) -> None:
        self._files[event.path] = event.hash

    def _tests_started(self, event: ev.TestsStarted) -> None:
        self.runs = event.run
        if event.drafts:
            self._drafts_tested[event.run] = {
                draft: self._hashes(*self._drafts[draft])
                for draft in event.drafts
                if draft in self._drafts and (not event.tasks or self._drafts[draft][0] in event.tasks)
            }
            return
        covered = (task for task in event.tasks or self._tasks if self._tasks[task].tests)
        self._tested[event.run] = {task: self._hashes(task) for task in covered}

    def _tests_finished(self, event: ev.TestsFinished) -> None:
        if event.verdict not in ("passed", "failed"):
            self._tested.pop(event.run, None)  # it broke or was stopped, and proved nothing
            self._drafts_tested.pop(event.run, None)
            return
        passed = frozenset(event.passed)
        for draft, hashes in self._drafts_tested.pop(event.run, {}).items():
            if draft in self._drafts:
                self._draft_proofs[draft] = self._proof(self._drafts[draft][0], hashes, passed)
        for task, hashes in self._tested.pop(event.run, {}).items():
            self._proofs[task] = self._proof(task, hashes, passed)

    def _proof(self, task: str, hashes: tuple[str, ...], passed: Collection[str]) -> _Proof:
        nodes = self._tasks[task].tests
        return _Proof(hashes, bool(nodes) and all(node in passed for node in nodes))

    # ------------------------------------------------------------ drafts

    def _draft_opened(self, event: ev.DraftOpened) -> None:
        self._drafts[event.draft] = (event.task, {})

    def _draft_edited(self, event: ev.DraftEdited) -> None:
        self._drafts[event.draft][1][event.path] = event.hash

    def _draft_accepted(self, event: ev.DraftAccepted) -> None:
        self._drafts.pop(event.draft, None)
        proof = self._draft_proofs.pop(event.draft, None)
        if proof is not None:
            self._proofs[event.task] = proof

    def _draft_ended(self, event: ev.DraftEnded) -> None:
        self._drafts.pop(event.draft, None)
        self._draft_proofs.pop(event.draft, None)
