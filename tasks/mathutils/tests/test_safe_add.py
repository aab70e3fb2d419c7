import math

import pytest

from safe_add import safe_add


def test_adds_numbers():
    assert safe_add(3, 4) == 7
    assert safe_add(1.5, -0.25) == pytest.approx(1.25)


def test_large_ints_stay_exact():
    assert safe_add(10**400, 1) == 10**400 + 1


@pytest.mark.parametrize("pair", [("1", 2), (1, None), ([1], 2), (True, 1), (1, False)])
def test_refuses_what_is_no_number(pair):
    with pytest.raises(TypeError):
        safe_add(*pair)


@pytest.mark.parametrize("pair", [(math.inf, 1), (1, -math.inf), (math.nan, 0), (0, math.nan)])
def test_refuses_infinity_and_nan(pair):
    with pytest.raises(ValueError):
        safe_add(*pair)


def test_an_infinite_sum_is_an_overflow():
    with pytest.raises(OverflowError):
        safe_add(1e308, 1e308)
    assert safe_add(1e308, -1e308) == 0
