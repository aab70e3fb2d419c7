"""Rows 15 to 20 of the fault table: what providers do to calls."""

from __future__ import annotations

import pytest

from engine import control
from engine.analysis import frames, summary
from engine.record import events as ev
from engine.team.caller import ATTEMPTS
from tests.helpers.faultplay import disturbed, inject, timed
from tests.helpers.scripted import Say, Steering, done, edit, play

SECOND: dict[str, list[str | Say]] = {"Dev1": ["", done("1", "add.py")]}


def test_after_a_429_nobody_calls_before_retry_after_and_nobody_at_the_same_moment() -> None:
    fault = inject("api_errors", "all", status=429.0, retry_after=7.0)
    played = disturbed({}, fault, agents=4, max_rounds=2)
    failed = played.of(ev.CallFailed)
    waits = [event.retry_seconds for event in failed if event.retry_seconds is not None]
    assert min(waits) >= 7.0
    assert len(set(waits)) == len(waits)
    first = {event.agent: event for event in failed if event.attempt == 1}
    second = {event.agent: event for event in failed if event.attempt == 2}
    assert all(second[name].ts - first[name].ts >= 7.0 for name in first)


@pytest.mark.parametrize("status", [500.0, 503.0, 529.0])
def test_server_errors_cost_a_bounded_number_of_attempts_and_then_the_turn(status: float) -> None:
    played = disturbed({}, inject("api_errors", status=status), max_rounds=2)
    assert len(played.of(ev.CallFailed)) == ATTEMPTS
    assert [e.outcome for e in played.of(ev.TurnEnded, agent="Dev1")] == ["replied", "failed"]
    assert played.outcome == "max_rounds"


def test_a_call_that_times_out_ends_at_the_limit_and_is_repeated_with_the_same_prompt() -> None:
    played = disturbed(SECOND, inject("api_timeout", duration=30.0, limit=20.0), max_rounds=2)
    failed = played.of(ev.CallFailed)
    assert [event.kind for event in failed] == ["timeout", "timeout"]
    assert failed[0].ts == 21.0
    assert played.one(ev.TaskCompleted).agent == "Dev1"
    assert len(played.of(ev.TurnStarted, agent="Dev1")) == 2


def test_of_a_reply_that_breaks_off_nothing_is_carried_out() -> None:
    played = disturbed(
        {"Dev1": ["", edit("add.py", "lost\n"), edit("add.py", "kept\n")]},
        inject("api_reset", duration=1.0),
        max_rounds=2,
    )
    failed = played.one(ev.CallFailed)
    assert (failed.kind, failed.ts) == ("connection", 2.0)
    assert failed.detail.startswith("connection reset after ")
    assert [event.content for event in played.of(ev.FileEdited)] == ["kept\n"]
    assert played.asked["Dev1"][1] == played.asked["Dev1"][2]
    assert played.state.metrics.tokens_unknown == 1  # it was answered and charged, and nobody saw how much
    assert summary.figures(frames.build(played.events)).tokens_unknown == 1


def test_a_prompt_that_is_too_long_is_never_sent_again_and_the_others_go_on() -> None:
    played = disturbed({}, inject("context_overflow"), max_rounds=3)
    failed = played.of(ev.CallFailed)
    assert {event.kind for event in failed} == {"context"}
    assert len({event.turn for event in failed}) == 2
    shortened = {event.seq for event in played.of(ev.ConversationCompacted, refused=True)}
    for event in failed:  # what is sent again has lost messages, and the last that is left ends the turn
        assert (event.retry_seconds is None) == (event.seq + 1 not in shortened)
    assert len([event for event in failed if event.retry_seconds is None]) == 2
    assert max(event.attempt for event in failed) <= ATTEMPTS
    assert [e.outcome for e in played.of(ev.TurnEnded, agent="Dev2")] == ["replied"] * 3


def test_the_spend_limit_pauses_an_attended_run_at_once_and_it_goes_on_when_resumed() -> None:
    async def steer(hand: Steering) -> None:
        await hand.sleep(0.5)
        assert (await hand.do(inject("spend_limit", "all"))).ok
        await hand.until(ev.Paused)
        await hand.sleep(500.0)
        assert (await hand.do(control.Heal())).ok
        assert (await hand.do(control.Resume())).ok

    played = play({"Dev1": ["", done("1", "add.py")]}, steer=steer, attended=True, max_rounds=3)
    asked = played.one(ev.PauseRequested)
    assert (asked.author, asked.why) == ("engine", "402 spend limit reached (injected)")
    assert {(e.kind, e.attempt, e.retry_seconds) for e in played.of(ev.CallFailed)} == {
        ("spend_limit", 1, None)
    }
    paused, resumed = played.one(ev.Paused), played.one(ev.Resumed)
    assert paused.ts == resumed.ts  # no time of the run's passed
    between = [event for event in played.events if paused.seq < event.seq < resumed.seq]
    assert not any(isinstance(event, ev.TurnStarted | ev.CallFailed) for event in between)
    assert played.one(ev.TaskCompleted).agent == "Dev1"


def test_the_spend_limit_stops_a_run_that_nobody_attends_so_that_it_can_be_resumed() -> None:
    played = disturbed({}, inject("spend_limit"), max_rounds=5)
    assert played.outcome == "stopped"
    assert played.one(ev.StopRequested).author == "engine"
    assert len(played.of(ev.CallFailed)) == 1
    assert len(played.of(ev.RoundStarted)) == 2


def test_in_an_outage_nobody_loses_a_task_and_the_team_goes_on_by_itself_after_it() -> None:
    script: dict[str, list[str | Say]] = {
        "Dev1": ['<claim_task id="1"/>', done("1", "add.py")],
        "Dev2": ['<claim_task id="2"/>', done("2", "sub.py")],
    }
    played = timed(script, [(0.5, inject("outage", "all", duration=40.0))], max_rounds=9)
    turns = played.of(ev.TurnEnded, outcome="failed")
    assert {event.agent for event in turns} == {"Dev1", "Dev2"}
    assert max(event.attempt for event in played.of(ev.CallFailed)) == ATTEMPTS
    assert played.of(ev.TaskReleased) == []
    assert played.outcome == "completed"


def test_all_agents_wrong_in_the_same_way_complete_nothing_where_completion_needs_tests() -> None:
    script: dict[str, list[str | Say]] = {
        "Dev1": ['<claim_task id="1"/>', done("1")],
        "Dev2": ['<claim_task id="2"/>', done("2")],
    }
    commands = [(1.5, inject("corrupt", name, mode="claims_done")) for name in ("Dev1", "Dev2")]
    played = timed(script, commands, completion="verified", max_rounds=2)
    assert played.of(ev.TaskCompleted) == []
    assert {event.reason for event in played.of(ev.ActionRefused)} == {"tests", "not_owner"}
