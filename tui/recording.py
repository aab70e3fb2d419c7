"""A journal as replay needs it: events at hand, marks to jump to, states on the way to start from.

State is a fold, so going back means folding anew. ``Recording`` keeps a copy of the state every some thousand
events; from the nearest one a few milliseconds of folding reach any event. The events themselves are kept
packed: unpacked, 400,000 of them would take 400 MB and stop the screen whenever Python looks for garbage.
"""

from __future__ import annotations

import zlib
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from typing import Any, Literal, NamedTuple, TypeAlias

import msgspec

from engine.record import events as ev
from engine.record.clean import clean_line
from engine.record.copying import Kept
from engine.record.state import RunState
from tui.jumps import NAMES, What
from tui.positions import Position

CHECKPOINT_EVERY = 2_000
"""Events between two copies at first: folding them takes some 10 ms, and copying a state 3 ms."""

CHECKPOINTS_KEPT = 256
"""Copies kept: of a team of twenty each takes about a megabyte, and after 400,000 events they stand
2,000 apart, 10 ms of folding at most. When there are more, every second one is let go."""

COPY_COST = 500
"""Events that can be folded in the time that one state is copied (3 ms for 20 agents and 200 tasks, 15 ms for
50 and 2,000)."""

PACK_EVENTS = 500
"""Events that are packed together: a millisecond to pack or to unpack, a tenth of their size."""

UNPACKED_KEPT = 4
"""Packs that stay unpacked for who reads on, or steps to and fro."""

MarkKind: TypeAlias = Literal["round", "fault", "anomaly", "note"]


_packer = msgspec.msgpack.Encoder()
_unpacker: msgspec.msgpack.Decoder[list[ev.AnyEvent]] = msgspec.msgpack.Decoder(list[ev.AnyEvent])


class Mark(NamedTuple):
    """Something on the way that a scrubber shows: where it stands, and for a round its number."""

    seq: int
    kind: MarkKind
    round: int


class Recording:
    """Events in order, extended by one thread (the loader) and read by another (the screen).

    ``count`` is published last and grows only: what has a seq up to it can be read at any time.
    """

    def __init__(self) -> None:
        self.count = 0
        self.marks: list[Mark] = []
        self._packs: list[bytes] = []
        self._latest: list[ev.AnyEvent] = []
        self._unpacked: tuple[tuple[int, list[ev.AnyEvent]], ...] = ()
        self._times = array("d")
        self._rounds: list[int] = []
        self._round_seq: dict[int, int] = {}
        self._turns: list[int] = []
        self._task_seq: dict[str, int] = {}
        self._task_ids: dict[str, str] = {}
        self._jumps: dict[What, list[int]] = {what: [] for what in NAMES}
        self._fold = RunState()
        self._marking: dict[type[ev.Event], Callable[[Any], None]] = {
            ev.RunStarted: self._begun,
            ev.RoundStarted: self._round,
            ev.TurnStarted: self._turn,
            ev.TaskClaimed: self._taken,
            ev.TaskAssigned: self._taken,
            ev.FaultStarted: self._fault,
            ev.NotePinned: self._note,
        }
        self._every = CHECKPOINT_EVERY
        self._checkpoints: tuple[Kept, ...] = ()

    @classmethod
    def of(cls, events: Iterable[ev.AnyEvent]) -> Recording:
        """A recording of all of ``events``, which have the seqs 1, 2, …"""
        recording = cls()
        recording.extend(events)
        return recording

    # ------------------------------------------------------------ writing

    def extend(self, events: Iterable[ev.AnyEvent]) -> None:
        """Append events; called by one thread only."""
        times, fold, marking = self._times, self._fold.apply, self._marking
        for event in events:
            self._keep(event)
            # A forged journal may go back in time; the order of times must hold all the same.
            times.append(max(times[-1], event.ts) if times else event.ts)
            kind = type(event)
            if (mark := marking.get(kind)) is not None:
                mark(event)
            if (trouble := _TROUBLE.get(kind)) is not None and (what := trouble(event)) is not None:
                self._jumps[what].append(event.seq)
            fold(event)
            self.count += 1
            if self.count % self._every == 0:
                self._keep_checkpoint()

    def _keep(self, event: ev.AnyEvent) -> None:
        self._latest.append(event)
        if len(self._latest) == PACK_EVENTS:
            # In this order a reader finds an event in the one place or in the other.
            self._packs.append(zlib.compress(_packer.encode(self._latest), 1))
            self._latest = []

    def _begun(self, event: ev.RunStarted) -> None:
        self._task_ids |= {task.name.lower(): task.id.lower() for task in event.tasks}

    def _round(self, event: ev.RoundStarted) -> None:
        self._rounds.append(event.seq)
        self._round_seq.setdefault(event.round, event.seq)
        self.marks.append(Mark(event.seq, "round", event.round))

    def _turn(self, event: ev.TurnStarted) -> None:
        self._turns.append(event.seq)

    def _taken(self, event: ev.TaskClaimed | ev.TaskAssigned) -> None:
        self._task_seq.setdefault(event.task.lower(), event.seq)

    def _fault(self, event: ev.FaultStarted) -> None:
        self.marks.append(Mark(event.seq, "fault", event.round))

    def _note(self, event: ev.NotePinned) -> None:
        self.marks.append(Mark(event.seq, "note", event.round))

    def _keep_checkpoint(self) -> None:
        kept = (*self._checkpoints, Kept(self._fold))
        if len(kept) > CHECKPOINTS_KEPT:
            self._every *= 2
            kept = tuple(state for state in kept if state.seq % self._every == 0)
        self._checkpoints = kept

    # ------------------------------------------------------------ reading

    def event(self, seq: int) -> ev.AnyEvent:
        """The event with this number, from 1 to ``count``."""
        return self._pack((seq - 1) // PACK_EVENTS)[(seq - 1) % PACK_EVENTS]

    def between(self, first: int, last: int) -> Iterator[ev.AnyEvent]:
        """The events from number ``first`` to ``last``, as far as they were read."""
        seq, last = first, min(last, self.count)
        while seq <= last:
            start = (seq - 1) % PACK_EVENTS
            yield from self._pack((seq - 1) // PACK_EVENTS)[start : start + last - seq + 1]
            seq += PACK_EVENTS - start

    def upto(self, seq: int) -> list[ev.AnyEvent]:
        """The events up to this number; unpacked apart, for a thread that judges all of them."""
        latest, packs = self._latest, self._packs[:]
        return [*chain.from_iterable(map(_unpack, packs)), *latest][:seq]

    def _pack(self, number: int) -> list[ev.AnyEvent]:
        latest = self._latest  # looked at before the packs: see ``_keep``
        if number >= len(self._packs):
            return latest
        for known, events in self._unpacked:
            if known == number:
                return events
        events = _unpack(self._packs[number])
        self._unpacked = ((number, events), *self._unpacked[: UNPACKED_KEPT - 1])
        return events

    @property
    def phase(self) -> str:
        """What the team did when the last event was recorded: running, paused, ended, …"""
        return self._fold.run.phase

    @property
    def end(self) -> float:
        """Run-clock seconds of the last event; 0 without events."""
        return self.time(self.count)

    def time(self, seq: int) -> float:
        """Run-clock seconds of an event (never less than those before it); 0 before the first."""
        return self._times[min(seq, self.count) - 1] if seq > 0 and self.count else 0.0

    def seq_at(self, seconds: float) -> int:
        """The last event that has happened by this time; the first one for any time before it."""
        return max(min(1, self.count), bisect_right(self._times, seconds, 0, self.count))

    def round_start(self, number: int) -> int | None:
        """Seq at which the round begins; null if it was not recorded."""
        return self._round_seq.get(number)

    def task_start(self, name: str) -> int | None:
        """Seq at which the task (id or name, in lower case) was first given to anybody, if ever."""
        return self._task_seq.get(name, self._task_seq.get(self._task_ids.get(name, "")))

    def missing(self, place: Position, *, whole: bool = True) -> str:
        """Why there is no such place; "" if there is, or if it may come while not the ``whole`` is read."""
        if place.kind == "seq" and (place.value < 1 or (whole and place.value > self.count)):
            return f"There is no event {place.value:.0f}: the journal holds 1 to {self.count:,}."
        if place.kind == "task" and whole and self.task_start(place.name) is None:
            return f"Nobody was ever given a task {clean_line(place.name, 40)}: write its number or its name."
        if place.kind == "round" and whole and self.round_start(int(place.value)) is None:
            rounds = self.round_numbers
            known = f"rounds {rounds[0]} to {rounds[-1]}" if rounds else "no rounds"
            return f"Round {place.value:.0f} was not recorded: the journal holds {known}."
        return ""

    def turn_after(self, seq: int) -> int:
        """Where the next turn begins, or the end."""
        place = bisect_right(self._turns, seq)
        return self._turns[place] if place < len(self._turns) else self.count

    def turn_before(self, seq: int) -> int:
        """Where the turn before began; else the first event."""
        place = bisect_left(self._turns, seq) - 1
        return self._turns[place] if place >= 0 else min(1, self.count)

    @property
    def round_numbers(self) -> list[int]:
        """Rounds that were recorded, in order."""
        return sorted(self._round_seq)

    def round_after(self, seq: int) -> int:
        """Where the next round begins, or the end."""
        place = bisect_right(self._rounds, seq)
        return self._rounds[place] if place < len(self._rounds) else self.count

    def round_before(self, seq: int) -> int:
        """Where this round began, or the one before if it begins here; else the first event."""
        place = bisect_left(self._rounds, seq) - 1
        return self._rounds[place] if place >= 0 else min(1, self.count)

    def jump(self, what: What, seq: int, direction: int) -> int | None:
        """Where the next fault, conflict or failure is, or the one before if negative; null for none."""
        return beyond(self._jumps[what], seq, direction)

    def start_for(self, state: RunState, seq: int) -> RunState:
        """A state from which ``seq`` is reached by folding forward, soonest: ``state`` itself or a copy."""
        near = next((kept for kept in reversed(self._checkpoints) if kept.seq <= seq), None)
        if state.seq <= seq and (near is None or near.seq <= state.seq + COPY_COST):
            return state
        return RunState() if near is None else near.restored()


def beyond(places: Sequence[int], seq: int, direction: int) -> int | None:
    """The first of ``places``, which are in order, after ``seq``, or the last before; null for none."""
    place = bisect_right(places, seq) if direction > 0 else bisect_left(places, seq) - 1
    return places[place] if 0 <= place < len(places) else None


def _edited(event: ev.FileEdited) -> What | None:
    return "conflict" if event.previous and event.previous != event.agent else None


_TROUBLE: dict[type[ev.Event], Callable[[Any], What | None]] = {
    ev.FaultStarted: lambda _: "fault",
    ev.NotePinned: lambda _: "note",
    ev.LockDenied: lambda _: "conflict",
    # Of a locked file the refused lock is the place.
    ev.ActionRefused: lambda event: None if event.reason == "locked" else "conflict",
    ev.FileEdited: _edited,
    ev.TestsFinished: lambda event: "failure" if event.verdict in ev.FAILURES else None,
    ev.TaskCompleted: lambda event: "failure" if event.evidence == "failed" else None,
    ev.CallFailed: lambda _: "failure",
    ev.TurnEnded: lambda event: "failure" if event.outcome == "failed" else None,
}
"""What people who look for trouble would stop at an event for, by its type."""


def _unpack(pack: bytes) -> list[ev.AnyEvent]:
    return _unpacker.decode(zlib.decompress(pack))
