"""Claiming, completing, releasing, testing: one rule set, in every strategy."""

from __future__ import annotations

import pytest

from engine.record import events as ev
from engine.strategies import STRATEGIES
from engine.world.testrunner import TestReport, TestRequest
from tests.helpers.scripted import FakeTests, Say, done, edit, graph, play

CHAIN = graph("add", "sub", "mul", sub="add", mul="sub")


def reasons(script: dict[str, list[str | Say]], agent: str = "Dev1", **settings: object) -> list[str]:
    played = play(script, CHAIN, **settings)  # type: ignore[arg-type]  # settings of the first event
    return [event.reason for event in played.of(ev.ActionRefused, agent=agent)]


# ------------------------------------------------------------ claims


def test_a_claim_of_a_task_with_open_dependencies_is_refused_and_counted() -> None:
    played = play({"Dev1": ['<claim_task id="3"/>']}, CHAIN, max_rounds=1)
    refused = played.one(ev.ActionRefused)
    assert (refused.reason, refused.detail) == (
        "blocked",
        "Task 3 waits for 2; do that first or wait for it.",
    )
    assert played.state.metrics.claims_blocked == 1


def test_a_chain_can_be_done_in_one_reply_for_actions_follow_the_text() -> None:
    played = play({"Dev1": [done("1", "add.py") + done("2", "sub.py") + done("3", "mul.py")]}, CHAIN)
    assert (played.outcome, played.state.round) == ("completed", 1)


def test_a_task_of_somebody_else_or_done_or_ones_own_cannot_be_claimed() -> None:
    script: dict[str, list[str | Say]] = {
        "Dev2": [Say('<claim_task id="1"/>', 0.5), ""],
        "Dev1": ['<claim_task id="1"/>', '<claim_task id="1"/>'],
    }
    assert reasons(script, max_rounds=2) == ["owned", "owned"]
    assert reasons({"Dev1": [done("1") + '<claim_task id="1"/>']}, max_rounds=1) == ["done"]
    assert reasons({"Dev1": ['<claim_task id="1"/><claim_task id="1"/>']}, max_rounds=1) == ["owned"]


@pytest.mark.parametrize("written", ["1", " 1 ", "#1", "task-1"])
def test_an_id_may_be_written_with_its_usual_ornaments(written: str) -> None:
    played = play({"Dev1": [f'<claim_task id="{written}"/>']}, CHAIN, max_rounds=1)
    assert played.one(ev.TaskClaimed).task == "1"


# ------------------------------------------------------------ completing


def test_only_the_owner_can_complete_and_is_told_whose_it_is() -> None:
    played = play(
        {"Dev1": [Say('<claim_task id="1"/>', 0.5)], "Dev2": ['<complete_task id="1"/>', ""]},
        CHAIN,
        max_rounds=1,
    )
    assert played.one(ev.ActionRefused).detail == "You can only complete your own tasks; Dev1 owns it."
    played = play({"Dev1": ['<complete_task id="1"/>']}, CHAIN, max_rounds=1)
    assert played.one(ev.ActionRefused).detail.endswith("nobody owns it: claim it first.")


def test_a_done_task_cannot_be_completed_again() -> None:
    played = play({"Dev1": [done("1") + '<complete_task id="1"/>']}, CHAIN, max_rounds=1)
    refused = played.one(ev.ActionRefused)
    assert (refused.reason, refused.detail) == ("done", "Task 1 is done already; Dev1 completed it.")
    assert len(played.of(ev.TaskCompleted)) == 1


@pytest.mark.parametrize("strategy", [name for name, kind in STRATEGIES.items() if not kind.versions])
def test_dependencies_gate_claims_and_completions_in_every_strategy(strategy: str) -> None:
    assign = "".join(f'<assign_task id="{n}" to="Dev1"/>' for n in (1, 2, 3))
    played = play(
        {
            "Lead": [assign],
            "Dev1": ["", '<claim_task id="2"/><complete_task id="2"/><complete_task id="3"/>'],
        },
        CHAIN,
        strategy=strategy,
        agents=1,
        max_rounds=2,
    )
    found = [(event.action, event.reason) for event in played.of(ev.ActionRefused, agent="Dev1")]
    claim = "not_allowed" if strategy == "critical-path" else "blocked"
    unowned = strategy in ("decentralized", "critical-path", "verified-by")
    completion = "not_owner" if unowned else "blocked"
    assert found == [("claim_task", claim), ("complete_task", completion), ("complete_task", completion)]


def test_editing_needs_no_claim_and_no_finished_dependency() -> None:
    played = play({"Dev1": [edit("mul.py")]}, CHAIN, max_rounds=1)
    assert played.one(ev.FileEdited).path == "mul.py"


def test_an_owner_who_edits_a_file_of_an_assigned_task_has_begun_it_if_nothing_blocks_it() -> None:
    played = play(
        {"Dev1": [edit("add.py") + edit("sub.py")]}, CHAIN, strategy="preassigned", agents=1, max_rounds=2
    )
    assert [task.status for task in played.state.board.tasks.values()] == [
        "in_progress",
        "assigned",
        "assigned",
    ]
    assert "1 | in_progress | Dev1" in played.prompt("Dev1", 2)


def test_a_released_task_is_free_for_all() -> None:
    played = play(
        {
            "Dev1": ['<claim_task id="1"/>', '<release_task id="1"/><release_task id="1"/>'],
            "Dev2": ["", "", done("1")],
        },
        CHAIN,
        max_rounds=3,
    )
    assert played.one(ev.TaskReleased).reason == "released"
    assert played.one(ev.ActionRefused).reason == "not_owner"
    assert played.one(ev.TaskCompleted).agent == "Dev2"


# ------------------------------------------------------------ evidence and verified completion


def test_a_completion_says_what_the_last_tests_of_its_files_as_they_stand_said() -> None:
    reply = "".join(
        (
            '<claim_task id="1"/>' + edit("add.py") + '<run_tests id="1"/><complete_task id="1"/>',
            '<claim_task id="2"/>' + edit("sub.py", "wrong") + '<run_tests/><complete_task id="2"/>',
            '<claim_task id="3"/>' + edit("mul.py") + "<run_tests/>" + edit("mul.py", "new\n"),
            '<complete_task id="3"/>',
        )
    )
    played = play({"Dev1": [reply]}, CHAIN)
    assert [event.evidence for event in played.of(ev.TaskCompleted)] == ["passed", "failed", "none"]


def test_evidence_of_another_agents_test_run_counts_too() -> None:
    played = play(
        {
            "Dev1": ['<claim_task id="1"/>' + edit("add.py"), "", '<complete_task id="1"/>'],
            "Dev2": ["", "<run_tests/>"],
        },
        CHAIN,
        max_rounds=3,
    )
    assert played.one(ev.TaskCompleted).evidence == "passed"


def test_verified_completion_runs_the_tests_and_is_refused_unless_they_pass() -> None:
    reply = '<claim_task id="1"/>' + edit("add.py", "wrong") + '<complete_task id="1"/>' + edit("add.py")
    played = play({"Dev1": [reply + '<complete_task id="1"/>']}, CHAIN, completion="verified", max_rounds=1)
    refused = played.one(ev.ActionRefused)
    assert (refused.reason, refused.detail) == ("tests", "Its tests failed: 1 of 1 do not pass.")
    assert played.one(ev.TaskCompleted).evidence == "passed"
    assert [event.tasks for event in played.of(ev.TestsStarted)] == [("1",), ("1",)]


def test_verified_completion_is_judged_anew_after_its_tests() -> None:
    # While the tests of Dev1's completion run, the lead gives the task away.
    class SlowTests(FakeTests):
        async def run(self, request: TestRequest) -> TestReport:
            import asyncio

            await asyncio.sleep(5.0)
            return await super().run(request)

    played = play(
        {
            "Lead": ['<assign_task id="1" to="Dev1"/>', Say('<assign_task id="1" to="Dev2"/>', 3.0)],
            "Dev1": ["", edit("add.py") + '<complete_task id="1"/>'],
        },
        CHAIN,
        strategy="lead",
        completion="verified",
        tests=SlowTests(),
        max_rounds=2,
    )
    refused = played.one(ev.ActionRefused)
    assert (refused.reason, refused.detail) == (
        "not_owner",
        "You can only complete your own tasks; Dev2 owns it.",
    )
    assert played.of(ev.TaskCompleted) == []


def test_verified_completion_of_a_task_without_tests_is_taken_on_its_word() -> None:
    from msgspec.structs import replace

    tasks = tuple(replace(task, tests=()) for task in graph("add"))
    played = play({"Dev1": [done("1")]}, tasks, completion="verified")
    assert played.outcome == "completed"


# ------------------------------------------------------------ tests as agents see them


def test_a_test_run_takes_its_modelled_time_and_says_what_passed() -> None:
    played = play({"Dev1": [edit("add.py") + "<run_tests/>"]}, CHAIN, max_rounds=1)
    begun, ended = played.one(ev.TestsStarted), played.one(ev.TestsFinished)
    assert begun.tasks == ()
    assert (ended.verdict, ended.passed) == ("failed", ("test_add.py::test_it",))
    assert ended.failed == ("test_sub.py::test_it", "test_mul.py::test_it")
    assert ended.ts - begun.ts == pytest.approx(ended.seconds)
    assert 0.01 < ended.seconds < 10
    assert played.one(ev.TurnEnded, agent="Dev1").ts == ended.ts


def test_repeated_test_runs_are_each_run_and_counted() -> None:
    played = play({"Dev1": ["<run_tests/>" * 3]}, CHAIN, agents=1, max_rounds=1)
    assert len(played.tests.requests) == 3 + 1  # and the closing one
    assert [event.run for event in played.of(ev.TestsFinished)] == [1, 2, 3]
    assert played.state.metrics.test_failures == 3


def test_tests_of_a_task_without_tests_are_refused() -> None:
    from msgspec.structs import replace

    tasks = tuple(replace(task, tests=()) for task in graph("add"))
    played = play({"Dev1": ['<run_tests id="1"/><run_tests id="2"/>']}, tasks, max_rounds=1)
    assert [event.detail for event in played.of(ev.ActionRefused)] == [
        "Task 1 has no tests of its own; run all of them.",
        "There is no task 2. Known: 1.",
    ]


def test_the_runner_is_closed_with_the_run() -> None:
    assert play({}, max_rounds=1).tests.closed


def test_external_tests_hold_simulated_time_and_book_a_modelled_duration() -> None:
    class Outside(FakeTests):
        async def run(self, request: TestRequest) -> TestReport:
            import asyncio

            await asyncio.sleep(600.0)  # the loop's time: what a wall clock would show
            return await super().run(request)

    played = play({"Dev1": ["<run_tests/>"]}, CHAIN, tests=Outside(external=True), max_rounds=1)
    ended = played.one(ev.TestsFinished)
    assert ended.ts < 10.0
    assert ended.ts == pytest.approx(1.0 + ended.seconds)
    assert played.loop_seconds > 1200.0
