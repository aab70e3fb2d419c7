import pytest

from typical_deviation import typical_deviation


def test_mean_distance_from_the_middle():
    assert typical_deviation([1, 2, 6]) == pytest.approx(2.0)
    assert typical_deviation([-4, 4]) == pytest.approx(4.0)


def test_an_outlier_counts_with_its_whole_distance():
    assert typical_deviation([10, 11, 60, 9, 10, 11, 9, 10, 10]) == pytest.approx(6.0)


def test_no_deviation():
    assert typical_deviation([3, 3, 3]) == pytest.approx(0.0)
    assert typical_deviation([7]) == pytest.approx(0.0)


def test_no_values_have_none():
    with pytest.raises(ValueError):
        typical_deviation([])
