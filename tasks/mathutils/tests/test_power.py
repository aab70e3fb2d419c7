import pytest

from power import power


def test_positive_exponents():
    assert power(2, 10) == 1024
    assert power(-3, 3) == -27
    assert power(7, 1) == 7
    assert power(10, 30) == 10**30


def test_the_zeroth_power_is_one():
    assert power(5, 0) == 1
    assert power(0, 0) == 1
    assert isinstance(power(5, 0), int)


def test_negative_exponents():
    assert power(2, -2) == pytest.approx(0.25)
    assert power(-4, -1) == pytest.approx(-0.25)


def test_float_bases():
    assert power(1.5, 2) == pytest.approx(2.25)


def test_zero_has_no_negative_powers():
    with pytest.raises(ValueError):
        power(0, -1)
    assert power(0, 3) == 0


@pytest.mark.parametrize("exponent", [2.0, "2", True])
def test_the_exponent_must_be_an_int(exponent):
    with pytest.raises(TypeError):
        power(2, exponent)
