import pytest

from dot_product import dot_product


def test_sum_of_products():
    assert dot_product([1, 2], [3, 4]) == 11
    assert dot_product([2, -1, 5], [1, 4, 0]) == -2


def test_ints_stay_exact():
    assert dot_product([10**20], [10**20]) == 10**40
    assert isinstance(dot_product([1], [2]), int)


def test_floats():
    assert dot_product([0.5, 2], [4, 0.25]) == pytest.approx(2.5)


def test_empty_lists_give_zero():
    assert dot_product([], []) == 0
    assert isinstance(dot_product([], []), int)


def test_different_lengths_are_refused():
    with pytest.raises(ValueError):
        dot_product([1, 2], [3])
    with pytest.raises(ValueError):
        dot_product([], [3])
