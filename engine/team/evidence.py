"""What test runs proved, folded from the journal: for each task its last verdict, and on which files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
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
        self._handlers: dict[type[ev.Event], Callable[[Any], None]] = {
            ev.RunStarted: self._run_started,
            ev.FileEdited: self._file_edited,
            ev.TestsStarted: self._tests_started,
            ev.TestsFinished: self._tests_finished,
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

    def _hashes(self, task: str) -> tuple[str, ...]:
        return tuple(self._files.get(path, "") for path in self._tasks[task].files)

    def _run_started(self, event: ev.RunStarted) -> None:
        self._tasks = {task.id: task for task in event.tasks}
        self._files = {file.path: content_hash(file.content) for file in event.files}

    def _file_edited(self, event: ev.FileEdited) -> None:
        self._files[event.path] = event.hash

    def _tests_started(self, event: ev.TestsStarted) -> None:
        self.runs = event.run
        self._tested[event.run] = {task: self._hashes(task) for task in event.tasks or self._tasks}

    def _tests_finished(self, event: ev.TestsFinished) -> None:
        if event.verdict not in ("passed", "failed"):
            self._tested.pop(event.run, None)  # it broke or was stopped, and proved nothing
            return
        passed = frozenset(event.passed)
        for task, hashes in self._tested.pop(event.run, {}).items():
            nodes = self._tasks[task].tests
            self._proofs[task] = _Proof(hashes, bool(nodes) and all(node in passed for node in nodes))
