"""What test runs proved, folded from the journal: for each task its last verdict, and on which files.

What a run on drafts proves is kept with the draft, and counts for the task once the draft is accepted.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from engine.record import events as ev
from engine.world.treehash import content_hash


@dataclass(frozen=True, slots=True)
class _Proof:
    """What one run proves of all tasks that it covered: the files as they were (path to hash), and the nodes
    that passed. Nothing is worked out until somebody asks, for a run may cover thousands of tasks."""

    files: Mapping[str, str]
    passed: frozenset[str]


class Evidence:
    """``apply`` every event; ``of`` says what is known about a task. ``runs`` counts test runs."""

    def __init__(self) -> None:
        self.runs = 0
        self._tasks: dict[str, ev.TaskSpec] = {}
        self._files: dict[str, str] = {}
        self._with_tests: dict[str, None] = {}
        self._tested: dict[int, tuple[Collection[str], Mapping[str, str]]] = {}
        self._proofs: dict[str, _Proof] = {}
        self._drafts: dict[int, tuple[str, dict[str, str]]] = {}
        self._drafts_tested: dict[int, dict[int, Mapping[str, str]]] = {}
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
        proof = self._proofs.get(task)
        if proof is None:
            return "none"
        spec = self._tasks[task]
        if any(proof.files.get(path, "") != self._files.get(path, "") for path in spec.files):
            return "none"
        return "passed" if spec.tests and proof.passed.issuperset(spec.tests) else "failed"

    def _run_started(self, event: ev.RunStarted) -> None:
        self._tasks = {task.id: task for task in event.tasks}
        self._with_tests = {task.id: None for task in event.tasks if task.tests}
        self._files = {file.path: content_hash(file.content) for file in event.files}

    def _task_added(self, event: ev.TaskAdded) -> None:
        self._tasks[event.spec.id] = event.spec
        if event.spec.tests:
            self._with_tests[event.spec.id] = None

    def _file_edited(self, event: ev.FileEdited) -> None:
        self._files[event.path] = event.hash

    def _tests_started(self, event: ev.TestsStarted) -> None:
        self.runs = event.run
        files = self._files.copy()
        if event.drafts:
            self._drafts_tested[event.run] = {
                draft: files | self._drafts[draft][1]
                for draft in event.drafts
                if draft in self._drafts and (not event.tasks or self._drafts[draft][0] in event.tasks)
            }
            return
        covered = [task for task in event.tasks if self._tasks[task].tests]
        self._tested[event.run] = (covered if event.tasks else tuple(self._with_tests), files)

    def _tests_finished(self, event: ev.TestsFinished) -> None:
        tasks, files = self._tested.pop(event.run, ((), {}))
        drafts = self._drafts_tested.pop(event.run, {})
        if event.verdict not in ("passed", "failed"):
            return  # it broke or was stopped, and proved nothing
        passed = frozenset(event.passed)
        for draft, laid in drafts.items():
            if draft in self._drafts:
                self._draft_proofs[draft] = _Proof(laid, passed)
        self._proofs |= dict.fromkeys(tasks, _Proof(files, passed))

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
