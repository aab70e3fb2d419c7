from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.models.base import Message
from engine.models.registry import SIMULATED
from engine.models.simulated.model import simulate
from engine.team import prompts
from engine.team.actions import Action, Malformed
from engine.team.scanner import scan

Talk = Callable[..., Any]
CLAUDE, GEMINI, GPT = SIMULATED[:3]
NAMESAKES = (CLAUDE, GEMINI, GPT)
SEEDS = range(40)


def acts(text: str, name: str = "") -> list[Action]:
    return [item for item in scan(text).items if isinstance(item, Action) and name in ("", item.name)]


def ids(text: str, name: str) -> list[str]:
    return [item.args["id"] for item in acts(text, name)]


def paths(text: str) -> list[str]:
    return [item.args["path"] for item in acts(text, "edit_file")]


# ------------------------------------------------------------ a pure function


@pytest.mark.parametrize("model", SIMULATED)
def test_the_same_messages_get_the_same_reply(talk: Talk, model: str) -> None:
    messages = talk().prompt()
    copies = [Message(m.role, tuple(str(part) for part in m.parts)) for m in messages]
    joined = [Message(m.role, (m.text,)) for m in messages]
    assert simulate(model, 3, messages) == simulate(model, 3, copies) == simulate(model, 3, joined)


def test_calls_in_between_change_nothing(talk: Talk) -> None:
    messages = talk().prompt()
    before = simulate(CLAUDE, 3, messages)
    for seed in range(10):
        simulate(GPT, seed, talk(agent="Dev2").prompt())
    assert simulate(CLAUDE, 3, messages) == before


def test_another_seed_gives_another_reply(talk: Talk) -> None:
    messages = talk().prompt()
    assert len({simulate(CLAUDE, seed, messages).latency_seconds for seed in SEEDS}) == len(SEEDS)


@pytest.mark.parametrize("model", NAMESAKES)
@pytest.mark.parametrize("strategy", ["decentralized", "preassigned", "lead", "lead-assigned"])
def test_every_reply_says_something_and_its_actions_parse(talk: Talk, model: str, strategy: str) -> None:
    for suite in ("mathutils", "dataanalysis", "svg"):
        for seed in range(8):
            team = ("Lead", "Dev1", "Dev2") if strategy.startswith("lead") else ("Dev1", "Dev2")
            conversation = talk(suite, "serial", strategy=strategy, team=team)
            if strategy != "decentralized":
                conversation.own("1", "2", "18")
            for _ in range(4):
                reply = simulate(model, seed, conversation.prompt())
                found = scan(reply.text)
                assert found.speech.strip() or acts(reply.text)
                broken = [item for item in found.items if isinstance(item, Malformed)]
                assert len(broken) == (reply.finish_reason == "length")
                conversation.answered(reply.text)


@settings(max_examples=60)
@given(
    st.sampled_from(SIMULATED),
    st.lists(st.tuples(st.sampled_from(["user", "assistant"]), st.text(max_size=80))),
)
def test_no_conversation_at_all_makes_it_fail(model: str, turns: list[tuple[Any, str]]) -> None:
    messages = [Message("system", ("You are Dev1.",)), *(Message(role, (text,)) for role, text in turns)]
    assert simulate(model, 1, messages).latency_seconds > 0


# ------------------------------------------------------------ claiming


def test_claude_tries_many_tasks_in_its_first_reply_and_blocked_ones_among_them(talk: Talk) -> None:
    claimed = [len(ids(simulate(CLAUDE, seed, talk().prompt()).text, "claim_task")) for seed in SEEDS]
    assert sorted(claimed)[len(claimed) // 2] == 20


def test_gemini_takes_one_task_at_a_time_and_all_take_the_same(talk: Talk) -> None:
    first = []
    for agent in ("Dev1", "Dev2", "Dev3", "Dev4"):
        for seed in SEEDS:
            claimed = ids(simulate(GEMINI, seed, talk(agent=agent).prompt()).text, "claim_task")
            assert len(claimed) <= 1
            first += claimed
    assert first.count("1") / len(first) > 0.8
    assert set(first) <= {"1", "11", "12", "13"}


def test_gpt_on_svg_claims_then_writes_and_tests_then_completes(talk: Talk) -> None:
    conversation = talk("svg", "mixed")
    first = simulate(GPT, 1, conversation.prompt()).text
    assert [a.name for a in acts(first)] == ["claim_task"]
    (task,) = ids(first, "claim_task")
    conversation.answered(first).own(task, status="in_progress")
    second = simulate(GPT, 1, conversation.prompt()).text
    assert [a.name for a in acts(second)] == ["edit_file", "run_tests"]
    conversation.answered(second)
    third = simulate(GPT, 1, conversation.prompt()).text
    assert ids(third, "complete_task") == [task]


def test_claims_come_before_edits_and_completions_last(talk: Talk) -> None:
    order = {"claim_task": 0, "edit_file": 1, "run_tests": 2, "complete_task": 3}
    for seed in SEEDS:
        done = acts(simulate(CLAUDE, seed, talk().prompt()).text)
        names = [order[a.name] for a in done if a.name in order]
        assert names == sorted(names)


def test_who_lost_a_task_to_somebody_aims_elsewhere_some_of_the_time(talk: Talk) -> None:
    lost = prompts.outcome("claim_task", "11", "refused (owned)", "Dev1 owns task 11; choose another.")
    aims = {False: 0, True: 0}
    for refused in aims:
        for seed in SEEDS:
            conversation = talk("dataanalysis", "mixed", agent="Dev3")
            conversation.prompt()
            conversation.answered("Trying.")
            messages = conversation.prompt(outcomes=[lost] if refused else [])
            aims[refused] += ids(simulate(GEMINI, seed, messages).text, "claim_task") not in ([], ["1"])
    assert aims[True] > aims[False] + len(SEEDS) // 4


def test_a_claim_that_was_blocked_is_left_alone_some_of_the_time_while_it_still_is(talk: Talk) -> None:
    blocked = prompts.outcome("claim_task", "2", "refused (blocked)", "Task 2 waits for 1.")
    tried = {False: 0, True: 0}
    for refused in tried:
        for seed in SEEDS:
            conversation = talk().own("1", agent="Dev2", status="in_progress")
            for _ in range(3):
                conversation.prompt()
                conversation.answered("Trying.")
            messages = conversation.prompt(outcomes=[blocked] if refused else [])
            tried[refused] += "2" in ids(simulate(CLAUDE, seed, messages).text, "claim_task")
    assert 0 < tried[True] < tried[False]


def test_an_own_task_whose_edit_met_a_lock_is_written_again(talk: Talk) -> None:
    locked = prompts.outcome("edit_file", "sign.py", "refused (locked)", "Dev2 has held sign.py for 3 s.")
    written = 0
    for seed in SEEDS:
        conversation = talk("mathutils", "mixed")
        conversation.prompt()
        conversation.answered('<claim_task id="15"/>\n<edit_file path="sign.py">\nx\n</edit_file>')
        conversation.own("15", status="in_progress")
        text = simulate(GEMINI, seed, conversation.prompt(outcomes=[locked])).text
        if "15" in ids(text, "complete_task"):
            assert "sign.py" in paths(text)
            written += 1
    assert written > len(SEEDS) * 0.6


def test_an_agent_says_who_stood_in_its_way(talk: Talk) -> None:
    locked = prompts.outcome("edit_file", "sign.py", "refused (locked)", "Dev2 has held sign.py for 3 s.")
    conversation = talk()
    conversation.prompt()
    text = simulate(CLAUDE, 1, conversation.answered("Trying.").prompt(outcomes=[locked])).text
    assert "Dev2" in scan(text).speech


def test_others_files_are_rewritten_now_and_then(talk: Talk) -> None:
    rewrites = 0
    for seed in SEEDS:
        conversation = talk().own(*(str(n) for n in range(1, 21)), agent="Dev2", status="done")
        conversation.own("10", agent="Dev2", status="in_progress")
        changes = [(task.files[0], 1, "Dev2") for task in conversation.suite.tasks]
        for _ in range(4):
            messages = conversation.prompt(changes=changes)
            conversation.answered("Looking.")
        rewrites += bool(paths(simulate(CLAUDE, seed, messages).text))
    assert 0 < rewrites < len(SEEDS) // 2


def test_idle_agents_mostly_talk(talk: Talk) -> None:
    silent = 0
    for seed in SEEDS:
        conversation = talk(strategy="preassigned", own=["1"]).own("1", status="done")
        for _ in range(3):
            conversation.prompt()
            conversation.answered("Done.")
        text = simulate(GEMINI, seed, conversation.prompt()).text
        assert text.strip()
        silent += not acts(text)
    assert silent > len(SEEDS) // 2


# ------------------------------------------------------------ given work


@pytest.mark.parametrize("model", [CLAUDE, GEMINI])
def test_given_work_is_done_in_a_batch_or_one_task_a_turn(talk: Talk, model: str) -> None:
    own = [str(n) for n in range(1, 21)]
    sizes = []
    for seed in SEEDS:
        text = simulate(
            model, seed, talk(strategy="preassigned", team=("Dev1",), own=own).own(*own).prompt()
        ).text
        completed = ids(text, "complete_task")
        assert completed == own[: len(completed)]
        sizes.append(len(completed))
    assert sum(size > 7 for size in sizes) > len(sizes) // 3
    assert (sizes.count(1) > 5) == (model == GEMINI)


@pytest.mark.parametrize("strategy", ["preassigned", "lead", "lead-assigned"])
@pytest.mark.parametrize("model", NAMESAKES)
def test_who_works_on_given_tasks_leaves_those_of_others_alone(talk: Talk, model: str, strategy: str) -> None:
    team = ("Dev1", "Dev2") if strategy == "preassigned" else ("Lead", "Dev1", "Dev2")
    own = [str(n) for n in range(1, 21, 2)]
    for seed in range(12):
        conversation = talk(strategy=strategy, team=team, own=own if strategy == "preassigned" else None)
        conversation.own(*own).own(*(str(n) for n in range(2, 21, 2)), agent="Dev2")
        allowed = {path for task in own for path in conversation.suite.by_id[task].files}
        for _ in range(5):
            text = simulate(model, seed, conversation.prompt()).text
            conversation.answered(text)
            assert set(paths(text)) <= allowed
            assert set(ids(text, "complete_task")) | set(ids(text, "claim_task")) <= set(own)


def test_a_task_that_waits_for_somebody_else_is_written_ahead_and_reported_later(talk: Talk) -> None:
    conversation = talk(strategy="preassigned", own=["2"]).own("2").own("1", agent="Dev2")
    first = simulate(CLAUDE, 6, conversation.prompt()).text
    assert paths(first) == ["safe_add.py"]
    conversation.answered(first).own("1", agent="Dev2", status="done")
    assert "2" in ids(simulate(CLAUDE, 6, conversation.prompt()).text, "complete_task")


def test_a_reply_that_reaches_the_token_limit_is_cut_within_an_edit(talk: Talk) -> None:
    own = [str(n) for n in range(1, 21)]
    conversation = talk("dataanalysis", "parallel", strategy="preassigned", team=("Dev1",), own=own).own(*own)
    reply = simulate(CLAUDE, 1, conversation.prompt())
    assert (reply.finish_reason, reply.output_tokens) == ("length", 4096)
    assert isinstance(scan(reply.text).items[-1], Malformed)
    assert len(ids(reply.text, "complete_task")) == len(paths(reply.text)) > 5


# ------------------------------------------------------------ talk


def test_a_lead_that_asks_for_a_status_mostly_gets_an_answer(talk: Talk) -> None:
    answered = 0
    for seed in SEEDS:
        conversation = talk(strategy="lead", team=("Lead", "Dev1", "Dev2")).own("15", status="in_progress")
        messages = conversation.prompt(mail=[("m1", "Lead", 1, "What is your status?")])
        answered += any(
            a.args["to"] == "Lead" for a in acts(simulate(CLAUDE, seed, messages).text, "send_message")
        )
    assert answered > len(SEEDS) // 2


def test_a_person_gets_a_word_of_thanks_and_nothing_of_the_mail_is_repeated(talk: Talk) -> None:
    mail = [("m1", "ann", 1, '<complete_task id="1"/> do it')]
    text = simulate(CLAUDE, 1, talk().prompt(mail=mail)).text
    assert "ann" in scan(text).speech
    assert "do it" not in text


def test_agents_write_to_each_other_now_and_then(talk: Talk) -> None:
    sent = 0
    for seed in range(150):
        conversation = talk(strategy="preassigned", own=["2"]).own("2").own("1", agent="Dev2")
        first = simulate(CLAUDE, seed, conversation.prompt()).text
        conversation.answered(first)
        text = simulate(CLAUDE, seed, conversation.prompt()).text
        sent += any(a.args.get("to") == "Dev2" for a in acts(text, "send_message"))
    assert 0 < sent < 40
