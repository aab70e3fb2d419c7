import pytest

from gcd import gcd


def test_common_divisors():
    assert gcd(12, 18) == 6
    assert gcd(17, 5) == 1
    assert gcd(18, 12) == 6


def test_zero():
    assert gcd(9, 0) == 9
    assert gcd(0, 9) == 9
    assert gcd(0, 0) == 0


@pytest.mark.parametrize("pair", [(-12, 18), (12, -18), (-12, -18)])
def test_signs_do_not_matter(pair):
    assert gcd(*pair) == 6


def test_a_negative_number_and_zero():
    assert gcd(-9, 0) == 9


@pytest.mark.parametrize("pair", [(4.0, 2), (4, 2.0), ("4", 2), (True, 2)])
def test_refuses_what_is_no_int(pair):
    with pytest.raises(TypeError):
        gcd(*pair)
