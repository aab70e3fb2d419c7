"""Limits on tokens, money and time: they hold the team, say so, and can be raised."""

from __future__ import annotations

from typing import Any

import pytest

from engine.control import Resume, SetLimits, Step
from engine.record import events as ev
from engine.team.limits import Spending
from tests.helpers.scripted import Played, Say, Steering, graph, play

TEN = [Say("Nothing.", 1.0)] * 10
"""Replies of 110 tokens, one a second; a scripted reply has no price."""


def limited(script: dict[str, Any] | None = None, **limits: Any) -> Played:
    settings: dict[str, Any] = {
        key: limits.pop(key) for key in ("attended", "steer", "agents") if key in limits
    }
    chosen = {"agents": 1, "max_rounds": 6, **settings}
    return play(script or {"Dev1": TEN}, graph("add"), limits=ev.Limits(**limits), **chosen)


def test_a_limit_of_tokens_stops_a_run_that_nobody_attends_and_says_why() -> None:
    played = limited(tokens=250)
    reached = played.one(ev.LimitReached)
    assert (reached.limit, reached.bound, reached.used, reached.agent) == ("tokens", 250, 330, "")
    assert len(played.of(ev.Replied)) == 3
    assert played.outcome == "stopped"
    stop = played.one(ev.StopRequested)
    assert (stop.author, stop.why) == ("engine", "the limit of 250 tokens is reached (330 tokens used)")
    assert any("holds the team" in act.text for act in played.state.run.acts)


def test_a_limit_that_is_not_reached_changes_nothing() -> None:
    assert limited(tokens=10_000).of(ev.LimitReached) == []


def test_a_limit_pauses_an_attended_run_which_goes_on_when_it_is_raised() -> None:
    async def steer(person: Steering) -> None:
        await person.until(ev.Paused)
        assert "250 tokens is reached" in person.run.state.run.limit_reached
        for command in (Resume(), Step()):
            refused = await person.do(command)
            assert not refused.ok
            assert "raise it first" in refused.detail
        answer = await person.do(SetLimits(changes={"tokens": 300}))
        assert answer.ok
        await person.until(ev.LimitReached, 2)  # not enough: 330 are used
        assert person.run.team.gate.phase == "closed"
        await person.do(SetLimits(changes={"tokens": None}))
        assert person.run.state.run.limit_reached == ""

    played = limited(tokens=250, attended=True, steer=steer)
    assert played.outcome == "max_rounds"
    assert len(played.of(ev.Replied)) == 6
    assert [event.limits.tokens for event in played.of(ev.LimitsChanged)] == [300, None]


def test_a_limit_of_time_holds_when_it_is_over_also_in_the_middle_of_a_turn() -> None:
    played = limited({"Dev1": [Say("", 1.0), Say("", 50.0)]}, seconds=10.0)
    reached = played.one(ev.LimitReached)
    assert (reached.limit, reached.ts) == ("seconds", 10.0)
    assert played.outcome == "stopped"


def test_time_that_the_team_is_paused_does_not_count() -> None:
    async def steer(person: Steering) -> None:
        from engine.control import Pause

        await person.until(ev.Replied)
        await person.do(Pause())
        await person.sleep(1_000.0)
        await person.do(Resume())

    played = limited(seconds=4.5, steer=steer)
    assert played.one(ev.LimitReached).ts == 4.5


def test_a_limit_of_each_agent_names_the_one_that_reached_it() -> None:
    script = {"Dev1": [Say("", 1.0)] * 9, "Dev2": [Say("", 1.0, tokens=(900, 200))] * 9}
    reached = limited(script, agents=2, agent_tokens=1_500).one(ev.LimitReached)
    assert (reached.limit, reached.agent, reached.used) == ("agent_tokens", "Dev2", 2_200)
    slow = {"Dev1": [Say("", 1.0)] * 9, "Dev2": [Say("", 7.0)] * 9}
    reached = limited(slow, agents=2, agent_seconds=10.0).one(ev.LimitReached)
    assert (reached.agent, reached.used) == ("Dev2", 14.0)


def test_a_limit_of_money_ends_with_a_reply_whose_price_is_unknown() -> None:
    reached = limited(cost_usd=5.0).one(ev.LimitReached)
    assert (reached.limit, reached.used) == ("cost_usd", None)


def replied(agent: str, cost: float | None, tokens: int | None = 10) -> ev.Replied:
    return ev.Replied(
        turn=1,
        agent=agent,
        text="",
        finish_reason="stop",
        input_tokens=tokens,
        output_tokens=tokens,
        latency_seconds=1.0,
        attempts=1,
        cost_usd=cost,
    )


def test_money_adds_up_over_the_team_and_by_agent() -> None:
    spending = Spending()
    spending.limits = ev.Limits(cost_usd=1.0, agent_cost_usd=0.75)
    for agent, cost in (("Dev1", 0.4), ("Dev2", 0.3)):
        spending.apply(replied(agent, cost))
    assert list(spending.over(0.0)) == []
    spending.apply(replied("Dev1", 0.4))
    found = list(spending.over(0.0))
    assert [(over.limit, over.agent) for over in found] == [("cost_usd", ""), ("agent_cost_usd", "Dev1")]
    assert [over.used for over in found] == pytest.approx([1.1, 0.8])


@pytest.mark.parametrize("changes", [{"tokens": 0}, {"tokens": -5}, {"seconds": float("nan")}, {"x": 1}])
def test_a_limit_that_makes_no_sense_is_refused(changes: dict[str, float]) -> None:
    async def steer(person: Steering) -> None:
        await person.until(ev.Replied)
        assert not (await person.do(SetLimits(changes=dict(changes)))).ok

    played = limited(steer=steer)
    assert played.of(ev.LimitsChanged) == []
    assert played.one(ev.ControlRefused).command == "set_limits"
