"""Checkers of completions and of the evidence that they rest on (A7, A19, A20)."""

from __future__ import annotations

from collections.abc import Iterable

from engine.analysis.consistency.findings import Class, Tally, predicate
from engine.analysis.consistency.history import History
from engine.analysis.consistency.testruns import Judgement
from engine.record import events as ev

_NO_COMPLETION = "No task that has tests was completed."


def _dirty(history: History, tally: Tally, class_: Class) -> None:
    verified = history.start is not None and history.start.completion == "verified"
    if class_ == "engine" and not verified:
        return tally.excuse("Completions are reported in this run; the engine does not ask for tests.")
    if class_ == "team" and verified:
        return tally.excuse("The engine asks for passing tests at each completion in this run.")
    for task, completed in history.done_at.items():
        if task not in history.tasks or not history.tasks[task].tests:
            continue
        tally.look()
        kind = _kind(history, task, completed)
        if kind:
            text = "{} completed task {} with no passing tests on it as it stood: {}."
            tally.found(completed.seq, text, completed.agent, task, kind)
    return None


def _kind(history: History, task: str, completed: ev.TaskCompleted) -> str:
    """What is wrong with the best evidence for a completion; empty if it is clean."""
    runs = [judged for judged in history.judgements(task) if judged.ended < completed.seq]
    if not runs:
        return "they were never run"
    paths = history.closure(task)
    valid = [judged for judged in runs if history.stood(judged, paths, completed.seq)]
    if any(judged.passed for judged in valid):
        return ""
    if not valid:
        return "its files, or some that it builds on, changed after the last run"
    if any(judged.failed for judged in valid):
        return "they failed"
    return "no run came to a verdict on all of them"


@predicate(
    "dirty_completion",
    "team",
    holds="Every task that was reported done had passed its tests as it stood.",
    unknown=_NO_COMPLETION,
)
def dirty_completion(history: History, tally: Tally) -> None:
    """A7 where agents report completions: before it no finished run had passed all nodes of t on a tree equal
    to the one at the completion, in the files of t and of all that t builds on."""
    _dirty(history, tally, "team")


@predicate(
    "dirty_completion",
    "engine",
    holds="Every completion that the engine accepted rested on passing tests of the task as it stood.",
    unknown=_NO_COMPLETION,
)
def dirty_completion_engine(history: History, tally: Tally) -> None:
    """A7 where the engine verifies completions: it let one through."""
    _dirty(history, tally, "engine")


@predicate(
    "recorded_evidence",
    "engine",
    holds="Every completion records the evidence that the journal holds for it.",
    unknown=_NO_COMPLETION,
)
def recorded_evidence(history: History, tally: Tally) -> None:
    """``TaskCompleted.evidence`` is the verdict of the last finished run for the task, if its own files still
    have the contents that were tested, and ``none`` otherwise. Not judged where that run broke off."""
    for task, completed in history.done_at.items():
        if task not in history.tasks or not history.tasks[task].tests:
            continue
        last: Judgement | None = None
        for judged in history.judgements(task):
            if judged.ended < completed.seq and judged.asked:
                last = judged
        if last is not None and not last.verdict:
            continue  # it broke off: neither passed nor failed
        tally.look()
        expected = "none"
        if last is not None and history.stood(last, history.tasks[task].files, completed.seq):
            expected = "passed" if last.passed else "failed"
        if completed.evidence != expected:
            text = "Task {} was completed with evidence {}, where the journal has {}."
            tally.found(completed.seq, text, task, completed.evidence, expected)


@predicate(
    "regression_after_done",
    "team",
    holds="No test run that began after a task was done failed it.",
    unknown="No task was tested again after it was done.",
)
def regression_after_done(history: History, tally: Tally) -> None:
    """A7: a later test on t fails, the closing run included. Counted once per task."""
    for task, completed in history.done_at.items():
        later = [judged for judged in history.judgements(task) if judged.began > completed.seq]
        bad = next((judged.ended for judged in later if judged.failed), None)
        looked = bool(later)
        closing = history.verified
        if closing is not None and task in history.tasks:
            nodes = history.tasks[task].tests
            looked = looked or bool(nodes)
            if bad is None and not set(nodes).isdisjoint(closing.failed):
                bad = closing.seq
        if looked:
            tally.look()
        if bad is not None:
            tally.found(bad, "Task {}, done by {}, failed its tests later.", task, completed.agent)


@predicate(
    "flaky_evidence",
    "team",
    holds="Tests that ran more than once on the same tree always said the same.",
    unknown="No test ran twice on the same tree.",
)
def flaky_evidence(history: History, tally: Tally) -> None:
    """A20: the same tree and the same node, different verdicts (of the environment, so nobody's bug here).

    Runs that broke off (``error``, ``timeout``) give no verdict on single nodes and are left out.
    """
    known: dict[tuple[str, str], bool] = {}
    for run in history.runs:
        done, tree = run.finished, run.started.tree
        if done is None or done.verdict not in ("passed", "failed"):
            continue
        contradicted = ""
        for node, good in _verdicts(done):
            before = known.setdefault((tree, node), good)
            if before != good:
                contradicted = contradicted or node
            tally.look()
        if contradicted:
            text = "{} passed in one run and failed in another on the same tree."
            tally.found(done.seq, text, contradicted)
    if len(known) == tally.looked:
        tally.looked = 0  # every node was seen once per tree: nothing to compare


def _verdicts(done: ev.TestsFinished) -> Iterable[tuple[str, bool]]:
    yield from ((node, True) for node in done.passed)
    yield from ((node, False) for node in done.failed)
