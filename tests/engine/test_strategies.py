"""Who decides who does what: loads, claims and assignments per strategy, and two speedups known exactly."""

from __future__ import annotations

from collections import Counter

import pytest

from engine.record import events as ev
from engine.strategies import STRATEGIES
from tasks import suite as suites
from tasks.model import topological
from tests.helpers.scripted import done, graph, play

SHIPPED = ("mathutils", "dataanalysis", "svg")


def developers(count: int) -> list[str]:
    return [f"Dev{number}" for number in range(1, count + 1)]


def dealt(suite: str, structure: str, agents: int) -> Counter[str]:
    tasks = suites.load(suite, structure).tasks
    specs = [
        ev.TaskSpec(
            id=t.id, name=t.name, title="", description="", files=t.files, dependencies=t.dependencies
        )
        for t in tasks
    ]
    pairs = STRATEGIES["preassigned"]().before_run(topological(specs), developers(agents))
    assert sorted(task for task, _ in pairs) == sorted(task.id for task in tasks)
    return Counter(agent for _, agent in pairs)


def test_the_strategies_stand_in_the_order_of_help() -> None:
    known = ["preassigned", "decentralized", "lead-assigned", "lead", "work-stealing", "critical-path"]
    assert [name for name in STRATEGIES if name in known] == known
    assert [name for name in STRATEGIES if STRATEGIES[name].has_lead] == ["lead-assigned", "lead"]
    assert all(STRATEGIES[name].title for name in STRATEGIES)


# ------------------------------------------------------------ preassigned


@pytest.mark.parametrize("suite", SHIPPED)
def test_the_parallel_structure_is_dealt_out_as_6_5_5_4_to_four(suite: str) -> None:
    assert [dealt(suite, "parallel", 4)[name] for name in developers(4)] == [6, 5, 5, 4]


@pytest.mark.parametrize("suite", SHIPPED)
def test_a_chain_stays_with_one_agent(suite: str) -> None:
    assert dealt(suite, "serial", 4)["Dev1"] == 16 + 1
    assert dealt(suite, "mixed", 5)["Dev1"] == 10 + 2
    assert dealt(suite, "serial", 1) == {"Dev1": 20}


def test_a_task_with_dependencies_goes_to_the_agent_of_its_last_one() -> None:
    tasks = graph("a", "b", "c", "d", c="a b", d="b a")
    pairs = dict(STRATEGIES["preassigned"]().before_run(tasks, developers(2)))
    assert pairs == {"1": "Dev1", "2": "Dev2", "3": "Dev2", "4": "Dev1"}


def test_preassigned_tasks_are_assigned_before_the_first_round_and_need_no_claim() -> None:
    played = play(
        {"Dev1": ['<complete_task id="1"/>'], "Dev2": ['<complete_task id="2"/>']}, strategy="preassigned"
    )
    assigned = played.of(ev.TaskAssigned)
    assert [(e.task, e.agent, e.by, e.round) for e in assigned] == [
        ("1", "Dev1", "strategy", 0),
        ("2", "Dev2", "strategy", 0),
    ]
    assert played.outcome == "completed"


# ------------------------------------------------------------ leads


def test_only_a_lead_assigns_and_only_to_developers_there_are() -> None:
    asked = [("1", "Dev9"), ("1", "Lead"), ("7", "Dev1"), ("1", "Dev1"), ("1", "Dev1"), ("1", "Dev2")]
    played = play(
        {
            "Lead": ["".join(f'<assign_task id="{task}" to="{to}"/>' for task, to in asked)],
            "Dev1": ['<assign_task id="2" to="Dev1"/>'],
        },
        strategy="lead",
        max_rounds=1,
    )
    assert [e.reason for e in played.of(ev.ActionRefused, agent="Lead")] == [
        "unknown",
        "unknown",
        "unknown",
        "owned",
    ]
    assert played.one(ev.ActionRefused, agent="Dev1").detail == "Only a lead assigns tasks."
    assert [(e.task, e.agent) for e in played.of(ev.TaskAssigned)] == [("1", "Dev1"), ("1", "Dev2")]
    assert played.one(ev.TaskReleased).reason == "reassigned"


def test_under_a_live_lead_nobody_claims_and_the_lead_never_does() -> None:
    played = play(
        {"Dev1": ['<claim_task id="1"/>'], "Lead": ['<claim_task id="1"/>']}, strategy="lead", max_rounds=1
    )
    assert {(e.agent, e.reason, e.detail) for e in played.of(ev.ActionRefused)} == {
        ("Dev1", "not_allowed", "The lead assigns tasks; ask the lead for it."),
        ("Lead", "not_allowed", "A lead assigns tasks."),
    }


@pytest.mark.parametrize("strategy", ["lead", "lead-assigned"])
def test_without_its_lead_a_team_falls_back_to_claiming_and_back_when_it_returns(strategy: str) -> None:
    plan = '[[fault]]\nkind = "crash"\ntarget = "lead"\nat_round = 2\nduration_seconds = 1.5\n'
    played = play(
        {"Dev1": ['<claim_task id="1"/>', done("1", "add.py"), "", '<claim_task id="2"/>']},
        strategy=strategy,
        plan=plan,
        max_rounds=4,
    )
    assert [(e.round, e.reason) for e in played.of(ev.ActionRefused)] == [
        (1, "not_allowed"),
        (4, "not_allowed"),
    ]
    assert (played.one(ev.TaskClaimed).round, played.one(ev.TaskCompleted).agent) == (2, "Dev1")


def test_a_lead_is_extra_and_stands_first() -> None:
    played = play({}, strategy="lead", agents=2, max_rounds=1)
    assert played.of(ev.RoundStarted)[0].agents == ("Lead", "Dev1", "Dev2")
    assert played.state.crew.developers == 2


# ------------------------------------------------------------ two figures that theory gives exactly


def wall(agents: int, suite: str, structure: str, strategy: str) -> tuple[float, int]:
    """Seconds and rounds that ``sim/perfect`` takes: one task per turn of one second."""
    from engine.models.simulated.model import SimulatedModel

    loaded = suites.load(suite, structure)
    tasks = [
        ev.TaskSpec(
            id=task.id,
            name=task.name,
            title=task.title,
            description=task.description,
            files=task.files,
            dependencies=task.dependencies,
            tests=task.tests,
        )
        for task in loaded.tasks
    ]
    played = play(
        {},
        tasks,
        suite=loaded.name,
        brief=loaded.brief,
        agents=agents,
        strategy=strategy,
        max_rounds=60,
        model=lambda scripted: SimulatedModel("sim/perfect", 0, scripted._sleep),
    )
    assert played.outcome == "completed"
    return played.one(ev.RunEnded).wall_seconds, played.state.round


@pytest.mark.parametrize("suite", SHIPPED)
def test_perfect_preassigned_agents_are_as_fast_as_the_longest_load_allows(suite: str) -> None:
    alone, _ = wall(1, suite, "parallel", "preassigned")
    four, _ = wall(4, suite, "parallel", "preassigned")
    assert (alone, four) == (20.0, 6.0)
    assert alone / four == 20 / 6


@pytest.mark.parametrize(("structure", "span"), [("parallel", 2), ("mixed", 10), ("serial", 16)])
def test_on_enough_agents_a_task_per_round_takes_as_many_rounds_as_the_chain_is_long(
    structure: str, span: int
) -> None:
    from engine.analysis.laws import graph_bound

    seconds, rounds = wall(20, "mathutils", structure, "decentralized")
    assert (seconds, rounds) == (float(span), span)
    alone, _ = wall(1, "mathutils", structure, "decentralized")
    assert alone / seconds == graph_bound(20, span, 20)
