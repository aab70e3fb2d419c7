"""Checkers of rewrites: a file of a teammate is written anew by somebody who had seen it (A3)."""

from __future__ import annotations

from collections.abc import Iterator

from engine.analysis.consistency.findings import Tally, predicate
from engine.analysis.consistency.history import History
from engine.record import events as ev

_NO_REWRITES = "No file was written twice."


def _pairs(history: History, tally: Tally) -> Iterator[tuple[ev.FileEdited, ev.FileEdited, int | None]]:
    """Informed overwrites of what a teammate wrote before the turn; third is the seq of the next edit."""
    for edits in history.edits_of.values():
        for place in range(1, len(edits)):
            before, edit = edits[place - 1], edits[place]
            tally.look()
            late = before.seq > history.span(edit)[0]
            if before.agent == edit.agent or edit.base != before.version or late:
                continue  # own files, lost updates, what could not be known: other predicates, or none
            yield before, edit, edits[place + 1].seq if place + 1 < len(edits) else None


@predicate(
    "rewrite",
    "team",
    holds="Nobody rewrote a teammate's file; rewriting one's own is no anomaly.",
    unknown=_NO_REWRITES,
)
def rewrite(history: History, tally: Tally) -> None:
    """A3: w2(b) follows w1(a) of before its turn, knowing it, with other content."""
    for before, edit, _ in _pairs(history, tally):
        if edit.hash != before.hash:
            tally.found(edit.seq, "{} rewrote {}, which {} had written.", edit.agent, edit.path, before.agent)


@predicate(
    "noop_rewrite",
    "team",
    holds="Nobody wrote a teammate's file again as it was.",
    unknown=_NO_REWRITES,
)
def noop_rewrite(history: History, tally: Tally) -> None:
    """A3, no-op: the same content once more, which only cost tokens."""
    for before, edit, _ in _pairs(history, tally):
        if edit.hash == before.hash:
            text = "{} wrote {} again exactly as {} had."
            tally.found(edit.seq, text, edit.agent, edit.path, before.agent)


@predicate(
    "destructive_rewrite",
    "team",
    holds="No rewrite that tests judged broke what had passed.",
    unknown="No rewrite of a teammate's file was tested before and after.",
)
def destructive_rewrite(history: History, tally: Tally) -> None:
    """A3, destructive: a task of the file passed before the rewrite and fails after it.

    Told by the last run before and the first run after it, if all other files that the task builds on are
    the same in both; otherwise nobody can tell whose change it was.
    """
    ignored = Tally()
    for before, edit, following in _pairs(history, ignored):
        for task in history.tasks_of.get(edit.path, ()):
            broke = _broke(history, task, before, edit, following)
            if broke is None:
                continue
            tally.look()
            if broke:
                text = "{} rewrote {} of {}; task {} passed its tests before and fails them since."
                tally.found(edit.seq, text, edit.agent, edit.path, before.agent, task)


def _broke(
    history: History, task: str, before: ev.FileEdited, edit: ev.FileEdited, following: int | None
) -> bool | None:
    earlier = later = None
    for judged in history.judgements(task):
        if judged.over is not None:
            continue  # on a draft, of which the edit's predecessor is no part
        if before.seq < judged.began < edit.seq:
            earlier = judged
        elif later is None and judged.began > edit.seq and (following is None or judged.began < following):
            later = judged
    if earlier is None or later is None:
        return None
    others = [path for path in history.closure(task) if path != edit.path]
    if not history.unchanged(others, earlier.began, later.began) or not (later.passed or later.failed):
        return None
    return earlier.passed and later.failed
