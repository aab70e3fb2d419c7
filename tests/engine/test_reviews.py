"""Completions that need a second pair of eyes: who reviews, what it is judged on, what if nobody is left."""

from __future__ import annotations

from typing import Any

from engine.analysis.consistency import PREDICATES, History
from engine.record import events as ev
from engine.setup import check
from tests.helpers.durable import config
from tests.helpers.faultplay import inject
from tests.helpers.scripted import Played, Say, Script, Steering, done, edit, graph, play

ADD = graph("add")
APPROVE, REJECT = '<approve_task id="1"/>', '<reject_task id="1">No sign.</reject_task>'


def reviewed(script: Script, *, agents: int = 2, **settings: Any) -> Played:
    return play(script, ADD, strategy="verified-by", verified_by="review", agents=agents, **settings)


def promises_kept(played: Played) -> bool:
    history = History(played.events)
    return all(found(history).verdict != "false" for found in PREDICATES if found.class_ == "engine")


def test_a_task_is_done_when_a_teammate_approves_what_it_was_shown() -> None:
    played = reviewed({"Dev1": [done("1", "add.py")], "Dev2": ["", APPROVE]})
    asked = played.one(ev.ReviewRequested)
    assert (asked.agent, asked.reviewer) == ("Dev1", "Dev2")
    assert "1 | review | Dev1 | - | add" in played.prompt("Dev2", 2)
    assert "1 | add | Dev1" in played.section("Dev2", 2, "To review")
    assert "right" in played.section("Dev2", 2, "File add.py")
    completed = played.one(ev.TaskCompleted)
    assert (completed.agent, completed.reviewer, completed.round) == ("Dev1", "Dev2", 2)
    assert promises_kept(played)


def test_a_rejected_task_goes_back_to_its_author_with_the_reason() -> None:
    again = edit("add.py", "better\n") + '<complete_task id="1"/>'
    played = reviewed({"Dev1": [done("1", "add.py"), "", again], "Dev2": ["", REJECT, "", APPROVE]})
    assert "- review 1: failed. Dev2 rejects it: No sign." in played.prompt("Dev1", 3)
    assert "1 | in_progress | Dev1" in played.prompt("Dev1", 3)
    assert (played.outcome, played.state.round) == ("completed", 4)
    assert promises_kept(played)


def test_nobody_reviews_its_own_work() -> None:
    played = reviewed({"Dev1": [done("1", "add.py"), APPROVE]}, max_rounds=2)
    refused = played.one(ev.ActionRefused)
    assert (refused.action, refused.detail) == ("approve_task", "You cannot review your own work.")
    assert not played.of(ev.TaskCompleted)


def test_a_version_that_the_reviewer_has_not_seen_cannot_be_approved() -> None:
    played = reviewed(
        {"Dev1": [done("1", "add.py"), edit("add.py", "newer\n")], "Dev2": ["", Say(APPROVE, 2.0), APPROVE]}
    )
    stale = played.one(ev.ActionRefused)
    assert (stale.agent, stale.reason, stale.object) == ("Dev2", "stale", "add.py")
    assert "newer" in played.section("Dev2", 3, "File add.py")
    assert played.one(ev.TaskCompleted).round == 3


def test_the_review_of_a_lost_agent_goes_to_another_when_its_lease_is_over() -> None:
    async def steer(hand: Steering) -> None:
        await hand.until(ev.ReviewRequested)
        await hand.do(inject("crash", "Dev2"))

    played = reviewed(
        {"Dev1": [done("1", "add.py")], "Dev3": [Say("", 40.0), APPROVE]}, agents=3, steer=steer
    )
    handed = played.one(ev.ReviewAssigned)
    assert (handed.reviewer, handed.author) == ("Dev3", "Dev1")
    assert played.one(ev.TaskCompleted).reviewer == "Dev3"
    assert promises_kept(played)


def test_if_nobody_is_left_to_review_the_tests_decide() -> None:
    async def steer(hand: Steering) -> None:
        await hand.until(ev.ReviewRequested)
        await hand.do(inject("crash", "Dev2"))

    played = reviewed(
        {"Dev1": [done("1", "add.py"), Say("", 40.0), '<complete_task id="1"/>']}, agents=2, steer=steer
    )
    assert "Nobody is left who could review it" in played.prompt("Dev1", 3)
    completed = played.one(ev.TaskCompleted)
    assert (completed.reviewer, completed.evidence) == ("", "passed")
    assert promises_kept(played)


def test_one_agent_is_verified_by_tests_and_told_so() -> None:
    _, start, _ = check(config(strategy="verified-by", agents=1), {})
    assert (start.verified_by, start.completion) == ("tests", "verified")
    assert start.notes == (
        "One agent has nobody to review its work: its tasks are verified by their tests instead.",
    )


def test_other_teams_are_neither_taught_reviewing_nor_allowed_to() -> None:
    played = play({"Dev1": [done("1", "add.py") + APPROVE]}, ADD)
    assert played.one(ev.ActionRefused).reason == "not_allowed"
    assert "approve_task" not in played.asked["Dev1"][0][0][1]
