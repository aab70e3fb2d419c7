import re

import pytest

from bar_table import bar_table


def bars(markup):
    return [
        (float(x), float(y), float(width))
        for x, y, width in re.findall(r'translate\((\S+) (\S+)\)"><rect width="(\S+)"', markup)
    ]


def test_bars_stand_under_each_other_on_one_scale():
    table = bar_table(10, 5, 228, [("a", 10), ("b", 40), ("c", 20)])
    assert bars(table) == [(94, 5, 25), (94, 29, 100), (94, 53, 50)]
    assert re.findall(r">(\w+)<", table) == ["a", "10", "b", "40", "c", "20"]
    alone = bar_table(1, 0, 228, [("a", 3)]) + bar_table(1, 24, 228, [("b", 3)])
    assert bar_table(1, 0, 228, [("a", 3), ("b", 3)]) == alone


def test_headings_take_a_line_but_have_no_value():
    table = bar_table(0, 0, 228, [("Title", None), ("a", 0.5), ("More", None), ("b", 0.25)], "red")
    assert bars(table) == [(84, 24, 100), (84, 72, 50)]
    assert table.count('text-anchor="middle"') == 2
    assert table.count('fill="red"') == 2


def test_without_a_value_above_zero_there_are_lines_without_bars():
    table = bar_table(0, 0, 228, [("a", 0), ("b", 0)])
    assert bars(table) == []
    assert re.findall(r">(\w+)<", table) == ["a", "0", "b", "0"]
    assert bar_table(0, 0, 20, [("T", None)]).endswith(">T</text></g>")
    assert bar_table(0, 0, 228, []) == ""


def test_a_single_line_is_written_whole():
    assert bar_table(0, 0, 328, [("a", 7)]) == (
        '<g><text x="78" y="10" text-anchor="end" dominant-baseline="central">a</text></g>'
        '<g transform="translate(84 0)"><rect width="200" height="20" fill="steelblue"/></g>'
        '<g transform="translate(288 0)">'
        '<text x="2" y="10" text-anchor="start" dominant-baseline="central">7</text></g>'
    )


def test_negative_values_and_narrow_tables_are_refused():
    for width, entries in ((228, [("a", 1), ("b", -1)]), (228, [("a", -1)]), (128, [("a", 1)])):
        with pytest.raises(ValueError):
            bar_table(0, 0, width, entries)
