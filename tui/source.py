"""Where a screen gets its state from: a journal that grows, or events at hand.

A source folds what is new when it is polled, in slices that end after a few milliseconds, so that neither a
backlog of any size nor a fast team ever keeps the keyboard waiting.
"""

from __future__ import annotations

import contextlib
import shlex
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Literal, Protocol, TypeAlias

from engine.analysis.laws import Baseline
from engine.errors import TeamtopError
from engine.record.clean import clean_line
from engine.record.config import RunMeta
from engine.record.events import AnyEvent
from engine.record.folder import RunFolder
from engine.record.journal import Tail
from engine.record.partials import Partial, read
from engine.record.state import RunState
from tui.checks import EVENTS_MAX, Checks, Reader, Upto

Mode: TypeAlias = Literal["live", "watch", "replay"]
"""``live``: an engine that takes commands; ``watch``: a journal that may grow; ``replay``: a moved clock."""

SLICE_SECONDS = 0.010
"""How long one poll may fold: a fifth of the 50 ms within which a key is to be answered."""

SLICE_EVENTS = 250
"""Events between two looks at the time: about two milliseconds of decoding and folding."""

ALIVE_SECONDS = 1.0
"""How often a source asks whether the engine still lives: a system call, and nobody needs it sooner."""

Clock: TypeAlias = Callable[[], float]


class RunSource(Protocol):
    """What the panels are painted from.

    ``state`` may be another object after a poll (a replay that moved back). ``now`` is the run clock in
    seconds, ``upto`` gives the events up to a seq (in a thread: it may read the journal), ``checks``
    what the checker finds (null if it is not asked), ``live`` whether an engine runs,
    ``note`` "" or a sentence about damage, ``behind`` the share of the journal to be read yet (0 to 1).
    """

    mode: Mode
    baseline: Baseline | None
    checks: Checks | None
    upto: Upto

    @property
    def state(self) -> RunState: ...  # noqa: D102 said above

    @property
    def meta(self) -> RunMeta | None: ...  # noqa: D102 said above

    @property
    def now(self) -> float: ...  # noqa: D102 said above

    @property
    def live(self) -> bool: ...  # noqa: D102 said above

    @property
    def note(self) -> str: ...  # noqa: D102 said above

    @property
    def behind(self) -> float: ...  # noqa: D102 said above

    def poll(self) -> bool:
        """Fold what is new, for a few milliseconds at most; whether anything changed."""
        ...


class TailSource:
    """Follows the journal of a run: live if its engine runs, else what there is.

    ``path`` instead of a folder follows a bare journal file. ``real`` and ``wall`` are seconds that pass
    outside (monotonic, and since 1970 as file times are).
    """

    def __init__(
        self,
        folder: RunFolder | None = None,
        *,
        path: Path | None = None,
        meta: RunMeta | None = None,
        real: Clock = time.monotonic,
        wall: Clock = time.time,
    ) -> None:
        if folder is None and path is None:
            raise ValueError("a source needs a run folder or a journal")
        self.folder = folder
        self.state = RunState()
        self.meta = meta
        self.baseline: Baseline | None = None
        self._lost = ""
        self._path = path if path is not None else folder.events_path if folder is not None else Path()
        self._tail = Tail(self._path)
        self.upto: Upto = Reader(self._path).upto
        self.checks: Checks | None = Checks(self.upto, real, path=self._path)
        self._real = real
        self._wall = wall
        self.partials: Mapping[str, Partial] = {}
        """By agent, what it has written so far of a reply that is on its way; only while an engine runs."""
        self._partials_of = 0
        self._alive = folder is not None and folder.alive() is not None
        self._asked = real()
        self._anchor = self._asked
        self._shown = 0.0
        self.mode: Mode = "live" if self._alive else "watch"

    @property
    def live(self) -> bool:
        """Whether an engine writes this journal now."""
        return self._alive

    @property
    def note(self) -> str:
        """Damage, or an engine that is gone without a word."""
        if self._lost:
            return f"The journal was {self._lost} while it was shown; shown is what was read before."
        if self._tail.note:
            return self._tail.note[0].upper() + self._tail.note[1:]
        if self.gone and self.folder is not None:
            return f"The engine died: teamtop resume {clean_line(shlex.quote(self.folder.run_id))} goes on"
        return ""

    @property
    def gone(self) -> bool:
        """Whether the engine died without ending the run."""
        return self.folder is not None and not self._alive and self.behind == 0 and self._unfinished

    @property
    def _unfinished(self) -> bool:
        return self.state.run.phase not in ("starting", "ended")

    @property
    def behind(self) -> float:
        """Share of the journal that is yet to be read; 0 once the end was reached or nothing can be read."""
        left = self._tail.backlog - self._tail.torn
        if left <= 0 or self._tail.note:
            return 0.0
        return left / (left + self._tail.offset)

    @property
    def now(self) -> float:
        """The run clock: that of the last event, and on while the engine runs on a clock that flows."""
        run, ts = self.state.run, self.state.ts
        flows = self._alive and run.phase in ("running", "pausing") and run.speed > 0
        if flows and run.clock == "scaled":  # such a clock stands still while tests really run
            flows = not any(agent.status == "testing" for agent in self.state.agents.agents.values())
        if not flows:
            return ts
        reckoned = ts + max(0.0, self._real() - self._anchor) * run.speed
        self._shown = max(self._shown, reckoned)  # a late event must not turn the clock back
        return self._shown

    def poll(self) -> bool:
        """Fold what is new; also notices that the engine came or went."""
        changed = self._look()
        started = self._real()
        while self._real() - started < SLICE_SECONDS:
            events = self._tail.poll(SLICE_EVENTS)
            for event in events:
                self.state.apply(event)
            if events:
                changed = True
                if self.state.run.phase == "paused":
                    self._shown = self.state.ts
                self._anchor = self._written()
            if len(events) < SLICE_EVENTS:
                break
        return self._read_partials() or changed

    def _read_partials(self) -> bool:
        """Look at the notices of replies on their way; whether they are others than before."""
        path = self.folder.partial_path if self.folder is not None and self._alive else None
        try:
            written = 0 if path is None else path.stat().st_mtime_ns
        except OSError:
            written = 0
        if written == self._partials_of:
            return False
        self._partials_of = written
        self.partials = {} if path is None or not written else {each.agent: each for each in read(path)}
        return True

    def _written(self) -> float:
        """When the journal last grew, on the clock ``real``: where the run clock is reckoned on from."""
        try:
            ago = self._wall() - self._path.stat().st_mtime
        except OSError:
            ago = 0.0
        return self._real() - min(max(0.0, ago), 3600.0)

    def _look(self) -> bool:
        if self._real() - self._asked < ALIVE_SECONDS:
            return False
        self._asked = self._real()
        known, self._lost = self._lost, self._tail.lost
        if self.folder is None:
            return known != self._lost
        before, self._alive = self._alive, self.folder.alive() is not None
        if self.meta is not None and self.meta.sandbox == "unused":  # until the first test
            with contextlib.suppress(TeamtopError):
                self.meta = self.folder.read_meta()
        if self._alive and not before:
            self.mode = "live"
        return before != self._alive or known != self._lost


class EventsSource:
    """Events at hand: for tests, and for journals that come through a pipe.

    ``per_poll`` bounds how many are folded at once.
    """

    def __init__(
        self,
        events: Iterable[AnyEvent],
        *,
        mode: Mode = "watch",
        live: bool = False,
        per_poll: int = SLICE_EVENTS,
        baseline: Baseline | None = None,
        meta: RunMeta | None = None,
    ) -> None:
        self.state = RunState()
        self.mode = mode
        self.live = live
        self.baseline = baseline
        self.checks: Checks | None = None
        self.meta = meta
        self.note = ""
        self.ahead = 0.0
        self._events: Iterator[AnyEvent] = iter(events)
        self._per_poll = per_poll
        self._known: list[AnyEvent] = []
        self.upto: Upto = lambda seq: self._known[:seq]
        self._more = True

    @property
    def now(self) -> float:
        """The run clock at the last event, plus ``ahead``."""
        return self.state.ts + self.ahead

    @property
    def behind(self) -> float:
        """1 while there may be more, 0 at the end: how many will come is not known."""
        return 1.0 if self._more else 0.0

    def add(self, events: Iterable[AnyEvent]) -> None:
        """More events arrived."""
        rest = self._events

        def chained() -> Iterator[AnyEvent]:
            yield from rest
            yield from events

        self._events = chained()
        self._more = True

    def poll(self) -> bool:
        """Fold the next events."""
        folded = 0
        for event in self._events:
            self.state.apply(event)
            if len(self._known) < EVENTS_MAX:
                self._known.append(event)
            folded += 1
            if folded == self._per_poll:
                return True
        self._more = False
        return folded > 0
