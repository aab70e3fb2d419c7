import math

import pytest

from clamp import clamp


def test_within_the_bounds_nothing_changes():
    assert clamp(5, 0, 10) == 5
    assert isinstance(clamp(5, 0.0, 9.0), int)


def test_beyond_a_bound_gives_the_bound():
    assert clamp(-5, 0, 10) == 0
    assert clamp(15, 0, 10) == 10
    assert clamp(math.inf, 0, 10) == 10


def test_on_a_bound_the_value_itself_is_returned():
    assert isinstance(clamp(0, 0.0, 9.0), int)
    assert isinstance(clamp(9, 0.0, 9.0), int)


def test_equal_bounds_are_allowed():
    assert clamp(3, 7, 7) == 7


def test_bounds_in_the_wrong_order_are_refused():
    with pytest.raises(ValueError):
        clamp(5, 10, 0)


@pytest.mark.parametrize("arguments", [(math.nan, 0, 1), (0, math.nan, 1), (0, 0, math.nan)])
def test_nan_is_refused(arguments):
    with pytest.raises(ValueError):
        clamp(*arguments)
