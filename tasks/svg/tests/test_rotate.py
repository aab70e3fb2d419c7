import pytest

from rotate import rotate


def test_an_angle_alone():
    assert rotate(90) == "rotate(90)"
    assert rotate(22.5) == "rotate(22.5)"


def test_a_centre_follows_the_angle():
    assert rotate(45, 5, 6.5) == "rotate(45 5 6.5)"
    assert rotate(45, 0, 0) == "rotate(45 0 0)"


def test_the_angle_is_brought_into_one_turn():
    assert rotate(-90) == "rotate(270)"
    assert rotate(405, 5, 0) == "rotate(45 5 0)"
    assert rotate(359) == "rotate(359)"
    assert rotate(-721) == "rotate(359)"


def test_whole_turns_give_nothing():
    for angle in (0, 360, -360, 720.0):
        assert rotate(angle) == ""
        assert rotate(angle, 3, 4) == ""


def test_half_a_centre_is_refused():
    for angle in (90, 0):
        with pytest.raises(ValueError):
            rotate(angle, 5)
        with pytest.raises(ValueError):
            rotate(angle, cy=0)
