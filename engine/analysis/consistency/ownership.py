"""Checkers of ownership: duplicate claims and work, legal edges of the board, orphaned tasks."""

from __future__ import annotations

from bisect import bisect_right

from engine.analysis.consistency.boardsteps import Step
from engine.analysis.consistency.findings import Tally, predicate
from engine.analysis.consistency.history import History
from engine.analysis.consistency.spans import Turn
from engine.analysis.consistency.writes import Latest
from engine.record import events as ev

_NO_CLAIM = "No task was claimed."

_KEEPS_TOKEN = ("begin", "hand in", "give back")
"""Steps after which a task is owned as before."""


@predicate(
    "duplicate_claim",
    "engine",
    holds="No task was claimed while somebody else owned it.",
    unknown=_NO_CLAIM,
)
def duplicate_claim(history: History, tally: Tally) -> None:
    """A6: claim.ok(t, a) … claim.ok(t, b) with neither release nor reassignment of t between."""
    for step in history.steps:
        if step.kind == "claim":
            tally.look()
            if step.owner and step.status != "done" and step.owner != step.event.agent:
                text = "{} claimed task {}, which {} owned."
                tally.found(step.seq, text, step.event.agent, step.task, step.owner)


@predicate(
    "duplicate_claim",
    "prevented",
    holds="Nobody asked for a task that was taken.",
    unknown=_NO_CLAIM,
)
def duplicate_claim_prevented(history: History, tally: Tally) -> None:
    """Claims refused because the task had an owner or was done."""
    tally.look(sum(step.kind == "claim" for step in history.steps))
    for refusal in history.refused:
        if refusal.action == "claim_task" and refusal.reason in ("owned", "done"):
            why = "had an owner" if refusal.reason == "owned" else "was done"
            tally.found(refusal.seq, "{} asked for task {}, which {}.", refusal.agent, refusal.object, why)


@predicate(
    "task_fencing",
    "engine",
    holds="Every completion came under the ownership of its task that stood.",
    unknown="No completion carried a token.",
)
def task_fencing(history: History, tally: Tally) -> None:
    """A14 for tasks: a completion under the token of an ownership that had ended. Tokens count how often the
    task changed hands, to nobody included; journals from before there were any have 0."""
    tokens: dict[str, int] = {}
    for step in history.steps:
        if isinstance(step.event, ev.TaskCompleted) and step.event.token:
            tally.look()
            if step.event.token != tokens.get(step.task, 0):
                text = "{} completed task {} under token {}, while {} was the task's."
                values = (step.event.agent, step.task, step.event.token, tokens.get(step.task, 0))
                tally.found(step.seq, text, *values)
        elif (
            step.kind != "complete"
            and step.status != "done"
            and (step.kind != "claim" or step.owner != step.owner_after)
        ):
            tokens[step.task] = tokens.get(step.task, 0) + (step.kind not in _KEEPS_TOKEN)


@predicate(
    "duplicate_work",
    "team",
    holds="No two agents worked on one task in turns that overlapped.",
    unknown="No turn worked on a file of a task.",
)
def duplicate_work(history: History, tally: Tally) -> None:
    """A6: two agents each spent a turn on task t, and the turns overlapped.

    A turn is spent on t if it wrote, or tried to write, a file that belongs to t alone, or claimed or
    completed t. Tasks that a reply only talks about are not in the journal as such.
    """
    workers = Latest()
    for turn in history.turns:
        for task, seq in _targets(history, turn).items():
            tally.look()
            last, other = workers.of_others(task, turn.agent)
            if last > turn.start:
                text = "{} spent a turn on task {} while {} did."
                tally.found(seq, text, turn.agent, task, other)
            workers.add(task, turn.agent, turn.end)


def _targets(history: History, turn: Turn) -> dict[str, int]:
    """Tasks that a turn was spent on, with the seq of the first act that shows it."""
    targets: dict[str, int] = {}
    for act in turn.acts:
        tasks: tuple[str, ...] = ()
        if isinstance(act, ev.TaskCompleted) and act.reviewer:
            continue  # the reviewer's turn, in which it was approved
        if isinstance(act, ev.TaskClaimed | ev.TaskCompleted | ev.DraftEdited):
            tasks = (act.task,)
        elif isinstance(act, ev.FileEdited):
            tasks = tuple(history.tasks_of.get(act.path, ()))
        elif isinstance(act, ev.ActionRefused) and act.action == "edit_file":
            tasks = tuple(history.tasks_of.get(act.object, ()))
        if len(tasks) == 1:  # a file of several tasks does not tell which one was meant
            targets.setdefault(tasks[0], act.seq)
    return targets


@predicate(
    "board_monotonicity",
    "engine",
    holds="Every change on the board is one that the rules allow, and nothing done was touched again.",
    unknown="Nothing changed on the board.",
)
def board_monotonicity(history: History, tally: Tally) -> None:
    """A18: only pending → assigned or in progress, assigned → in progress by its owner, owned → pending by a
    release of its owner's, owned → done by its owner; and nothing after done."""
    for step in history.steps:
        if step.kind == "begin":
            continue  # no event of its own: an edit makes it
        tally.look()
        wrong = _wrong(history, step)
        if wrong:
            tally.found(step.seq, "{}", wrong)


def _wrong(history: History, step: Step) -> str:
    """Why a change is illegal, as a sentence; empty if it is legal."""
    agent, task = step.event.agent, step.task
    if history.tasks and task not in history.tasks:
        return f"There is no task {task} to {step.kind}."
    if step.status == "done":
        return f"Task {task} was done when {agent} {_PAST[step.kind]} it."
    if step.kind == "assign" and step.owner:
        return f"Task {task} was assigned to {agent} while {step.owner} owned it."
    if step.kind == "claim" and step.status in ("in_progress", "review") and step.owner == agent:
        return f"{agent} claimed task {task} twice."
    if step.kind == "complete" and step.owner != agent:
        return f"{agent} completed task {task}, which {step.owner or 'nobody'} owned."
    if step.kind == "hand in" and (step.owner != agent or step.status == "review"):
        return f"{agent} handed in task {task}, which was {step.status}, of {step.owner or 'nobody'}."
    if step.kind == "give back" and step.status != "review":
        return f"Task {task} was rejected without being handed in."
    if step.kind == "give back" and step.owner != step.owner_after:
        return f"Task {task} of {step.owner or 'nobody'} was rejected as {step.owner_after}'s."
    if step.kind == "release" and step.owner != agent:
        return f"Task {task} was taken from {agent}, while {step.owner or 'nobody'} owned it."
    return ""


_PAST = {
    "assign": "was given",
    "claim": "claimed",
    "release": "gave back",
    "complete": "completed",
    "hand in": "handed in",
    "give back": "was given back",
}


@predicate(
    "orphaned_task",
    "engine",
    holds="Tasks of lost agents returned to the team when their lease was over.",
    unknown="No agent was lost while it owned a task.",
)
def orphaned_task(history: History, tally: Tally) -> None:
    """A8: an owner who is lost keeps a task beyond its lease, which for a task that it got while lost begins
    then. ``History.slack`` is allowed for timers."""
    lease = history.start.lease_seconds if history.start is not None else 0.0
    times = [event.ts for event in history.events]
    by_agent: dict[str, list[tuple[str, ev.Event, ev.Event | None]]] = {}
    for holding in history.holdings:
        by_agent.setdefault(holding.agent, []).append((holding.task, holding.begin, holding.end))
    for loss in history.losses:
        for task, begin, end in by_agent.get(loss.event.agent, ()):
            if begin.seq > loss.until or (end is not None and end.seq < loss.event.seq):
                continue
            tally.look()
            due = max(loss.event.lease_until, begin.ts + lease if begin.seq > loss.event.seq else 0.0)
            until = min(loss.until_ts, end.ts if end is not None else history.last_ts, history.last_ts)
            if until > due + history.slack:
                late = history.events[min(bisect_right(times, due + history.slack), len(times) - 1)]
                text = "Task {} stayed with {}, who was lost, {:.3f} s beyond the lease."
                tally.found(late.seq, text, task, loss.event.agent, until - due)
