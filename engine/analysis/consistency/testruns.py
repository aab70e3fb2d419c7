"""Test runs as evidence: what each finished run says of each task that it covered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import msgspec

from engine.record import events as ev


@dataclass(slots=True)
class TestRun:
    """A run of tests; ``finished`` is null if its agent was lost meanwhile."""

    __test__ = False  # not a test class, whatever pytest thinks of its name

    started: ev.TestsStarted
    finished: ev.TestsFinished | None = None


class Judgement(msgspec.Struct, frozen=True):  # there is one per test run and task
    """What a finished run says of one task: did its nodes pass, all of them; did any fail; were all judged.

    ``asked``: the run was for this task, or for all. A run that broke off (``error``, ``timeout``) is no
    ``verdict``: what it lists as not passed did not fail either. ``over`` are hashes of the files of a draft
    that was laid over the workspace; null for a run on the workspace itself.
    """

    run: TestRun
    passed: bool
    failed: bool
    complete: bool
    asked: bool
    verdict: bool
    over: Mapping[str, str] | None = None

    @property
    def began(self) -> int:
        """Seq at which the workspace was copied for the run."""
        return self.run.started.seq

    @property
    def ended(self) -> int:
        """Seq of the verdict."""
        assert self.run.finished is not None
        return self.run.finished.seq


class TestRuns:
    """All test runs of a journal, and their judgements by task."""

    __test__ = False

    def __init__(self, tasks: Iterable[ev.TaskSpec]) -> None:
        self.all: list[TestRun] = []
        self.of: dict[str, list[Judgement]] = {}
        self._open: dict[int, TestRun] = {}
        self._nodes: dict[str, list[str]] = {}
        self._count: dict[str, int] = {}
        self._written: dict[int, dict[str, str]] = {}
        self._laid: dict[int, dict[str, str]] = {}
        self._of_draft: dict[tuple[int, str], Judgement] = {}
        for task in tasks:
            self.cover(task)

    def cover(self, task: ev.TaskSpec) -> None:
        """Have runs from here on say something of ``task``."""
        self._count[task.id] = len(set(task.tests))
        for node in set(task.tests):
            self._nodes.setdefault(node, []).append(task.id)

    def started(self, event: ev.TestsStarted) -> None:
        """A run begins."""
        run = self._open[event.run] = TestRun(event)
        self.all.append(run)
        for draft in event.drafts:
            self._laid.setdefault(event.run, {}).update(self._written.get(draft, {}))

    def finished(self, event: ev.TestsFinished) -> None:
        """A run is over."""
        run = self._open.pop(event.run, None)
        if run is None:
            return
        run.finished = event
        verdict = event.verdict in ("passed", "failed")
        passed = self._per_task(event.passed)
        failed = self._per_task(event.failed)
        scope = run.started.tasks or tuple(self._count)
        for task in dict.fromkeys((*scope, *passed, *failed)):
            if (total := self._count.get(task)) is None:
                continue
            good, bad = passed.get(task, 0), failed.get(task, 0)
            over = self._laid.get(event.run) if run.started.drafts else None
            judgement = Judgement(
                run,
                passed=0 < total == good,
                failed=verdict and bad > 0,
                complete=good + (bad if verdict else 0) >= total,
                asked=not run.started.tasks or task in run.started.tasks,
                verdict=verdict,
                over=over,
            )
            if over is not None:  # it counts for the task if such a draft becomes its files
                self._of_draft[event.run, task] = judgement
                continue
            self.of.setdefault(task, []).append(judgement)

    def draft_edited(self, event: ev.DraftEdited) -> None:
        """A file of a draft was written."""
        self._written.setdefault(event.draft, {})[event.path] = event.hash

    def draft_accepted(self, event: ev.DraftAccepted) -> None:
        """What was found of the draft holds for its task from here on."""
        judgement = self._of_draft.get((event.run, event.task))
        if judgement is not None and event.draft in judgement.run.started.drafts:
            self.of.setdefault(event.task, []).append(judgement)

    def _per_task(self, nodes: tuple[str, ...]) -> dict[str, int]:
        counts: dict[str, int] = {}
        for node in set(nodes):
            for task in self._nodes.get(node, ()):
                counts[task] = counts.get(task, 0) + 1
        return counts
