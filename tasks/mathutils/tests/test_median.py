import pytest

from median import median


def test_odd_number_of_values():
    assert median([9, 1, 5]) == 5
    assert median([7]) == 7
    assert isinstance(median([9, 1, 5]), int)


def test_even_number_of_values():
    assert median([3, 1]) == pytest.approx(2.0)
    assert median([10, 1, 2, 4]) == pytest.approx(3.0)
    assert isinstance(median([3, 1]), float)


def test_leaves_the_list_in_its_order():
    values = [3, 1, 2]
    assert median(values) == 2
    assert values == [3, 1, 2]


def test_repeated_values_count():
    assert median([1, 1, 1, 8, 9]) == 1


def test_no_values_have_no_median():
    with pytest.raises(ValueError):
        median([])
