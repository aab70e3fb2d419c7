"""Rows of spans: fitted to cells, never longer, never markup."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tui.widgets.spans import (
    Span,
    cells_of,
    crop,
    crop_row,
    fit,
    justify,
    pad,
    plain,
    shorten,
    width_of,
    wrap,
    wrap_row,
)


def test_a_short_text_is_left_alone() -> None:
    assert shorten("clamp", 5) == "clamp"


def test_a_long_text_ends_in_an_ellipsis() -> None:
    assert shorten("filter_outliers", 8) == "filter_…"


def test_wide_characters_count_as_two_cells() -> None:
    assert crop("日本語", 5) == "日本"
    assert cells_of(pad("日本語", 5)) == 5


def test_markup_is_just_text() -> None:
    assert plain(fit([Span("[/]"), Span("[@click=app.quit]x[/]")], 40)).rstrip() == "[/][@click=app.quit]x[/]"


@given(st.lists(st.text(max_size=12), max_size=5), st.integers(0, 40))
@settings(max_examples=150)
def test_a_fitted_row_has_exactly_the_cells_it_was_given(texts: list[str], cells: int) -> None:
    row = fit([Span(text) for text in texts], cells)
    assert width_of(row) == cells


def test_a_cropped_row_says_that_something_is_missing() -> None:
    row = crop_row([Span("abc"), Span("def", "good"), Span("ghi")], 6)
    assert plain(row) == "abcde…"
    assert row[1].role == "good"


def test_a_row_that_fits_exactly_is_not_marked_as_cut() -> None:
    assert plain(crop_row([Span("abc"), Span("def")], 6)) == "abcdef"


def test_the_left_side_gives_way_to_the_status_at_the_right() -> None:
    row = justify([Span("a_very_long_name")], [Span("waits 8")], 16)
    assert plain(row) == "a_very_… waits 8"


@pytest.mark.parametrize("cells", [1, 5, 9, 30])
def test_wrapped_lines_never_exceed_their_width(cells: int) -> None:
    lines = wrap("z_score is done, taking averyveryverylongword 日本語日本語 next", cells)
    assert all(cells_of(line) <= max(cells, 2) for line in lines)


def test_wrapping_keeps_every_word_when_there_is_no_limit() -> None:
    text = "one two three four five"
    assert " ".join(wrap(text, 9)) == text


def test_text_beyond_the_limit_of_lines_ends_in_an_ellipsis() -> None:
    lines = wrap("one two three four five six seven", 9, limit=2)
    assert len(lines) == 2
    assert lines[-1].endswith("…")
    assert cells_of(lines[-1]) <= 9


def test_text_is_cut_after_a_whole_word() -> None:
    assert wrap("so that nobody waits for long", 12, limit=1) == ["so that …"]


def test_a_number_stays_with_its_unit() -> None:
    assert wrap("tests passed 3/3 in 1.5 s", 24) == ["tests passed 3/3 in", "1.5 s"]


def test_a_megabyte_without_a_blank_is_cut_at_the_limit_quickly() -> None:
    assert len(wrap("x" * 20_000, 40, limit=3)) == 3


def test_a_row_is_broken_between_words_and_keeps_its_roles() -> None:
    row = [Span(" ⚠ ", "warn"), Span("unsafe tests: ", "bad"), Span("code runs without a sandbox")]
    assert wrap_row(row, 80, 2) == [row]
    lines = wrap_row(row, 24, 2)
    assert [plain(line) for line in lines] == [" ⚠ unsafe tests: code", "   runs without a sandb…"]
    assert lines[0][:2] == [Span(" ⚠ ", "warn"), Span("unsafe tests: ", "bad")]


@given(st.text(alphabet="ab 日─\u0301", max_size=60), st.integers(5, 30), st.integers(1, 4))
def test_no_line_of_a_broken_row_is_too_wide_nor_are_there_too_many(
    text: str, cells: int, limit: int
) -> None:
    lines = wrap_row([Span(text[:9], "good"), Span(text[9:])], cells, limit)
    assert len(lines) <= limit
    assert all(width_of(line) <= cells for line in lines)
    whole = "".join(plain(line) for line in lines).replace(" ", "")
    assert whole == text.replace(" ", "") or whole.endswith("…")
