import pytest

from std_dev import std_dev


def test_is_the_root_of_the_variance():
    assert std_dev([2, 4, 4, 4, 5, 5, 7, 9]) == pytest.approx(2.0)
    assert std_dev([0, 6]) == pytest.approx(3.0)


def test_equal_values_have_none():
    assert std_dev([5, 5, 5]) == pytest.approx(0.0)


def test_the_result_is_a_float():
    assert isinstance(std_dev([1, 3]), float)


def test_no_values_have_none():
    with pytest.raises(ValueError):
        std_dev([])
