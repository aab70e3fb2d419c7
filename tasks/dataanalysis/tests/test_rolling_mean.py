import pytest
from rolling_mean import rolling_mean


def test_mean_of_the_last_values():
    assert rolling_mean([1, 2, 6, 10], 2) == [None, 1.5, 4.0, 8.0]
    assert rolling_mean([3, 3, 6, 0, 9], 3) == [None, None, 4.0, 3.0, 5.0]


def test_window_of_one_gives_the_values():
    assert rolling_mean([4, -2, 0], 1) == [4, -2, 0]


def test_window_as_long_as_the_values_and_longer():
    assert rolling_mean([2, 4, 9], 3) == [None, None, 5.0]
    assert rolling_mean([2, 4, 9], 4) == [None, None, None]
    assert rolling_mean([], 2) == []


def test_means_are_not_rounded():
    assert rolling_mean([0.5, 0.125], 2) == [None, 0.3125]


@pytest.mark.parametrize("window", [0, -1])
def test_window_below_one_is_refused(window):
    with pytest.raises(ValueError):
        rolling_mean([1, 2], window)
    with pytest.raises(ValueError):
        rolling_mean([], window)
