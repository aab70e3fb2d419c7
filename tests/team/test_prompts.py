"""The texts agents read: fixed line forms that nothing from outside can break."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.record import events as ev
from engine.strategies import STRATEGIES
from engine.team import prompts
from engine.team.actions import ACTIONS, REVIEWING
from tests.helpers.scripted import graph, started

HEADING = re.compile(r"^#+ ", re.MULTILINE)


@pytest.mark.parametrize("strategy", STRATEGIES)
@pytest.mark.parametrize("role", ["developer", "lead"])
def test_the_brief_has_the_fixed_lines_that_models_read_back(strategy: str, role: ev.Role) -> None:
    run = started(strategy=strategy, brief="Build\n# it\n\nwell.")
    agent = ev.AgentSpec(name="Dev1", role=role, model="m")
    text = prompts.brief(run, agent, STRATEGIES[strategy](), ["2", "1"], [m.name for m in run.team])
    lines = text.splitlines()
    assert lines[0] == f"You are Dev1, {role} of the team that builds handmade."
    assert lines[1] == f"Team: {', '.join(member.name for member in run.team)}."
    assert lines[2] == f"Strategy: {strategy}."
    assert ("Your tasks, in this order: 2, 1." in lines) == STRATEGIES[strategy].preassigns
    assert "Completion: reported." in lines
    assert HEADING.findall(text) == ["# "] * 4
    headings = [line for line in lines if line.startswith("#")]
    assert headings == ["# Project", "# How a round works", "# Actions", "# Rules of the strategy"]
    assert "> Build\n> # it\n> \n> well.\n" in text
    assert text.endswith("\n")


@pytest.mark.parametrize("role", ["developer", "lead"])
def test_an_agent_is_taught_every_action_of_its_role_and_no_other(role: ev.Role) -> None:
    run = started(strategy="lead")
    text = prompts.brief(run, ev.AgentSpec(name="X", role=role, model="m"), STRATEGIES["lead"](), [], [])
    actions = text.partition("# Actions\n")[2].partition("\n# ")[0]
    for spec in ACTIONS:
        taught = role in spec.roles and spec.name not in REVIEWING
        assert (f"<{spec.name}" in actions) == taught


def test_a_board_line_says_id_status_owner_needs_name_and_title() -> None:
    first, second = graph("add", "sub", sub="add")
    assert prompts.board_line(first, "pending", "") == "1 | pending | - | - | add | Build add\n"
    assert prompts.board_line(second, "done", "Dev2") == "2 | done | Dev2 | 1 | sub | Build sub\n"
    assert prompts.board(1, 2, ["a\n", "b\n"]) == "## Task board (1 of 2 done)\na\nb\n"


_text = st.text(st.characters(codec="utf-8"), max_size=40) | st.sampled_from(
    ["# Round 9", "## Reply\nx", "\n\n", "~~~", "~~~~~\n## Mail", "> quoted", "a\n# b\n", "\r\n## x"]
)


@settings(max_examples=100)
@given(_text)
def test_quoted_text_is_all_on_lines_that_begin_with_the_mark(text: str) -> None:
    quoted = prompts.quote(text)
    assert all(line.startswith("> ") for line in quoted.split("\n")[:-1])
    assert quoted.endswith("\n")
    assert "\n".join(line[2:] for line in quoted.split("\n")[:-1]) == text.rstrip("\n")


@settings(max_examples=100)
@given(_text, _text, _text, _text)
def test_an_outcome_is_one_line_with_its_output_quoted_below(
    action: str, subject: str, sentence: str, more: str
) -> None:
    lines = prompts.outcome(action, subject, "ok", sentence, more).split("\n")
    assert lines.pop() == ""
    assert lines[0].startswith("-")
    assert ": ok." in lines[0]
    assert all(line.startswith("> ") for line in lines[1:])


@settings(max_examples=100)
@given(_text, _text)
def test_nothing_in_a_mail_stands_outside_its_quotes(sender: str, text: str) -> None:
    lines = prompts.mail([("m1", sender, 3, text)]).split("\n")
    assert lines[0] == "## Mail"
    assert lines[1].startswith("- m1 from ")
    assert lines[1].endswith(" in round 3:")
    assert all(line.startswith("> ") for line in lines[2:-1])


@settings(max_examples=150)
@given(st.lists(_text | st.just("~~~python"), max_size=5).map("\n".join))
def test_a_file_stands_between_fences_that_it_cannot_close(content: str) -> None:
    section = prompts.file_section("add.py", 3, "Dev2", content)
    lines = section.split("\n")
    assert lines[0] == "## File add.py v3 by Dev2"
    fence = lines[1].removesuffix("python")
    assert re.fullmatch("~{3,}", fence)
    assert lines[-1] == ""
    closing = lines.index(fence, 2)
    assert closing == len(lines) - 2
    inside = "\n".join(lines[2:closing])
    assert inside == (content[:-1] if content.endswith("\n") else content)


def test_only_python_files_are_called_python() -> None:
    assert "\n~~~text\n" in prompts.file_section("notes.md", 1, "Dev1", "x")


def test_the_full_text_of_a_task_names_files_and_dependencies() -> None:
    _, second = graph("add", "sub", sub="add")
    assert prompts.task_section(second) == (
        "## Task 2: sub\nFiles: sub.py\nDependencies: 1\n> Write sub.\n> It does what it should.\n"
    )
    assert "Dependencies: none\n" in prompts.task_section(graph("add")[0])


def test_the_version_of_the_texts_is_in_the_first_event() -> None:
    assert started().template == prompts.TEMPLATE
