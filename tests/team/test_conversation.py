"""Conversations: what an agent is told, when, and that the journal alone gives every prompt back."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import pytest

from engine import control
from engine.models.base import Hear, Message, Model, ModelError, Reply, unheard
from engine.record import events as ev
from engine.record.codec import decode
from engine.record.state import RunState
from engine.strategies import STRATEGIES
from engine.team.conversation import TASKS_SHOWN, Conversations
from tests.helpers.scripted import (
    Played,
    Say,
    ScriptedModel,
    Steering,
    done,
    edit,
    graph,
    play,
    started,
)

CHAIN = graph("add", "sub", "mul", "lone", sub="add", mul="add sub")

PLAN = """
[[fault]]
kind = "crash"
target = "Dev2"
at_round = 3
duration_seconds = 5
[[fault]]
kind = "stall"
target = "Dev3"
at_round = 4
duration_seconds = 50
[[fault]]
kind = "corrupt"
target = "Dev1"
at_round = 2
mode = "truncated"
[[fault]]
kind = "drop_messages"
target = "Dev1"
at_round = 5
probability = 0.5
[[fault]]
kind = "api_errors"
target = "Dev1"
at_round = 6
status = 400
duration_seconds = 1
"""


def rebuilt(played: Played, without: set[int]) -> dict[str, list[list[tuple[str, str]]]]:
    """Every conversation at every turn but some, from the journal alone."""
    conversations = Conversations()
    asked: dict[str, list[list[tuple[str, str]]]] = {name: [] for name in played.asked}
    for line in played.data.splitlines():
        event = decode(line)
        if isinstance(event, ev.TurnStarted):
            prompt = conversations.compose(event.agent, event.round)
            assert (prompt.seen, prompt.request) == (event.seen, event.request)
        conversations.apply(event)
        if isinstance(event, ev.TurnStarted) and event.turn not in without:
            messages = conversations.messages(event.agent)
            asked[event.agent].append([(message.role, message.text) for message in messages])
    return asked


def busy(agent: str, call: int, messages: Sequence[Message]) -> Say:
    """An agent that does a bit of everything, also what it may not."""
    task = str((call + len(agent)) % 4 + 1)
    everything = [
        f'<claim_task id="{task}"/>',
        edit("add.py", f"x = {call}\n"),
        edit("data.py"),
        edit(f"{agent}.py", "~~~\n~~~~\ncode"),
        "<run_tests/>",
        f'<run_tests id="{task}"/>',
        f'<complete_task id="{task}"/>',
        "<broadcast>Hello\n# Round 9\n## Reply</broadcast>",
        '<send_message to="Dev1">é</send_message>',
        '<show_task id="1"/>',
        '<read_file path="add.py"/>',
        f'<release_task id="{task}"/>',
        f'<assign_task id="{task}" to="Dev2"/>',
        '<request_status to="Dev1"/>',
        "<synthesize>All is well.</synthesize>",
        "<claim_task>",
    ]
    return Say("\n".join(everything[call % 3 :: 2]), 1.0 + 0.3 * (call % 4))


@pytest.mark.parametrize("locks", ["pessimistic", "optimistic", "none"])
@pytest.mark.parametrize("strategy", STRATEGIES)
def test_every_prompt_of_a_run_is_rebuilt_from_its_journal_byte_for_byte(strategy: str, locks: str) -> None:
    async def steer(hand: Steering) -> None:
        await hand.sleep(1.5)
        await hand.do(control.Say(text="From a person.", to="Dev1"))

    played = play(
        busy,
        graph("add", "sub", "mul", "lone", "left", sub="add", mul="add sub"),  # nobody does the last
        agents=3,
        strategy=strategy,
        locks=locks,
        plan=PLAN,
        steer=steer,
        files={"data.py": "x = 1\n"},
        max_rounds=12,
        lead_lost="promote" if locks == "none" else "self-claim",
    )
    # In turns whose calls failed by injection, the model behind the fault was not asked.
    lost = {event.turn for event in played.of(ev.CallFailed)}
    expected = rebuilt(played, lost)
    assert sum(map(len, expected.values())) > 20
    assert played.asked == expected


def test_the_digest_of_a_request_covers_all_that_the_model_gets() -> None:
    seen: dict[str, set[str]] = {}

    class Digesting:
        def __init__(self, inner: ScriptedModel) -> None:
            self.name, self.real, self.inner = inner.name, inner.real, inner

        async def complete(self, messages: Sequence[Message], hear: Hear = unheard) -> Reply:
            text = "\0".join(f"{message.role}:{message.text}" for message in messages)
            whole = hashlib.sha256(text.encode()).hexdigest()
            asked.append(whole)
            return await self.inner.complete(messages)

    def wrap(inner: ScriptedModel) -> Model:
        return Digesting(inner)

    variants: list[dict[str, Any]] = [
        {},
        {},
        {"brief": "Build something else."},
        {"locks": "none"},
        {"completion": "verified"},
        {"strategy": "preassigned"},
        {"suite": "other"},
        {"agents": 3},
        {"tasks": graph("add", "sum")},
    ]
    for variant in variants:
        asked: list[str] = []
        played = play({"Dev1": [Say("Hm.", 0.5)]}, model=wrap, max_rounds=2, **variant)
        turns = played.of(ev.TurnStarted)
        assert len(asked) == len(turns)
        for request, whole in zip((turn.request for turn in turns), asked, strict=True):
            seen.setdefault(request, set()).add(whole)
    assert all(len(wholes) == 1 for wholes in seen.values()), "one digest, two conversations"
    assert len({whole for wholes in seen.values() for whole in wholes}) == len(seen)


def test_the_board_in_a_prompt_is_the_board_of_the_state() -> None:
    played = play(busy, CHAIN, agents=3, strategy="preassigned", plan=PLAN, max_rounds=8)
    state, at = RunState(), {name: iter(asked) for name, asked in played.asked.items()}
    checked = 0
    for event in played.events:
        state.apply(event)
        if isinstance(event, ev.TurnStarted):
            shown = next(at[event.agent], None)
            if shown is None:
                continue
            tasks = state.board.tasks.values()
            lines = [
                " | ".join((t.id, t.status, t.owner or "-", ",".join(t.dependencies) or "-", t.name, t.title))
                for t in tasks
            ]
            head = f"## Task board ({state.board.done} of {state.board.total} done)"
            assert "\n".join([head, *lines]) in shown[-1][1]
            checked += 1
    assert checked > 10


# ------------------------------------------------------------ the brief


def test_the_brief_stands_first_in_every_prompt_of_the_run() -> None:
    played = play({}, max_rounds=30)
    for conversation in played.asked["Dev1"]:
        role, text = conversation[0]
        assert role == "system"
        assert text.startswith("You are Dev1, developer of the team that builds handmade.\n")
        assert "\n# Project\n> Build it.\n> Together.\n" in text
        assert "<claim_task" in text
    roles = [role for role, _ in played.asked["Dev1"][-1]]
    assert roles == ["system", *["user", "assistant"] * 29, "user"]


def test_each_agent_is_told_exactly_its_own_preassigned_tasks() -> None:
    played = play({}, CHAIN, strategy="preassigned", agents=3, max_rounds=1)
    own = {name: asked[0][0][1] for name, asked in played.asked.items()}
    assert "\nYour tasks, in this order: 1, 2, 3.\n" in own["Dev1"]
    assert "\nYour tasks, in this order: 4.\n" in own["Dev2"]
    assert "\nYour tasks, in this order: none.\n" in own["Dev3"]


def test_the_rules_of_locks_and_completion_are_in_the_brief() -> None:
    texts = {
        (locks, completion): play({}, locks=locks, completion=completion, max_rounds=1).asked["Dev1"][0][0][1]
        for locks in ("pessimistic", "optimistic", "none")
        for completion in ("reported", "verified")
    }
    assert len(set(texts.values())) == 6
    for (locks, completion), text in texts.items():
        assert f"\nCompletion: {completion}.\n" in text
        assert ('base="2"' in text) == (locks == "optimistic")


# ------------------------------------------------------------ tasks


def test_the_full_text_of_a_task_is_shown_once_to_whoever_could_claim_it() -> None:
    played = play({"Dev2": [Say(done("1", "add.py"), 0.5)]}, CHAIN, max_rounds=3)
    headings = [
        [task for task in "1234" if f"\n## Task {task}: " in played.prompt("Dev1", n)] for n in (1, 2, 3)
    ]
    assert headings == [["1", "4"], ["2"], []]  # 2 can be claimed since 1 is done; 3 still waits
    assert played.of(ev.TurnStarted, agent="Dev1")[0].seen.tasks == ("1", "4")


def test_an_owner_gets_the_full_text_of_its_task_before_it_can_be_begun() -> None:
    played = play({}, CHAIN, strategy="preassigned", max_rounds=2)
    assert "## Task 3: mul\nFiles: mul.py\nDependencies: 1, 2\n> Write mul.\n" in played.prompt("Dev1", 1)
    assert "## Task" not in played.prompt("Dev1", 2).replace("## Task board", "")


def test_a_lead_gets_all_texts_and_developers_those_assigned_to_them() -> None:
    played = play({"Lead": ['<assign_task id="4" to="Dev2"/>']}, CHAIN, strategy="lead", max_rounds=2)
    assert all(f"\n## Task {task}: " in played.prompt("Lead", 1) for task in "1234")
    assert "\n## Task 1" not in played.prompt("Dev1", 1)
    assert "\n## Task 4: lone" in played.prompt("Dev2", 2)
    assert "\n## Task 4: lone" not in played.prompt("Dev1", 2)


def test_when_the_lead_is_lost_developers_see_what_they_may_claim_now() -> None:
    plan = '[[fault]]\nkind = "crash"\ntarget = "lead"\nat_round = 2\n'
    played = play({}, CHAIN, strategy="lead", plan=plan, max_rounds=3)
    assert "\n## Task 1: add" not in played.prompt("Dev1", 1)
    assert "\n## Task 1: add" in played.prompt("Dev1", 2)


def test_show_task_gives_the_text_again() -> None:
    played = play({"Dev1": ['<show_task id="3"/>']}, CHAIN, max_rounds=2)
    assert "\n## Task 3: mul" in played.prompt("Dev1", 2)
    assert "- show_task 3: ok. It stands below." in played.prompt("Dev1", 2)


def test_of_thousands_of_open_tasks_a_prompt_shows_some_and_counts_the_rest() -> None:
    many = graph(*(f"t{n}" for n in range(TASKS_SHOWN + 25)))
    played = play({}, many, agents=1, max_rounds=2)
    assert played.prompt("Dev1", 1).count("\n## Task ") == TASKS_SHOWN + 1  # and the board
    assert "\n25 more tasks are open to you; show_task gives their full text.\n" in played.prompt("Dev1", 1)
    assert played.prompt("Dev1", 2).count("\n## Task ") == 25 + 1


# ------------------------------------------------------------ files


def test_files_that_others_changed_are_named_with_version_and_author_once() -> None:
    played = play({"Dev2": [edit("add.py") + edit("new.py"), edit("add.py", "2\n")]}, max_rounds=4)
    assert played.section("Dev1", 2, "Files") == (
        "Files changed since your last turn\nadd.py v1 by Dev2\nnew.py v1 by Dev2"
    )
    assert played.section("Dev1", 3, "Files") == "Files changed since your last turn\nadd.py v2 by Dev2"
    assert played.section("Dev1", 4, "Files") == ""
    assert played.section("Dev2", 2, "Files") == ""
    assert played.of(ev.TurnStarted, agent="Dev1")[1].seen.changes == (("add.py", 1), ("new.py", 1))


def test_a_file_of_an_own_task_that_stands_there_from_the_start_is_shown_once_and_can_be_changed() -> None:
    played = play(
        {"Dev1": ['<claim_task id="1"/>', "Thinking.", done("1", "add.py")]},
        max_rounds=3,
        start_files={"add.py": "wrong\n"},
    )
    seen = [turn.seen.files for turn in played.of(ev.TurnStarted, agent="Dev1")]
    assert seen[:3] == [(), (("add.py", 0),), ()]
    assert [(e.path, e.version) for e in played.of(ev.FileEdited)] == [("add.py", 1)]


def test_a_file_of_an_own_open_task_that_somebody_else_changed_is_shown() -> None:
    played = play(
        {"Dev1": ['<claim_task id="1"/>'], "Dev2": ["", edit("add.py", "theirs\n") + edit("sub.py")]},
        max_rounds=3,
    )
    shown = "\n## File add.py v1 by Dev2\n~~~python\ntheirs\n~~~\n"
    assert shown in played.prompt("Dev1", 3)
    assert "## File sub.py" not in played.prompt("Dev1", 3)
    assert played.of(ev.TurnStarted, agent="Dev1")[2].seen.files == (("add.py", 1),)


def test_read_file_shows_the_file_as_it_stands_at_the_next_prompt() -> None:
    played = play(
        {
            "Dev1": [Say('<read_file path="add.py"/>', 2.0)],
            "Dev2": [edit("add.py", "1\n"), edit("add.py", "2\n")],
        },
        max_rounds=2,
    )
    assert "## File add.py v1 by Dev2\n~~~python\n1\n~~~\n" in played.prompt("Dev1", 2)


def test_reading_what_is_not_there_is_refused_with_the_nearest_name() -> None:
    played = play({"Dev1": [edit("add.py") + '<read_file path="ad.py"/>']}, max_rounds=1)
    assert played.one(ev.ActionRefused).detail == 'There is no file ad.py yet. Did you mean "add.py"?'


def test_a_stale_edit_is_refused_and_the_current_version_stands_in_the_next_prompt() -> None:
    played = play(
        {
            "Dev1": [edit("add.py", "mine\n")],
            "Dev2": [Say(edit("add.py", "late\n"), 2.0), edit("add.py", "merged\n")],
        },
        locks="optimistic",
        max_rounds=2,
    )
    refused = played.one(ev.ActionRefused)
    assert (refused.agent, refused.reason) == ("Dev2", "stale")
    assert "## File add.py v1 by Dev1\n~~~python\nmine\n~~~\n" in played.prompt("Dev2", 2)
    assert [(e.agent, e.base, e.version) for e in played.of(ev.FileEdited)] == [
        ("Dev1", 0, 1),
        ("Dev2", 1, 2),
    ]


# ------------------------------------------------------------ outcomes and mail


def test_outcomes_stand_in_the_order_of_the_text_one_line_each() -> None:
    reply = (
        '<claim_task id="3"/><claim_task id="1"/>'
        + edit("add.py", "wrong")
        + '<run_tests id="1"/><complete_task id="9"/><complete_task id="1"/>'
        + '<release_task id="4"/><read_file path="add.py"/><send_message to="Dev2">Hi.</send_message>'
        + "<claim_task>"
    )
    played = play({"Dev1": [reply]}, CHAIN, max_rounds=2)
    assert played.section("Dev1", 2, "Outcomes").splitlines() == [
        "Outcomes of your last reply",
        "- claim_task 3: refused (blocked). Task 3 waits for 1, 2; do that first or wait for it.",
        "- claim_task 1: ok. You own task 1.",
        "- edit_file add.py: ok. It is now version 1.",
        "- run_tests: failed. 0 of 1 tests passed. Failed: test_add.py::test_it.",
        "> FAILED test_add.py::test_it",
        "- complete_task 9: refused (unknown). There is no task 9. Known: 1, 2, 3, 4.",
        "- complete_task 1: ok. It is done.",
        "- release_task 4: refused (not_owner). Task 4 is not yours.",
        "- read_file add.py: ok. It stands below.",
        "- send_message Dev2: ok. Sent to Dev2.",
        '- claim_task: refused (malformed). claim_task needs id: write <claim_task id="3"/>.',
    ]
    assert played.section("Dev2", 2, "Outcomes") == ""


def test_outcomes_of_a_lead_stand_in_its_prompt() -> None:
    reply = (
        '<assign_task id="1" to="Dev1"/><request_status to="Dev2"/><synthesize>So far so good.</synthesize>'
    )
    played = play({"Lead": [reply]}, strategy="lead", max_rounds=2)
    assert played.section("Lead", 2, "Outcomes").splitlines()[1:] == [
        "- assign_task 1: ok. Dev1 has it.",
        "- request_status Dev2: ok. Sent to Dev2.",
        "- synthesize: ok. Sent to Dev1, Dev2.",
    ]
    assert "Dev2, how far are you, and what do you wait for?" in played.section("Dev2", 2, "Mail")


def test_mail_is_in_the_next_prompt_in_order_quoted_and_only_there() -> None:
    played = play(
        {
            "Dev1": ["<broadcast>one\n\n## Reply</broadcast>" + '<send_message to="Dev3">two</send_message>'],
            "Dev2": [Say("<broadcast>three</broadcast>", 2.0)],
        },
        agents=3,
        max_rounds=3,
    )
    assert played.section("Dev3", 2, "Mail") == (
        "Mail\n- m1 from Dev1 in round 1:\n> one\n> \n> ## Reply\n"
        "- m2 from Dev1 in round 1:\n> two\n- m3 from Dev2 in round 1:\n> three"
    )
    assert played.section("Dev2", 2, "Mail") == "Mail\n- m1 from Dev1 in round 1:\n> one\n> \n> ## Reply"
    assert played.section("Dev3", 3, "Mail") == ""
    assert played.of(ev.TurnStarted, agent="Dev3")[1].seen.mail == ("m1", "m2", "m3")


def test_mail_that_comes_while_an_agent_thinks_is_in_its_next_prompt_and_not_lost() -> None:
    played = play({"Dev1": ["<broadcast>soon</broadcast>"], "Dev2": [Say("", 50.0)]}, max_rounds=2)
    assert "soon" not in played.prompt("Dev2", 1)
    assert "soon" in played.section("Dev2", 2, "Mail")


def test_mail_waits_for_an_agent_that_is_down() -> None:
    plan = '[[fault]]\nkind = "crash"\ntarget = "Dev2"\nat_round = 1\nduration_seconds = 2.5\n'
    played = play(
        {"Dev1": ["<broadcast>one</broadcast>", "<broadcast>two</broadcast>"]}, plan=plan, max_rounds=4
    )
    assert played.prompt("Dev2", 1).count("\n> ") >= 2
    assert "> one\n- m2 from Dev1 in round 2:\n> two" in played.section("Dev2", 1, "Mail")


def test_a_turn_lost_to_errors_keeps_what_was_said_before() -> None:
    error = ModelError("bad_request", "no", retryable=False)
    played = play({"Dev1": ["I begin.", Say(error=error)]}, agents=1, max_rounds=3)
    conversation = played.asked["Dev1"][2]
    assert [role for role, _ in conversation] == ["system", "user", "assistant", "user", "user"]


def test_the_message_list_of_a_conversation_is_not_copied_per_turn() -> None:
    conversations = Conversations()
    conversations.apply(started())
    turn = ev.TurnStarted(seq=2, round=1, turn=1, agent="Dev1", epoch=1, seen=ev.Seen(board=1), request="")
    conversations.apply(turn)
    assert conversations.messages("Dev1") is conversations.messages("Dev1")
    shared = conversations.compose("Dev2", 1).message.parts[1]
    assert shared is conversations.messages("Dev1")[-1].parts[1]  # the board is one text for all
