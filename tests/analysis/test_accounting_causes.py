"""Every cause of the account, in courses of two agents that are written down by hand, to the second."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
import pytest

from engine.analysis.accounting import CAUSES, Account, Cause
from engine.record import events as ev
from tests.helpers.scripted import graph, started

Course = Sequence[tuple[float, ev.Event]]

TASKS = graph("add", "sub")


def asked(agent: str, turn: int) -> ev.TurnStarted:
    return ev.TurnStarted(turn=turn, agent=agent, epoch=1, seen=ev.Seen(board=1), request="")


def replied(agent: str, turn: int) -> ev.Replied:
    return ev.Replied(
        turn=turn,
        agent=agent,
        text="",
        finish_reason="stop",
        input_tokens=1,
        output_tokens=1,
        latency_seconds=0.0,
        attempts=1,
    )


def ended(agent: str, turn: int, outcome: Any = "replied", effects: int = 1) -> ev.TurnEnded:
    return ev.TurnEnded(turn=turn, agent=agent, outcome=outcome, effects=effects)


def wrote(agent: str, turn: int, path: str, content: str, version: int = 1) -> ev.FileEdited:
    return ev.FileEdited(
        path=path, agent=agent, turn=turn, version=version, base=version - 1, content=content, hash=content
    )


def refused(agent: str, turn: int) -> ev.ActionRefused:
    return ev.ActionRefused(
        agent=agent, turn=turn, action="edit_file", object="add.py", reason="locked", detail="", holder="Dev2"
    )


def verdict(agent: str, turn: int, *, failed: str = "", wait: float = 0.0) -> ev.TestsFinished:
    return ev.TestsFinished(
        run=1,
        agent=agent,
        turn=turn,
        verdict="failed" if failed else "passed",
        passed=(),
        failed=(failed,) if failed else (),
        seconds=0.0,
        wait_seconds=wait,
    )


def asks_for_tests(agent: str, turn: int) -> ev.TestsStarted:
    return ev.TestsStarted(run=1, agent=agent, turn=turn, tasks=(), tree="")


def given(task: str, agent: str) -> ev.TaskAssigned:
    return ev.TaskAssigned(task=task, agent=agent, by="strategy")


def claimed(task: str, agent: str, turn: int) -> ev.TaskClaimed:
    return ev.TaskClaimed(task=task, agent=agent, turn=turn)


def crashed(agent: str) -> ev.AgentCrashed:
    return ev.AgentCrashed(agent=agent, epoch=1, lease_until=99.0)


def failed_call(agent: str, turn: int, retry_seconds: float) -> ev.CallFailed:
    return ev.CallFailed(
        turn=turn, agent=agent, attempt=1, kind="rate_limit", detail="", retry_seconds=retry_seconds
    )


def done(task: str, agent: str, turn: int) -> ev.TaskCompleted:
    return ev.TaskCompleted(task=task, agent=agent, turn=turn, evidence="none")


THINKS: Course = ((0.0, asked("Dev2", 2)),)
"""Dev2's only turn goes on to the end."""

CASES: dict[str, tuple[Course, dict[Cause, float], Sequence[ev.TaskSpec]]] = {
    "content that lasts is useful": (
        ((0, asked("Dev1", 1)), (10, replied("Dev1", 1)), (10, wrote("Dev1", 1, "add.py", "a\n"))),
        {"useful": 10},
        TASKS,
    ),
    "content that somebody else replaces is overwritten": (
        (
            (0, asked("Dev1", 1)),
            (4, replied("Dev1", 1)),
            (4, wrote("Dev1", 1, "add.py", "a\n")),
            (10, wrote("Dev2", 2, "add.py", "b\n", 2)),
        ),
        {"overwritten": 4, "engine": 6},
        TASKS,
    ),
    "what is written after own work has failed is repair": (
        (
            (0, asked("Dev1", 1)),
            (4, replied("Dev1", 1)),
            (4, wrote("Dev1", 1, "add.py", "a\n")),
            (4, asks_for_tests("Dev1", 1)),
            (5, verdict("Dev1", 1, failed="test_add.py::test_it")),
            (5, ended("Dev1", 1)),
            (5, asked("Dev1", 3)),
            (10, replied("Dev1", 3)),
            (10, wrote("Dev1", 3, "add.py", "b\n", 2)),
        ),
        {"overwritten": 4, "own_tests": 1, "repair": 5},
        TASKS,
    ),
    "what is written after others' work has failed is no repair": (
        (
            (0, asked("Dev1", 1)),
            (1, wrote("Dev2", 2, "add.py", "a\n")),
            (1, asks_for_tests("Dev2", 2)),
            (2, verdict("Dev2", 2, failed="test_add.py::test_it")),
            (10, replied("Dev1", 1)),
            (10, wrote("Dev1", 1, "add.py", "b\n", 2)),
        ),
        {"useful": 10},
        TASKS,
    ),
    "a turn that only moves the board is bookkeeping": (
        ((0, asked("Dev1", 1)), (10, replied("Dev1", 1)), (10, claimed("1", "Dev1", 1))),
        {"bookkeeping": 10},
        TASKS,
    ),
    "a turn that changes nothing is communication": (
        ((0, asked("Dev1", 1)), (10, replied("Dev1", 1)), (10, ended("Dev1", 1, effects=0))),
        {"communication": 10},
        TASKS,
    ),
    "a turn that comes to no reply is lost": (
        ((0, asked("Dev1", 1)), (10, ended("Dev1", 1, "failed"))),
        {"lost": 10},
        TASKS,
    ),
    "a turn whose agent crashes is lost, and then it is down": (
        ((0, asked("Dev1", 1)), (3, crashed("Dev1")), (3, ended("Dev1", 1, "crashed"))),
        {"lost": 3, "down": 7},
        TASKS,
    ),
    "a refused edit costs its turn and the wait for the next": (
        (
            (0, asked("Dev1", 1)),
            (4, replied("Dev1", 1)),
            (4, refused("Dev1", 1)),
            (4, ended("Dev1", 1, effects=0)),
        ),
        {"lock_wait": 10},
        TASKS,
    ),
    "a test run is a wait for its slot and then own tests": (
        (
            (0, asked("Dev1", 1)),
            (1, replied("Dev1", 1)),
            (1, asks_for_tests("Dev1", 1)),
            (10, verdict("Dev1", 1, wait=5.0)),
        ),
        {"bookkeeping": 1, "test_queue": 5, "own_tests": 4},
        TASKS,
    ),
    "failed calls and the waits after them are waits for the provider": (
        (
            (0, asked("Dev1", 1)),
            (2, failed_call("Dev1", 1, 3)),
            (10, replied("Dev1", 1)),
            (10, wrote("Dev1", 1, "add.py", "a\n")),
        ),
        {"api_wait": 5, "useful": 5},
        TASKS,
    ),
    "who waits while work is free waits at the barrier": (
        ((0, asked("Dev1", 1)), (4, replied("Dev1", 1)), (4, ended("Dev1", 1, effects=0))),
        {"communication": 4, "barrier": 6},
        TASKS,
    ),
    "who waits while others' ready work waits for them is misassigned": (
        (
            (0, given("1", "Dev2")),
            (0, given("2", "Dev2")),
            (0, asked("Dev1", 1)),
            (4, replied("Dev1", 1)),
            (4, ended("Dev1", 1, effects=0)),
        ),
        {"communication": 4, "misassignment": 6},
        TASKS,
    ),
    "a task that its owner is at does not wait for it": (
        (
            (0, given("1", "Dev2")),
            (0, asked("Dev1", 1)),
            (4, replied("Dev1", 1)),
            (4, ended("Dev1", 1, effects=0)),
        ),
        {"communication": 4, "starvation_induced": 6},
        graph("add"),
    ),
    "a chain of useful work leaves the others nothing to do, whatever the schedule": (
        (
            (0, given("1", "Dev2")),
            (0, asked("Dev1", 1)),
            (2, replied("Dev1", 1)),
            (2, ended("Dev1", 1, effects=0)),
            (10, replied("Dev2", 2)),
            (10, wrote("Dev2", 2, "add.py", "a\n")),
            (10, done("1", "Dev2", 2)),
        ),
        {"communication": 2, "starvation_structural": 8},
        graph("add"),
    ),
    "carrying out actions is the engine's": (
        ((0, asked("Dev1", 1)), (4, replied("Dev1", 1)), (10, wrote("Dev1", 1, "add.py", "a\n"))),
        {"useful": 4, "engine": 6},
        TASKS,
    ),
    "who has left the team is absent": (
        (
            (0, asked("Dev1", 1)),
            (4, ended("Dev1", 1, "left")),
            (4, ev.AgentLeft(agent="Dev1", epoch=1, author="ann", why="")),
        ),
        {"lost": 4, "absent": 6},
        TASKS,
    ),
}


def account(course: Course, tasks: Sequence[ev.TaskSpec], *, over: bool = True) -> Account:
    """Turns that do not end in the course do so at the end of the run, after ten seconds."""
    steps = [(0.0, started(tasks)), *THINKS, *course]
    if over:
        over_already = {step.turn for _, step in course if isinstance(step, ev.TurnEnded)}
        begun = [step for _, step in steps if isinstance(step, ev.TurnStarted)]
        steps += [(10.0, ended(turn.agent, turn.turn)) for turn in begun if turn.turn not in over_already]
        steps.append((10.0, ev.RunEnded(outcome="stopped", wall_seconds=10.0)))
    stamped: Any = [msgspec.structs.replace(e, seq=seq, ts=float(ts)) for seq, (ts, e) in enumerate(steps, 1)]
    found = Account.of(stamped)
    assert found is not None
    return found


def spent(found: Account, agent: str) -> dict[Cause, float]:
    return {cause: time / 1e9 for cause, time in found.spent[agent].items() if time}


@pytest.mark.parametrize("name", CASES)
def test_to_the_second(name: str) -> None:
    course, expected, tasks = CASES[name]
    assert spent(account(course, tasks), "Dev1") == expected


def test_a_turn_that_is_open_where_the_record_ends_is_undecided() -> None:
    course: Course = ((0.0, asked("Dev1", 1)), (10.0, claimed("1", "Dev2", 2)))
    assert spent(account(course, TASKS, over=False), "Dev1") == {"undecided": 10.0}


def test_no_cause_is_without_a_case() -> None:
    shown = {cause for _, expected, _ in CASES.values() for cause in expected}
    assert set(CAUSES) - shown == {"undecided"}
