"""Cells of fault and phase: where an agent was when a fault struck it."""

from __future__ import annotations

from engine.record import events as ev
from engine.simulation.coverage import PHASES, cells, reached
from tests.helpers.scripted import Say, Script, done, edit, graph, play

STRIKE = """
[[fault]]
kind = "slow"
target = "{who}"
{when}
"""


def struck(when: str, who: str = "Dev1", more: str = "") -> list[str]:
    """Cells that one fault reaches in a small run."""
    script: Script = {
        "Dev1": [Say(edit("add.py") + "<run_tests/>", 10.0), done("1", "add.py")],
        "Dev2": [Say("Wait.", 20.0)],
    }
    plan = STRIKE.format(who=who, when=when) + more
    played = play(script, graph("add"), plan=plan, max_rounds=2)
    assert played.of(ev.FaultStarted)
    return sorted(cell for cell in reached(played.events, ("Dev1", "Dev2")) if cell.startswith("slow"))


def test_the_phase_is_that_of_the_agent_that_is_struck() -> None:
    assert struck("at_seconds = 5.0") == ["slow/asked"]
    assert struck('on = "replied"') == ["slow/acting"]
    assert struck('on = "lock_acquired"') == ["slow/holding"]
    assert struck('on = "tests_started"') == ["slow/testing"]
    assert struck("at_round = 1") == ["slow/between turns"]
    assert struck("at_seconds = 15.0", who="all") == ["slow/asked", "slow/holding"]


def test_who_is_down_is_lost() -> None:
    down = '[[fault]]\nkind = "crash"\ntarget = "Dev1"\nat_seconds = 1.0\n'
    assert struck("at_seconds = 5.0", more=down) == ["slow/lost"]


def test_a_fault_of_the_run_is_in_the_furthest_phase_of_any_agent() -> None:
    strike = ev.FaultStarted(id=1, kind="disk_full", targets=(), params={}, author="plan")
    testing = ev.TestsStarted(run=1, agent="Dev2", turn=1, tasks=(), tree="")
    down = ev.AgentCrashed(agent="Dev2", epoch=1, lease_until=30.0)
    assert reached([testing, strike], ("Dev1", "Dev2")) == {"disk_full/testing": 1}
    assert reached([testing, down, strike], ("Dev1", "Dev2")) == {"disk_full/between turns": 1}


def test_every_kind_has_every_phase_but_nobody_is_lost_when_the_run_is_struck() -> None:
    assert {cell.partition("/")[2] for cell in cells()} == set(PHASES)
    assert "crash/lost" in cells()
    assert "disk_full/lost" not in cells()
