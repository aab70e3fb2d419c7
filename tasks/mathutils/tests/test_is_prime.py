import pytest

from is_prime import is_prime


def test_the_first_primes():
    assert [n for n in range(30) if is_prime(n)] == [2, 3, 5, 7, 11, 13, 17, 19, 23, 29]


@pytest.mark.parametrize("n", [1, 0, -1, -7])
def test_nothing_below_two_is_prime(n):
    assert is_prime(n) is False


@pytest.mark.parametrize("n", [9, 25, 49, 121])
def test_squares_of_primes_are_not(n):
    assert is_prime(n) is False


def test_large_numbers():
    assert is_prime(999983) is True
    assert is_prime(999983**2) is False
    assert is_prime(9999999967) is True


@pytest.mark.parametrize("n", [7.0, "7", True])
def test_refuses_what_is_no_int(n):
    with pytest.raises(TypeError):
        is_prime(n)
