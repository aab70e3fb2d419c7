"""Numbers as people read them."""

from __future__ import annotations

import pytest

from tui.widgets.figures import BARS, age, clock, count, money, spark, times


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "00:00"), (134.9, "02:14"), (3734, "1:02:14"), (-3, "00:00")]
)
def test_elapsed_time_is_minutes_and_seconds_with_hours_only_if_needed(seconds: float, text: str) -> None:
    assert clock(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(4.9, "4 s"), (99, "99 s"), (100, "1 min"), (7000, "1 h"), (-1, "0 s")]
)
def test_an_age_has_one_unit(seconds: float, text: str) -> None:
    assert age(seconds) == text


@pytest.mark.parametrize(
    ("number", "text"),
    [(0, "0"), (812, "812"), (8_149, "8.1k"), (81_400, "81k"), (999_600, "1.0M"), (12_345_678, "12M")],
)
def test_counts_are_short(number: float, text: str) -> None:
    assert count(number) == text


@pytest.mark.parametrize(
    ("usd", "text"),
    [(None, "$ unknown"), (0.0, "$0.00"), (0.4234, "$0.42"), (0.0117, "$0.012"), (0.0004, "<$0.001")],
)
def test_money_never_pretends_to_be_known_or_zero(usd: float | None, text: str) -> None:
    assert money(usd) == text


def test_no_speedup_is_a_dash() -> None:
    assert (times(None), times(1.1249)) == ("–", "1.12×")


def test_a_spark_line_has_a_bar_for_each_value_and_the_peak_is_full() -> None:
    line = spark([0, 1, 4])
    assert len(line) == 3
    assert (line[0], line[-1]) == (BARS[0], BARS[-1])


def test_values_above_the_top_do_not_leave_the_bars() -> None:
    assert spark([9.0, -2.0], top=3.0) == BARS[-1] + BARS[0]


def test_a_spark_line_of_nothing_is_flat() -> None:
    assert spark([0, 0]) == BARS[0] * 2
