import pytest

from outlier_mask import outlier_mask

SPIKE = [10, 11, 9, 10, 10, 11, 9, 10, 60]


def test_a_spike_is_an_outlier():
    assert outlier_mask(SPIKE) == [False] * 8 + [True]


def test_a_dip_is_one_too():
    assert outlier_mask([-60 if value == 60 else value for value in SPIKE]) == [False] * 8 + [True]


def test_a_score_of_exactly_the_threshold_is_none():
    assert outlier_mask([0, 0, 2, 2], threshold=1.0) == [False] * 4
    assert outlier_mask([0, 0, 2, 2], threshold=0.5) == [True] * 4


def test_two_values_hold_no_outlier():
    assert outlier_mask([0, 100], threshold=0.5) == [False, False]
    assert outlier_mask([7]) == [False]
    assert outlier_mask([]) == []


def test_three_values_can_hold_one():
    assert outlier_mask([0, 0, 3], threshold=1.0) == [False, False, True]


def test_equal_values_hold_no_outlier():
    assert outlier_mask([4, 4, 4, 4], threshold=0) == [False] * 4


def test_a_negative_threshold_is_refused():
    with pytest.raises(ValueError):
        outlier_mask([1, 2, 3], threshold=-0.1)
    with pytest.raises(ValueError):
        outlier_mask([], threshold=-1)


def test_a_threshold_of_zero_is_allowed():
    assert outlier_mask([1, 2, 3], threshold=0) == [True, False, True]
