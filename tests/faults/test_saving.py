"""What was injected by hand becomes a plan that does the same again."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine import control
from engine.errors import UsageError
from engine.faults import saving
from engine.faults.plan import parse
from engine.record import events as ev
from tests.helpers.faultplay import inject, timed
from tests.helpers.scripted import Played, play

BY_HAND: list[tuple[float, control.AnyCommand]] = [
    (0.5, inject("slow", "Dev2", factor=3.0)),
    (1.5, inject("crash", "all", duration=2.0)),
    (6.0, inject("corrupt", "Dev1", mode="empty")),
    (7.0, control.Heal(fault=1)),
]


def faults(played: Played) -> list[tuple[object, ...]]:
    return [(e.kind, e.targets, e.params, e.ts) for e in played.of(ev.FaultStarted)]


def test_the_saved_plan_does_to_the_team_what_the_hand_did() -> None:
    by_hand = timed({}, BY_HAND, max_rounds=6)
    text = saving.by_hand(by_hand.events)
    again = play({}, plan=text, max_rounds=6)
    assert faults(again) == faults(by_hand)
    assert [e.ts for e in again.of(ev.FaultStopped)] == [e.ts for e in by_hand.of(ev.FaultStopped)]


def test_faults_of_a_plan_and_those_that_faults_cause_are_left_out() -> None:
    plan = '[[fault]]\nkind = "holder_dies"\ntarget = "Dev1"\nat_round = 1\n'
    played = timed({"Dev1": ['<edit_file path="add.py">\nx\n</edit_file>']}, [], plan=plan, max_rounds=2)
    assert [event.kind for event in played.of(ev.FaultStarted)] == ["holder_dies", "crash"]
    assert saving.by_hand(played.events) == ""


def test_a_reason_with_any_character_is_kept() -> None:
    why = 'a "quote" \\ tab\t line\n bell\x07 del\x7f 日本 [x] \u2028'
    event = ev.FaultStarted(id=1, kind="slow", targets=("Dev1",), params={"factor": 2.0}, author="a", why=why)
    [entry] = parse(saving.by_hand([event]), "p")
    assert entry.why == why


def test_the_plan_is_written_into_the_folder_of_the_run(tmp_path: Path) -> None:
    journal = tmp_path / "events.jsonl"
    journal.write_bytes(timed({}, BY_HAND[:1], max_rounds=2).data)
    path = saving.save(tmp_path, journal)
    assert path == tmp_path / "faults.toml"
    assert [entry.kind for entry in parse(path.read_text("utf-8"), "p")] == ["slow"]


def test_without_anything_to_save_that_is_said_and_nothing_written(tmp_path: Path) -> None:
    journal = tmp_path / "events.jsonl"
    journal.write_bytes(timed({}, [], max_rounds=1).data)
    with pytest.raises(UsageError, match="Nothing was injected by hand yet"):
        saving.save(tmp_path, journal)
    assert not (tmp_path / "faults.toml").exists()
