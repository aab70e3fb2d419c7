"""Rows 1 to 4, 12 and 27 of the fault table: crash, recovery, silence, slowness, dead holder, dead lead."""

from __future__ import annotations

import pytest

from engine import control
from engine.record import events as ev
from engine.team.conversation import Conversations
from tests.helpers.faultplay import disturbed, inject, timed
from tests.helpers.scripted import Say, done, edit, play


def test_crash_stop_gives_its_task_back_within_the_lease_and_the_run_still_completes() -> None:
    plan = '[[fault]]\nkind = "crash"\ntarget = "Dev1"\nat_seconds = 0.5\n'
    script: dict[str, list[str | Say]] = {
        "Dev1": [Say(edit("add.py"), 5.0)],
        "Dev2": [Say(done("1", "add.py"), 6.0), done("2", "sub.py")],
    }
    played = play(script, plan=plan, lease_seconds=3.0, strategy="preassigned")
    released = played.one(ev.TaskReleased)
    assert (released.agent, released.reason, released.ts) == ("Dev1", "lease", 3.5)
    assert played.outcome == "completed"
    assert {event.agent for event in played.of(ev.FileEdited)} == {"Dev2"}  # nothing of the lost turn


def test_crash_recovery_with_memory_goes_on_with_its_conversation_under_a_new_epoch() -> None:
    played = timed(
        {"Dev1": ["First words."]},
        [(1.5, inject("crash")), (1.8, control.Heal())],
        max_rounds=4,
    )
    revived = played.one(ev.AgentRevived)
    assert (revived.epoch, revived.memory) == (2, "kept")
    assert ("assistant", "First words.") in played.asked["Dev1"][-1]


def test_crash_recovery_with_amnesia_begins_with_an_empty_conversation_and_completes_nothing_twice() -> None:
    played = timed(
        {"Dev1": [done("1", "add.py"), Say("", 5.0), done("1", "add.py")]},
        [(1.5, inject("amnesia")), (1.8, control.Heal())],
        max_rounds=4,
    )
    assert played.one(ev.AgentCrashed).agent == "Dev1"
    revived = played.one(ev.AgentRevived)
    assert (revived.epoch, revived.memory) == (2, "lost")
    anew = played.asked["Dev1"][2]
    assert [role for role, _ in anew] == ["system", "user"]
    assert "add.py v1 by Dev1" in anew[-1][1]  # the workspace is told as news, its own file too
    refused = played.of(ev.ActionRefused, agent="Dev1")
    assert [event.reason for event in refused] == ["done", "done"]
    assert len(played.of(ev.TaskCompleted)) == 1


def test_a_reader_of_the_journal_rebuilds_the_prompts_of_an_agent_that_forgot() -> None:
    played = timed(
        {"Dev1": ["First words."]}, [(1.5, inject("amnesia")), (1.8, control.Heal())], max_rounds=5
    )
    fold = Conversations()
    asked: list[list[tuple[str, str]]] = []
    for event in played.events:
        fold.apply(event)
        if isinstance(event, ev.TurnStarted) and event.agent == "Dev1":
            asked.append([(m.role, m.text) for m in fold.messages("Dev1")])
    assert [a for a in asked if a in played.asked["Dev1"]] == played.asked["Dev1"]


def test_who_forgets_while_crashed_comes_back_without_memory_when_the_last_fault_is_healed() -> None:
    commands: list[tuple[float, control.AnyCommand]] = [
        (1.5, inject("crash")),
        (1.6, inject("amnesia")),
        (1.7, control.Heal(fault=2)),
        (1.8, control.Heal(fault=1)),
    ]
    played = timed({}, commands, max_rounds=4)
    assert (played.one(ev.AgentRevived).ts, played.one(ev.AgentRevived).memory) == (1.8, "lost")


def test_after_a_pause_past_the_lease_nothing_of_the_silent_agent_lands() -> None:
    script: dict[str, list[str | Say]] = {
        "Dev1": [Say(done("1", "add.py"), 2.0)],
        "Dev2": [Say("", 20.0), done("1", "add.py")],
    }
    played = disturbed(script, inject("stall", duration=15.0), lease_seconds=5.0, max_rounds=3)
    assert played.one(ev.TurnEnded, outcome="fenced").agent == "Dev1"
    assert [event.agent for event in played.of(ev.FileEdited)] == ["Dev2"]


def test_a_slow_agent_changes_times_and_nothing_else() -> None:
    script: dict[str, list[str | Say]] = {"Dev1": [done("1", "add.py")], "Dev2": [done("2", "sub.py")]}
    as_it_is, slow = play(script), disturbed(script, inject("slow", "Dev2", factor=7.0))
    assert as_it_is.folder == slow.folder
    assert [t.owner for t in as_it_is.state.board.tasks.values()] == [
        t.owner for t in slow.state.board.tasks.values()
    ]
    assert slow.one(ev.Replied, agent="Dev2").latency_seconds == 7.0


def test_a_lock_holder_that_dies_blocks_the_file_no_longer_than_the_round_and_the_next_token_is_higher() -> (
    None
):
    script: dict[str, list[str | Say]] = {
        "Dev1": [edit("add.py", "mine\n") + edit("sub.py", "too late\n")],
        "Dev2": [Say(edit("add.py", "early\n"), 2.0), edit("add.py", "next\n")],
    }
    played = disturbed(script, inject("holder_dies"), max_rounds=2)
    crashed = played.one(ev.AgentCrashed)
    assert (crashed.agent, crashed.ts) == ("Dev1", 1.0)
    assert crashed.seq > played.of(ev.LockAcquired)[0].seq
    assert played.one(ev.LockDenied).holder == "Dev1"
    assert [(e.agent, e.path, e.token) for e in played.of(ev.FileEdited)] == [
        ("Dev1", "add.py", 1),
        ("Dev2", "add.py", 2),
    ]  # the edit it was at is whole, the one after it never was
    assert played.one(ev.FaultStopped, id=1).why == "it struck"


def test_a_holder_that_died_comes_back_after_the_time_given() -> None:
    played = disturbed(
        {"Dev1": [edit("add.py")]}, inject("holder_dies", down_seconds=2.5), lease_seconds=9.0, max_rounds=6
    )
    assert [event.kind for event in played.of(ev.FaultStarted)] == ["holder_dies", "crash"]
    assert played.one(ev.AgentRevived).ts == 3.5


@pytest.mark.parametrize("strategy", ["lead", "lead-assigned"])
def test_without_its_lead_a_team_claims_for_itself(strategy: str) -> None:
    script: dict[str, list[str | Say]] = {
        "Dev1": ['<claim_task id="1"/>', done("1", "add.py")],
        "Dev2": ["", done("2", "sub.py")],
    }
    played = disturbed(script, inject("crash", "lead"), strategy=strategy, max_rounds=4)
    assert played.of(ev.ActionRefused, reason="not_allowed") == []
    assert played.outcome == "completed"
    alive = play(script, strategy=strategy, max_rounds=3)
    assert {event.reason for event in alive.of(ev.ActionRefused, action="claim_task")} == {"not_allowed"}
