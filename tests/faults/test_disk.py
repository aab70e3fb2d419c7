"""Rows 21 and 22 of the fault table: no space, and a sync that fails."""

from __future__ import annotations

import pytest

from engine import control
from engine.record import events as ev
from engine.record.writer import JournalError, MemoryStore
from engine.restore import Past
from tests.helpers.durable import config, go
from tests.helpers.faultplay import inject
from tests.helpers.scripted import Played, Steering, done, play, valid


class KeepingStore(MemoryStore):
    """Counts what it was asked for, so that a retry after a failed sync would show."""

    def __init__(self) -> None:
        super().__init__()
        self.writes: list[bool] = []

    async def write(self, data: bytes, *, sync: bool) -> None:
        self.writes.append(sync)
        await super().write(data, sync=sync)


def broken(kind: str) -> tuple[Played, KeepingStore, list[control.Answer]]:
    store = KeepingStore()
    answers: list[control.Answer] = []

    async def steer(hand: Steering) -> None:
        await hand.sleep(0.5)
        answers.append(await hand.do(inject(kind)))
        answers.append(await hand.do(control.Say(text="Still there?")))

    played = play({"Dev1": [done("1", "add.py")]}, store=store, steer=steer, max_rounds=3)
    return played, store, answers


@pytest.mark.parametrize("kind", ["disk_full", "fsync_error"])
def test_the_run_stops_with_one_sentence_and_acknowledges_nothing_that_is_not_stored(kind: str) -> None:
    played, store, answers = broken(kind)
    assert isinstance(played.error, JournalError)
    assert "\n" not in str(played.error)
    assert [answer.ok for answer in answers] == [True, False]
    stored = valid(bytes(store.data))
    assert answers[0].seq in {event.seq for event in stored}
    assert all(
        played.folder.get(event.path) != event.content for event in stored if isinstance(event, ev.FileEdited)
    )


@pytest.mark.parametrize("kind", ["disk_full", "fsync_error"])
def test_what_is_in_the_journal_can_be_read_and_says_why_it_ends(kind: str) -> None:
    _, store, _ = broken(kind)
    stored = valid(bytes(store.data))
    assert [event.seq for event in stored] == list(range(1, len(stored) + 1))
    [fault] = [event for event in stored if isinstance(event, ev.FaultStarted)]
    assert (fault.kind, fault.targets) == (kind, ())
    assert Past(stored).faults[1].kind == kind


def test_a_full_disk_leaves_a_torn_line_that_no_reader_takes_for_an_event() -> None:
    _, store, _ = broken("disk_full")
    assert not bytes(store.data).endswith(b"\n")


def test_after_a_failed_sync_nothing_is_written_or_synced_again() -> None:
    _, store, _ = broken("fsync_error")
    assert store.writes[-1] is False  # what the disk took of the batch whose sync failed, and nothing after
    assert store.writes.count(False) == 1


@pytest.mark.parametrize("kind", ["disk_full", "fsync_error"])
def test_a_new_engine_goes_on_from_what_is_stored_and_the_fault_is_over(kind: str) -> None:
    plan = f'[[fault]]\nkind = "{kind}"\nat_round = 3\n'
    stopped = go(config(faults=plan))
    assert isinstance(stopped.error, JournalError)
    gone_on = go(config(faults=plan), stopped.events)
    assert gone_on.error is None
    assert gone_on.final() == go(config()).final()
    healed = [event for event in gone_on.events if isinstance(event, ev.FaultStopped)]
    assert [event.why for event in healed] == ["the run goes on under a new engine"]
