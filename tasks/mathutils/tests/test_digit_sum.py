import pytest

from digit_sum import digit_sum


def test_decimal_digits():
    assert digit_sum(255) == 12
    assert digit_sum(9) == 9
    assert digit_sum(1000) == 1


def test_zero_has_the_sum_zero():
    assert digit_sum(0) == 0


def test_the_sign_does_not_matter():
    assert digit_sum(-123) == 6


def test_other_bases():
    assert digit_sum(255, 2) == 8
    assert digit_sum(255, 16) == 30
    assert digit_sum(255, base=1000) == 255


@pytest.mark.parametrize("base", [1, 0, -10])
def test_bases_below_two_are_refused(base):
    with pytest.raises(ValueError):
        digit_sum(5, base)
