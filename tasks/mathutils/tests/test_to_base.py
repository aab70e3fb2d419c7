import pytest

from to_base import to_base


def test_small_bases():
    assert to_base(10, 2) == "1010"
    assert to_base(7, 8) == "7"
    assert to_base(1234, 10) == "1234"


def test_digits_above_nine_are_letters():
    assert to_base(255, 16) == "ff"
    assert to_base(35, 36) == "z"
    assert to_base(36, 36) == "10"


def test_zero():
    assert to_base(0, 2) == "0"
    assert to_base(0, 36) == "0"


def test_negative_numbers():
    assert to_base(-5, 2) == "-101"
    assert to_base(-255, 16) == "-ff"


@pytest.mark.parametrize("base", [37, 1, 0, -2])
def test_other_bases_are_refused(base):
    with pytest.raises(ValueError):
        to_base(5, base)
