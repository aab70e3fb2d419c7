from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from engine.models.simulated.model import simulate
from engine.team.actions import Action
from engine.team.scanner import scan

Talk = Callable[..., Any]


def reply(messages: Any) -> list[Action]:
    items = scan(simulate("sim/perfect", 1, messages).text).items
    assert all(isinstance(item, Action) for item in items)
    return [item for item in items if isinstance(item, Action)]


def acts(messages: Any) -> list[tuple[str, str]]:
    return [(item.name, next(iter(item.args.values()), "")) for item in reply(messages)]


def assigned(messages: Any) -> list[tuple[str, str]]:
    return [(item.args["id"], item.args["to"]) for item in reply(messages) if item.name == "assign_task"]


def test_it_takes_exactly_one_second_and_always_the_same_tokens(talk: Talk) -> None:
    replies = [simulate("sim/perfect", seed, talk().prompt()) for seed in range(5)]
    assert {reply.latency_seconds for reply in replies} == {1.0}
    assert len({(reply.input_tokens, reply.output_tokens) for reply in replies}) == 1
    assert len({reply.text for reply in replies}) == 1


def test_it_claims_writes_and_completes_one_task_in_one_reply(talk: Talk) -> None:
    conversation = talk()
    assert acts(conversation.prompt()) == [
        ("claim_task", "1"),
        ("edit_file", "add.py"),
        ("complete_task", "1"),
    ]
    edit = reply(conversation.messages)[1]
    assert edit.body == conversation.suite.references["add.py"]


@pytest.mark.parametrize("round_number", [1, 2, 3, 4, 5])
def test_agents_that_see_the_same_board_take_different_tasks(talk: Talk, round_number: int) -> None:
    taken = []
    for agent in ("Dev1", "Dev2", "Dev3", "Dev4"):
        conversation = talk(structure="parallel", agent=agent)
        conversation.round = round_number - 1
        taken.append(acts(conversation.prompt())[0])
    assert sorted(taken) == sorted(("claim_task", task) for task in ("1", "3", "4", "5"))


def test_the_only_ready_task_is_taken_by_one_agent_and_the_others_say_one_line(talk: Talk) -> None:
    replies = []
    for agent in ("Dev1", "Dev2", "Dev3"):
        conversation = talk(structure="serial", agent=agent, team=("Dev1", "Dev2", "Dev3"))
        conversation.own(*(str(n) for n in range(17, 21)), agent="Dev9", status="done")
        replies.append(simulate("sim/perfect", 1, conversation.prompt()).text)
    idle = [text for text in replies if "<" not in text]
    assert len(idle) == 2
    assert all(text and "\n" not in text for text in idle)


def test_the_place_of_an_agent_that_is_down_is_taken_by_another_in_time(talk: Talk) -> None:
    served: set[str] = set()
    for round_number in (1, 2):
        conversation = talk(structure="serial", agent="Dev2", team=("Dev1", "Dev2"))
        conversation.own(*(str(n) for n in range(17, 21)), agent="Dev9", status="done")
        conversation.round = round_number - 1
        served.update(task for name, task in acts(conversation.prompt()) if name == "claim_task")
    assert served == {"1"}


def test_given_tasks_are_done_in_the_order_given_as_soon_as_they_can_be(talk: Talk) -> None:
    conversation = talk(strategy="preassigned", own=["2", "15", "12"]).own("2", "15", "12")
    assert acts(conversation.prompt()) == [("edit_file", "sign.py"), ("complete_task", "15")]
    conversation.own("1", agent="Dev2", status="done")
    assert acts(conversation.prompt()) == [("edit_file", "safe_add.py"), ("complete_task", "2")]


def test_if_its_tests_fail_it_writes_what_the_task_builds_on_anew(talk: Talk) -> None:
    conversation = talk(strategy="preassigned", own=["2"]).own("2").own("1", agent="Dev2", status="done")
    refused = "- complete_task 2: refused (tests). Its tests failed: 1 of 3 do not pass."
    assert acts(conversation.prompt(outcomes=[refused])) == [
        ("edit_file", "add.py"),
        ("edit_file", "safe_add.py"),
        ("complete_task", "2"),
    ]


def test_what_is_handed_in_without_its_file_is_looked_for_and_then_rejected(talk: Talk) -> None:
    row = ("1", "add", "Dev2")
    conversation = talk(strategy="verified-by").own("1", agent="Dev2", status="review")
    assert ("read_file", "add.py") in acts(conversation.prompt(reviews=[row]))
    missing = "- read_file add.py: refused (unknown). There is no file add.py yet.\n"
    said = conversation.answered("").prompt(reviews=[row], outcomes=[missing])
    assert ("reject_task", "1") in acts(said)


def test_it_waits_for_what_its_tasks_build_on(talk: Talk) -> None:
    conversation = talk(strategy="preassigned", own=["2"]).own("2")
    assert simulate("sim/perfect", 1, conversation.prompt()).text == "safe_add waits for what it builds on."


def test_a_developer_under_a_lead_takes_nothing_that_was_not_assigned(talk: Talk) -> None:
    team = ("Lead", "Dev1", "Dev2")
    conversation = talk(strategy="lead", team=team)
    assert acts(conversation.prompt()) == []
    conversation.own("15")
    assert acts(conversation.prompt()) == [("edit_file", "sign.py"), ("complete_task", "15")]


def test_once_the_lead_is_lost_the_tasks_that_are_shown_may_be_claimed(talk: Talk) -> None:
    conversation = talk(strategy="lead", team=("Lead", "Dev1", "Dev2"))
    messages = conversation.prompt(tasks=["1", "11"])
    assert acts(messages)[0] == ("claim_task", "1")


def test_a_lead_deals_out_everything_evenly_at_once(talk: Talk) -> None:
    conversation = talk(agent="Lead", team=("Lead", "Dev1", "Dev2", "Dev3", "Dev4"), strategy="lead-assigned")
    given = assigned(conversation.prompt())
    assert sorted(task for task, _ in given) == sorted(conversation.board)
    loads = [sum(to == name for _, to in given) for name in ("Dev1", "Dev2", "Dev3", "Dev4")]
    assert loads == [5, 5, 5, 5]


def test_a_lead_that_assigns_as_it_goes_keeps_every_developer_busy(talk: Talk) -> None:
    team = ("Lead", "Dev1", "Dev2")
    conversation = talk(agent="Lead", team=team, strategy="lead")
    assert assigned(conversation.prompt()) == [("1", "Dev1"), ("11", "Dev2")]
    conversation.own("1", agent="Dev1").own("11", agent="Dev2")
    assert assigned(conversation.prompt()) == [("2", "Dev1"), ("12", "Dev2")]


def test_a_generated_suite_is_known_by_its_rule(talk: Talk) -> None:
    conversation = talk("synthetic:tasks=30,p=0.9", None)
    assert reply(conversation.prompt())[1].body == conversation.suite.references["unit_0001.py"]
