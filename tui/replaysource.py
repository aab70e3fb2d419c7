"""Replay: a journal driven through the reducer by a clock that a person moves.

The loader (a thread) reads the journal into a ``Recording``; the screen polls ``ReplaySource``, which folds
towards where the clock stands in slices of a few milliseconds. Nothing here paints.
"""

from __future__ import annotations

import time
from pathlib import Path

from engine.analysis.laws import Baseline
from engine.record.config import RunMeta
from engine.record.folder import RunFolder
from engine.record.journal import Tail
from engine.record.state import Act, RunState
from tui.checks import Checks, Upto
from tui.jumps import What
from tui.positions import Position, parse_position
from tui.recording import Recording, beyond
from tui.source import ALIVE_SECONDS, SLICE_SECONDS, Clock, Mode

__all__ = ["SPEEDS", "Position", "ReplaySource", "parse_position"]

SPEEDS = tuple(2.0**power for power in range(-2, 7))
"""Run-clock seconds per second, from a quarter to 64: each step doubles."""

SEEK_SECONDS = 0.06
"""How long a jump may fold at once, so that it is complete when the key's repaint comes."""

TICK_SECONDS = 1.0
"""The most that may pass between two polls: a machine that slept does not make the replay leap."""

LOAD_EVENTS = 500
"""Events per slice of loading: some 5 ms, after which the screen has its turn."""

FOLD_EVENTS = 100
"""Events between two looks at the time while folding: below a millisecond."""


class ReplaySource:
    """A run's journal with a transport; a ``RunSource`` for the panels.

    ``real`` is seconds that pass outside. ``load`` is called by one thread until it returns False, and again
    once the journal has ``grown``; all else belongs to the screen's loop. ``state`` may be another object
    after any move back. ``unmet`` says which place that was asked for early turned out not to exist,
    ``going`` whether an engine still writes, ``following`` that the replay stands in the present and goes
    on with it. ``whole`` is what the checker finds in the whole journal, ``checks`` in what is shown,
    ``pins`` what people wrote later about its moments.
    """

    mode: Mode = "replay"

    def __init__(
        self,
        folder: RunFolder | None = None,
        *,
        path: Path | None = None,
        meta: RunMeta | None = None,
        speed: float = 1.0,
        real: Clock = time.monotonic,
    ) -> None:
        if folder is None and path is None:
            raise ValueError("a replay needs a run folder or a journal")
        self.folder = folder
        self.meta = meta
        self.pins: tuple[Act, ...] = ()
        self.baseline: Baseline | None = None
        self.recording = Recording()
        self.upto: Upto = self.recording.upto
        self._path = path if path is not None else folder.events_path if folder is not None else Path()
        checks = Checks(self.upto, real, path=self._path)
        self.whole = Checks(self.upto, real, path=self._path)
        checks.peer, self.whole.peer = self.whole, checks
        self.checks: Checks | None = checks
        self.state = RunState()
        self.position = 0.0
        self.playing = False
        self.following = False
        self.speed = min(SPEEDS[-1], max(SPEEDS[0], speed))
        self.loaded = False
        self._tail = Tail(self._path)
        self._real = real
        self._at = real()
        self._target = 0
        self._wish: Position | None = None
        self.unmet = ""
        self.going = folder is not None and folder.alive() is not None
        self._asked = self._at
        self._looked: tuple[object, ...] = ()
        self._lost = ""

    # ------------------------------------------------------------ loading (in a thread)

    def load(self) -> bool:
        """Read one slice of the journal; whether there is more."""
        events = self._tail.poll(LOAD_EVENTS)
        self.recording.extend(events)
        self.loaded = self.loaded or not events
        return bool(events)

    @property
    def grown(self) -> bool:
        """Whether the journal holds more than was read. What is torn counts once more is written."""
        return not self._tail.note and self._tail.backlog > self._tail.torn

    # ------------------------------------------------------------ what the panels ask

    @property
    def now(self) -> float:
        """Where the replay's clock stands, in run-clock seconds."""
        return self.position

    @property
    def live(self) -> bool:
        """Whether an engine writes on."""
        return self.going

    @property
    def outside(self) -> float:
        """Seconds that have passed outside, from anywhere."""
        return self._real()

    @property
    def behind(self) -> float:
        """Share of the journal that is yet to be read; 0 once it is all here."""
        left = self._tail.backlog - self._tail.torn
        if self.loaded or left <= 0 or self._tail.note:
            return 0.0
        return left / (left + self._tail.offset)

    @property
    def note(self) -> str:
        """What is wrong with the journal, in a sentence; empty if nothing is."""
        if self._lost:
            return f"The journal was {self._lost} while it was shown; shown is what was read before."
        if self._tail.note:
            return self._tail.note[0].upper() + self._tail.note[1:]
        if self.loaded and self._tail.torn and not self.going:
            bytes_ = f"{self._tail.torn:,} bytes"
            return f"The last record, line {self._tail.seq + 1}, is torn after {bytes_} and was dropped."
        if self.loaded and not self.recording.count:
            return "The journal holds no event."
        return ""

    @property
    def anomalies(self) -> tuple[int, ...]:
        """Where anomalies of the whole journal were complete."""
        return self.whole.verdicts.anomalies if self.whole.verdicts is not None else ()

    def poll(self) -> bool:
        """Let the clock run, and fold towards it for a few milliseconds; whether anything changed."""
        now = self._real()
        passed, self._at = min(max(0.0, now - self._at), TICK_SECONDS), now
        self._ask()
        self._grant()
        if self.playing and self.reached:
            self.position = min(self.position + passed * self.speed, self.recording.end)
            self._target = max(self._target, self.recording.seq_at(self.position))
            if self._target >= self.recording.count and self.loaded:
                self.playing, self.following = False, self.going
        if self.following:
            self._target, self.position = self.recording.count, self.recording.end
            self.following = self.going or self.grown
        self._approach(SLICE_SECONDS)
        before, self._looked = self._looked, self._looks  # the loader's thread goes on between two polls
        return before != self._looked

    @property
    def _looks(self) -> tuple[object, ...]:
        """What a repaint would show."""
        state, recording = self.state, self.recording
        return state.seq, self.position, self.playing, self.following, self.going, recording.count, self._lost

    def _ask(self) -> None:
        """Find out now and then whether an engine writes, and whether the journal is still there."""
        if self._at - self._asked >= ALIVE_SECONDS:
            self._asked = self._at
            self._lost = self._tail.lost
            self.going = self.folder is not None and self.folder.alive() is not None

    @property
    def target(self) -> int:
        """The event that the replay stands at, or is on its way to."""
        return self._target

    @property
    def reached(self) -> bool:
        """Whether the state is that of the position (a far jump takes several polls)."""
        return self.state.seq == self._target

    # ------------------------------------------------------------ transport

    @property
    def at_end(self) -> bool:
        """Whether nothing comes after the position."""
        return self.loaded and self._target >= self.recording.count

    def toggle(self) -> None:
        """Play or pause; at the end follow what comes, or play from the start if nothing will."""
        if self.following:
            self.following = False
            return
        if not self.playing and self.at_end:
            if self.going:
                self.to_present()
                return
            self.to_start()
        self.playing = not self.playing and self.recording.count > 0
        self._at = self._real()

    def pause(self) -> None:
        """Stand still."""
        self.playing = self.following = False

    def change_speed(self, steps: int) -> None:
        """Go faster by doublings (or slower, if negative), between the ends of ``SPEEDS``."""
        if steps > 0:
            self.speed = next((speed for speed in SPEEDS if speed > self.speed), SPEEDS[-1])
        elif steps < 0:
            self.speed = next((speed for speed in reversed(SPEEDS) if speed < self.speed), SPEEDS[0])

    def step(self, events: int) -> None:
        """Pause, and go some events forward, or back if negative."""
        self.playing = False
        self.seek(self._target + events)

    def step_round(self, direction: int) -> None:
        """Pause, and go to the beginning of the next round, or of this one or the one before."""
        self.playing = False
        recording = self.recording
        self.seek(
            recording.round_after(self._target) if direction > 0 else recording.round_before(self._target)
        )

    def step_turn(self, direction: int) -> None:
        """Pause, and go to where the next turn of any agent begins, or the one before."""
        self.playing = False
        recording = self.recording
        self.seek(
            recording.turn_after(self._target) if direction > 0 else recording.turn_before(self._target)
        )

    def jump(self, what: What, direction: int) -> int | None:
        """Where the next fault, conflict, failure or anomaly is, or the one before; null for none."""
        here = self._target
        if what == "anomaly":
            return beyond(self.anomalies, here, direction)
        found = self.recording.jump(what, here, direction)
        later = beyond([pin.seq for pin in self.pins], here, direction) if what == "note" else None
        places = [seq for seq in (found, later) if seq is not None]
        return (min if direction > 0 else max)(places, default=None)

    def to_start(self) -> None:
        """To the first event."""
        self.seek(1)

    def to_end(self) -> None:
        """To the last event that could be read."""
        self.seek(self.recording.count)

    def to_present(self) -> None:
        """To the last event, and on with those that come."""
        self.to_end()
        self.playing, self.following = False, self.going

    def to_time(self, seconds: float) -> None:
        """To a time on the run's clock."""
        self.seek(self.recording.seq_at(seconds))
        self.position = min(max(self.position, seconds), self.recording.end)

    def to_share(self, share: float) -> None:
        """To a share (0 to 1) of the run's time, or of its events if it took no time."""
        begin, end = self.recording.time(1), self.recording.end
        if end > begin:
            self.to_time(begin + share * (end - begin))
        else:
            self.seek(round(share * self.recording.count))

    def go(self, place: Position) -> str:
        """Go to a place; "" if that can be done, else a sentence that says what there is.

        Before the journal is read that far, the wish is kept and granted by a later ``poll``.
        """
        if self.missing(place):
            return self.missing(place)
        match place.kind:
            case "start":
                self.to_start()
            case "end" if self.loaded:
                self.to_end()
            case "time" if self.loaded or place.value <= self.recording.end:
                self.to_time(place.value)
            case "seq" if place.value <= self.recording.count:
                self.seek(int(place.value))
            case "round" if (seq := self.recording.round_start(int(place.value))) is not None:
                self.seek(seq)
            case "task" if (seq := self.recording.task_start(place.name)) is not None:
                self.seek(seq)
            case _:
                self._wish = place
        return ""

    def missing(self, place: Position) -> str:
        """Why there is no such place; "" if there is, or if it may yet be read."""
        return self.recording.missing(place, whole=self.loaded)

    def _grant(self) -> None:
        """Begin at the first event; then grant the wish that had to wait, or go as near as there is."""
        wish = self._wish
        if not self._target and self.recording.count:
            self.to_start()
        if wish is not None and (missing := self.go(wish)):
            self.unmet = missing
            self.to_end()

    def seek(self, seq: int) -> None:
        """To the state after event ``seq``, or the nearest there is; the clock stands at that event."""
        self._wish, self.following = None, False
        count = self.recording.count
        self._target = min(max(seq, min(1, count)), count)
        self.position = self.recording.time(self._target)
        before, self.state = self.state, self.recording.start_for(self.state, self._target)
        if before is not self.state:
            before.retire()
        self._approach(SEEK_SECONDS)
        self._at = self._real()

    def _approach(self, seconds: float) -> None:
        """Fold towards the target for at most this long."""
        started = self._real()
        while self.state.seq < self._target and self._real() - started < seconds:
            last = min(self._target, self.state.seq + FOLD_EVENTS)
            for event in self.recording.between(self.state.seq + 1, last):
                self.state.apply(event)
