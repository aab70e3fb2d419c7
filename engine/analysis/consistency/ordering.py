"""Checkers of the task graph: work, claims and evidence before dependencies were done (A5)."""

from __future__ import annotations

from engine.analysis.consistency.findings import Tally, predicate
from engine.analysis.consistency.history import History


@predicate(
    "temporal_violation",
    "prevented",
    holds="Nobody asked for a task before its dependencies were done.",
    unknown="Nobody asked for a task that has dependencies.",
)
def blocked_claim(history: History, tally: Tally) -> None:
    """A5 (i): a claim or completion refused for open dependencies (the paper's temporal violations)."""
    tally.look(_moves(history))
    for refusal in history.refused:
        if refusal.reason == "blocked":
            verb = "complete" if refusal.action == "complete_task" else "claim"
            text = "{} tried to {} task {}, which waited for others."
            if not refusal.object:
                text = "{} tried to {} a task that waited for others{}."
            tally.found(refusal.seq, text, refusal.agent, verb, refusal.object)


def _moves(history: History) -> int:
    """Claims and completions of tasks that have dependencies."""
    return sum(
        step.kind in ("claim", "complete") and bool(history.dependencies(step.task, step.seq))
        for step in history.steps
    )


@predicate(
    "temporal_violation",
    "team",
    holds="Nobody wrote a task's files before its dependencies were done.",
    unknown="No file of a task that has dependencies was written.",
)
def early_write(history: History, tally: Tally) -> None:
    """A5 (ii): a write to a file of t while a dependency of t is not done; editing is not gated."""
    for edit in history.edits:
        for task in history.tasks_of.get(edit.path, ()):
            dependencies = history.dependencies(task, edit.seq)
            if not dependencies:
                continue
            tally.look()
            open_ = [
                d
                for d in dependencies
                if d in history.tasks and (d not in history.done_at or history.done_at[d].seq > edit.seq)
            ]
            if open_:
                text = "{} wrote {} of task {} before task {} was done."
                tally.found(edit.seq, text, edit.agent, edit.path, task, open_[0])


@predicate(
    "temporal_violation",
    "engine",
    holds="No claim and no completion went through before the task's dependencies were done.",
    unknown="No task that has dependencies was claimed or completed.",
)
def early_claim(history: History, tally: Tally) -> None:
    """A5 (iii): the gate on claims and completions let one through with open dependencies."""
    tally.look(_moves(history))
    for step in history.steps:
        if step.kind in ("claim", "complete") and step.waits:
            verb = "claimed" if step.kind == "claim" else "completed"
            text = "{} {} task {} while task {} was not done."
            if history.start is not None and history.start.quirks:
                text += f" The run was asked to be so (--engine-quirks {history.start.quirks})."
            tally.found(step.seq, text, step.event.agent, verb, step.task, step.waits[0])


@predicate(
    "causal_evidence",
    "team",
    holds="The evidence for every completed task was made on its dependencies as they were completed.",
    unknown="No completed task with dependencies had been tested.",
)
def causal_evidence(history: History, tally: Tally) -> None:
    """A5 (iv): the last run that covered t before its completion saw other files of a dependency d than
    those with which d was done. Their contents are compared, not their versions."""
    for task, completed in history.done_at.items():
        runs = [judged for judged in history.judgements(task) if judged.ended < completed.seq]
        if not runs:
            continue
        for dependency in history.dependencies(task, completed.seq):
            done = history.done_at.get(dependency)
            if done is None or dependency not in history.tasks:
                continue
            tally.look()
            if not history.stood(runs[-1], history.tasks[dependency].files, done.seq):
                text = "Task {} was completed on tests of other files of task {} than it was done with."
                tally.found(completed.seq, text, task, dependency)
                break
