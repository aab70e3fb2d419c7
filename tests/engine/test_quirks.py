"""Runs that are asked to have the defects of another engine have them, and are judged all the same."""

from __future__ import annotations

import pytest

from engine.analysis.consistency import check
from engine.record import events as ev
from tests.helpers.scripted import IDLE, Played, Say, done, edit, graph, play

CHAIN = graph("add", "sub", "mul", sub="add", mul="sub")


def both(*args: object, **settings: object) -> tuple[Played, Played]:
    """The same script on the engine as it is, and with the quirks."""
    right = play(*args, **settings)  # type: ignore[arg-type]  # what a test gives is what `play` takes
    quirky = play(*args, quirks="paper", **settings)  # type: ignore[arg-type]  # as above
    return right, quirky


def test_while_one_agent_tests_no_other_reply_is_carried_out() -> None:
    script = {"Dev1": [Say("<run_tests/>", 1.0)], "Dev2": [Say("Nothing.", 1.001)]}
    right, quirky = both(script, agents=2, max_rounds=1)
    seconds = quirky.one(ev.TestsFinished).seconds
    assert right.one(ev.Replied, agent="Dev2").ts == pytest.approx(1.001)
    assert quirky.one(ev.Replied, agent="Dev2").ts == pytest.approx(1.0 + seconds)
    assert quirky.one(ev.Replied, agent="Dev2").latency_seconds == pytest.approx(1.001)


def test_actions_are_carried_out_by_kind() -> None:
    text = '<run_tests/>\n<complete_task id="1"/>\n<claim_task id="1"/>\n' + edit("add.py", "x\n")
    right, quirky = both({"Dev1": [Say(text)]}, agents=1, max_rounds=1)
    kinds = (ev.FileEdited, ev.TaskClaimed, ev.TaskCompleted, ev.TestsStarted)
    assert [type(event) for event in quirky.events if isinstance(event, kinds)] == list(kinds)
    assert not right.of(ev.TaskCompleted)  # it came before the claim


@pytest.mark.parametrize("action", ["claim_task", "complete_task"])
def test_refusals_are_recorded_and_not_told(action: str) -> None:
    script = {"Dev1": [Say(f'<{action} id="3"/>'), IDLE]}
    right, quirky = both(script, CHAIN, agents=1, max_rounds=2)
    assert len(quirky.of(ev.ActionRefused)) == len(right.of(ev.ActionRefused)) == 1
    assert "refused" in right.section("Dev1", 2, "Outcomes")
    assert "refused" not in quirky.prompt("Dev1", 2)
    assert "Feedback: none" in quirky.asked["Dev1"][0][0][1]
    assert "Feedback" not in right.asked["Dev1"][0][0][1]


def test_given_work_is_completed_before_what_it_builds_on_and_the_checker_says_so() -> None:
    script = {"Dev1": [Say(done("3"))]}
    right, quirky = both(script, CHAIN, agents=1, strategy="preassigned", max_rounds=1)
    assert not right.of(ev.TaskCompleted)
    assert [event.task for event in quirky.of(ev.TaskCompleted)] == ["3"]
    finding = check(quirky.events).get("temporal_violation", "engine")
    assert finding.verdict == "false"
    assert "--engine-quirks paper" in finding.sentence
    others = [f for f in check(quirky.events).findings if f.class_ == "engine" and f != finding]
    assert "false" not in {f.verdict for f in others}


def test_who_claims_still_waits_for_what_a_task_builds_on() -> None:
    _, quirky = both({"Dev1": [Say('<claim_task id="3"/>' + done("3"))]}, CHAIN, agents=1, max_rounds=1)
    assert not quirky.of(ev.TaskCompleted)
