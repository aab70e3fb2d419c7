"""Row 28 of the fault table: test runs that hang or die, tests that are flaky."""

from __future__ import annotations

from engine.record import events as ev
from tests.helpers.faultplay import Script, disturbed, inject
from tests.helpers.scripted import FakeTests, Played, Say, edit, graph, play

NAMES = tuple(f"t{number}" for number in range(20))


def many(probability: float, *, seed: int = 0, fault: bool = True) -> Played:
    """Everything is right; Dev1 tests it five times."""
    files = {f"{name}.py": "right\n" for name in NAMES}
    plan = (
        f'[[fault]]\nkind = "flaky_tests"\ntarget = "Dev1"\nat_round = 1\nprobability = {probability}\n'
        if fault
        else ""
    )
    script: Script = {"Dev1": ["<run_tests/>" * 5], "Dev2": ["<run_tests/>"]}
    return play(script, graph(*NAMES), files=files, plan=plan, max_rounds=1, seed=seed)


def test_a_hanging_run_ends_at_its_limit_as_a_timeout_and_only_its_agent_waits() -> None:
    script: Script = {"Dev1": ["", '<run_tests id="1"/>'], "Dev2": ["", '<run_tests id="1"/>']}
    played = disturbed(script, inject("test_hang", limit=45.0), max_rounds=2)
    finished = {event.agent: event for event in played.of(ev.TestsFinished)}
    hung, other = finished["Dev1"], finished["Dev2"]
    assert (hung.verdict, hung.seconds, hung.ts) == ("timeout", 45.0, 47.0)
    assert other.verdict == "failed"
    assert other.ts < 10.0


def test_a_run_that_timed_out_is_no_evidence_and_completes_nothing() -> None:
    script: Script = {
        "Dev1": ["", edit("add.py") + '<claim_task id="1"/><run_tests id="1"/><complete_task id="1"/>']
    }
    verified = disturbed(script, inject("test_hang"), completion="verified", max_rounds=2)
    assert verified.of(ev.TaskCompleted) == []
    assert verified.one(ev.ActionRefused).reason == "tests"
    reported = disturbed(script, inject("test_hang"), max_rounds=2)
    assert reported.one(ev.TaskCompleted).evidence == "none"


def test_a_hang_with_a_runner_of_processes_costs_the_limit_on_the_runs_clock() -> None:
    script: Script = {"Dev1": ["", "<run_tests/>"]}
    played = disturbed(script, inject("test_hang", limit=30.0), tests=FakeTests(external=True), max_rounds=2)
    assert played.one(ev.TestsFinished).ts == 32.0
    wall = disturbed(
        script,
        inject("test_hang", limit=30.0),
        tests=FakeTests(external=True),
        kind="wall",
        clock="wall",
        max_rounds=2,
    )
    assert wall.one(ev.TestsFinished).ts == 32.0


def test_flaky_tests_fail_at_about_their_rate_by_the_seed_and_only_for_their_agent() -> None:
    played = many(0.3)
    failures = [len(event.failed) for event in played.of(ev.TestsFinished, agent="Dev1")]
    assert 15 <= sum(failures) <= 45
    assert len(set(failures)) > 1
    assert [event.verdict for event in played.of(ev.TestsFinished, agent="Dev2")] == ["passed"]
    assert failures == [len(event.failed) for event in many(0.3).of(ev.TestsFinished, agent="Dev1")]


def test_flakiness_makes_no_test_pass_and_never_touches_the_closing_run() -> None:
    played = many(1.0)
    assert {event.verdict for event in played.of(ev.TestsFinished, agent="Dev1")} == {"failed"}
    assert all(event.passed == () for event in played.of(ev.TestsFinished, agent="Dev1"))
    assert played.one(ev.RunVerified).verdict == "passed"
    wrong = disturbed({"Dev1": ["", "<run_tests/>"]}, inject("flaky_tests", probability=0.5), max_rounds=2)
    assert wrong.one(ev.TestsFinished).passed == ()


def test_the_closing_run_is_not_disturbed_by_a_hang_either() -> None:
    played = disturbed({"Dev1": [edit("add.py")]}, inject("test_hang", "all"), max_rounds=1)
    assert played.one(ev.RunVerified).verdict == "failed"
    assert played.one(ev.RunVerified).passed == ("test_add.py::test_it",)


def test_a_run_whose_process_dies_is_an_error_and_neither_passed_nor_failed() -> None:
    script: Script = {
        "Dev1": ["", edit("add.py") + '<claim_task id="1"/><run_tests id="1"/><complete_task id="1"/>'],
        "Dev2": ["", Say('<run_tests id="1"/>', 2.0)],
    }
    played = disturbed(script, inject("test_crash"), max_rounds=2)
    died, other = played.one(ev.TestsFinished, agent="Dev1"), played.one(ev.TestsFinished, agent="Dev2")
    assert (died.verdict, died.passed) == ("error", ())
    assert other.verdict == "passed"
    assert played.one(ev.TaskCompleted).evidence != "passed"
    verified = disturbed(script, inject("test_crash"), completion="verified", max_rounds=2)
    assert verified.of(ev.TaskCompleted) == []


def test_the_closing_run_never_dies_of_a_fault() -> None:
    played = disturbed({"Dev1": [edit("add.py") + edit("sub.py")]}, inject("test_crash", "all"), max_rounds=1)
    assert played.one(ev.RunVerified).verdict == "passed"
