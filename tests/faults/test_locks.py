"""Row 12 of the fault table: a lock whose release got lost."""

from __future__ import annotations

from engine import control
from engine.record import events as ev
from tests.helpers.faultplay import Script, disturbed, inject, timed
from tests.helpers.scripted import Say, edit

BOTH: Script = {
    "Dev1": [edit("add.py", "mine\n")],
    "Dev2": [Say("", 2.0), *[Say(edit("add.py", "next\n"), 2.0)] * 5],
}


def test_a_leaked_lock_is_free_when_its_lease_is_over_and_the_next_token_is_higher() -> None:
    played = disturbed(BOTH, inject("lock_leak"), lease_seconds=4.0, max_rounds=5)
    released = played.of(ev.LockReleased)[0]
    assert (released.reason, released.ts, released.token) == ("lease", 6.0, 1)
    denied = played.of(ev.LockDenied)
    assert {event.holder for event in denied} == {"Dev1"}
    assert all(event.ts <= 6.0 for event in denied)
    assert [event.token for event in played.of(ev.FileEdited)][:2] == [1, 2]
    assert [event.agent for event in played.of(ev.FileEdited)][:2] == ["Dev1", "Dev2"]


def test_a_leaked_lock_goes_at_the_next_barrier_once_the_fault_is_healed() -> None:
    played = timed(
        BOTH, [(0.5, inject("lock_leak")), (2.5, control.Heal())], lease_seconds=60.0, max_rounds=4
    )
    released = played.of(ev.LockReleased)[0]
    assert (released.reason, released.ts) == ("barrier", 3.0)


def test_a_leaked_lock_is_still_its_holders_to_write_under() -> None:
    script: Script = {"Dev1": [edit("add.py", "one\n"), edit("add.py", "two\n")]}
    played = disturbed(script, inject("lock_leak"), lease_seconds=60.0, max_rounds=3)
    assert [event.token for event in played.of(ev.FileEdited)] == [1, 1]
    assert played.one(ev.LockReleased).reason == "end"  # nothing stays held


def test_a_dead_holders_leaked_lock_goes_with_its_lease() -> None:
    played = timed(
        BOTH, [(0.5, inject("lock_leak")), (2.5, inject("crash"))], lease_seconds=5.0, max_rounds=6
    )
    released = played.of(ev.LockReleased)[0]
    assert (released.agent, released.reason) == ("Dev1", "lease")
    assert released.ts <= 7.5
    assert "Dev2" in {event.agent for event in played.of(ev.FileEdited)}
