"""Sentences about wrong names."""

from __future__ import annotations

from tasks.errors import nearest, printable, quoted


def test_a_slip_gets_the_nearest_name() -> None:
    assert nearest("mathutil", ["mathutils", "svg"]) == ' Did you mean "mathutils"?'


def test_case_does_not_hide_the_nearest_name() -> None:
    assert nearest("MATHUTILS", ["mathutils", "svg"]) == ' Did you mean "mathutils"?'


def test_a_word_like_no_other_gets_the_list() -> None:
    assert nearest("zzz", ["mathutils", "svg"]) == " Known: mathutils, svg."


def test_a_long_list_is_cut_and_says_so() -> None:
    sentence = nearest("zzz", [f"n{number:02d}" for number in range(20)])
    assert sentence.endswith("n11, and 8 more.")


def test_nothing_known_says_nothing() -> None:
    assert nearest("zzz", []) == ""


def test_nothing_that_a_terminal_would_act_on_comes_through() -> None:
    assert printable("a\x1b]52;c\x07\u202eb") == "a?]52;c??b"
    assert quoted("x\n" * 100).count("\n") == 0
    assert len(quoted("x" * 1000)) < 70
