"""What the checker finds in the journal that is on the screen, counted now and then beside the screen's loop.

A check reads the whole history, some 30 µs an event. Short ones are made in a thread, long ones in a process
of their own (``tui.judge``), for a thread would share the interpreter with the screen; both seldom enough to
take a twentieth of the time. Beyond ``JUDGED_MAX`` events it is left to ``teamtop check``.
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

import msgspec

from engine.record import events as ev
from engine.record.journal import Tail

if TYPE_CHECKING:
    from engine.analysis.consistency import Class, Finding, Report
    from tui.judge import Place

EVERY_SECONDS = 2.0
"""Between two checks at least: counts that change more often are read by nobody."""

SHARE = 0.05
"""Of the time that checks may take: they share the machine with the team, short ones the screen's process."""

EVENTS_MAX = 50_000
"""Events that are at hand for a thread: 50 MB, and a second or two for whatever looks at all of them."""

THREAD_MAX = 2_000
"""Events up to which a thread checks: some 60 ms, far less than a process takes to start."""

JUDGED_MAX = 1_000_000
"""Events up to which a journal is checked beside a screen: half a minute and half a gigabyte."""

Upto = Callable[[int], Sequence[ev.Event]]
"""The events of a journal up to a seq; called in the thread of a check."""


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
        """The events up to ``seq``, as far as they can be read; as many as are at hand at most."""
        with self._lock:
            while len(self._events) < min(seq, EVENTS_MAX) and (batch := self._tail.poll()):
                self._events += batch
            return self._events[:seq]


class Checks:
    """The latest ``verdicts`` of a journal, null before the first. ``real`` is seconds that pass outside.

    ``path`` is the journal, for long checks; without it all are made in a thread. ``working`` says how many
    events are being checked, 0 while nothing is. ``note`` says why there is no verdict, if there is none.
    ``peer`` checks another part of the same journal: they take turns, and what both need is checked once.
    """

    def __init__(
        self, upto: Upto, real: Callable[[], float] = time.monotonic, *, path: Path | None = None
    ) -> None:
        self.verdicts: Verdicts | None = None
        self.working = 0
        self.note = ""
        self.peer: Checks | None = None
        self._upto = upto
        self._path = path
        self._one = Lock()
        self._real = real
        self._next = real() + EVERY_SECONDS / 2
        self._process: subprocess.Popen[bytes] | None = None
        self._closed = False

    def events(self, seq: int) -> Sequence[ev.Event]:
        """The events of the journal up to ``seq``; from any thread."""
        with self._one:
            return self._upto(seq)

    @property
    def limit(self) -> int:
        """Events up to which a check is made."""
        return JUDGED_MAX if self._path is not None else EVENTS_MAX

    def begin(self, seq: int) -> bool:
        """Whether it is time for a check up to ``seq``; the caller then has ``make`` run in a thread."""
        peer = self.peer
        if peer is not None and peer.verdicts is not None and peer.verdicts.seq == seq:
            self.verdicts = peer.verdicts
        if peer is not None and peer.working:
            return False
        known = self.verdicts.seq if self.verdicts is not None else 0
        if seq > self.limit:
            self.note = f"beyond {self.limit:,} events teamtop check finds anomalies"
        if self.working or not 0 < seq <= self.limit or seq == known or self._real() < self._next:
            return False
        self.working = seq
        return True

    def make(self, seq: int) -> None:
        """Check the journal up to ``seq``, in a thread."""
        started = self._real()
        try:
            if self._path is None or seq <= THREAD_MAX:
                from tui.judge import judge

                judged = judge(self.events(seq))
                self.verdicts = Verdicts(seq, judged.report, judged.places)
            else:
                self._judge_apart(self._path, seq)
        finally:
            self._next = self._real() + max(EVERY_SECONDS, (self._real() - started) / SHARE)
            self.working = 0

    def _judge_apart(self, path: Path, seq: int) -> None:
        """Have a process check it, within bounds; what is too much for them is said."""
        from tui.judge import Judged

        command = [sys.executable, "-P", "-m", "tui.judge", str(path), str(seq)]
        with self._one:
            if self._closed:
                return
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module, no shell
                command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
            )
        said, _ = self._process.communicate()
        try:
            judged = msgspec.json.decode(said, type=Judged)
        except msgspec.DecodeError:
            self.note = f"{seq:,} events could not be checked here: teamtop check tells"
            return
        self.note = ""
        self.verdicts = Verdicts(seq, judged.report, judged.places)

    def close(self) -> None:
        """Nobody waits for a verdict any more: a process that is at it ends."""
        with self._one:
            self._closed = True
            if self._process is not None:
                with contextlib.suppress(OSError):
                    self._process.kill()


def checking_words(checked: Iterable[Checks]) -> str:
    """What long check is being made, or why one could not be, in a few words; "" for neither."""
    known = list(checked)
    if (most := max((checks.working for checks in known), default=0)) > THREAD_MAX:
        return f"checking {most:,} events for anomalies …"
    return next((checks.note for checks in known if checks.note), "")
