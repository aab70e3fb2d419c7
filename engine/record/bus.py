"""The bus of the engine process: gives each event its place in the order and carries it to all.

Order of delivery, for every event: the reducers (synchronously, so that whoever emitted sees the new state on
the next line), the journal's batch, then the subscribers. A subscriber has a bounded queue; one that does not
keep up loses its oldest events and is told how many, for it can always read the journal instead.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Protocol, TypeVar

from msgspec.structs import replace

from engine.record.events import AnyEvent, Event
from engine.record.writer import JournalWriter

E = TypeVar("E", bound=Event)

QUEUE_LIMIT = 10_000
"""Events a slow subscriber may fall behind: several rounds of a large team, some megabytes."""


class Reducer(Protocol):
    """Anything that folds events."""

    def apply(self, event: Event) -> None:
        """Fold one event."""
        ...


class Subscription:
    """A bounded queue of events. ``lost`` counts those that were dropped because it was full."""

    def __init__(self, limit: int = QUEUE_LIMIT) -> None:
        self._queue: deque[Event] = deque(maxlen=limit)
        self.lost = 0

    def put(self, event: Event) -> None:
        """Add an event; the oldest makes room if there is none."""
        if len(self._queue) == self._queue.maxlen:
            self.lost += 1
        self._queue.append(event)

    def drain(self) -> list[Event]:
        """Take all that wait."""
        events = list(self._queue)
        self._queue.clear()
        return events


class Bus:
    """Stamps, folds, journals and distributes. ``now_us`` is the run's clock; ``round`` is set by the run."""

    def __init__(self, writer: JournalWriter, now_us: Callable[[], int], seq: int = 0) -> None:
        self.seq = seq
        self.round = 0
        self._writer = writer
        self._now_us = now_us
        self._reducers: list[Reducer] = []
        self._listeners: list[Callable[[AnyEvent], None]] = []
        self._subscriptions: list[Subscription] = []

    def reduce(self, reducer: Reducer) -> None:
        """Fold every event from now on into ``reducer``, in order of registration."""
        self._reducers.append(reducer)

    def listen(self, listener: Callable[[AnyEvent], None]) -> None:
        """Call ``listener`` with every event from now on; it must be quick and must not raise."""
        self._listeners.append(listener)

    def subscribe(self, limit: int = QUEUE_LIMIT) -> Subscription:
        """A queue of every event from now on."""
        subscription = Subscription(limit)
        self._subscriptions.append(subscription)
        return subscription

    def emit(self, event: E) -> E:
        """Give ``event`` its ``seq``, ``ts`` and ``round``, carry it to all, and return it."""
        self.seq += 1
        event = replace(event, seq=self.seq, ts=self._now_us() / 1_000_000, round=self.round)
        for reducer in self._reducers:
            reducer.apply(event)
        self._writer.append(event)
        for listener in self._listeners:
            listener(event)  # type: ignore[arg-type]  # every Event subclass is a member of AnyEvent
        for subscription in self._subscriptions:
            subscription.put(event)
        return event

    async def commit(self, *, sync: bool = False) -> None:
        """Return when all events so far are in the journal: what they record may now be acted on."""
        await self._writer.commit(sync=sync)

    async def barrier(self) -> None:
        """Commit, and bring to the disk if that was not done just now (``JournalWriter.barrier``)."""
        await self._writer.barrier()

    def hurry(self) -> None:
        """Have all events so far written soon, without waiting: watchers should see them now."""
        self._writer.hurry()
