import pytest

from lcm import lcm


def test_common_multiples():
    assert lcm(4, 6) == 12
    assert lcm(3, 7) == 21
    assert lcm(5, 5) == 5


def test_zero():
    assert lcm(0, 6) == 0
    assert lcm(6, 0) == 0
    assert lcm(0, 0) == 0


@pytest.mark.parametrize("pair", [(-4, 6), (4, -6), (-4, -6)])
def test_signs_do_not_matter(pair):
    assert lcm(*pair) == 12


def test_large_numbers_are_exact():
    assert lcm(10**20, 10**20 + 1) == 10**20 * (10**20 + 1)


@pytest.mark.parametrize("pair", [(4.0, 2), (4, "2"), (True, 2)])
def test_refuses_what_is_no_int(pair):
    with pytest.raises(TypeError):
        lcm(*pair)
