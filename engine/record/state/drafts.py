"""Drafts as a screen shows them: who writes a copy of what, how far it is, how many came to something."""

from __future__ import annotations

import msgspec

from engine.record import events as ev
from engine.record.clean import clean_line


class DraftState(msgspec.Struct):
    """An open draft. ``passed`` counts tests of its task that passed in its last run, null before one."""

    id: int
    task: str
    agent: str
    kind: str
    owner: str = ""
    opened: float = 0.0
    edits: int = 0
    passed: int | None = None
    submitted: bool = False


class DraftsState:
    """Open drafts by number, and totals. ``characters`` were written for copies that were not taken."""

    def __init__(self) -> None:
        self.open: dict[int, DraftState] = {}
        self.backups = 0
        self.versions = 0
        self.won = 0
        self.lost = 0
        self.cancelled = 0
        self.characters = 0
        self._tests: dict[str, frozenset[str]] = {}
        self._runs: dict[int, tuple[int, ...]] = {}

    def on(self, task: str) -> tuple[DraftState, ...]:
        """The open drafts of a task, oldest first."""
        return tuple(draft for draft in self.open.values() if draft.task == task)

    def run_started(self, event: ev.RunStarted) -> None:
        """Learn which tests belong to which task."""
        self._tests = {clean_line(task.id): frozenset(task.tests) for task in event.tasks}

    def draft_opened(self, event: ev.DraftOpened) -> None:
        """An agent begins a copy."""
        self.backups += event.kind == "backup"
        self.versions += event.kind == "version"
        self.open[event.draft] = DraftState(
            event.draft,
            clean_line(event.task),
            clean_line(event.agent),
            event.kind,
            clean_line(event.owner),
            event.ts,
        )

    def draft_edited(self, event: ev.DraftEdited) -> None:
        """A file of a copy was written."""
        if (draft := self.open.get(event.draft)) is not None:
            draft.edits += 1
            draft.submitted, draft.passed = False, None

    def tests_started(self, event: ev.TestsStarted) -> None:
        """Copies are tested."""
        if event.drafts:
            self._runs[event.run] = event.drafts

    def tests_finished(self, event: ev.TestsFinished) -> None:
        """Note how many tests of its task each copy passed."""
        for number in self._runs.pop(event.run, ()):
            draft = self.open.get(number)
            nodes = self._tests.get(draft.task, frozenset()) if draft is not None else frozenset()
            if draft is not None and not nodes.isdisjoint((*event.passed, *event.failed)):
                draft.passed = len(nodes.intersection(event.passed))

    def draft_submitted(self, event: ev.DraftSubmitted) -> None:
        """A copy passed its tests."""
        if (draft := self.open.get(event.draft)) is not None:
            draft.submitted = True

    def draft_accepted(self, event: ev.DraftAccepted) -> None:
        """A copy becomes the files of its task."""
        self.open.pop(event.draft, None)
        self.won += 1

    def draft_ended(self, event: ev.DraftEnded) -> None:
        """A copy was not taken."""
        self.open.pop(event.draft, None)
        self.cancelled += event.cancelled > 0
        if event.reason != "agreed":
            self.lost += event.draft > 0
            self.characters += max(0, event.characters)
