"""Rows 10, 11 and 14 of the fault table: partitions, and boards that are not up to date."""

from __future__ import annotations

import pytest

from engine import control
from engine.record import events as ev
from engine.team.conversation import Conversations
from tests.helpers.faultplay import Script, disturbed, inject, timed
from tests.helpers.scripted import Played, done, graph, play

ALL_TALK: Script = {f"Dev{n}": ["", f"<broadcast>from {n}</broadcast>"] for n in range(1, 5)}


def edges(played: Played) -> set[tuple[str, str]]:
    """Who reached whom."""
    sender = {event.id: event.sender[-1] for event in played.of(ev.MessageSent)}
    return {(sender[event.id], event.recipient[-1]) for event in played.of(ev.MessageDelivered)}


def cut(shape: str, target: str) -> Played:
    return disturbed(ALL_TALK, inject("partition", target, shape=shape), agents=4, max_rounds=2)


def test_halves_hear_each_other_within_and_nothing_across() -> None:
    played = cut("halves", "half")
    away = {name[-1] for name in played.one(ev.FaultStarted).targets}
    assert len(away) == 2
    everyone = {"1", "2", "3", "4"}
    assert edges(played) == {
        (a, b) for a in everyone for b in everyone if a != b and (a in away) == (b in away)
    }


def test_who_is_isolated_hears_nobody_and_nobody_hears_it() -> None:
    assert edges(cut("isolate", "Dev2")) == {(a, b) for a in "134" for b in "134" if a != b}


def test_one_way_the_target_hears_all_and_is_heard_by_nobody() -> None:
    assert edges(cut("one_way", "Dev2")) == {(a, b) for a in "134" for b in "1234" if a != b}


def test_over_a_bridge_one_agent_reaches_both_halves_which_do_not_reach_each_other() -> None:
    reached = edges(cut("bridge", "Dev3, Dev4"))
    assert {(a, b) for a, b in reached if "1" in (a, b)} == {
        (a, b) for a in "1234" for b in "1234" if a != b and "1" in (a, b)
    }  # the first of the others is the bridge
    assert {(a, b) for a, b in reached if "1" not in (a, b)} == {("3", "4"), ("4", "3")}


def test_in_a_ring_each_hears_a_majority_and_no_two_hear_the_same_and_the_board_stays_in_reach() -> None:
    script: Script = {f"Dev{n}": ["", f"<broadcast>from {n}</broadcast>"] for n in range(1, 6)}
    script["Dev5"][1] = f'{script["Dev5"][1]}<claim_task id="1"/>'
    played = disturbed(script, inject("partition", "all", shape="ring"), agents=5, max_rounds=2)
    heard = {name: {a for a, b in edges(played) if b == name} for name in "12345"}
    assert all(len(voices | {name}) >= 3 for name, voices in heard.items())
    assert len({frozenset(voices | {name}) for name, voices in heard.items()}) == 5
    assert played.one(ev.TaskClaimed).agent == "Dev5"


@pytest.mark.parametrize("shape", ["halves", "isolate", "one_way", "bridge"])
def test_behind_a_cut_nothing_can_be_claimed_or_completed_so_no_task_has_two_owners(shape: str) -> None:
    script: Script = {
        "Dev1": ["", '<claim_task id="1"/>', done("1", "add.py")],
        "Dev2": ["", done("1", "add.py") + '<release_task id="1"/>', done("2", "sub.py")],
    }
    played = disturbed(script, inject("partition", "Dev2", shape=shape, duration=1.8), max_rounds=4)
    refused = played.of(ev.ActionRefused, reason="unreachable")
    assert [(event.agent, event.action) for event in refused] == [
        ("Dev2", "claim_task"),
        ("Dev2", "complete_task"),
        ("Dev2", "release_task"),
    ]
    assert [(event.agent, event.task) for event in played.of(ev.TaskClaimed)] == [
        ("Dev1", "1"),
        ("Dev2", "2"),
    ]
    assert played.outcome == "completed"
    assert "refused (unreachable)" in played.prompt("Dev2", 3)


def test_behind_a_cut_the_board_stands_still_and_after_healing_the_next_prompts_agree() -> None:
    script: Script = {"Dev1": ["", '<claim_task id="1"/>', done("1", "add.py")]}
    played = disturbed(script, inject("partition", "Dev2", shape="isolate", duration=2.9), max_rounds=5)

    def board(agent: str, call: int) -> str:
        return played.section(agent, call, "Task board") or played.prompt(agent, call).split("\n## ")[1]

    assert "1 | in_progress | Dev1" in board("Dev1", 3)
    assert "1 | pending | -" in board("Dev2", 3)
    assert "1 | pending | -" in board("Dev2", 4)
    assert board("Dev1", 5) == board("Dev2", 5)
    assert "1 | done | Dev1" in board("Dev2", 5)


def test_a_stale_board_costs_refusals_and_never_a_second_owner_or_completion() -> None:
    script: Script = {
        "Dev1": [done("1", "add.py")],
        "Dev2": ["", done("1", "add.py"), done("2", "sub.py")],
    }
    played = disturbed(script, inject("stale_board", "Dev2", changes=9.0), max_rounds=3)
    assert "1 | pending | -" in played.prompt("Dev2", 2)
    refused = played.of(ev.ActionRefused, agent="Dev2")
    assert [(event.action, event.reason) for event in refused] == [
        ("claim_task", "done"),
        ("complete_task", "done"),
    ]
    assert [event.agent for event in played.of(ev.TaskCompleted)] == ["Dev1", "Dev2"]
    seen, new = played.of(ev.TurnStarted, round=2)[1].seen.board, played.of(ev.TurnStarted, round=2)[0]
    assert seen < new.seen.board


def test_a_board_is_as_many_changes_old_as_asked_for() -> None:
    script: Script = {"Dev1": ['<claim_task id="1"/>', '<claim_task id="2"/>', '<claim_task id="3"/>', ""]}
    fault = inject("stale_board", "Dev2", changes=1.0)
    played = timed(script, [(0.5, fault)], graph("a", "b", "c"), max_rounds=4)
    assert "1 | in_progress" in played.prompt("Dev2", 3)
    assert "2 | pending" in played.prompt("Dev2", 3)
    assert "2 | in_progress" in played.prompt("Dev2", 4)
    assert "3 | pending" in played.prompt("Dev2", 4)


def test_a_reader_of_the_journal_rebuilds_prompts_with_old_boards() -> None:
    script: Script = {"Dev1": ['<claim_task id="1"/>', done("1", "add.py"), '<claim_task id="2"/>']}
    commands: list[tuple[float, control.AnyCommand]] = [
        (0.5, inject("stale_board", "Dev2", changes=2.0, duration=3.0)),
        (0.6, inject("partition", "Dev1", shape="isolate", duration=1.0)),
    ]
    played = timed(script, commands, max_rounds=6)
    fold, asked = Conversations(), []
    for event in played.events:
        fold.apply(event)
        if isinstance(event, ev.TurnStarted):
            messages = [(message.role, message.text) for message in fold.messages(event.agent)]
            asked.append((event.agent, messages))
    for agent in ("Dev1", "Dev2"):
        assert [messages for name, messages in asked if name == agent] == played.asked[agent]


def test_a_swizzle_clog_releases_agents_in_another_order_and_the_team_completes() -> None:
    plan = "".join(
        f'[[fault]]\nkind = "{kind}"\ntarget = "{agent}"\nat_seconds = {at}\nduration_seconds = {lasts}\n'
        for kind, agent, at, lasts in (
            ("stall", "Dev1", 0.2, 20.0),
            ("partition", "Dev2", 0.3, 6.0),
            ("stall", "Dev3", 0.4, 12.0),
        )
    )
    names = ("a", "b", "c", "d")

    def brain(agent: str, call: int, _: object) -> str:
        number = int(agent[-1])
        return done(str(number), f"{names[number - 1]}.py")

    played = play(brain, graph(*names), plan=plan, agents=4, lease_seconds=5.0, max_rounds=20)
    assert played.outcome == "completed"
    assert [event.id for event in played.of(ev.FaultStopped)] == [2, 3, 1]
