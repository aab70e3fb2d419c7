import pytest

from prime_factors import prime_factors


def test_factors_ascend_and_repeat():
    assert prime_factors(12) == [2, 2, 3]
    assert prime_factors(360) == [2, 2, 2, 3, 3, 5]


def test_primes_and_their_squares():
    assert prime_factors(2) == [2]
    assert prime_factors(97) == [97]
    assert prime_factors(49) == [7, 7]


def test_one_has_none():
    assert prime_factors(1) == []


def test_large_numbers():
    assert prime_factors(9999999967) == [9999999967]
    assert prime_factors(2 * 99991) == [2, 99991]


@pytest.mark.parametrize("n", [0, -6])
def test_numbers_below_one_are_refused(n):
    with pytest.raises(ValueError):
        prime_factors(n)
