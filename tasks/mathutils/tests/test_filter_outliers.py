import pytest

from filter_outliers import filter_outliers


def test_removes_the_spike_and_keeps_the_order():
    assert filter_outliers([10, 11, 60, 9, 10, 11, 9, 10, 10]) == [10, 11, 9, 10, 11, 9, 10, 10]


def test_the_threshold_decides():
    assert filter_outliers([0, 0, 3], threshold=1.0) == [0, 0]
    assert filter_outliers([0, 0, 3], threshold=1.5) == [0, 0, 3]


def test_the_rest_is_not_looked_at_again():
    values = [1, 1, 1, 1, 1, 1, 1, 1, 20, 300]
    assert filter_outliers(values) == [1, 1, 1, 1, 1, 1, 1, 1, 20]


def test_few_or_equal_values_all_stay():
    assert filter_outliers([]) == []
    assert filter_outliers([1, 1000], threshold=0.5) == [1, 1000]
    assert filter_outliers([5, 5, 5]) == [5, 5, 5]


def test_gives_a_new_list():
    values = [1, 2, 3]
    result = filter_outliers(values)
    assert result == values
    assert result is not values


def test_a_negative_threshold_is_refused():
    with pytest.raises(ValueError):
        filter_outliers([1, 2, 3], threshold=-1)
