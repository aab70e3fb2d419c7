"""Rows 12 and 13 of the fault table: a lock whose release got lost, a lock service that forgets."""

from __future__ import annotations

from dataclasses import replace

from engine import control
from engine.analysis.consistency import check
from engine.record import events as ev
from engine.world.testrunner import TestReport, TestRequest
from tests.helpers.faultplay import Script, disturbed, inject, timed
from tests.helpers.scripted import FakeTests, Say, edit, play

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


class Slow(FakeTests):
    """Each run takes so many seconds of the run's clock."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.seconds = seconds

    async def run(self, request: TestRequest) -> TestReport:
        return replace(await super().run(request), booked_seconds=self.seconds)


TWO_HOLDERS: Script = {
    "Dev1": ["", edit("add.py", "old\n") + "<run_tests/>" + edit("add.py", "too late\n")],
    "Dev2": ["", Say(edit("add.py", "new\n"), 2.0)],
}


def test_with_two_holders_the_file_itself_refuses_the_older_token_and_keeps_the_newer_write() -> None:
    fault = [(0.5, inject("lock_amnesia", "Dev2"))]
    played = timed(TWO_HOLDERS, fault, max_rounds=3, tests=Slow(3.0))
    edits = [(e.agent, e.token, e.content) for e in played.of(ev.FileEdited)]
    assert edits == [("Dev1", 1, "old\n"), ("Dev2", 2, "new\n")]
    refused = played.one(ev.ActionRefused)
    assert (refused.agent, refused.reason, refused.object) == ("Dev1", "fenced", "add.py")
    assert played.folder["add.py"] == "new\n"
    forgotten = played.one(ev.LockReleased, reason="forgotten")
    assert (forgotten.agent, forgotten.token) == ("Dev1", 1)
    assert "refused (fenced)" in played.prompt("Dev1", 3)
    verdicts = {(f.name, f.class_): f.verdict for f in check(played.events).findings}
    assert verdicts["fencing", "engine"] == "true"
    assert verdicts["lock_exclusion", "engine"] == "true"


def test_without_the_fault_the_same_second_edit_is_denied_by_the_lock() -> None:
    played = play(TWO_HOLDERS, max_rounds=2, tests=Slow(3.0))
    assert played.one(ev.LockDenied).agent == "Dev2"
    assert [e.content for e in played.of(ev.FileEdited)] == ["old\n", "too late\n"]
