"""Checkers of progress: stagnation, livelock, edit war, deadlock (A10, A11)."""

from __future__ import annotations

from engine.analysis.consistency.findings import Tally, predicate
from engine.analysis.consistency.fingerprints import walk
from engine.analysis.consistency.history import History
from engine.analysis.consistency.spans import OPEN
from engine.record import events as ev

ROUNDS = 3
"""Rounds without a change that make stagnation (K of the definition)."""


def _rounds(history: History) -> tuple[int, list[tuple[ev.RoundEnded, int]]]:
    """The state before the first turn, and that at the end of every round with turns and open tasks."""
    ends: list[tuple[ev.RoundEnded, int]] = []
    first: int | None = None
    turns, done = 0, 0
    finished = {completed.seq for completed in history.done_at.values()}
    for event, mark, _ in walk(history):
        if isinstance(event, ev.TurnStarted):
            turns += 1
            first = mark.value if first is None else first
        elif event.seq in finished:
            done += 1
        elif isinstance(event, ev.RoundEnded):
            if turns and done < len(history.tasks):
                ends.append((event, mark.value))
            turns = 0
    return first or 0, ends


_TOO_SHORT = f"Fewer than {ROUNDS} rounds ended with tasks open."


@predicate(
    "stagnation",
    "team",
    holds=f"No {ROUNDS} rounds in a row left board and files as they were.",
    unknown=_TOO_SHORT,
)
def stagnation(history: History, tally: Tally) -> None:
    """A11: turns are taken and tasks are open, but for at least three rounds in a row statuses, owners and
    file contents stay the same. Counted once per stretch, at its third round."""
    still = 0
    before, ends = _rounds(history)
    tally.look(max(0, len(ends) - ROUNDS + 1))
    for end, state in ends:
        still = still + 1 if state == before else 0
        before = state
        if still == ROUNDS:
            text = "Nothing changed on the board or in the files in the {} rounds up to round {}."
            tally.found(end.seq, text, ROUNDS, end.round)


@predicate(
    "livelock",
    "team",
    holds="No round led the team back to where it had been before.",
    unknown=_TOO_SHORT,
)
def livelock(history: History, tally: Tally) -> None:
    """A11, cyclic: after a round statuses, owners and contents are those of an earlier round, with others in
    between, and tasks are open."""
    _, ends = _rounds(history)
    tally.look(max(0, len(ends) - ROUNDS + 1))
    seen: dict[int, int] = {}
    before: int | None = None
    for end, state in ends:
        if state != before and state in seen:
            text = "Round {} left board and files exactly as round {} had."
            tally.found(end.seq, text, end.round, seen[state])
        seen[state] = end.round
        before = state


@predicate(
    "edit_war",
    "team",
    holds="No two agents kept undoing each other's version of a file.",
    unknown="No file was written four times.",
)
def edit_war(history: History, tally: Tally) -> None:
    """A11: four versions in a row x, y, x, y of a file, by two agents in turn. Counted once per stretch."""
    for path, edits in history.edits_of.items():
        tally.look(max(0, len(edits) - 3))
        length = 0
        for place in range(2, len(edits)):
            first, other, edit = edits[place - 2 : place + 1]
            undone = edit.hash == first.hash != other.hash and edit.agent == first.agent != other.agent
            length = length + 1 if undone else 0
            if length == 2:
                text = "{} and {} put their own version of {} back in turn."
                tally.found(edit.seq, text, other.agent, edit.agent, path)


@predicate(
    "deadlock",
    "engine",
    holds="The task graph has no cycle, and nothing else makes agents wait for each other.",
    unknown="No task waits for another.",
)
def deadlock(history: History, tally: Tally) -> None:
    """A10: a cycle in the wait-for graph.

    Locks, claims and messages are refused or sent at once in this engine, so nobody waits in them, and the
    graph of waits is that of the tasks: only a cycle of dependencies can stop a team for good. What looks
    like waiting is then stagnation.
    """
    if history.start is None:
        return
    if not any(history.dependencies(task) for task in history.tasks):
        return
    tally.look()
    if not _stuck(history, OPEN):
        return
    for event in (history.start, *history.growth):  # the first one after which there is a cycle
        if stuck := _stuck(history, event.seq + 1):
            tally.found(event.seq, "Tasks {} wait for each other.", ", ".join(stuck[:5]))
            return


def _stuck(history: History, seq: int) -> list[str]:
    """Tasks that just before event ``seq`` could never have been done."""
    waits = {task: set(history.dependencies(task, seq)) & set(history.tasks) for task in history.tasks}
    dependents: dict[str, list[str]] = {}
    for task, dependencies in waits.items():
        for dependency in dependencies:
            dependents.setdefault(dependency, []).append(task)
    ready = [task for task, dependencies in waits.items() if not dependencies]
    for task in ready:
        for dependent in dependents.get(task, ()):
            waits[dependent].discard(task)
            if not waits[dependent]:
                ready.append(dependent)
    return sorted(task for task, dependencies in waits.items() if dependencies)
