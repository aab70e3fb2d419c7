"""Agents that go down, fall silent and come back: leases, epochs, what becomes of their work."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from engine import control
from engine.models.base import Message
from engine.record import events as ev
from tests.helpers.scripted import Played, Say, Steering, done, edit, graph, play


def fault(kind: str, target: str = "Dev1", **keys: object) -> str:
    lines = [f'kind = "{kind}"', f'target = "{target}"', *(f"{k} = {v!r}" for k, v in keys.items())]
    return "[[fault]]\n" + "\n".join(lines).replace("'", '"') + "\n"


def slow(seconds: float) -> Say:
    return Say("Thinking.", seconds)


# ------------------------------------------------------------ crash


def test_a_crashed_agent_loses_its_open_turn_and_its_reply_is_never_heard() -> None:
    played = play(
        {"Dev1": [Say(done("1", "add.py"), 5.0)], "Dev2": [slow(9.0)]},
        plan=fault("crash", at_seconds=2.0),
        max_rounds=1,
    )
    crashed = played.one(ev.AgentCrashed)
    assert (crashed.agent, crashed.epoch, crashed.ts, crashed.lease_until) == ("Dev1", 1, 2.0, 32.0)
    ended = played.one(ev.TurnEnded, agent="Dev1")
    assert (ended.outcome, ended.ts) == ("crashed", 2.0)
    assert played.of(ev.Replied, agent="Dev1") == []
    assert played.of(ev.FileEdited) == []


def test_a_crashed_agent_gets_no_turn_until_it_is_revived() -> None:
    played = play({}, plan=fault("crash", at_round=2), max_rounds=4)
    assert [event.agents for event in played.of(ev.RoundStarted)] == [
        ("Dev1", "Dev2"),
        ("Dev1", "Dev2"),  # struck as the round began
        ("Dev2",),
        ("Dev2",),
    ]
    assert [event.round for event in played.of(ev.TurnStarted, agent="Dev1")] == [1]


def test_a_crashed_agents_tasks_return_to_the_team_when_its_lease_is_over() -> None:
    played = play(
        lambda agent, call, _: Say('<claim_task id="1"/>' if agent == "Dev1" else "", 10.0),
        plan=fault("crash", at_seconds=12.0),
        lease_seconds=25.0,
        max_rounds=6,
    )
    released = played.one(ev.TaskReleased)
    assert (released.task, released.agent, released.reason, released.ts) == ("1", "Dev1", "lease", 37.0)
    assert played.state.board.tasks["1"].owner == ""


def test_within_its_lease_a_lost_agents_task_cannot_be_claimed_and_after_it_can() -> None:
    def team(agent: str, call: int, _: Sequence[Message]) -> Say:
        return Say('<claim_task id="1"/>', 5.0 if agent == "Dev1" else 6.0)

    played = play(team, plan=fault("crash", at_seconds=6.5), lease_seconds=10.0, max_rounds=3)
    refused = played.of(ev.ActionRefused, agent="Dev2", action="claim_task")
    assert [event.reason for event in refused] == ["owned", "owned"]
    assert "Dev1 owns task 1" in refused[0].detail
    assert [event.agent for event in played.of(ev.TaskClaimed)] == ["Dev1", "Dev2"]


def test_a_revived_agent_keeps_its_memory_and_works_again_under_a_new_epoch() -> None:
    played = play(
        {"Dev1": ["First words.", done("1", "add.py")], "Dev2": [slow(3.0)] * 4},
        plan=fault("crash", at_seconds=1.5, duration_seconds=3.0),
        max_rounds=4,
    )
    revived = played.one(ev.AgentRevived)
    assert (revived.agent, revived.epoch, revived.ts) == ("Dev1", 2, 4.5)
    turns = played.of(ev.TurnStarted, agent="Dev1")
    assert [turn.epoch for turn in turns[:2]] == [1, 2]
    assert [task.task for task in played.of(ev.TaskCompleted)] == ["1"]
    messages = played.asked["Dev1"][1]
    assert [role for role, _ in messages] == ["system", "user", "assistant", "user"]
    assert messages[2][1] == "First words."


def test_an_agent_that_is_back_before_its_lease_ends_keeps_its_tasks() -> None:
    played = play(
        lambda agent, call, _: Say('<claim_task id="1"/>' if agent == "Dev1" and call == 1 else "", 4.0),
        plan=fault("crash", at_seconds=5.0, duration_seconds=6.0),
        lease_seconds=10.0,
        max_rounds=6,
    )
    assert played.of(ev.TaskReleased) == []
    assert played.state.board.tasks["1"].owner == "Dev1"
    assert played.state.board.tasks["1"].lease_until is None


def test_a_lost_turn_is_told_to_the_agent_when_it_is_back() -> None:
    played = play(
        {"Dev1": [slow(5.0)], "Dev2": [slow(6.0)] * 3},
        plan=fault("crash", at_seconds=1.0, duration_seconds=2.0),
        max_rounds=2,
    )
    assert "- turn: lost. the agent crashed" in played.section("Dev1", 2, "Outcomes")


def test_a_team_without_live_agents_ends_as_no_agents_once_the_leases_are_over() -> None:
    played = play({"Dev1": ['<claim_task id="1"/>']}, plan=fault("crash", "all", at_round=2))
    assert played.outcome == "no_agents"
    assert played.state.ts == 31.0  # nothing more can happen after the lease
    assert played.one(ev.TaskReleased).reason == "lease"


def test_a_team_without_live_agents_goes_on_when_a_planned_heal_brings_one_back() -> None:
    plan = fault("crash", at_round=2, duration_seconds=50.0) + fault("crash", "Dev2", at_round=2)
    played = play({"Dev1": ["", done("1", "add.py"), done("2", "sub.py")]}, plan=plan)
    assert played.outcome == "completed"
    assert [(event.agent, event.ts) for event in played.of(ev.AgentRevived)] == [("Dev1", 51.0)]


def test_an_attended_team_without_live_agents_waits_for_a_person() -> None:
    async def steer(hand: Steering) -> None:
        await hand.until(ev.AgentCrashed, 2)
        await hand.sleep(100.0)  # longer than the lease
        await hand.do(control.Heal())

    played = play(
        {"Dev1": ["", done("1", "add.py"), done("2", "sub.py")]},
        plan=fault("crash", "all", at_round=2),
        steer=steer,
        attended=True,
    )
    assert played.outcome == "completed"
    assert [event.agent for event in played.of(ev.AgentRevived)] == ["Dev1", "Dev2"]


def test_an_attended_team_without_live_agents_can_be_stopped() -> None:
    async def steer(hand: Steering) -> None:
        await hand.until(ev.AgentCrashed, 2)
        await hand.sleep(100.0)
        await hand.do(control.Stop())

    played = play({}, plan=fault("crash", "all", at_round=2), steer=steer, attended=True)
    assert played.outcome == "stopped"


# ------------------------------------------------------------ stall


def test_a_stalled_agent_holds_its_reply_back_until_healed_and_then_acts_on_it() -> None:
    played = play(
        {"Dev1": [done("1", "add.py")], "Dev2": [slow(2.0)]},
        plan=fault("stall", at_round=1, duration_seconds=20.0),
        max_rounds=1,
    )
    assert played.one(ev.AgentStalled).agent == "Dev1"
    assert played.one(ev.AgentRevived).epoch == 1  # it was never replaced
    assert played.one(ev.Replied, agent="Dev1").latency_seconds == 20.0
    assert played.one(ev.TaskCompleted).ts == 20.0


def test_past_its_lease_a_stalled_agents_turn_is_fenced_and_nothing_of_it_counts() -> None:
    played = play(
        {"Dev1": ['<claim_task id="1"/>', done("1", "add.py")]},
        plan=fault("stall", at_round=2, duration_seconds=45.0),
        max_rounds=3,
    )
    ended = played.one(ev.TurnEnded, agent="Dev1", outcome="fenced")
    assert ended.ts == 2.0 + 30.0  # silent from when its reply was due
    assert played.one(ev.TaskReleased).reason == "lease"
    assert played.of(ev.TaskCompleted) == []
    assert played.of(ev.FileEdited) == []
    assert [event.round for event in played.of(ev.Replied, agent="Dev1")] == [1]


def test_a_fenced_agent_comes_back_under_a_new_epoch_and_is_told_what_it_lost() -> None:
    played = play(
        {"Dev1": ['<claim_task id="1"/>', "", "Back."], "Dev2": [slow(10.0)] * 9},
        plan=fault("stall", at_round=2, duration_seconds=45.0),
        max_rounds=6,
    )
    assert played.one(ev.AgentRevived).epoch == 2
    assert played.of(ev.TurnStarted, agent="Dev1")[-1].epoch == 2
    outcomes = played.section("Dev1", 3, "Outcomes")
    assert "- turn: lost. it was silent for longer than the lease" in outcomes
    assert "- task 1: lost. You were silent for longer than the lease" in outcomes


def test_the_others_wait_for_a_stalled_agent_at_the_barrier_but_no_longer_than_its_lease() -> None:
    played = play({}, plan=fault("stall", at_round=1), max_rounds=2)
    assert [event.ts for event in played.of(ev.RoundEnded)] == [31.0, 32.0]


def test_a_second_stall_gets_a_lease_of_its_own() -> None:
    # Healed at 10 and stalled again at 20: what began at 0 must not cut the second one short at 30.
    plan = fault("stall", at_seconds=0.5, duration_seconds=9.5) + fault("stall", at_seconds=20.0)
    played = play(
        {"Dev1": [Say("", 1.0), Say(done("1", "add.py"), 60.0)], "Dev2": [slow(2.0)] * 9},
        plan=plan,
        max_rounds=2,
    )
    assert [event.lease_until for event in played.of(ev.AgentStalled)] == [30.5, 50.0]
    assert played.one(ev.TurnEnded, agent="Dev1", outcome="fenced").ts == 50.0


def test_an_agent_that_crashes_while_it_stalls_gets_the_lease_of_the_crash() -> None:
    plan = fault("stall", at_seconds=1.5) + fault("crash", at_seconds=20.0)
    played = play(
        lambda agent, call, _: Say(
            '<claim_task id="1"/>' if agent == "Dev1" else "", 1.0 if call == 1 else 7.0
        ),
        plan=plan,
        max_rounds=9,
    )
    assert played.one(ev.AgentCrashed).lease_until == 50.0
    assert played.one(ev.TaskReleased).ts == 50.0
    assert len(played.of(ev.TurnEnded, outcome="crashed")) == 1


def test_an_agent_held_down_by_two_faults_is_back_only_when_both_are_healed() -> None:
    plan = fault("crash", at_round=2, duration_seconds=5.0) + fault(
        "crash", at_round=2, duration_seconds=12.0
    )
    played = play({"Dev2": [slow(2.0)] * 20}, plan=plan, max_rounds=10)
    assert [(event.epoch, event.ts) for event in played.of(ev.AgentRevived)] == [(2, 14.0)]


def test_lost_turns_and_revivals_leave_status_and_epoch_true_in_state() -> None:
    async def steer(hand: Steering) -> None:
        await hand.until(ev.TurnEnded, 2)
        await hand.until(ev.TurnStarted, 3)
        agents = hand.run.state.agents.agents
        await hand.do(control.Inject(kind="stall", target="Dev1"))
        assert agents["Dev1"].status == "stalled"
        await hand.until(ev.TaskReleased)
        assert (agents["Dev1"].status, agents["Dev1"].lease_until) == ("stalled", 31.0)
        await hand.do(control.Heal())
        assert (agents["Dev1"].status, agents["Dev1"].epoch) == ("idle", 2)  # fenced: no turn is open

    played = play({"Dev1": ['<claim_task id="1"/>'], "Dev2": ["", slow(50.0)]}, steer=steer, max_rounds=3)
    assert played.outcome == "max_rounds"


# ------------------------------------------------------------ what the strategies make of it


def reassigned(played: Played) -> list[tuple[str, str]]:
    return [(e.task, e.agent) for e in played.of(ev.TaskAssigned, by="strategy") if e.ts > 0]


def test_a_preassigned_task_of_a_lost_agent_goes_to_whoever_has_least_left() -> None:
    played = play(
        {"Dev2": [slow(20.0)] * 9, "Dev3": [slow(20.0), Say(done("3", "c.py"), 20.0)] + [slow(20.0)] * 9},
        graph("a", "b", "c", "d", "e"),
        strategy="preassigned",
        agents=3,
        plan=fault("crash", at_round=1),
        max_rounds=4,
    )
    # Dev1 had 1 and 4, Dev2 2 and 5, Dev3 only 3, which it did at 40, after the lease of 30.
    assert reassigned(played) == [("1", "Dev3"), ("4", "Dev2")]


@pytest.mark.parametrize("strategy", ["lead", "lead-assigned"])
def test_under_a_lead_a_lost_agents_task_waits_for_the_lead(strategy: str) -> None:
    played = play(
        {
            "Lead": ['<assign_task id="1" to="Dev1"/>', Say("", 40.0), '<assign_task id="1" to="Dev2"/>'],
            "Dev2": ["", "", "", done("1", "add.py")],
        },
        strategy=strategy,
        plan=fault("crash", at_round=2),
        max_rounds=5,
    )
    assert [(e.task, e.agent, e.by) for e in played.of(ev.TaskAssigned)] == [
        ("1", "Dev1", "Lead"),
        ("1", "Dev2", "Lead"),
    ]
    assert "1 | pending | - |" in played.prompt("Lead", 3)
    assert [event.task for event in played.of(ev.TaskCompleted)] == ["1"]


# ------------------------------------------------------------ calls that end oddly


def test_a_model_call_that_is_cancelled_from_within_costs_the_turn_not_the_run() -> None:
    import asyncio

    played = play(
        {
            "Dev1": [Say(error=asyncio.CancelledError()), done("1", "add.py")],
            "Dev2": [edit("x.py"), done("2", "sub.py")],
        },
    )
    assert played.outcome == "completed"
    assert played.of(ev.TurnEnded, round=1, agent="Dev1")[0].outcome == "failed"
    assert [event.round for event in played.of(ev.LockReleased, path="x.py")] == [1]
