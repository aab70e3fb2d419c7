"""Checkers of wasted effort and of the end: empty turns, repetition, termination (A16, A17)."""

from __future__ import annotations

import hashlib
from collections import Counter

from engine.analysis.consistency.findings import Tally, predicate
from engine.analysis.consistency.fingerprints import walk
from engine.analysis.consistency.history import History
from engine.analysis.consistency.spans import Turn, actor
from engine.record import events as ev

REPEATS = 3
"""Equal turns in a row that make a repetition."""


@predicate(
    "empty_turn",
    "team",
    holds="Every reply changed something on the board or in the files.",
    unknown="No turn ended with a reply.",
)
def empty_turn(history: History, tally: Tally) -> None:
    """A16: a turn with a reply after which statuses, owners and contents are what they were; messages and
    tests alone change none of them."""
    changed: set[int] = set()
    for event, _, moved in walk(history):
        if moved and (who := actor(event)) is not None:
            changed.add(who[1])
    ended = [turn for turn in history.turns if turn.outcome == "replied"]
    tally.look(len(ended))
    empty = [turn for turn in ended if turn.started.turn not in changed]
    for turn in empty:
        text = "{} changed nothing in its turn of round {} ({} of {} turns are empty)."
        tally.found(turn.end, text, turn.agent, turn.started.number, len(empty), len(ended))


@predicate(
    "repetition",
    "team",
    holds=f"No agent took the same actions in {REPEATS} turns in a row.",
    unknown=f"No agent acted in {REPEATS} turns.",
)
def repetition(history: History, tally: Tally) -> None:
    """A16: at least three turns of an agent in a row with equal lists of actions, whether they were refused
    or not. Talk is compared without case and blanks. Turns without any action break the row. Counted once
    per row, at its third turn."""
    row: dict[str, tuple[bytes, int]] = {}
    acted = Counter[str]()
    for turn in history.turns:
        if turn.outcome != "replied":
            continue
        print_ = _actions(turn)
        before, length = row.get(turn.agent, (b"", 0))
        length = length + 1 if print_ and print_ == before else 1
        row[turn.agent] = (print_, length)
        if print_:
            acted[turn.agent] += 1
        if length == REPEATS:
            text = "{} took the same actions in {} turns up to round {}."
            tally.found(turn.end, text, turn.agent, REPEATS, turn.started.number)
    tally.look(sum(turns for turns in acted.values() if turns >= REPEATS))


def _actions(turn: Turn) -> bytes:
    """A digest of what a turn tried to do, in order; empty if it tried nothing."""
    lines = [line for act in turn.acts if (line := _line(act))]
    return hashlib.blake2b("\n".join(lines).encode(), digest_size=16).digest() if lines else b""


def _line(act: ev.Event) -> str:
    match act:
        case ev.TaskClaimed():
            return f"claim_task {act.task}"
        case ev.TaskCompleted():
            return f"complete_task {act.task}"
        case ev.TaskReleased():
            return f"release_task {act.task}" if act.reason == "released" else ""
        case ev.TaskAssigned():
            return f"assign_task {act.task} {act.agent}"
        case ev.FileEdited():
            return f"edit_file {act.path} {act.hash}"
        case ev.DraftEdited():
            return f"edit_file {act.path} {act.hash}"
        case ev.DraftSubmitted():
            return f"complete_task {act.task}"
        case ev.TestsStarted():
            return f"run_tests {' '.join(act.tasks)}"
        case ev.InfoRequested():
            return f"{act.action} {act.object}"
        case ev.PersonAsked():
            return f"ask {' '.join(act.text.casefold().split())}"
        case ev.MessageSent():
            return f"talk {' '.join(act.recipients)} {' '.join(act.text.casefold().split())}"
        case ev.ActionRefused():
            return f"{act.action} {act.object}"
    return ""


@predicate(
    "premature_end",
    "engine",
    holds="The run was called completed when every task was done.",
    unknown="The run did not end as completed.",
)
def premature_end(history: History, tally: Tally) -> None:
    """A17: the run ends as completed while a task is open on the board."""
    if history.ended is None or history.ended.outcome != "completed":
        return
    tally.look()
    if history.open_tasks:
        text = "The run ended as completed with task {} open."
        tally.found(history.ended.seq, text, history.open_tasks[0])


@predicate(
    "premature_end",
    "team",
    holds="What the team called completed passed the closing run of all tests.",
    unknown="The run did not end as completed, or was not verified.",
)
def premature_success(history: History, tally: Tally) -> None:
    """A17: the run ends as completed, and tasks fail the closing verification. Counted per task."""
    if history.ended is None or history.ended.outcome != "completed" or history.verified is None:
        return
    failed = set(history.verified.failed)
    for task in history.tasks.values():
        if not task.tests:
            continue
        tally.look()
        if not failed.isdisjoint(task.tests):
            text = "The team called everything done, and task {} fails its tests."
            tally.found(history.verified.seq, text, task.id)


@predicate(
    "late_turn",
    "engine",
    holds="No turn began after the last task was done or the run had ended.",
    unknown="The tasks were never all done.",
)
def late_turn(history: History, tally: Tally) -> None:
    """A17, unaware of termination: a turn begins when there is nothing left to do. Turns that were open then
    may end as they like."""
    ends = [history.ended.seq] if history.ended is not None else []
    if history.tasks and not history.open_tasks:
        ends.append(max(completed.seq for completed in history.done_at.values()))
    if not ends:
        return
    tally.look()
    for turn in history.turns:
        if turn.start > min(ends):
            tally.found(turn.start, "{} began a turn when there was nothing left to do.", turn.agent)
