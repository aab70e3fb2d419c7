"""What the checker finds in the journal that is on the screen, counted now and then in a thread.

A check reads the whole history, some 70 µs an event, so it is made beside the screen's loop, seldom enough to
take a twentieth of the time, and no longer once a journal has outgrown it: ``teamtop check`` judges those.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from engine.record import events as ev
from engine.record.journal import Tail

if TYPE_CHECKING:
    from engine.analysis.consistency import Class, Finding, Report

EVERY_SECONDS = 2.0
"""Between two checks at least: counts that change more often are read by nobody."""

SHARE = 0.05
"""Of the time that checks may take: the thread shares the interpreter with the screen."""

EVENTS_MAX = 50_000
"""Events up to which a journal is checked live: some 3.5 s, and 50 MB for what is kept of it."""

Upto = Callable[[int], Sequence[ev.Event]]
"""The events of a journal up to a seq; called in the thread of a check."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a witness stands: round, run-clock seconds, whose event, of which type."""

    round: int
    ts: float
    agent: str
    kind: str


@dataclass(frozen=True)
class Verdicts:
    """The findings of the journal up to event ``seq``; ``places`` of all witnesses, by seq."""

    seq: int
    report: Report
    places: dict[int, Place]

    def count(self, class_: Class) -> int:
        """Violations of this class."""
        return sum(f.count for f in self.violated if f.class_ == class_)

    @cached_property
    def anomalies(self) -> tuple[int, ...]:
        """The events with which anomalies and broken promises were complete; what was prevented is none."""
        return tuple(sorted({seq for f in self.violated if f.class_ != "prevented" for seq in f.witnesses}))

    @property
    def violated(self) -> list[Finding]:
        """Findings that are false: the engine's first, then the team's, then what was prevented."""
        order = ("engine", "team", "prevented")
        found = [f for f in self.report.findings if f.verdict == "false"]
        return sorted(found, key=lambda f: (order.index(f.class_), -f.count))


class Reader:
    """Reads a journal for checks, apart from whoever shows it."""

    def __init__(self, path: Path) -> None:
        self._tail = Tail(path)
        self._events: list[ev.AnyEvent] = []
        self._lock = Lock()  # checks and pages ask from threads of their own

    def upto(self, seq: int) -> Sequence[ev.Event]:
        """The events up to ``seq``, as far as they can be read; as many as are ever checked at most."""
        with self._lock:
            while len(self._events) < min(seq, EVENTS_MAX) and (batch := self._tail.poll()):
                self._events += batch
            return self._events[:seq]


class Checks:
    """The latest ``verdicts`` of a journal, null before the first. ``real`` is seconds that pass outside."""

    def __init__(self, upto: Upto, real: Callable[[], float] = time.monotonic) -> None:
        self.verdicts: Verdicts | None = None
        self._upto = upto
        self._one = Lock()
        self._real = real
        self._next = real() + EVERY_SECONDS / 2
        self._busy = False

    def events(self, seq: int) -> Sequence[ev.Event]:
        """The events of the journal up to ``seq``; from any thread."""
        with self._one:
            return self._upto(seq)

    def begin(self, seq: int) -> bool:
        """Whether it is time for a check up to ``seq``; the caller then has ``make`` run in a thread."""
        known = self.verdicts.seq if self.verdicts is not None else 0
        if self._busy or not 0 < seq <= EVENTS_MAX or seq == known or self._real() < self._next:
            return False
        self._busy = True
        return True

    def make(self, seq: int) -> None:
        """Check the journal up to ``seq``, in a thread."""
        from engine.analysis.consistency import check

        started = self._real()
        try:
            events = self.events(seq)
            report = check(events)
            seqs = {each for f in report.findings for each in f.witnesses}
            self.verdicts = Verdicts(
                seq, report, {n: _place(events[n - 1]) for n in seqs if n <= len(events)}
            )
        finally:
            self._next = self._real() + max(EVERY_SECONDS, (self._real() - started) / SHARE)
            self._busy = False


def _place(event: ev.Event) -> Place:
    kind = str(type(event).__struct_config__.tag).replace("_", " ")
    return Place(event.round, event.ts, str(getattr(event, "agent", "")), kind)
