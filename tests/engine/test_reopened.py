"""What ten thousand seeds found: tasks that come late, pauses within a step, work that nobody took."""

from __future__ import annotations

import pytest

from engine import control
from engine.record import events as ev
from engine.simulation.runner import run_seed
from engine.simulation.scenario import Settings
from tests.helpers.faultplay import Script, inject, timed
from tests.helpers.scripted import Say, done


def test_a_task_added_while_the_last_turn_lands_is_done_before_the_run_is_completed() -> None:
    both = done("1", "add.py") + done("2", "sub.py")
    script: Script = {"Dev1": [Say(both, 1.0), Say(done("3", "late.py"), 1.0)], "Dev2": [Say("", 9.0)]}
    late = control.AddTask(title="Late", files=("late.py",))
    played = timed(script, [(5.0, late)], max_rounds=4)
    assert len(played.of(ev.TaskCompleted)) == 3
    assert played.one(ev.RunEnded).outcome == "completed"
    assert played.one(ev.RunEnded).ts > 9.0


def test_a_task_that_nobody_was_there_to_take_is_dealt_out_when_somebody_is_back() -> None:
    commands: list[tuple[float, control.AnyCommand]] = [
        (1.5, inject("crash")),
        (2.0, control.AddTask(title="Extra", files=("extra.py",))),
        (4.0, control.Heal()),
    ]
    script: Script = {"Dev1": [Say("", 1.0)] * 3}
    played = timed(script, commands, strategy="preassigned", agents=1, max_rounds=4)
    added = played.one(ev.TaskAdded).spec.id
    (given,) = [e for e in played.of(ev.TaskAssigned) if e.task == added]
    assert (given.agent, given.by) == ("Dev1", "strategy")
    assert given.ts >= 4.0


@pytest.mark.parametrize("seed", [428, 987, 1538, 3336, 4802, 9116])
def test_what_the_simulation_found_stays_mended(seed: int) -> None:
    assert run_seed(seed, Settings(faults="random")).violations == ()
