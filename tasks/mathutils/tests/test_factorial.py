import pytest

from factorial import factorial


def test_small_ones():
    assert [factorial(n) for n in range(6)] == [1, 1, 2, 6, 24, 120]


def test_large_ones_are_exact():
    assert factorial(25) == 15511210043330985984000000
    assert factorial(2000) // factorial(1999) == 2000


def test_negative_numbers_are_refused():
    with pytest.raises(ValueError):
        factorial(-1)


@pytest.mark.parametrize("n", [5.0, "5", True])
def test_refuses_what_is_no_int(n):
    with pytest.raises(TypeError):
        factorial(n)
