import pytest

from robust_mean import robust_mean


def test_the_spike_does_not_count():
    assert robust_mean([10, 11, 60, 9, 10, 11, 9, 10, 10]) == pytest.approx(10.0)


def test_without_outliers_it_is_the_mean():
    assert robust_mean([1, 2, 6]) == pytest.approx(3.0)
    assert robust_mean([8]) == pytest.approx(8.0)


def test_the_threshold_is_passed_on():
    assert robust_mean([0, 0, 3], threshold=1.0) == pytest.approx(0.0)
    assert robust_mean([0, 0, 3]) == pytest.approx(1.0)
    with pytest.raises(ValueError):
        robust_mean([1, 2, 3], threshold=-1)


def test_nothing_left_has_no_mean():
    with pytest.raises(ValueError):
        robust_mean([1, 2, 4], threshold=0)
    with pytest.raises(ValueError):
        robust_mean([])
