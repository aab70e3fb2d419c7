import pytest

from add import add


def test_adds_whole_numbers_exactly():
    assert add(2, 3) == 5
    assert add(10**20, 1) == 100000000000000000001


def test_negative_numbers_and_zero():
    assert add(-4, -1) == -5
    assert add(-7, 7) == 0
    assert add(0, 9) == 9


def test_a_float_makes_the_result_a_float():
    assert add(1.25, 2) == pytest.approx(3.25)
    assert isinstance(add(1.0, 2), float)
    assert isinstance(add(1, 2), int)
