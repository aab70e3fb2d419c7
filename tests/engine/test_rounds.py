"""Rounds: prompts from the state at the start, replies applied as they come, the barrier, how a run ends."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.models.base import Message, ModelError
from engine.record import events as ev
from engine.team.actions import ACTIONS
from engine.world.testrunner import TestReport, TestRequest
from tests.helpers.scripted import RIGHT, FakeTests, Say, done, edit, graph, play


def test_all_prompts_of_a_round_show_the_state_at_its_start() -> None:
    played = play({"Dev1": [done("1", "add.py")], "Dev2": [Say("", 30.0)]}, max_rounds=2)
    for agent in ("Dev1", "Dev2"):
        assert "1 | pending | - | - | add" in played.prompt(agent, 1)
        assert "1 | done | Dev1 | - | add" in played.prompt(agent, 2)


def test_replies_are_applied_when_they_arrive_not_in_team_order() -> None:
    claim = '<claim_task id="1"/>'
    played = play({"Dev1": [Say(claim, 3.0)], "Dev2": [Say(claim, 2.0)]}, max_rounds=1)
    assert played.one(ev.TaskClaimed).agent == "Dev2"
    assert [event.agent for event in played.of(ev.Replied)] == ["Dev2", "Dev1"]


def test_replies_that_arrive_together_are_applied_in_an_order_that_the_seed_draws() -> None:
    script = {f"Dev{n}": ['<claim_task id="1"/>'] for n in range(1, 6)}
    winners = {
        play(script, agents=5, max_rounds=1, loop_seed=seed).one(ev.TaskClaimed).agent for seed in range(20)
    }
    assert len(winners) > 2


def test_the_actions_of_a_reply_are_carried_out_in_the_order_of_its_text() -> None:
    reply = (
        f'{edit("add.py", "wrong")}<run_tests id="1"/>{edit("add.py")}<run_tests id="1"/>'
        '<complete_task id="1"/><claim_task id="1"/><complete_task id="1"/>'
    )
    played = play({"Dev1": [reply]}, agents=1, max_rounds=1)
    kinds = (ev.FileEdited, ev.TestsFinished, ev.ActionRefused, ev.TaskClaimed, ev.TaskCompleted)
    happened = [type(event).__name__ for event in played.events if isinstance(event, kinds)]
    assert happened == [
        "FileEdited",
        "TestsFinished",
        "FileEdited",
        "TestsFinished",
        "ActionRefused",
        "TaskClaimed",
        "TaskCompleted",
    ]
    assert [event.verdict for event in played.of(ev.TestsFinished)] == ["failed", "passed"]


def test_a_refused_action_does_not_stop_the_next_one() -> None:
    played = play({"Dev1": [f'<claim_task id="99"/>{edit("../x")}{done("1", "add.py")}']}, max_rounds=1)
    assert [event.reason for event in played.of(ev.ActionRefused)] == ["unknown", "path"]
    assert played.one(ev.TaskCompleted).task == "1"


def test_an_agent_that_tests_does_not_hold_the_others_up() -> None:
    played = play(
        {"Dev1": ["<run_tests/>" + edit("late.py")], "Dev2": [Say(edit("soon.py"), 1.01)]}, max_rounds=1
    )
    order = [event.path for event in played.of(ev.FileEdited)]
    assert order == ["soon.py", "late.py"]
    assert played.one(ev.TestsStarted).ts == 1.0


def test_tests_run_on_the_workspace_as_it_stands_at_that_instant() -> None:
    played = play(
        {"Dev1": [edit("add.py") + '<run_tests id="1"/>'], "Dev2": [Say(edit("sub.py"), 1.01)]}, max_rounds=1
    )
    assert dict(played.tests.requests[0].files) == {"add.py": RIGHT}


def test_a_round_takes_as_long_as_its_slowest_reply() -> None:
    played = play({"Dev1": [Say("", 7.0)], "Dev2": [Say("", 2.0)]}, agents=2, max_rounds=2)
    assert [event.ts for event in played.of(ev.RoundEnded)] == [7.0, 8.0]
    assert [event.latency_seconds for event in played.of(ev.Replied)] == [2.0, 7.0, 1.0, 1.0]


def test_turns_are_numbered_over_the_run_and_rounds_from_one() -> None:
    played = play({}, max_rounds=3)
    assert [event.turn for event in played.of(ev.TurnStarted)] == [1, 2, 3, 4, 5, 6]
    assert [event.round for event in played.of(ev.RoundStarted)] == [1, 2, 3]
    assert played.events[0].round == 0
    assert [event.seq for event in played.events] == list(range(1, len(played.events) + 1))


# ------------------------------------------------------------ how a run ends


def test_a_run_ends_completed_as_soon_as_all_tasks_are_done() -> None:
    played = play({"Dev1": [done("1", "add.py"), done("2", "sub.py")]})
    assert played.outcome == "completed"
    assert [event.round for event in played.of(ev.RoundEnded)] == [1, 2]
    assert isinstance(played.events[-2], ev.RunEnded)
    assert played.one(ev.RunVerified).verdict == "passed"


def test_completed_and_verified_are_two_things() -> None:
    wrong = done("1") + edit("add.py", "wrong\n") + done("2")
    played = play({"Dev1": [wrong]})
    assert played.outcome == "completed"
    verified = played.one(ev.RunVerified)
    assert (verified.verdict, verified.passed) == ("failed", ())
    assert verified.failed == ("test_add.py::test_it", "test_sub.py::test_it")
    assert (played.state.completed, played.state.run.verified) == (True, False)


def test_a_run_ends_after_its_last_round_and_is_verified_all_the_same() -> None:
    played = play({"Dev1": [edit("add.py"), edit("sub.py")]}, max_rounds=2)
    assert (played.outcome, played.one(ev.RunEnded).detail) == ("max_rounds", "2 rounds were played")
    assert played.one(ev.RunVerified).verdict == "passed"


def test_tests_that_belong_to_no_task_count_in_the_closing_verification() -> None:
    played = play(
        {"Dev1": [done("1", "add.py") + done("2", "sub.py")]}, suite_tests=("test_all.py::test_together",)
    )
    assert played.one(ev.RunVerified).failed == ("test_all.py::test_together",)


def test_wall_seconds_count_from_the_first_prompt_to_the_end_without_the_closing_verification() -> None:
    played = play({"Dev1": [Say("", 4.5)]}, max_rounds=1)
    assert played.one(ev.RunEnded).wall_seconds == 4.5


def test_the_workspace_folder_holds_the_newest_version_of_every_file_at_the_end() -> None:
    played = play({"Dev1": [edit("a.py", "1\n"), edit("a.py", "2\n")]}, files={"data.py": "x"}, max_rounds=2)
    assert played.folder == {"data.py": "x", "a.py": "2\n"}


def test_support_files_stand_in_the_workspace_from_the_start_and_cannot_be_written() -> None:
    played = play(
        {"Dev1": [edit("data.py") + '<read_file path="data.py"/>']},
        files={"data.py": "x = 1\n"},
        max_rounds=2,
    )
    assert played.one(ev.ActionRefused).reason == "protected"
    assert "x = 1" in played.section("Dev1", 2, "File data.py v0 by the project")


# ------------------------------------------------------------ turns that bring nothing


def test_a_failed_call_costs_the_turn_and_the_agent_goes_on_in_the_next_round() -> None:
    error = ModelError("bad_request", "no such model", retryable=False)
    played = play({"Dev1": [Say(error=error), done("1", "add.py") + done("2", "sub.py")]})
    assert played.outcome == "completed"
    ended = played.of(ev.TurnEnded, agent="Dev1")
    assert [event.outcome for event in ended] == ["failed", "replied"]
    assert "- turn: lost. the model call failed (bad_request): no such model" in played.prompt("Dev1", 2)


def test_a_reply_without_effect_is_chatter_and_so_is_an_empty_one() -> None:
    played = play({"Dev1": ["", "Let me think."]}, agents=1, max_rounds=2)
    assert [event.effects for event in played.of(ev.TurnEnded)] == [0, 0]
    assert (played.state.metrics.chatter, played.state.metrics.replies) == (2, 2)
    assert played.state.metrics.idle_rounds == 2


def test_a_reply_cut_at_the_token_limit_is_told_to_the_agent() -> None:
    cut = Say(f'{edit("a.py")}<edit_file path="b.py">\nx = 1', finish="length")
    played = play({"Dev1": [cut]}, agents=1, max_rounds=2)
    assert [event.path for event in played.of(ev.FileEdited)] == ["a.py"]
    outcomes = played.section("Dev1", 2, "Outcomes").splitlines()
    assert outcomes[1].startswith("- reply: cut. It was cut at the token limit")
    assert outcomes[3].startswith("- edit_file: refused (malformed).")


def test_a_reply_with_more_actions_than_the_limit_is_carried_out_up_to_it() -> None:
    played = play({"Dev1": ['<show_task id="1"/>' * 501]}, agents=1, max_rounds=1)
    assert len(played.of(ev.InfoRequested)) == 500
    refused = played.one(ev.ActionRefused)
    assert (refused.reason, refused.detail) == (
        "limit",
        "A reply may hold 500 actions; the last 1 were left out.",
    )


def test_half_characters_of_a_model_or_its_errors_end_nothing() -> None:
    error = ModelError("unknown", "half \ud800 an error", retryable=False)
    played = play(
        {"Dev1": [Say("half \udfff a reply" + edit("a\ud800.py")), Say(error=error)]}, agents=1, max_rounds=2
    )
    assert played.outcome == "max_rounds"
    assert played.of(ev.TurnEnded)[1].detail.endswith("half \ufffd an error")


class Mumbling(FakeTests):
    async def run(self, request: TestRequest) -> TestReport:
        return TestReport("failed", (), request.expected, 0.0, output="half \udc80 a line")


def test_half_characters_in_the_output_of_tests_end_nothing() -> None:
    played = play({"Dev1": ["<run_tests/>"]}, agents=1, max_rounds=2, tests=Mumbling())
    assert played.one(ev.TestsFinished).output == "half \ufffd a line"
    assert played.one(ev.RunVerified).detail == "half \ufffd a line"


# ------------------------------------------------------------ no reply can break a run

_words = st.sampled_from(
    ["1", "2", "Dev1", "Dev2", "Lead", "all", "add.py", "a/b", "../x", "tests/t.py", "", " "]
)
_attributes = st.lists(
    st.tuples(st.sampled_from(["id", "to", "path", "base", "x"]), _words | st.text(max_size=5)), max_size=3
)


@st.composite
def _tags(draw: st.DrawFn) -> str:
    name = draw(st.sampled_from([spec.name for spec in ACTIONS]))
    attributes = "".join(f' {key}="{value}"' for key, value in draw(_attributes))
    body = draw(st.text(max_size=20) | _words)
    form = draw(st.sampled_from(["<{n}{a}/>", "<{n}{a}>{b}</{n}>", "<{n}{a}>", "</{n}>", "<{n}{a}"]))
    return form.format(n=name, a=attributes, b=body)


_replies = st.lists(_tags() | st.text(max_size=20) | st.just(done("1", "add.py")), max_size=8).map("\n".join)


@pytest.mark.parametrize("locks", ["pessimistic", "optimistic", "none"])
@pytest.mark.parametrize("strategy", ["decentralized", "lead", "preassigned"])
@settings(max_examples=25)
@given(st.data())
def test_whatever_agents_write_the_run_goes_on_to_its_end(
    strategy: str, locks: str, data: st.DataObject
) -> None:
    def brain(agent: str, call: int, messages: Sequence[Message]) -> str:
        return data.draw(_replies)

    played = play(brain, graph("add", "sub", sub="add"), strategy=strategy, locks=locks, max_rounds=3)
    assert isinstance(played.events[-1], ev.RunVerified)
    assert played.outcome in ("completed", "max_rounds")
    taken, freed = played.of(ev.LockAcquired), played.of(ev.LockReleased)
    assert sorted((e.path, e.token) for e in taken) == sorted((e.path, e.token) for e in freed)
