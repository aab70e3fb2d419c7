"""Which of an agent's output lasted: line provenance over the versions of every file.

A line belongs to the edit that brought it in; an edit that writes lines which were there before has not
brought them in. At the end the lines of the final versions say what share of each edit lasted. An edit counts
by its whole output, for that is what the model took its time for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from engine.record import events as ev

LINES_COMPARED = 2_000
"""Longer versions are taken as whole: comparing lines takes quadratic time at worst."""

PAIRS_COMPARED = 100_000
"""So are versions with more pairs of equal lines: those of an agent that repeats itself a thousand times take
a minute to compare. Code of 2,000 lines has some 50,000; so many take half a second at worst.
"""


@dataclass(frozen=True, slots=True)
class Fate:
    """What came of one edit (by ``seq``): its ``output`` in bytes (at least 1), and what of it ``lasted``."""

    seq: int
    output: int
    lasted: int


def fates(edits: Sequence[ev.FileEdited]) -> dict[int, Fate]:
    """The fate of every edit, by its seq; ``edits`` in the order of the journal."""
    by_path: dict[str, list[ev.FileEdited]] = {}
    for edit in edits:
        by_path.setdefault(edit.path, []).append(edit)
    return {fate.seq: fate for chain in by_path.values() for fate in _chain(chain)}


def _chain(chain: Sequence[ev.FileEdited]) -> list[Fate]:
    """Fates along the versions of one file."""
    brought: dict[int, int] = {}
    lines: list[str] = []
    owners: list[int] = []
    for edit in chain:
        text = edit.content.splitlines(keepends=True)
        inherited = _inherited(lines, owners, text)
        owners = [edit.seq if owner is None else owner for owner in inherited]
        lines = text
        brought[edit.seq] = sum(
            _size(line) for line, owner in zip(text, inherited, strict=True) if owner is None
        )
    lasted = dict.fromkeys(brought, 0)
    for line, owner in zip(lines, owners, strict=True):
        lasted[owner] += _size(line)
    found = []
    for edit in chain:
        output = max(1, _size(edit.content))
        if brought[edit.seq]:
            kept = output * lasted[edit.seq] // brought[edit.seq]
        else:  # it repeated what was there, unless the final version is an empty file
            kept = output if edit is chain[-1] and not edit.content else 0
        found.append(Fate(edit.seq, output, kept))
    return found


def _size(line: str) -> int:
    return len(line.encode("utf-8", "surrogatepass"))


def _inherited(before: list[str], owners: list[int], after: list[str]) -> list[int | None]:
    """For each line of ``after`` who brought it in, null where it is new."""
    if before == after:
        return list(owners)
    found: list[int | None] = [None] * len(after)
    if max(len(before), len(after)) > LINES_COMPARED:
        return found
    times = Counter(after)
    if sum(count * times[line] for line, count in Counter(before).items()) > PAIRS_COMPARED:
        return found
    for a, b, size in SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks():
        found[b : b + size] = owners[a : a + size]
    return found
