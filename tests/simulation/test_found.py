"""Bugs that the simulation found, each as the smallest run that shows it."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest

from engine import control
from engine.analysis.consistency import check
from engine.record import events as ev
from engine.simulation import world
from engine.simulation.runner import run_seed
from engine.simulation.scenario import Settings, draw
from tests.helpers.scripted import Say, Script, Steering, done, edit, graph, play


def test_a_completion_is_refused_if_its_files_changed_while_its_tests_ran() -> None:
    # The second edit comes while the tests of the first run (they take a moment of the run's clock).
    script = {"Dev1": [Say(done("1", "add.py"), 1.0)], "Dev2": [Say(edit("add.py", "wrong\n"), 1.001)]}
    played = play(script, graph("add"), completion="verified", locks="none", max_rounds=1)
    assert played.of(ev.TestsFinished, verdict="passed")
    assert not played.of(ev.TaskCompleted)
    assert played.one(ev.ActionRefused).reason == "tests"


def test_a_completion_is_refused_if_what_it_builds_on_changed_while_its_tests_ran() -> None:
    first = done("1", "add.py")
    script = {
        "Dev1": [Say(first, 1.0), Say(done("2", "sub.py"), 1.0)],
        "Dev2": [Say("", 1.0), Say(edit("add.py", "wrong\n"), 1.001)],
    }
    played = play(script, graph("add", "sub", sub="add"), completion="verified", locks="none", max_rounds=2)
    assert [event.task for event in played.of(ev.TaskCompleted)] == ["1"]
    assert played.one(ev.ActionRefused).object == "2"


CRASH = """
[[fault]]
kind = "crash"
target = "Dev1"
at_seconds = 0.5
"""


def test_a_lead_cannot_give_a_task_to_somebody_who_is_lost() -> None:
    # Given away after the lease, the task would never have come back.
    script: Script = {
        "Lead": [Say("", 40.0), '<assign_task id="1" to="Dev1"/>', '<assign_task id="1" to="Dev2"/>']
    }
    played = play(script, graph("add"), strategy="lead", plan=CRASH, max_rounds=4)
    refused = played.one(ev.ActionRefused)
    assert (refused.reason, refused.detail) == ("not_allowed", "Dev1 is lost; choose another developer.")
    assert [event.agent for event in played.of(ev.TaskAssigned)] == ["Dev2"]


def test_a_command_that_comes_before_the_run_has_begun_waits_for_its_first_event() -> None:
    async def hasty(steering: Steering) -> None:
        assert (await steering.do(control.Say(text="Hello."))).ok

    for seed in range(6):  # in some of them the person is first
        played = play({}, graph("add"), steer=hasty, loop_seed=seed, max_rounds=1)
        assert isinstance(played.events[0], ev.RunStarted)
        assert played.of(ev.MessageSent)


LEAK = """
[[fault]]
kind = "lock_leak"
target = "Dev1"
at_round = 1
"""


def test_a_leaked_lock_is_not_freed_under_a_holder_that_has_just_edited_again() -> None:
    # The lock of round 1 leaks until 31 s. At 30.5 s, in round 2, Dev1 edits under it once more; Dev2, whose
    # prompt is older than that edit, comes at 31.5 s and must not get the lock before the barrier.
    script = {
        "Dev1": [Say(edit("add.py"), 1.0), Say(edit("add.py", "better\n"), 29.5)],
        "Dev2": [Say("", 1.0), Say(edit("add.py", "worse\n"), 30.5)],
    }
    played = play(script, graph("add"), plan=LEAK, lease_seconds=30.0, max_rounds=2)
    assert [event.agent for event in played.of(ev.FileEdited)] == ["Dev1", "Dev1"]
    assert played.one(ev.LockDenied).agent == "Dev2"
    assert len(played.of(ev.LockReleased)) == 1


def test_an_agent_may_leave_the_team_while_it_writes_a_version_for_a_quorum() -> None:
    async def dismiss(steering: Steering) -> None:
        await steering.sleep(0.5)
        assert (await steering.do(control.RemoveAgent(name="Dev2"))).ok

    script: Script = {"Dev1": [Say("", 1.0), Say("", 1.0)], "Dev2": [Say("", 1.0)]}
    played = play(script, graph("add"), strategy="quorum", quorum=(2, 2), steer=dismiss, max_rounds=2)
    assert played.of(ev.AgentLeft)
    assert [event.reason for event in played.of(ev.DraftEnded)] == ["left"]
    assert played.outcome == "max_rounds"


def test_a_task_that_no_simulated_reviewer_knows_is_approved_as_it_stands() -> None:
    settings = Settings(
        suite="mathutils",
        structure="parallel",
        agents=2,
        strategy="verified-by",
        model="sim/perfect",
        faults="",
        people=False,
    )
    scenario = draw(0, settings)
    added = control.AddTask(title="One more", files=("more.py",))
    start = msgspec.structs.replace(scenario.start, verified_by="review")
    played = world.play(replace(scenario, start=start, commands=((0.1, added),), disk=None))
    assert played.outcome == "completed"
    assert played.state.run.verified is True


def test_whoever_comes_under_the_name_of_one_who_had_run_ahead_begins_with_the_open_round() -> None:
    async def steer(person: Steering) -> None:
        await person.until(ev.TurnStarted, 4)
        await person.do(control.RemoveAgent(name="Dev1"))
        await person.do(control.AddAgent(name="Dev1"))

    script = {"Dev2": [Say("", 50.0)]}
    played = play(script, graph("add"), barrier="stale:3", steer=steer, max_rounds=4)
    numbers = [e.own_round for e in played.of(ev.TurnStarted, agent="Dev1")]
    assert numbers[:4] == [1, 2, 3, 2]
    assert check(played.events).verdict != "false"


@pytest.mark.parametrize("seed", [253, 2944])
def test_an_heir_whose_conversation_is_cut_goes_on_leading(seed: int) -> None:
    # It claimed tasks, the former lead gave them away, and both were refused for ever.
    result = run_seed(seed, Settings())
    assert result.violations == ()
