"""When entries of a plan strike: on events, by chance, how often; what can be wrong with them."""

from __future__ import annotations

import pytest

from engine.errors import UsageError
from engine.faults.plan import parse
from engine.record import events as ev
from tests.helpers.durable import config, go
from tests.helpers.faultplay import Script
from tests.helpers.scripted import Say, done, edit, play


def entry(**keys: object) -> str:
    lines = [
        f"{key} = {value!r}" if not isinstance(value, str) else f'{key} = "{value}"'
        for key, value in keys.items()
    ]
    return "[[fault]]\n" + "\n".join(lines) + "\n"


def test_a_fault_strikes_between_two_actions_of_the_reply_that_triggers_it() -> None:
    script: Script = {
        "Dev1": [edit("add.py") + '<claim_task id="1"/>' + edit("sub.py")],
        "Dev2": [Say("", 5.0)],
    }
    plan = entry(kind="crash", target="actor", on="task_claimed task=1")
    played = play(script, plan=plan, max_rounds=1)
    assert [event.path for event in played.of(ev.FileEdited)] == ["add.py"]
    assert played.one(ev.TurnEnded, agent="Dev1").outcome == "crashed"
    assert played.one(ev.AgentCrashed).seq > played.one(ev.TaskClaimed).seq


def test_a_fault_strikes_after_the_reply_and_before_its_first_action() -> None:
    script: Script = {"Dev1": [done("1", "add.py")], "Dev2": [Say("", 5.0)]}
    played = play(script, plan=entry(kind="crash", target="Dev1", on="replied agent=Dev1"), max_rounds=1)
    assert played.one(ev.Replied, agent="Dev1").ts == 1.0
    assert played.of(ev.TaskClaimed) == []


def test_a_fault_strikes_its_target_whoever_triggers_it() -> None:
    script: Script = {"Dev1": ['<claim_task id="1"/>'], "Dev2": [Say(done("2", "sub.py"), 4.0)]}
    played = play(script, plan=entry(kind="crash", target="Dev2", on="task_claimed agent=Dev1"), max_rounds=1)
    assert played.one(ev.AgentCrashed).agent == "Dev2"
    assert played.of(ev.TaskCompleted) == []


def test_conditions_on_lists_and_numbers_and_several_fields_hold_together() -> None:
    script: Script = {
        "Dev1": ['<send_message to="Dev2">x</send_message>', "", ""],
        "Dev2": ['<send_message to="Dev1">x</send_message>'],
    }
    plan = entry(kind="slow", target="Dev1", on="message_sent sender=Dev1 recipients=Dev2")
    assert len(play(script, plan=plan, max_rounds=1).of(ev.FaultStarted)) == 1
    other = entry(kind="slow", target="Dev1", on="message_sent sender=Dev1 recipients=Dev1")
    assert play(script, plan=other, max_rounds=1).of(ev.FaultStarted) == []
    third = entry(kind="slow", target="Dev1", on="round_started round=3")
    assert play(script, plan=third, max_rounds=4).one(ev.FaultStarted).round == 3


@pytest.mark.parametrize(("times", "struck"), [({}, 1), ({"times": 3}, 3), ({"times": 4}, 4)])
def test_on_strikes_once_or_as_often_as_it_is_told(times: dict[str, object], struck: int) -> None:
    plan = entry(kind="slow", target="Dev1", on="turn_ended agent=Dev1", **times)
    played = play({}, plan=plan, max_rounds=5)
    assert len(played.of(ev.FaultStarted)) == struck


def test_a_strike_that_finds_nobody_does_not_count() -> None:
    script: Script = {"Dev1": ["", "", '<claim_task id="1"/>', ""]}
    plan = entry(kind="slow", target="owner-of(1)", on="turn_ended agent=Dev1")
    played = play(script, plan=plan, max_rounds=5)
    assert played.one(ev.FaultStarted).targets == ("Dev1",)
    assert len(played.of(ev.ControlRefused)) == 2


def test_each_round_strikes_with_its_probability_by_the_seed() -> None:
    def rounds(seed: int, probability: float) -> list[int]:
        plan = entry(kind="slow", target="one", each_round=probability, duration_seconds=0.5)
        return [e.round for e in play({}, plan=plan, seed=seed, max_rounds=40).of(ev.FaultStarted)]

    assert rounds(1, 1.0) == list(range(1, 41))
    assert rounds(1, 0.0) == []
    assert 4 <= len(rounds(1, 0.3)) <= 20
    assert rounds(1, 0.3) == rounds(1, 0.3) != rounds(2, 0.3)


def test_each_call_strikes_the_caller_alone_and_only_if_it_is_a_target() -> None:
    plan = entry(kind="slow", target="all", each_call=0.3, duration_seconds=0.5)
    faults = play({}, plan=plan, agents=3, max_rounds=20).of(ev.FaultStarted)
    assert {event.targets for event in faults} == {("Dev1",), ("Dev2",), ("Dev3",)}
    assert 6 <= len(faults) <= 32
    plan = entry(kind="slow", target="Dev2", each_call=1.0, times=2)
    faults = play({}, plan=plan, agents=3, max_rounds=5).of(ev.FaultStarted)
    assert [(event.targets, event.round) for event in faults] == [(("Dev2",), 1), (("Dev2",), 2)]


def test_nothing_strikes_once_the_run_has_ended() -> None:
    plan = entry(kind="slow", target="Dev1", on="lock_released reason=end", times=9)
    played = play({"Dev1": [edit("add.py")]}, plan=plan, max_rounds=1)
    assert played.of(ev.FaultStarted) == []


def test_a_run_that_goes_on_strikes_as_often_as_it_still_may() -> None:
    plan = entry(kind="slow", target="actor", on="task_completed", times=3, duration_seconds=1.0)
    chosen = config(faults=plan)
    whole = go(chosen)
    assert len([e for e in whole.events if isinstance(e, ev.FaultStarted)]) == 3
    first = next(n for n, e in enumerate(whole.events, 1) if isinstance(e, ev.FaultStarted))
    gone_on = go(chosen, whole.events[:first])
    assert len([e for e in gone_on.events if isinstance(e, ev.FaultStarted)]) == 3


@pytest.mark.parametrize(
    ("keys", "sentence"),
    [
        (
            {"on": "task_claimd"},
            "p: fault 1: there is no event 'task_claimd'. Did you mean \"task_claimed\"?",
        ),
        ({"on": "task_claimed tsk=7"}, "p: fault 1: task_claimed has no field 'tsk'. Did you mean \"task\"?"),
        ({"on": "task_claimed 7"}, "p: fault 1: write conditions on task_claimed as field=value, not '7'."),
        ({"on": " "}, "p: fault 1: on names an event, as in on = "),
        ({"on": 7}, "p: fault 1: on names an event, as in on = "),
        ({"on": "fault_started"}, "p: fault 1: fault_started cannot trigger a fault."),
        ({"on": "run_ended"}, "p: fault 1: run_ended cannot trigger a fault."),
        ({"each_round": 1.5}, "p: fault 1: each_round is a probability from 0 to 1."),
        ({"each_call": "0.1"}, "p: fault 1: each_call is a probability from 0 to 1."),
        ({"on": "replied", "times": 0}, "p: fault 1: times is a whole number from 1."),
        ({"at_round": 1, "times": 2}, "p: fault 1: at_round comes once; times goes with on, each_round or "),
        ({"at_round": 1, "target": "actor"}, "p: fault 1: the target actor is the agent of an event, so "),
        ({"at_round": 1, "on": "replied"}, "p: fault 1: give exactly one of at_round, at_seconds, on, "),
    ],
)
def test_what_is_wrong_with_a_trigger_is_said_with_its_key(keys: dict[str, object], sentence: str) -> None:
    with pytest.raises(UsageError) as wrong:
        parse(entry(kind="slow", **keys), "p")
    assert str(wrong.value).startswith(sentence)
