import math

import pytest

from sum_list import sum_list


def test_sums_ints_exactly():
    assert sum_list([1, 2, 3, 4, 5]) == 15
    assert sum_list([10**30, -1]) == 10**30 - 1


def test_the_empty_list_gives_the_int_zero():
    assert sum_list([]) == 0
    assert isinstance(sum_list([]), int)


def test_sums_floats():
    assert sum_list([0.5, 0.25, 0.125]) == pytest.approx(0.875)


def test_leaves_the_list_alone():
    values = [3, 1, 2]
    sum_list(values)
    assert values == [3, 1, 2]


def test_errors_of_the_single_addition_come_through():
    with pytest.raises(TypeError):
        sum_list([1, "2"])
    with pytest.raises(TypeError):
        sum_list([True])
    with pytest.raises(ValueError):
        sum_list([1.0, math.nan])
    with pytest.raises(OverflowError):
        sum_list([1e308, 1e308])
