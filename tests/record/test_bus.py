"""The bus: stamps, folds, journals, tells."""

from __future__ import annotations

import asyncio

from engine.record import events as ev
from engine.record.bus import Bus
from engine.record.codec import decode
from engine.record.writer import JournalWriter, MemoryStore


class Notes:
    def __init__(self, name: str, log: list[str]) -> None:
        self.name = name
        self.log = log

    def apply(self, event: ev.Event) -> None:
        self.log.append(f"{self.name} {event.seq}")


def test_an_event_is_stamped_folded_then_told_in_the_order_of_registration() -> None:
    async def main() -> None:
        log: list[str] = []
        store = MemoryStore()
        times = iter([0, 1, 2_500_000])
        bus = Bus(JournalWriter(store), lambda: next(times))
        bus.listen(lambda event: log.append(f"listener {event.seq}"))
        bus.reduce(Notes("first", log))
        bus.reduce(Notes("second", log))
        queue = bus.subscribe()
        bus.emit(ev.RoundEnded())
        bus.round = 3
        bus.emit(ev.Paused(seq=77, ts=99.0, round=99))  # whatever it says of itself
        last = bus.emit(ev.RoundEnded())
        assert log[:3] == ["first 1", "second 1", "listener 1"]
        assert (last.seq, last.ts, last.round) == (3, 2.5, 3)
        assert [(event.seq, event.ts, event.round) for event in queue.drain()] == [
            (1, 0.0, 0),
            (2, 0.000001, 3),
            (3, 2.5, 3),
        ]
        assert queue.drain() == []
        assert store.data == b""
        await bus.commit()
        assert [decode(line).seq for line in bytes(store.data).splitlines()] == [1, 2, 3]

    asyncio.run(main())


def test_a_slow_subscriber_loses_its_oldest_events_and_is_told_how_many() -> None:
    async def main() -> None:
        bus = Bus(JournalWriter(MemoryStore()), lambda: 0, seq=10)
        slow, quick = bus.subscribe(limit=3), bus.subscribe(limit=100)
        for _ in range(8):
            bus.emit(ev.RoundEnded())
        assert [event.seq for event in slow.drain()] == [16, 17, 18]
        assert (slow.lost, quick.lost) == (5, 0)
        assert len(quick.drain()) == 8

    asyncio.run(main())
