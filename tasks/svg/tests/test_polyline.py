import pytest

from polyline import polyline


def test_points_are_listed_with_commas_and_spaces():
    assert polyline([(0, 0), (10, 2.5)]) == '<polyline points="0,0 10,2.5" fill="none" stroke="black"/>'
    assert polyline(((1.0, 2), (3, 4), (-5, 6)), "red") == (
        '<polyline points="1,2 3,4 -5,6" fill="none" stroke="red"/>'
    )


def test_points_that_repeat_the_one_before_are_left_out():
    points = [(0, 0), (0, 0), (0, 0), (4, 1), (4, 1)]
    assert polyline(points) == '<polyline points="0,0 4,1" fill="none" stroke="black"/>'
    assert len(points) == 5


def test_points_that_come_again_later_stay():
    assert polyline([(0, 0), (4, 1), (0, 0)]) == '<polyline points="0,0 4,1 0,0" fill="none" stroke="black"/>'
    assert 'points="0,0 0,1 0,0 0,1"' in polyline([(0, 0), (0, 1), (0, 0), (0, 1)])


def test_fewer_than_two_different_points_are_refused():
    for points in ([], [(1, 1)], [(1, 1), (1, 1), (1, 1)]):
        with pytest.raises(ValueError):
            polyline(points)
