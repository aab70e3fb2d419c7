"""Row 24 of the fault table: no permission, too many open files, a disk that is read-only or broken."""

from __future__ import annotations

import pytest

from engine.faults.catalogue import BY_KIND
from engine.record import events as ev
from tests.helpers.faultplay import Script, disturbed, inject
from tests.helpers.scripted import done, edit

ERRORS = BY_KIND["file_errors"].params[0].choices


@pytest.mark.parametrize("error", ERRORS)
def test_the_agent_is_told_nothing_is_changed_and_the_team_goes_on(error: str) -> None:
    script: Script = {
        "Dev1": [edit("add.py", "mine\n") + '<read_file path="add.py"/>', done("1", "add.py")],
        "Dev2": [done("2", "sub.py")],
    }
    played = disturbed(script, inject("file_errors", error=error, duration=1.0), max_rounds=4)
    refused = played.of(ev.ActionRefused)
    assert [(e.agent, e.action, e.object, e.reason) for e in refused] == [
        ("Dev1", "edit_file", "add.py", "storage"),
        ("Dev1", "read_file", "add.py", "storage"),
    ]
    assert "nothing was changed" in played.section("Dev1", 2, "Outcomes")
    assert [e.content for e in played.of(ev.FileEdited, path="add.py")] == ["right\n"]
    assert played.outcome == "completed"


def test_no_lock_is_taken_for_an_edit_that_cannot_be_written() -> None:
    played = disturbed({"Dev1": [edit("add.py")]}, inject("file_errors"), max_rounds=1)
    assert played.of(ev.LockAcquired) == []


def test_accesses_fail_by_chance_which_the_seed_decides() -> None:
    script: Script = {"Dev1": ["".join(edit(f"f{n}.py") for n in range(40))]}
    failed = [
        len(
            disturbed(script, inject("file_errors", probability=0.5), max_rounds=1, seed=seed).of(
                ev.ActionRefused
            )
        )
        for seed in (1, 1, 2)
    ]
    assert failed[0] == failed[1]
    assert 8 <= failed[0] <= 32
