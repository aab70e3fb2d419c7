"""Plans that show a violation are made small, and read back as they were written."""

from __future__ import annotations

from random import Random

from engine.faults.catalogue import FAULTS
from engine.faults.plan import Planned, parse
from engine.simulation import generator
from engine.simulation.plantext import render
from engine.simulation.shrink import Plan, shrink

SCENE = generator.Scene(("Lead", "Dev1", "Dev2"), ("1", "2"), ("add.py", "sub.py"), 30.0)


def entries(*kinds: str) -> Plan:
    return tuple(Planned(kind, "all", {}, None, 17.25, 90.0) for kind in kinds)


def test_only_the_entries_that_matter_are_left() -> None:
    plan = entries("slow", "crash", "slow", "slow", "stall", "slow", "slow")

    def fails(plan: Plan) -> bool:
        return {"crash", "stall"} <= {entry.kind for entry in plan}

    assert [entry.kind for entry in shrink(plan, fails)] == ["crash", "stall"]


def test_what_is_left_is_simpler() -> None:
    slow = Planned("slow", "all", {"factor": 17.0}, None, 17.25, 90.0)

    def fails(plan: Plan) -> bool:
        return len(plan) == 1 and (plan[0].duration_seconds or 0) >= 5

    (left,) = shrink((slow,), fails)
    assert left == Planned("slow", "Dev1", {"factor": 4.0}, None, 0.0, 10.0)


def test_a_violation_without_faults_needs_no_plan() -> None:
    assert shrink(entries("crash", "stall"), lambda plan: True) == ()


def test_the_smallest_plan_is_one_that_failed_and_trials_are_bounded() -> None:
    tried: list[Plan] = []

    def fails(plan: Plan) -> bool:
        tried.append(plan)
        return len(plan) >= 3 and plan[0].kind == "crash"

    plan = shrink(entries("crash", *["slow"] * 40), fails, trials=25)
    assert len(tried) == 25
    assert len(plan) >= 3
    assert plan in tried or plan == entries("crash", *["slow"] * 40)


def test_a_written_plan_reads_as_it_was() -> None:
    for seed in range(200):
        plan = generator.plan(Random(seed), SCENE)
        assert parse(render(plan), "plan.toml") == tuple(plan)


def test_every_kind_is_drawn_sometime_and_always_within_its_limits() -> None:
    seen: set[str] = set()
    for seed in range(600):
        for entry in generator.plan(Random(seed), SCENE):
            seen.add(entry.kind)
            parse(render([entry]), "plan.toml")  # raises if a value is out of its range
    assert seen == {spec.kind for spec in FAULTS}


def test_words_with_quotes_and_newlines_survive() -> None:
    plan = (Planned("crash", "Dev1", {}, 2, None, None, 'a "why"\nover two lines, ünïcode \\'),)
    assert parse(render(plan), "plan.toml") == plan
