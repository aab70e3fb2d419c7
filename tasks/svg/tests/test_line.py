import pytest

from line import line


def test_a_black_line_by_default():
    assert line(0, 1, 10, 5.5) == '<line x1="0" y1="1" x2="10" y2="5.5" stroke="black"/>'


def test_stroke_and_width():
    assert line(0, 0, 10, 5, "red", 2) == (
        '<line x1="0" y1="0" x2="10" y2="5" stroke="red" stroke-width="2"/>'
    )
    assert line(0, 0, 1, 0, width=0.5) == (
        '<line x1="0" y1="0" x2="1" y2="0" stroke="black" stroke-width="0.5"/>'
    )


def test_the_default_width_is_left_out():
    assert line(-1, 0, 0, 2, "blue", 1.0) == '<line x1="-1" y1="0" x2="0" y2="2" stroke="blue"/>'


def test_ends_may_share_one_coordinate_but_not_both():
    assert line(3, 0, 3, 2) == '<line x1="3" y1="0" x2="3" y2="2" stroke="black"/>'
    assert line(3, 2, 5, 2) == '<line x1="3" y1="2" x2="5" y2="2" stroke="black"/>'
    with pytest.raises(ValueError):
        line(3, 2, 3.0, 2)


def test_widths_that_cannot_be_drawn_are_refused():
    for width in (0, -1):
        with pytest.raises(ValueError):
            line(0, 0, 1, 1, "red", width)
