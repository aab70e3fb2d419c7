import pytest

from line_path import line_path


def test_each_line_has_its_shortest_command():
    assert line_path([(0, 0), (5, 0), (5, 2.5), (1, 1)]) == "M0 0 H5 V2.5 L1 1"
    assert line_path([(1.0, 2), (1, -2)]) == "M1 2 V-2"
    assert line_path([(0, 3), (-4, 3)]) == "M0 3 H-4"


def test_each_point_is_compared_with_the_one_before():
    assert line_path([(0, 0), (3, 4), (3, 8), (0, 8), (5, 0)]) == "M0 0 L3 4 V8 H0 L5 0"


def test_equal_points_are_left_out():
    assert line_path([(1, 1), (1, 1), (2, 1), (2, 1), (2, 2)]) == "M1 1 H2 V2"
    assert line_path([(0, 0), (0, 0)]) == "M0 0"


def test_a_closed_path_ends_in_z():
    assert line_path([(0, 0), (5, 0), (5, 5)], closed=True) == "M0 0 H5 V5 Z"
    assert line_path([(0, 0), (5, 0), (0, 0)], True) == "M0 0 H5 H0 Z"


def test_fewer_than_two_points_are_refused():
    for points in ([], [(0, 0)]):
        with pytest.raises(ValueError):
            line_path(points)
