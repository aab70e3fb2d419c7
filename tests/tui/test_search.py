"""Searching: what can be written, what a line speaks of, and that hostile words only take little time."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.record.state import RunState
from tests.helpers.teamscript import scripted
from tests.tui.test_hostile import CORPUS
from tui.mentions import Mention, Names
from tui.search import TERMS_MAX, Words, parse

NAMES = Names(RunState.of(scripted().events))

LINES = (
    Words(("Dev1",), "act", 7, "claims 8 normalize"),
    Words(("Dev2",), "refused", 7, "⊘ denied outlier_mask.py: Dev1 holds it 3 s"),
    Words(("Dev3",), "fault", 5, "crashed: injected by you"),
    Words(("Dev4",), "speech", 7, "Great job Dev1! Standing by"),
    Words(("Dev4", "Dev2"), "mail", 6, "outlier_mask waits for normalize, careful."),
    Words(("Dev2",), "bad", 6, "tests failed, 1 of 3 in 1.5 s\nassert 1 == 2"),
)


def found(query: str) -> list[int]:
    matches = parse(query).matcher(NAMES)
    return [index for index, line in enumerate(LINES) if matches(line)]


@pytest.mark.parametrize(
    ("query", "lines"),
    [
        ("normalize", [0, 4]),
        ("NORMALIZE careful", [4]),
        ("!normalize", [1, 2, 3, 5]),
        ('"for normalize"', [4]),
        ("agent:Dev2", [1, 4, 5]),
        ("agent:dev", [0, 1, 2, 3, 4, 5]),
        ("!agent:Dev4 round:7", [0, 1]),
        ("task:8", [0, 4]),
        ("task:outlier_mask", [4]),
        ("path:outlier_mask.py", [1]),
        ("path:mask", [1]),
        ("kind:refused", [1]),
        ("kind:failed", [5]),
        ("kind:said", [3, 4]),
        ("faults", [2]),
        ("!faults agent:Dev3", []),
        ("==", [5]),  # what stands behind a line counts, too
        ("agent:nobody", []),
        ("path:nowhere.py", []),
        ("[/]", []),
    ],
)
def test_words_and_filters_all_have_to_hold(query: str, lines: list[int]) -> None:
    assert found(query) == lines


def test_a_filter_that_is_not_understood_is_told_and_the_rest_holds() -> None:
    assert parse("kind:wrong normalize").problem.startswith("kinds: act refused failed")
    assert parse("round:x").problem == "round:x is no number"
    assert found("kind:wrong normalize") == [0, 4]
    assert str(TERMS_MAX) in parse("x " * (TERMS_MAX + 1)).problem


def test_an_agent_s_name_is_meant_as_a_whole_once_there_is_one() -> None:
    state = RunState.of(scripted().events)
    state.agents.agents["Dev10"] = state.agents.agents["Dev1"]
    matches = parse("agent:Dev1").matcher(Names(state))
    assert not matches(Words(("Dev10",), "act", 1, "x"))


@given(st.text(max_size=300))
def test_any_text_can_be_searched_for(text: str) -> None:
    found(text)


@given(st.text(max_size=60).filter(lambda t: t.strip() and not any(c in t for c in '":!')))
def test_a_word_and_its_inverse_part_the_lines(text: str) -> None:
    word = text.split(maxsplit=1)[0]
    if word.lower() != "faults":
        assert sorted(found(word) + found("!" + word)) == list(range(len(LINES)))


def test_mentions_are_names_as_a_whole_each_once() -> None:
    text = "Dev1: 8 normalize (normalize.py) and task 9, not Dev11, not normalized.py; Dev1 again, safe_add."
    assert NAMES.in_text(text) == [
        Mention("agent", "Dev1"),
        Mention("task", "8"),
        Mention("path", "normalize.py"),
        Mention("task", "9"),
        Mention("task", "2"),
    ]


def test_a_name_within_a_longer_one_is_none() -> None:
    assert NAMES.in_text("my-add.py re/normalize.py addendum") == []


@pytest.mark.parametrize("bad", CORPUS.values(), ids=CORPUS)
def test_hostile_lines_are_searched_in_no_time(bad: str) -> None:
    started = time.process_time()
    matches = parse(f"task:8 path:add {bad}").matcher(NAMES)
    assert not matches(Words((bad[:40],), "act", 1, bad))
    NAMES.in_text(bad)
    assert time.process_time() - started < 0.5  # a megabyte: only its beginning is looked through
