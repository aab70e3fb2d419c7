import pytest

from percent_change import percent_change


def test_rise_and_fall():
    assert percent_change(50, 75) == pytest.approx(50.0)
    assert percent_change(50, 25) == pytest.approx(-50.0)
    assert percent_change(8, 8) == pytest.approx(0.0)


def test_a_rise_from_below_zero_is_positive():
    assert percent_change(-50, -25) == pytest.approx(50.0)
    assert percent_change(-50, 50) == pytest.approx(200.0)


def test_a_fall_to_zero_is_a_hundred_percent():
    assert percent_change(4, 0) == pytest.approx(-100.0)


@pytest.mark.parametrize("new", [0, 1, -1])
def test_a_change_from_zero_is_refused(new):
    with pytest.raises(ValueError):
        percent_change(0, new)
