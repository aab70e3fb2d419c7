import re

import pytest

from bar_chart import bar_chart


def texts(markup):
    return re.findall(r">([^<>]+)<", markup)


def test_a_title_and_the_largest_values_first():
    data = {"a": 1, "b": 4, "c": 2}
    chart = bar_chart(10, 20, 228, "Sums", data)
    assert texts(chart) == ["Sums", "b", "4", "c", "2", "a", "1"]
    assert re.findall(r'(\d+)\)"><rect width="(\d+)"', chart) == [("44", "100"), ("68", "50"), ("92", "25")]
    assert chart.startswith('<g transform="translate(10 20)">')
    assert list(data) == ["a", "b", "c"]


def test_equal_values_keep_their_order():
    assert texts(bar_chart(0, 0, 228, "", {"z": 1, "a": 1, "m": 2})) == ["m", "2", "z", "1", "a", "1"]


def test_entries_beyond_the_limit_are_summed_up_last():
    data = {"a": 3, "b": 5, "c": 2, "d": 4}
    assert texts(bar_chart(0, 0, 228, "T", data, 2)) == ["T", "b", "5", "d", "4", "other", "5"]
    assert texts(bar_chart(0, 0, 228, "", data, 1)) == ["b", "5", "other", "9"]
    assert texts(bar_chart(0, 0, 228, "", data, 3)) == ["b", "5", "d", "4", "a", "3", "other", "2"]
    for limit in (4, 5):
        assert texts(bar_chart(0, 0, 228, "", data, limit)) == ["b", "5", "d", "4", "a", "3", "c", "2"]


def test_without_data_the_chart_says_so():
    assert texts(bar_chart(0, 0, 228, "T & U", {})) == ["T &amp; U", "no data"]
    assert bar_chart(0, 0, 100, "", {}, 1) == (
        '<g><text x="50" y="10" text-anchor="middle" dominant-baseline="central">no data</text></g>'
    )


def test_bad_limits_and_values_are_refused():
    for limit in (0, -1):
        with pytest.raises(ValueError):
            bar_chart(0, 0, 228, "", {"a": 1}, limit)
    with pytest.raises(ValueError):
        bar_chart(0, 0, 228, "", {"a": -1})
