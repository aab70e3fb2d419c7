"""Checkers of writes: concurrent ones, lost updates, blind overwrites, the chain of versions."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence

from engine.analysis.consistency.findings import Class, Tally, predicate
from engine.analysis.consistency.history import History
from engine.record import events as ev

LOOK_BACK = 100
"""Versions that a write is compared with at most; only a write that follows on more than a hundred unseen
ones, of which the last hundred are its author's own, its equals or kept in it, could escape."""


class Latest:
    """The latest end of a turn per key, of any agent but one: two agents per key are enough to know."""

    def __init__(self) -> None:
        self._ends: dict[object, list[tuple[int, str]]] = {}

    def of_others(self, key: object, agent: str) -> tuple[int, str]:
        """The latest end and its agent; ``(-1, "")`` if no other agent was there."""
        return next((entry for entry in self._ends.get(key, ()) if entry[1] != agent), (-1, ""))

    def add(self, key: object, agent: str, end: int) -> None:
        """An agent was there in a turn that ended at ``end``."""
        entries = self._ends.setdefault(key, [])
        entries.append((end, agent))
        entries.sort(reverse=True)
        best = entries[0]
        other = next((entry for entry in entries if entry[1] != best[1]), None)
        entries[:] = [best] if other is None else [best, other]


@predicate(
    "concurrent_write",
    "team",
    holds="No file was written by two agents in turns that overlapped.",
    unknown="No file was written.",
)
def concurrent_write(history: History, tally: Tally) -> None:
    """A1: two agents wrote a path in overlapping turns. Counted once per path and round (the later writer's
    own), as reports do."""
    writers = Latest()
    counted: set[tuple[str, int]] = set()
    for edit in history.edits:
        tally.look()
        start, end = history.span(edit)
        last, other = writers.of_others(edit.path, edit.agent)
        turn = history.turn_of.get(edit.turn)
        round_ = turn.started.number if turn is not None else edit.round
        if last > start and (edit.path, round_) not in counted:
            counted.add((edit.path, round_))
            text = "{} wrote {} (v{}) in a turn that overlapped one in which {} wrote it."
            tally.found(edit.seq, text, edit.agent, edit.path, edit.version, other)
        writers.add(edit.path, edit.agent, end)


def keeps(base: str, theirs: str, ours: str) -> bool:
    """Whether ``ours`` is a merge of ``theirs``: what ``theirs`` changed in ``base`` is so in ``ours``, too.

    Judged by lines, counted: none that was added is missing, none that was taken out is back. A change that
    lines cannot tell (a pure move) counts as kept.
    """
    before, after, here = (Counter(text.splitlines()) for text in (base, theirs, ours))
    return all(here[line] >= count for line, count in (after - before).items()) and all(
        here[line] <= after[line] for line in before - after
    )


def _content(history: History, edits: Sequence[ev.FileEdited], version: int) -> str:
    """The content of a version. Versions count from 1; a journal that miscounts has its own finding."""
    if 0 < version <= len(edits):
        return edits[version - 1].content
    files = history.start.files if history.start and edits else ()
    return next((file.content for file in files if file.path == edits[0].path), "")


def _overwritten(history: History, edits: Sequence[ev.FileEdited], place: int) -> ev.FileEdited | None:
    """The latest version that ``edits[place]`` replaced without its author having seen it; null if none."""
    edit = edits[place]
    base = _content(history, edits, edit.base)
    for back in range(place - 1, max(-1, place - 1 - LOOK_BACK), -1):
        other = edits[back]
        if other.version <= edit.base:
            break
        if other.agent == edit.agent or other.hash == edit.hash:
            continue
        if not keeps(base, other.content, edit.content):
            return other
    return None


def _promised(history: History, lost: ev.FileEdited, by: ev.FileEdited) -> bool:
    """Whether the run's lock policy rules out that ``by`` overwrites ``lost``.

    Pessimistic locks do for turns that overlap the first write, unless its author was lost and its lease
    freed the path, or a fault had the lock service forget it.
    """
    policy = history.start.locks if history.start is not None else "none"
    if policy != "pessimistic":
        return policy == "optimistic"
    freed = history.freed_early.get(lost.path, ())
    return bisect_left(freed, lost.seq) == bisect_left(freed, by.seq)


def _updates(history: History, tally: Tally, class_: Class, *, blind: bool) -> None:
    policy = history.start.locks if history.start is not None else "none"
    if class_ == "engine" and policy == "none":
        return tally.excuse("The run has no locks and promises nothing about overwriting.")
    if class_ == "team" and policy == "optimistic":
        return tally.excuse("The engine checks every write against the version last seen.")
    for edits in history.edits_of.values():
        for place, edit in enumerate(edits):
            if place == 0:
                continue
            tally.look()
            if (edit.base == 0) != blind or edit.base >= edit.version - 1:
                continue
            lost = _overwritten(history, edits, place)
            if lost is None or _promised(history, lost, edit) != (class_ == "engine"):
                continue
            if blind:
                text = "{} overwrote {} v{} of {} without ever having seen the file."
                tally.found(edit.seq, text, edit.agent, edit.path, lost.version, lost.agent)
            else:
                text = "{} overwrote {} v{} of {}, having seen v{}."
                tally.found(edit.seq, text, edit.agent, edit.path, lost.version, lost.agent, edit.base)
    return None


_NO_REWRITES = "No file was written twice."


@predicate(
    "lost_update",
    "engine",
    holds="No write that locks or versions should have kept out replaced an unseen version.",
    unknown=_NO_REWRITES,
)
def lost_update_engine(history: History, tally: Tally) -> None:
    """A2 where the lock policy promises that it cannot happen: the promise is broken."""
    _updates(history, tally, "engine", blind=False)


@predicate(
    "lost_update",
    "team",
    holds="No agent replaced a version that it had not seen by one made from an older version.",
    unknown=_NO_REWRITES,
)
def lost_update_team(history: History, tally: Tally) -> None:
    """A2: w1(a), w2(b), base(w2) < ver(w1) < ver(w2), other content, and w2 no merge of w1."""
    _updates(history, tally, "team", blind=False)


@predicate(
    "blind_overwrite",
    "engine",
    holds="No write that locks or versions should have kept out replaced a file never seen.",
    unknown=_NO_REWRITES,
)
def blind_overwrite_engine(history: History, tally: Tally) -> None:
    """A2 with base ⊥ where the lock policy promises that it cannot happen."""
    _updates(history, tally, "engine", blind=True)


@predicate(
    "blind_overwrite",
    "team",
    holds="No agent replaced a teammate's file that it had never seen.",
    unknown=_NO_REWRITES,
)
def blind_overwrite_team(history: History, tally: Tally) -> None:
    """A2 with base ⊥: a teammate's file is replaced by somebody who was never shown any version of it."""
    _updates(history, tally, "team", blind=True)


@predicate(
    "version_chain",
    "engine",
    holds="Versions of every file count from 1 without gaps, and each names the author before it.",
    unknown="No file was written.",
)
def version_chain(history: History, tally: Tally) -> None:
    """Versions per path are 1, 2, 3 …; ``base`` is older than the write; ``previous`` is who wrote before."""
    for path, edits in history.edits_of.items():
        known = 0
        author: str | None = ""
        for edit in edits:
            tally.look()
            if edit.version != known + 1:
                tally.found(edit.seq, "{} is at v{} after v{}.", path, edit.version, known)
            elif not 0 <= edit.base < edit.version:
                text = "v{} of {} claims to follow v{}."
                tally.found(edit.seq, text, edit.version, path, edit.base)
            elif edit.previous != author:
                text = "{} v{} names {} as the author before it, which is {}."
                tally.found(edit.seq, text, path, edit.version, edit.previous or "nobody", author or "nobody")
            known, author = edit.version, edit.agent
