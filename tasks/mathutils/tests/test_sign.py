import math

import pytest

from sign import sign


def test_positive_numbers():
    assert sign(5) == 1
    assert sign(0.001) == 1
    assert sign(math.inf) == 1


def test_negative_numbers():
    assert sign(-3) == -1
    assert sign(-0.5) == -1
    assert sign(-math.inf) == -1


@pytest.mark.parametrize("zero", [0, 0.0, -0.0])
def test_zero(zero):
    assert sign(zero) == 0
    assert isinstance(sign(zero), int)


def test_the_result_is_an_int():
    assert isinstance(sign(2.5), int)


def test_nan_is_refused():
    with pytest.raises(ValueError):
        sign(math.nan)


@pytest.mark.parametrize("value", ["1", None, True])
def test_refuses_what_is_no_number(value):
    with pytest.raises(TypeError):
        sign(value)
