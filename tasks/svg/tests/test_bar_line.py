import re

import pytest

from bar_line import bar_line


def bar_widths(markup):
    return [float(width) for width in re.findall(r'<rect width="(\S+)"', markup)]


def test_label_bar_and_value_stand_side_by_side():
    assert bar_line(1, 2, 228, "Ada", 5, 10) == (
        '<g transform="translate(1 2)">'
        '<text x="78" y="10" text-anchor="end" dominant-baseline="central">Ada</text></g>'
        '<g transform="translate(85 2)"><rect width="50" height="20" fill="steelblue"/></g>'
        '<g transform="translate(139 2)">'
        '<text x="2" y="10" text-anchor="start" dominant-baseline="central">5</text></g>'
    )


def test_the_bar_is_as_long_as_its_share_of_the_top():
    assert bar_widths(bar_line(0, 0, 228, "a", 10, 10)) == [100]
    assert bar_widths(bar_line(0, 0, 228, "a", 2.5, 10)) == [25]
    assert bar_widths(bar_line(0, 0, 228, "a", 2, 3)) == [66.67]
    assert bar_widths(bar_line(0, 0, 328, "a", 1, 4, "red")) == [50]
    assert 'fill="red"' in bar_line(0, 0, 328, "a", 1, 4, "red")
    assert bar_widths(bar_line(0, 0, 129, "a", 0.5, 0.5)) == [1]


def test_a_value_of_zero_has_no_bar_but_its_number():
    line = bar_line(0, 0, 228, "a", 0, 10)
    assert bar_widths(line) == []
    assert line.endswith(
        '<g transform="translate(88 0)">'
        '<text x="2" y="10" text-anchor="start" dominant-baseline="central">0</text></g>'
    )
    assert ">2.5<" in bar_line(0, 0, 228, "a", 2.5, 10)
    assert ">3<" in bar_line(0, 0, 228, "a", 3.0, 10)


def test_without_a_value_the_line_is_a_heading():
    assert bar_line(0, 4, 100, "A & B", None, 0) == (
        '<g transform="translate(0 4)">'
        '<text x="50" y="10" text-anchor="middle" dominant-baseline="central">A &amp; B</text></g>'
    )
    assert bar_line(0, 4, 0, "A", None, 10) == ""


def test_values_and_widths_that_cannot_be_drawn_are_refused():
    for width, value, top in ((128, 1, 2), (50, 1, 2), (228, -1, 2), (228, 3, 2), (228, 0, 0), (228, -2, -1)):
        with pytest.raises(ValueError):
            bar_line(0, 0, width, "a", value, top)
