import pytest

from variance import variance


def test_population_variance():
    assert variance([2, 4, 4, 4, 5, 5, 7, 9]) == pytest.approx(4.0)
    assert variance([1, 3]) == pytest.approx(1.0)


def test_equal_values_have_none():
    assert variance([3, 3, 3]) == pytest.approx(0.0)
    assert variance([7]) == pytest.approx(0.0)


def test_does_not_depend_on_where_the_values_lie():
    assert variance([101, 103]) == pytest.approx(1.0)
    assert variance([-3, -1]) == pytest.approx(1.0)


def test_no_values_have_no_variance():
    with pytest.raises(ValueError):
        variance([])
