import re

import pytest

from chart_column import chart_column


def headings(markup):
    return re.findall(
        r'translate\((\S+) (\S+)\)"><text x="\S+" y="10" text-anchor="middle"[^>]*>([^<]+)<', markup
    )


def test_one_chart_takes_a_line_for_each_entry_and_the_title():
    markup, height = chart_column(5, 7, 228, [("T", {"a": 2, "b": 4})])
    assert height == 72
    assert headings(markup) == [("5", "7", "T")]
    assert re.findall(r'(\d+) (\d+)\)"><rect width="(\d+)"', markup) == [
        ("89", "31", "100"),
        ("89", "55", "50"),
    ]


def test_charts_are_stacked_with_gaps_between_them():
    charts = [("T", {"a": 1, "b": 1}), ("U", {"c": 1}), ("V", {})]
    markup, height = chart_column(1, 10, 228, charts)
    assert headings(markup) == [
        ("1", "10", "T"),
        ("1", "98", "U"),
        ("1", "162", "V"),
        ("1", "186", "no data"),
    ]
    assert height == 72 + 16 + 48 + 16 + 48
    single = [chart_column(1, y, 228, [chart])[0] for y, chart in zip((10, 98, 162), charts, strict=True)]
    assert markup == "".join(single)


def test_a_chart_without_title_is_one_line_lower():
    markup, height = chart_column(1, 0, 228, [("", {"a": 1}), ("", {}), ("T", {})])
    assert height == 24 + 16 + 24 + 16 + 48
    assert headings(markup) == [("1", "40", "no data"), ("1", "80", "T"), ("1", "104", "no data")]


def test_no_charts_take_no_room():
    assert chart_column(1, 2, 228, []) == ("", 0)


def test_charts_that_cannot_be_drawn_are_refused():
    with pytest.raises(ValueError):
        chart_column(0, 0, 128, [("T", {"a": 1})])
    with pytest.raises(ValueError):
        chart_column(0, 0, 228, [("T", {"a": 1}), ("U", {"a": -1})])
