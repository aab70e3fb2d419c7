"""Agents whose calls fail for ever: their tasks return, and they are asked on."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

import pytest
from msgspec.structs import replace as changed

from engine.models.base import ModelError
from engine.record import events as ev
from engine.simulation.invariants import judge
from engine.simulation.scenario import Settings, draw
from engine.simulation.world import play as simulate
from tests.helpers.scripted import IDLE, Answer, Played, Say, Script, done, graph, play

FULL = Say("", 1.0, ModelError("authentication", "the key was revoked", retryable=False))
TWO = graph("a", "b")
BOTH = done("1", "a.py") + done("2", "b.py")


def script(*, works_again: bool = False) -> dict[str, list[Answer]]:
    failing: list[Answer] = [Say('<claim_task id="1"/>', 1.0), *[FULL] * 5]
    return {
        "Dev1": [*failing, done("1", "a.py")] if works_again else failing * 2,
        "Dev2": [Say("", 4.0)] * 4 + [BOTH],
    }


def test_tasks_of_an_agent_whose_calls_fail_for_a_lease_return_and_others_do_them() -> None:
    played = play(script(), TWO, lease_seconds=8.0, max_rounds=6)
    failed = played.of(ev.CallFailed, agent="Dev1")
    released = played.one(ev.TaskReleased)
    assert (released.task, released.agent, released.reason) == ("1", "Dev1", "failing")
    assert released.ts >= failed[0].ts + 8.0
    assert "1 | pending" in played.prompt("Dev2", released.round)
    assert played.outcome == "completed"
    assert played.one(ev.TaskCompleted, task="1").agent == "Dev2"


def test_under_preassigned_they_go_to_somebody_whose_calls_come_through() -> None:
    names: Script = {"Dev1": [FULL] * 8, "Dev2": [Say("", 4.0)] * 3 + [BOTH] * 4}
    played = play(names, TWO, strategy="preassigned", lease_seconds=8.0, max_rounds=8)
    assert [e.agent for e in played.of(ev.TaskAssigned, task="1")] == ["Dev1", "Dev2"]
    assert played.outcome == "completed"


def test_an_outage_for_all_takes_nothing_from_anybody() -> None:
    names = {
        name: [Say('<claim_task id="1"/>', 1.0), *[Say("", 9.0, FULL.error)] * 7] for name in ("Dev1", "Dev2")
    }
    played = play(names, TWO, lease_seconds=8.0, max_rounds=8)
    assert len(played.of(ev.CallFailed)) == 14
    assert not played.of(ev.TaskReleased)


def test_an_agent_that_fails_for_less_than_a_lease_keeps_its_tasks() -> None:
    played = play(script(), TWO, lease_seconds=60.0, max_rounds=4)
    assert not played.of(ev.TaskReleased)


def test_the_first_reply_brings_the_agent_back() -> None:
    names = {"Dev1": [FULL] * 4, "Dev2": [Say("", 4.0)] * 7}
    played = play(names, TWO, strategy="work-stealing", lease_seconds=8.0, max_rounds=7)
    back = played.one(ev.Replied, agent="Dev1", round=5)
    assert played.of(ev.TaskReleased, agent="Dev1", reason="failing")
    assert [(e.agent, e.to) for e in played.of(ev.TaskReleased, reason="stolen")] == [("Dev2", "Dev1")]
    assert played.one(ev.TaskReleased, reason="stolen").seq > back.seq


def test_a_lead_cannot_give_tasks_to_an_agent_whose_calls_fail() -> None:
    given = '<assign_task id="1" to="Dev1"/>'
    names: Script = {"Lead": [Say("", 4.0)] * 4 + [given], "Dev1": [FULL] * 6, "Dev2": [IDLE]}
    played = play(names, TWO, strategy="lead", lease_seconds=8.0, max_rounds=5)
    refused = played.one(ev.ActionRefused)
    assert refused.detail == "The calls of Dev1 fail; choose another developer until one comes through."


def test_a_quorum_does_not_wait_for_an_agent_whose_calls_fail() -> None:
    write = done("1", "a.py")
    names: Script = {
        "Dev1": [FULL] * 12,
        "Dev2": [Say(write, 4.0)] + [Say('<complete_task id="1"/>', 4.0)] * 9,
    }
    played = play(names, graph("a"), strategy="quorum", quorum=(2, 2), lease_seconds=8.0, max_rounds=8)
    assert "failing" in [e.reason for e in played.of(ev.DraftEnded)]
    assert played.outcome == "completed"


FAR = [Say("", 4.0)] * 8
FOUR = graph("a", "b", "c", "d")


def led(script: Script, policy: str, strategy: str = "lead", **settings: Any) -> Played:
    chosen: dict[str, Any] = {"lease_seconds": 8.0, "max_rounds": 7, "agents": 3} | settings
    return play(script, FOUR, strategy=strategy, lead_lost=policy, **chosen)


@pytest.mark.parametrize("strategy", ["lead", "lead-assigned"])
def test_developers_claim_once_the_calls_of_their_lead_fail_for_a_lease(strategy: str) -> None:
    claims = [*FAR[:3], Say('<claim_task id="1"/>', 4.0), *FAR]
    played = led(
        {"Lead": [FULL] * 9, "Dev1": [Say('<claim_task id="1"/>', 4.0), *claims]}, "self-claim", strategy
    )
    failed = played.of(ev.CallFailed, agent="Lead")
    fired = played.one(ev.LeadLost)
    assert (fired.agent, fired.policy, fired.failing) == ("Lead", "self-claim", True)
    assert fired.ts >= failed[0].ts + 8.0
    assert played.one(ev.ActionRefused).ts < fired.ts
    assert played.one(ev.TaskClaimed).ts > fired.ts
    said = "- lead: lost. The calls of Lead fail: claim what is ready and free until it is back."
    assert said in played.section("Dev2", fired.round, "Outcomes")
    assert played.state.run.leaderless == "Lead"


def test_the_first_reply_of_a_lead_ends_that_they_claim() -> None:
    names: Script = {
        "Lead": [*[FULL] * 4, Say('<assign_task id="2" to="Dev2"/>', 1.0), *FAR],
        "Dev1": [*FAR[:5], Say('<claim_task id="1"/>', 4.0), *FAR],
    }
    played = led(names, "self-claim")
    assert played.one(ev.LeadLost).seq < played.one(ev.TaskAssigned).seq
    assert played.state.run.leaderless == ""
    assert played.one(ev.ActionRefused).detail == "The lead assigns tasks; ask the lead for it."


def test_a_developer_whose_calls_come_through_is_promoted_in_place_of_such_a_lead() -> None:
    names: Script = {"Lead": [FULL] * 9, "Dev1": [FULL] * 9, "Dev2": FAR, "Dev3": FAR}
    played = led(names, "promote")
    fired = played.one(ev.LeadLost)
    assert (fired.heir, fired.failing) == ("Dev2", True)
    said = "- lead: lost. Dev2 is the lead now, for the calls of Lead fail."
    assert said in played.section("Dev3", fired.round, "Outcomes")
    roles = {name: agent.role for name, agent in played.state.agents.agents.items()}
    assert roles == {"Lead": "developer", "Dev1": "developer", "Dev2": "lead", "Dev3": "developer"}


def test_a_lead_keeps_its_place_in_an_outage_for_all_and_in_one_shorter_than_a_lease() -> None:
    everybody = ("Lead", "Dev1", "Dev2", "Dev3")
    assert not led({name: [Say("", 9.0, FULL.error)] * 9 for name in everybody}, "promote").of(ev.LeadLost)
    assert not led({"Lead": [FULL] * 9}, "promote", lease_seconds=60.0).of(ev.LeadLost)


NEVER = ("outage", "context_overflow", "api_reset", "api_errors")
"""Kinds of faults under which no call of their target comes through."""


@pytest.mark.parametrize("policy", ["self-claim", "promote"])
@pytest.mark.parametrize("strategy", ["lead", "lead-assigned"])
def test_simulated_teams_finish_though_no_call_of_their_lead_ever_comes_through(
    strategy: str, policy: Literal["self-claim", "promote"]
) -> None:
    for seed, kind in enumerate(NEVER):
        faults = f'[[fault]]\nkind = "{kind}"\ntarget = "lead"\nat_round = 1\n'
        settings = Settings(strategy=strategy, agents=4, faults=faults, people=False)
        scenario = replace(draw(seed, settings), quiet=9_999.0)
        start = changed(scenario.start, lead_lost=policy, lease_seconds=5.0, max_rounds=200)
        played = simulate(replace(scenario, start=start))
        assert not judge(played)
        assert played.outcome == "completed"
        assert [e.failing for e in played.events if isinstance(e, ev.LeadLost)] == [True]
