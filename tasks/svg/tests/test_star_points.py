import math

import pytest

from star_points import star_points


def test_tips_and_notches_take_turns_clockwise_from_the_top():
    assert star_points(0, 0, 4, 10, 5) == [
        (0, -10),
        (3.54, -3.54),
        (10, 0),
        (3.54, 3.54),
        (0, 10),
        (-3.54, 3.54),
        (-10, 0),
        (-3.54, -3.54),
    ]


def test_the_star_stands_around_its_centre():
    assert star_points(100, 50, 3, 8, 2)[:3] == [(100, 42), (101.73, 49), (106.93, 54)]
    assert star_points(0, 0, 6, 1, 0.5)[:4] == [(0, -1), (0.25, -0.43), (0.87, -0.5), (0.5, 0)]


def test_there_are_two_corners_for_each_tip():
    for tips in (3, 5, 12):
        corners = star_points(1, 2, tips, 10, 4)
        assert len(corners) == 2 * tips
        distances = [math.dist(corner, (1, 2)) for corner in corners]
        assert distances == pytest.approx([10, 4] * tips, abs=0.02)


def test_stars_that_cannot_be_drawn_are_refused():
    for tips, outer, inner in ((2, 10, 5), (5, 10, 0), (5, 10, -1), (5, 5, 5), (5, 4, 5)):
        with pytest.raises(ValueError):
            star_points(0, 0, tips, outer, inner)
