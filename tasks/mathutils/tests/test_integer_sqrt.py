import pytest

from integer_sqrt import integer_sqrt


def test_squares_and_their_neighbours():
    assert [integer_sqrt(n) for n in (8, 9, 10, 15, 16)] == [2, 3, 3, 3, 4]


def test_the_smallest():
    assert [integer_sqrt(n) for n in range(5)] == [0, 1, 1, 1, 2]


def test_large_numbers_are_exact():
    assert integer_sqrt(10**40) == 10**20
    assert integer_sqrt(10**40 - 1) == 10**20 - 1


def test_negative_numbers_are_refused():
    with pytest.raises(ValueError):
        integer_sqrt(-1)
