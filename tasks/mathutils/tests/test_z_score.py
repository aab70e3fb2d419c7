import pytest

from z_score import z_score

VALUES = [2, 4, 4, 4, 5, 5, 7, 9]


def test_above_and_below_the_mean():
    assert z_score(9, VALUES) == pytest.approx(2.0)
    assert z_score(2, VALUES) == pytest.approx(-1.5)


def test_the_mean_itself_scores_zero():
    assert z_score(5, VALUES) == pytest.approx(0.0)


def test_the_value_need_not_be_in_the_list():
    assert z_score(100, [0, 10]) == pytest.approx(19.0)


def test_values_without_spread_have_no_scores():
    with pytest.raises(ValueError):
        z_score(3, [3, 3, 3])
    with pytest.raises(ValueError):
        z_score(1, [1])


def test_equal_floats_have_no_spread_although_rounding_gives_them_one():
    with pytest.raises(ValueError):
        z_score(0.1, [0.1, 0.1, 0.1])


def test_no_values_have_no_scores():
    with pytest.raises(ValueError):
        z_score(1, [])
