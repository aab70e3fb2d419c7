"""Checkers of locks: mutual exclusion, fencing, leaks (A9, A14)."""

from __future__ import annotations

import heapq
from dataclasses import dataclass

from engine.analysis.consistency.findings import Tally, predicate
from engine.analysis.consistency.history import History
from engine.analysis.consistency.spans import OPEN
from engine.record import events as ev

_NO_LOCK = "No lock was taken."

_NO_END = float("inf")


@predicate(
    "lock_exclusion",
    "engine",
    holds="Every lock had one holder at a time, who alone gave it back.",
    unknown=_NO_LOCK,
)
def lock_exclusion(history: History, tally: Tally) -> None:
    """No path is acquired while it is held, and each release names the holder and its token."""
    held: dict[str, ev.LockAcquired] = {}
    for event in history.events:
        if isinstance(event, ev.LockAcquired):
            tally.look()
            if (other := held.get(event.path)) is not None:
                text = "{} got the lock on {} while {} held it."
                tally.found(event.seq, text, event.agent, event.path, other.agent)
            held[event.path] = event
        elif isinstance(event, ev.LockReleased):
            tally.look()
            mine = held.pop(event.path, None)
            if mine is None or (mine.agent, mine.token) != (event.agent, event.token):
                text = "The lock on {} was given back for {}, who did not hold it."
                tally.found(event.seq, text, event.path, event.agent)


@predicate(
    "lock_exclusion",
    "prevented",
    holds="Nobody asked for a lock that somebody else held.",
    unknown="Nobody asked for a lock.",
)
def lock_denied(history: History, tally: Tally) -> None:
    """Locks that were refused because another agent held them."""
    tally.look(len(history.holds))
    for denial in history.denied:
        text = "{} asked for {}, which {} had held for {:.1f} s."
        tally.found(denial.seq, text, denial.agent, denial.path, denial.holder, denial.age_seconds)


@predicate(
    "fencing",
    "engine",
    holds="Tokens only grew, and every write carried the token of a lock that its author held.",
    unknown="Nothing was written under a lock.",
)
def fencing(history: History, tally: Tally) -> None:
    """A14: a write whose token is not the current one of its path, or is not its author's; a token that does
    not grow; with pessimistic locks also a write without a token."""
    locked = history.start is not None and history.start.locks == "pessimistic"
    last: dict[str, int] = {}
    held: dict[str, ev.LockAcquired] = {}
    for event in history.events:
        if isinstance(event, ev.LockAcquired):
            tally.look()
            newest = last.get(event.path, 0)
            if event.token <= newest:
                text = "{} got token {} for {} after token {} had been given."
                tally.found(event.seq, text, event.agent, event.token, event.path, newest)
            last[event.path] = max(event.token, newest)
            held[event.path] = event
        elif isinstance(event, ev.LockReleased):
            held.pop(event.path, None)
        elif isinstance(event, ev.FileEdited) and (locked or event.token is not None):
            tally.look()
            lock = held.get(event.path)
            if lock is None:
                text = "{} wrote {} without holding its lock."
                tally.found(event.seq, text, event.agent, event.path)
            elif (lock.agent, lock.token) != (event.agent, event.token):
                text = "{} wrote {} with token {} while {} held it with token {}."
                values = (event.agent, event.path, event.token, lock.agent, lock.token)
                tally.found(event.seq, text, *values)


@dataclass(slots=True)
class _Held:
    event: ev.LockAcquired
    horizon: int
    told: bool = False


class _Leaks:
    """Locks by the last turn that keeps them; a lock is due when all turns up to that one have ended."""

    def __init__(self) -> None:
        self.held: dict[str, _Held] = {}
        self._by_horizon: list[tuple[int, str]] = []
        self._open: list[int] = []
        self._ended: set[int] = set()
        self._newest = 0

    def began(self, turn: int) -> None:
        heapq.heappush(self._open, turn)
        self._newest = max(self._newest, turn)

    def ended(self, turn: int) -> None:
        self._ended.add(turn)

    def written(self, path: str) -> None:
        """The holder took the lock, or wrote again: turns that are open now keep it."""
        if (held := self.held.get(path)) is not None:
            held.horizon = self._newest
            heapq.heappush(self._by_horizon, (held.horizon, path))

    def due(self) -> list[_Held]:
        """Locks that should be free by now."""
        while self._open and self._open[0] in self._ended:
            heapq.heappop(self._open)
        first_open = self._open[0] if self._open else OPEN
        found = []
        while self._by_horizon and self._by_horizon[0][0] < first_open:
            horizon, path = heapq.heappop(self._by_horizon)
            held = self.held.get(path)
            if held is not None and held.horizon == horizon and not held.told:
                held.told = True
                found.append(held)
        return found


@predicate(
    "lock_leak",
    "engine",
    holds="Every lock was free again as soon as the turns that it guarded had ended, and after each lease.",
    unknown=_NO_LOCK,
)
def lock_leak(history: History, tally: Tally) -> None:
    """A9: a lock outlives all turns that had begun when its holder last wrote, or the lease of a holder that
    was lost, or the run. Under the fault ``lock_leak`` a lock may stay for one lease after its turns, and if
    its holder writes again meanwhile, until the turns that are open then have ended."""
    leaks = _Leaks()
    lease = history.start.lease_seconds if history.start is not None else 0.0
    injected: dict[str, tuple[ev.LockAcquired, float]] = {}
    in_use: dict[str, float] = {}
    for event in history.events:
        match event:
            case ev.LockAcquired():
                tally.look()
                leaks.held[event.path] = _Held(event, 0)
                leaks.written(event.path)
            case ev.LockReleased():
                leaks.held.pop(event.path, None)
                _overdue(tally, event, injected.pop(event.path, None), history.slack)
                in_use.pop(event.path, None)
                continue
            case ev.FileEdited():
                _use_again(leaks, event.path, injected, in_use)
            case ev.TurnStarted():
                leaks.began(event.turn)
        resumed = isinstance(event, ev.RunResumed)  # what the engine before could not free goes first
        for held in () if resumed else leaks.due():
            lock = held.event
            if history.faulty(lock.seq, event.seq, lock.agent, kinds=("lock_leak",)):
                injected[lock.path] = (lock, max(in_use.pop(lock.path, event.ts + lease), event.ts))
            else:
                text = "The lock on {} stayed with {} after all turns that it guarded had ended."
                tally.found(event.seq, text, lock.path, lock.agent)
        if isinstance(event, ev.TurnEnded):
            leaks.ended(event.turn)  # its locks are freed by the events that follow it
        elif isinstance(event, ev.RunEnded):
            for held in leaks.held.values():
                if not held.told or held.event.path in injected:
                    held.told = True
                    text = "The run ended while {} held the lock on {}."
                    tally.found(event.seq, text, held.event.agent, held.event.path)
    _beyond_leases(history, tally)


def _use_again(
    leaks: _Leaks, path: str, injected: dict[str, tuple[ev.LockAcquired, float]], in_use: dict[str, float]
) -> None:
    """The holder writes under its lock, leaked or not; what a leak's lease said is kept in ``in_use``."""
    if (leak := injected.get(path)) is not None:
        in_use.setdefault(path, leak[1])
        injected[path] = (leak[0], _NO_END)
        leaks.held[path].told = False
    leaks.written(path)


def _overdue(
    tally: Tally, event: ev.LockReleased, leak: tuple[ev.LockAcquired, float] | None, slack: float
) -> None:
    if leak is not None and event.ts > leak[1] + slack:
        text = "A fault leaked the lock on {} of {}, which was freed {:.3f} s after the lease."
        tally.found(event.seq, text, leak[0].path, leak[0].agent, event.ts - leak[1])


def _beyond_leases(history: History, tally: Tally) -> None:
    losses: dict[str, list[tuple[int, int, float, float]]] = {}
    for loss in history.losses:
        entry = (loss.event.seq, loss.until, loss.event.lease_until, loss.until_ts)
        losses.setdefault(loss.event.agent, []).append(entry)
    for hold in history.holds:
        for lost, back, lease, back_ts in losses.get(hold.event.agent, ()):
            if hold.event.seq > back or hold.until < lost:
                continue
            until = min(hold.until_ts, back_ts, history.last_ts)
            if until > lease + history.slack:
                text = "{} was lost and kept the lock on {} {:.3f} s beyond its lease."
                tally.found(hold.event.seq, text, hold.event.agent, hold.event.path, until - lease)
