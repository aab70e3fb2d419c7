import re

import pytest

from chart_grid import chart_grid


def headings(markup):
    return re.findall(
        r'translate\((\d+) (\d+)\)"><text x="\d+" y="10" text-anchor="middle"[^>]*>([A-Z])<', markup
    )


def charts(names):
    return [(name, {"a": 1}) for name in names]


def test_charts_are_dealt_out_over_the_columns_in_turn():
    markup, width, height = chart_grid(charts("ABCDE"), 2, 200)
    assert headings(markup) == [
        ("20", "20", "A"),
        ("20", "84", "C"),
        ("20", "148", "E"),
        ("240", "20", "B"),
        ("240", "84", "D"),
    ]
    assert (width, height) == (20 + 200 + 20 + 200 + 20, 20 + 3 * 48 + 2 * 16 + 20)


def test_there_are_no_more_columns_than_charts():
    markup, width, height = chart_grid(charts("AB"), 5, 150)
    assert headings(markup) == [("20", "20", "A"), ("190", "20", "B")]
    assert (width, height) == (360, 88)
    assert markup.count("</g><g ") == 7
    assert re.sub("<[^>]*>", "", markup) == "Aa1Ba1"
    assert chart_grid(charts("A"), 1, 150)[1:] == (190, 88)


def test_the_margin_can_be_set():
    markup, width, height = chart_grid(charts("ABC"), 3, 150, 5)
    assert headings(markup) == [("5", "5", "A"), ("160", "5", "B"), ("315", "5", "C")]
    assert (width, height) == (470, 58)


def test_the_tallest_column_gives_the_height():
    tall = ("T", {"a": 1, "b": 2, "c": 3})
    low = ("L", {})
    assert chart_grid([tall, low], 2, 200)[2] == 96 + 40
    assert chart_grid([low, tall], 2, 200)[2] == 96 + 40


def test_a_grid_needs_columns_and_charts():
    for given, columns in ((charts("A"), 0), (charts("A"), -1), ([], 2)):
        with pytest.raises(ValueError):
            chart_grid(given, columns, 200)
