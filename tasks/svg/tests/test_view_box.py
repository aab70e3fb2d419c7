import pytest

from view_box import view_box


def test_all_points_are_inside():
    assert view_box([(1, 2), (11, 4.5)]) == "1 2 10 2.5"
    assert view_box([(3, 9), (-5, 2), (1, 1), (4, 6)]) == "-5 1 9 8"


def test_the_margin_is_on_all_sides():
    assert view_box([(1, 2), (11, 4.5)], 1) == "0 1 12 4.5"
    assert view_box([(0, 0), (10, 20)], 2.5) == "-2.5 -2.5 15 25"


def test_one_point_has_no_size_of_its_own():
    assert view_box([(3, 4)]) == "3 4 0 0"
    assert view_box([(3, 4)], 5) == "-2 -1 10 10"


def test_no_points_and_negative_margins_are_refused():
    with pytest.raises(ValueError):
        view_box([])
    with pytest.raises(ValueError):
        view_box([(1, 2)], -1)
