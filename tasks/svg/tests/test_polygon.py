import pytest

from polygon import polygon


def test_points_are_listed_with_commas_and_spaces():
    assert polygon([(0, 0), (10, 0), (10, 5.5)]) == '<polygon points="0,0 10,0 10,5.5"/>'
    assert polygon(((1, 2), (3.0, 4), (5, 6), (-7, 8)), "red") == (
        '<polygon points="1,2 3,4 5,6 -7,8" fill="red"/>'
    )


def test_a_closed_outline_loses_its_last_point_once():
    points = [(0, 0), (4, 0), (4, 4), (0, 0)]
    assert polygon(points) == '<polygon points="0,0 4,0 4,4"/>'
    assert points == [(0, 0), (4, 0), (4, 4), (0, 0)]
    assert polygon([(0, 0), (4, 0), (4, 4), (0, 0), (0, 0)]) == '<polygon points="0,0 4,0 4,4 0,0"/>'


def test_other_repeated_points_stay():
    assert polygon([(0, 0), (4, 0), (4, 0), (4, 4)]) == '<polygon points="0,0 4,0 4,0 4,4"/>'


def test_fewer_than_three_points_are_refused():
    for points in ([], [(0, 0)], [(0, 0), (1, 1)], [(0, 0), (1, 1), (0, 0)]):
        with pytest.raises(ValueError):
            polygon(points)
