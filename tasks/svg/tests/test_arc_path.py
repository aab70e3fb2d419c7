import pytest

from arc_path import arc_path


def test_a_quarter_turn_from_the_top():
    assert arc_path(50, 50, 40, 0, 90) == "M50 10 A40 40 0 0 1 90 50"
    assert arc_path(0, 0, 0.5, 0, 0.5) == "M0 -0.5 A0.5 0.5 0 0 1 0 -0.5"
    assert arc_path(10, 20, 2.5, 90, 180) == "M12.5 20 A2.5 2.5 0 0 1 10 22.5"


def test_an_arc_longer_than_half_a_turn_is_large():
    assert arc_path(50, 50, 40, 0, 270) == "M50 10 A40 40 0 1 1 10 50"
    assert arc_path(50, 50, 40, 0, 180) == "M50 10 A40 40 0 0 1 50 90"
    assert " 0 1 1 " in arc_path(50, 50, 40, 10, 191)
    assert " 0 0 1 " in arc_path(50, 50, 40, 100, 270)


def test_points_are_rounded_to_two_decimals_without_minus_zero():
    assert arc_path(0, 0, 10, 30, 60) == "M5 -8.66 A10 10 0 0 1 8.66 -5"
    assert arc_path(0, 0, 10, 180, 360) == "M0 10 A10 10 0 0 1 0 -10"
    assert arc_path(0, 0, 10, 90, 270) == "M10 0 A10 10 0 0 1 -10 0"


def test_angles_may_lie_outside_one_turn():
    assert arc_path(50, 50, 40, -90, 90) == "M10 50 A40 40 0 0 1 90 50"
    assert arc_path(50, 50, 40, 360, 719) == "M50 10 A40 40 0 1 1 49.3 10.01"


def test_arcs_that_cannot_be_drawn_are_refused():
    for r, start, end in ((0, 0, 90), (-1, 0, 90), (5, 90, 90), (5, 90, 0), (5, 0, 360), (5, 10, 400)):
        with pytest.raises(ValueError):
            arc_path(0, 0, r, start, end)
