"""Agents whose calls fail for ever: their tasks return, and they are asked on."""

from __future__ import annotations

from engine.models.base import ModelError
from engine.record import events as ev
from tests.helpers.scripted import IDLE, Answer, Say, Script, done, graph, play

FULL = Say("", 1.0, ModelError("context", "context overflow", retryable=False))
TWO = graph("a", "b")
BOTH = done("1", "a.py") + done("2", "b.py")


def script(*, works_again: bool = False) -> dict[str, list[Answer]]:
    failing: list[Answer] = [Say('<claim_task id="1"/>', 1.0), *[FULL] * 5]
    return {
        "Dev1": [*failing, done("1", "a.py")] if works_again else failing * 2,
        "Dev2": [Say("", 4.0)] * 4 + [BOTH],
    }


def test_tasks_of_an_agent_whose_calls_fail_for_a_lease_return_and_others_do_them() -> None:
    played = play(script(), TWO, lease_seconds=8.0, max_rounds=6)
    failed = played.of(ev.CallFailed, agent="Dev1")
    released = played.one(ev.TaskReleased)
    assert (released.task, released.agent, released.reason) == ("1", "Dev1", "failing")
    assert released.ts >= failed[0].ts + 8.0
    assert "1 | pending" in played.prompt("Dev2", released.round)
    assert played.outcome == "completed"
    assert played.one(ev.TaskCompleted, task="1").agent == "Dev2"


def test_under_preassigned_they_go_to_somebody_whose_calls_come_through() -> None:
    names: Script = {"Dev1": [FULL] * 8, "Dev2": [Say("", 4.0)] * 3 + [BOTH] * 4}
    played = play(names, TWO, strategy="preassigned", lease_seconds=8.0, max_rounds=8)
    assert [e.agent for e in played.of(ev.TaskAssigned, task="1")] == ["Dev1", "Dev2"]
    assert played.outcome == "completed"


def test_an_outage_for_all_takes_nothing_from_anybody() -> None:
    names = {
        name: [Say('<claim_task id="1"/>', 1.0), *[Say("", 9.0, FULL.error)] * 7] for name in ("Dev1", "Dev2")
    }
    played = play(names, TWO, lease_seconds=8.0, max_rounds=8)
    assert len(played.of(ev.CallFailed)) == 14
    assert not played.of(ev.TaskReleased)


def test_an_agent_that_fails_for_less_than_a_lease_keeps_its_tasks() -> None:
    played = play(script(), TWO, lease_seconds=60.0, max_rounds=4)
    assert not played.of(ev.TaskReleased)


def test_the_first_reply_brings_the_agent_back() -> None:
    names = {"Dev1": [FULL] * 4, "Dev2": [Say("", 4.0)] * 7}
    played = play(names, TWO, strategy="work-stealing", lease_seconds=8.0, max_rounds=7)
    back = played.one(ev.Replied, agent="Dev1", round=5)
    assert played.of(ev.TaskReleased, agent="Dev1", reason="failing")
    assert [(e.agent, e.to) for e in played.of(ev.TaskReleased, reason="stolen")] == [("Dev2", "Dev1")]
    assert played.one(ev.TaskReleased, reason="stolen").seq > back.seq


def test_a_lead_cannot_give_tasks_to_an_agent_whose_calls_fail() -> None:
    given = '<assign_task id="1" to="Dev1"/>'
    names: Script = {"Lead": [Say("", 4.0)] * 4 + [given], "Dev1": [FULL] * 6, "Dev2": [IDLE]}
    played = play(names, TWO, strategy="lead", lease_seconds=8.0, max_rounds=5)
    refused = played.one(ev.ActionRefused)
    assert refused.detail == "The calls of Dev1 fail; choose another developer until one comes through."


def test_a_quorum_does_not_wait_for_an_agent_whose_calls_fail() -> None:
    write = done("1", "a.py")
    names: Script = {
        "Dev1": [FULL] * 12,
        "Dev2": [Say(write, 4.0)] + [Say('<complete_task id="1"/>', 4.0)] * 9,
    }
    played = play(names, graph("a"), strategy="quorum", quorum=(2, 2), lease_seconds=8.0, max_rounds=8)
    assert "failing" in [e.reason for e in played.of(ev.DraftEnded)]
    assert played.outcome == "completed"
