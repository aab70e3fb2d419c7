"""What becomes of a team whose lead is lost: the declared policy, when it fires, and what agents are told."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from msgspec.structs import replace as changed

from engine.record import events as ev
from engine.simulation.invariants import judge
from engine.simulation.scenario import Settings, draw
from engine.simulation.world import play as simulate
from tests.helpers.scripted import Played, Script, done, edit, graph, play

TASKS = graph("add", "sub", "mul", "div")


def plan(kind: str = "crash", at_round: int = 2, duration: float | None = None, target: str = "lead") -> str:
    lasts = "" if duration is None else f"duration_seconds = {duration}\n"
    return f'[[fault]]\nkind = "{kind}"\ntarget = "{target}"\nat_round = {at_round}\n{lasts}\n'


def led(script: Script, policy: str, faults: str, **settings: Any) -> Played:
    chosen: dict[str, Any] = {"agents": 3, "max_rounds": 8, "lease_seconds": 2.5} | settings
    return play(script, TASKS, strategy="lead", lead_lost=policy, plan=faults, **chosen)


ASSIGNS = "".join(
    f'<assign_task id="{task}" to="{to}"/>' for task, to in (("1", "Dev1"), ("2", "Dev2"), ("3", "Dev2"))
)


@pytest.mark.parametrize("kind", ["crash", "stall"])
def test_self_claim_fires_at_once_and_everybody_is_told(kind: str) -> None:
    played = led({"Dev3": ["", "", done("4", "div.py")]}, "self-claim", plan(kind))
    fired = played.one(ev.LeadLost)
    loss = [*played.of(ev.AgentCrashed), *played.of(ev.AgentStalled)]
    assert (fired.agent, fired.policy, fired.heir, fired.ts) == ("Lead", "self-claim", "", loss[0].ts)
    said = "- lead: lost. Lead is lost: claim what is ready and free until it is back."
    call = 2 if kind == "crash" else 3  # a stall comes to light in a turn
    assert all(said in played.section(name, call, "Outcomes") for name in ("Dev1", "Dev2", "Dev3"))
    assert played.one(ev.TaskClaimed).agent == "Dev3"
    assert played.state.run.leaderless == "Lead"


def test_self_claim_ends_with_the_leads_return() -> None:
    played = led({"Dev1": ["", "", "", "", '<claim_task id="1"/>']}, "self-claim", plan(duration=1.5))
    assert played.state.run.leaderless == ""
    assert played.one(ev.ActionRefused).detail == "The lead assigns tasks; ask the lead for it."


def test_promote_waits_for_the_lease_and_takes_the_developer_with_the_fewest_open_tasks() -> None:
    played = led({"Lead": [ASSIGNS], "Dev3": ["", "", '<claim_task id="4"/>']}, "promote", plan())
    fired = played.one(ev.LeadLost)
    crash = played.one(ev.AgentCrashed)
    assert (fired.policy, fired.heir, fired.ts) == ("promote", "Dev3", crash.lease_until)
    # nobody claims meanwhile, for there will be a lead again
    assert played.one(ev.ActionRefused).reason == "not_allowed"
    assert {name: agent.role for name, agent in played.state.agents.agents.items()} == {
        "Lead": "developer",
        "Dev1": "developer",
        "Dev2": "developer",
        "Dev3": "lead",
    }


def test_a_short_absence_costs_the_lead_nothing() -> None:
    played = led({"Lead": [ASSIGNS]}, "promote", plan(duration=1.5))
    assert not played.of(ev.LeadLost)
    assert played.state.agents.agents["Lead"].role == "lead"


def test_the_open_tasks_of_the_new_lead_are_handed_on() -> None:
    everybody = ASSIGNS + '<assign_task id="4" to="Dev3"/>'
    played = led({"Lead": [everybody], "Dev1": [edit("add.py")]}, "promote", plan())
    fired = played.one(ev.LeadLost)
    assert fired.heir == "Dev1"  # the first in team order of those with one task
    released, given = played.events[fired.seq : fired.seq + 2]
    assert isinstance(released, ev.TaskReleased)
    assert isinstance(given, ev.TaskAssigned)
    assert (released.task, released.agent, released.reason) == ("1", "Dev1", "promoted")
    assert (given.task, given.agent, given.by) == ("1", "Dev3", "strategy")
    told = "- task 1: lost. You are the lead now, so it goes to somebody else."
    assert any(told in messages[-1][1] for messages in played.asked["Dev1"])


def test_the_new_lead_learns_its_actions_and_rules_and_assigns() -> None:
    script = {
        "Lead": [ASSIGNS],
        "Dev3": ["", "", "", "", '<assign_task id="4" to="Dev1"/><synthesize>All well.</synthesize>'],
    }
    played = led(script, "promote", plan())
    call = next(n for n, messages in enumerate(played.asked["Dev3"], 1) if "## Your role" in messages[-1][1])
    text = played.prompt("Dev3", call)
    assert "You are Dev3, lead of the team that builds handmade.\n" in text
    assert "assign_task" in text
    assert "- You are the lead: you assign, you do not write files." in text
    assert "## Your role" not in "".join(m[-1][1] for m in played.asked["Dev3"][call:])  # said once
    assert all("## Your role" not in m[-1][1] for m in played.asked["Dev1"])
    assert "Dev3 is the lead now, for Lead is lost." in played.section("Dev1", call, "Outcomes")
    assert ("4", "Dev1") in [(e.task, e.agent) for e in played.of(ev.TaskAssigned, by="Dev3")]
    assert [e.kind for e in played.of(ev.MessageSent, sender="Dev3")] == ["synthesis"]


def test_the_old_lead_comes_back_as_a_developer() -> None:
    back = {"Lead": [ASSIGNS, "", '<assign_task id="4" to="Dev1"/>', done("4")], "Dev3": [""] * 20}
    played = led(back, "promote", plan(duration=4.5), max_rounds=12)
    assert played.one(ev.LeadLost).heir == "Dev3"
    revived = played.one(ev.AgentRevived)
    assert revived.ts > played.one(ev.LeadLost).ts
    assert played.one(ev.ActionRefused, action="assign_task").detail == "Only a lead assigns tasks."
    asked = [messages[-1][1] for messages in played.asked["Lead"]]
    assert any("You are Lead, developer of the team" in text for text in asked)


def test_the_next_lead_can_be_lost_as_well() -> None:
    played = led({}, "promote", plan() + plan(at_round=6, target="Dev1"), max_rounds=12)
    assert [(e.agent, e.heir) for e in played.of(ev.LeadLost)] == [("Lead", "Dev1"), ("Dev1", "Dev2")]
    roles = [agent.role for agent in played.state.agents.agents.values()]
    assert roles.count("lead") == 1


def test_where_there_is_nobody_to_lead_agents_claim() -> None:
    played = led({"Dev1": [""] * 5 + [done("1", "add.py")]}, "promote", plan(), agents=1, max_rounds=9)
    fired = played.one(ev.LeadLost)
    assert (fired.policy, fired.why) == ("self-claim", "1 developers are up")
    assert played.one(ev.TaskClaimed).agent == "Dev1"


def test_teams_without_a_lead_have_no_such_event() -> None:
    played = play({}, TASKS, strategy="decentralized", plan=plan(target="Dev1"), lease_seconds=1.5)
    assert not played.of(ev.LeadLost)


@pytest.mark.parametrize("strategy", ["lead", "lead-assigned"])
def test_simulated_teams_finish_under_the_lead_they_made(strategy: str) -> None:
    """Nobody comes back but the faults' own heals: the new lead has to assign what is left."""
    faults = plan(at_round=1) + plan(at_round=1, target="Dev2")
    assigned = 0
    for seed in range(6):
        settings = Settings(strategy=strategy, agents=5, faults=faults, people=False)
        scenario = replace(draw(seed, settings), quiet=9_999.0)
        scenario = replace(scenario, start=changed(scenario.start, lead_lost="promote", lease_seconds=5.0))
        played = simulate(scenario)
        assert not judge(played)
        assert played.outcome == "completed"
        heir = next(e for e in played.events if isinstance(e, ev.LeadLost)).heir
        assigned += sum(isinstance(e, ev.TaskAssigned) and e.by == heir for e in played.events)
    assert assigned > 8
