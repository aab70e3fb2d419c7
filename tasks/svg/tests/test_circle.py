import pytest

from circle import circle


def test_centre_and_radius():
    assert circle(10, 20, 5) == '<circle cx="10" cy="20" r="5"/>'
    assert circle(-1.0, 2.5, 0.25) == '<circle cx="-1" cy="2.5" r="0.25"/>'


def test_fill_and_stroke_follow_in_this_order():
    assert circle(1, 2.5, 3, "red", "blue") == '<circle cx="1" cy="2.5" r="3" fill="red" stroke="blue"/>'
    assert circle(1, 2, 3, fill="none") == '<circle cx="1" cy="2" r="3" fill="none"/>'
    assert circle(1, 2, 3, stroke="blue") == '<circle cx="1" cy="2" r="3" stroke="blue"/>'


def test_a_radius_of_zero_draws_nothing():
    assert circle(1, 2, 0, "red") == ""
    assert circle(0, 0, 0.5) == '<circle cx="0" cy="0" r="0.5"/>'


def test_a_negative_radius_is_refused():
    for radius in (-1, -0.1):
        with pytest.raises(ValueError):
            circle(0, 0, radius)
