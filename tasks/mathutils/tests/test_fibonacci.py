import pytest

from fibonacci import fibonacci


def test_the_first_ones():
    assert [fibonacci(n) for n in range(10)] == [0, 1, 1, 2, 3, 5, 8, 13, 21, 34]


def test_large_ones_are_exact():
    assert fibonacci(90) == 2880067194370816120
    assert fibonacci(3000) == fibonacci(2999) + fibonacci(2998)


def test_negative_numbers_are_refused():
    with pytest.raises(ValueError):
        fibonacci(-1)
