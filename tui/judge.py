"""``python -m tui.judge JOURNAL SEQ``: check a journal up to an event, apart from whoever shows it.

Prints one line of JSON, ``Judged``. A history of 400,000 events takes some ten seconds of a core and 200 MB:
hence this process of low priority, and within bounds.
"""

from __future__ import annotations

import contextlib
import os
import resource
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from engine.analysis.consistency import Report, check
from engine.record import events as ev
from engine.record.journal import Tail

CPU_SECONDS = 180
"""Bound of the time that one check may take: six times what a million events take."""

MEMORY_BYTES = 2 << 30
"""Bound of what it may take: a million events take half a gigabyte."""

NICE = 10
"""How far it steps back behind whatever else wants the core."""


class Place(msgspec.Struct, frozen=True):
    """Where a witness stands: round, run-clock seconds, whose event, of which type."""

    round: int
    ts: float
    agent: str
    kind: str


class Judged(msgspec.Struct, frozen=True):
    """What was found, and the ``places`` of all witnesses, by seq."""

    report: Report
    places: dict[int, Place]


def judge(events: Iterable[ev.Event]) -> Judged:
    """Check a journal that begins with event 1."""
    known = list(events)
    report = check(known)
    seqs = {seq for finding in report.findings for seq in finding.witnesses}
    return Judged(report, {seq: _place(known[seq - 1]) for seq in seqs if seq <= len(known)})


def _place(event: ev.Event) -> Place:
    kind = str(type(event).__struct_config__.tag).replace("_", " ")
    return Place(event.round, event.ts, str(getattr(event, "agent", "")), kind)


def upto(path: Path, seq: int) -> Iterator[ev.AnyEvent]:
    """The events of a journal up to ``seq``, as far as they can be read."""
    tail = Tail(path)
    while seq > tail.seq and (batch := tail.poll(min(5_000, seq - tail.seq))):
        yield from batch


def main(path: str, seq: str) -> None:
    """Judge within bounds, and print what was found."""
    os.nice(NICE)
    for what, bound in ((resource.RLIMIT_CPU, CPU_SECONDS), (resource.RLIMIT_AS, MEMORY_BYTES)):
        with contextlib.suppress(OSError, ValueError):  # a system may know no such bound, or have a lower one
            resource.setrlimit(what, (bound, bound))
    sys.stdout.buffer.write(msgspec.json.encode(judge(upto(Path(path), int(seq)))))


if __name__ == "__main__":
    main(*sys.argv[1:])
