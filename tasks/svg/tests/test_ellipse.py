import pytest

from ellipse import ellipse


def test_centre_and_radii():
    assert ellipse(1, 2, 3, 4.5) == '<ellipse cx="1" cy="2" rx="3" ry="4.5"/>'
    assert ellipse(-1.0, 0, 3, 0.5, "red") == '<ellipse cx="-1" cy="0" rx="3" ry="0.5" fill="red"/>'


def test_equal_radii_make_a_circle():
    assert ellipse(1, 2, 3, 3) == '<circle cx="1" cy="2" r="3"/>'
    assert ellipse(1, 2, 2.5, 2.5, "red") == '<circle cx="1" cy="2" r="2.5" fill="red"/>'


def test_a_radius_of_zero_draws_nothing():
    assert ellipse(1, 2, 0, 3) == ""
    assert ellipse(1, 2, 3, 0) == ""
    assert ellipse(1, 2, 0, 0, "red") == ""


def test_negative_radii_are_refused():
    for rx, ry in ((-1, 2), (2, -1), (0, -1), (-0.5, 0)):
        with pytest.raises(ValueError):
            ellipse(0, 0, rx, ry)
