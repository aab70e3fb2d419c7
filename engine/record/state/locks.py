"""The lock view: who holds what since when, who was refused, which paths are hot."""

from __future__ import annotations

from collections import Counter, deque
from heapq import nsmallest

import msgspec

from engine.record import events as ev
from engine.record.clean import clean_line

DENIALS_KEPT = 200
"""Refusals kept in full for the lock view; older ones remain in the counters."""

HEAT_ROUNDS = 12
"""Rounds of history per path: what a sparkline in the lock view can show."""

HOT_PATHS_KEPT = 500
"""Paths whose history is kept; on a larger workspace the coldest are forgotten first."""


class Hold(msgspec.Struct, frozen=True):
    """A lock that is held; ``since`` is run-clock seconds."""

    path: str
    agent: str
    token: int
    since: float


class Denial(msgspec.Struct, frozen=True):
    """A lock that was refused: ``holder`` had held it for ``age_seconds``."""

    ts: float
    round: int
    path: str
    agent: str
    holder: str
    age_seconds: float


class LocksState:
    """Holds, refusals and contention. ``version`` grows with every change.

    ``refused_at`` counts refusals by path and agent, of the first ``HOT_PATHS_KEPT`` paths that had any.
    """

    def __init__(self) -> None:
        self.held: dict[str, Hold] = {}
        self.denials: deque[Denial] = deque(maxlen=DENIALS_KEPT)
        self.denied_by_path: Counter[str] = Counter()
        self.denied_by_agent: Counter[str] = Counter()
        self.refused_at: dict[str, Counter[str]] = {}
        self.acquired = 0
        self.denied = 0
        self.version = 0
        self._heat: dict[str, deque[tuple[int, int]]] = {}
        self._requests: dict[str, int] = {}  # sums of the heat

    def heat(self, path: str, rounds: int, now: int) -> list[int]:
        """Requests for the path (granted and refused) in each of the last ``rounds`` rounds up to ``now``."""
        by_round = dict(self._heat.get(path, ()))
        return [by_round.get(r, 0) for r in range(now - rounds + 1, now + 1)]

    def hottest(self, count: int) -> list[str]:
        """The paths with most refusals, then most requests; names break ties."""

        def coldness(path: str) -> tuple[int, int, str]:
            return -self.denied_by_path[path], -self._requests[path], path

        return nsmallest(count, self._heat, key=coldness)

    def _warm(self, path: str, round_: int) -> None:
        beats = self._heat.get(path)
        if beats is None:
            if len(self._heat) >= HOT_PATHS_KEPT:
                coldest = next(iter(self._heat))
                del self._heat[coldest], self._requests[coldest]
            beats = self._heat[path] = deque(maxlen=HEAT_ROUNDS)
        else:
            self._heat[path] = self._heat.pop(path)  # the order of the table is the order of last use
        if beats and beats[-1][0] == round_:
            beats[-1] = (round_, beats[-1][1] + 1)
        else:
            if len(beats) == HEAT_ROUNDS:
                self._requests[path] -= beats[0][1]
            beats.append((round_, 1))
        self._requests[path] = self._requests.get(path, 0) + 1
        self.version += 1

    def lock_acquired(self, event: ev.LockAcquired) -> None:
        """Somebody holds the path."""
        path = clean_line(event.path)
        self.held[path] = Hold(path, clean_line(event.agent), event.token, event.ts)
        self.acquired += 1
        self._warm(path, event.round)

    def lock_denied(self, event: ev.LockDenied) -> None:
        """Somebody else holds the path."""
        path, agent = clean_line(event.path), clean_line(event.agent)
        holder = clean_line(event.holder)
        self.denials.append(Denial(event.ts, event.round, path, agent, holder, event.age_seconds))
        self.denied_by_path[path] += 1
        self.denied_by_agent[agent] += 1
        if path in self.refused_at or len(self.refused_at) < HOT_PATHS_KEPT:
            self.refused_at.setdefault(path, Counter())[agent] += 1
        self.denied += 1
        self._warm(path, event.round)

    def lock_released(self, event: ev.LockReleased) -> None:
        """The path is free."""
        self.held.pop(clean_line(event.path), None)
        self.version += 1
