import pytest

from format_number import format_number


def test_ints_are_written_exactly():
    assert format_number(12) == "12"
    assert format_number(0) == "0"
    assert format_number(-100) == "-100"
    assert format_number(10**30 + 1) == "1" + "0" * 29 + "1"


def test_floats_are_rounded_to_two_decimals_without_trailing_zeros():
    assert format_number(1.239) == "1.24"
    assert format_number(2.50) == "2.5"
    assert format_number(100.0) == "100"
    assert format_number(1e6) == "1000000"
    assert format_number(-7.126) == "-7.13"


def test_digits_set_the_number_of_decimals():
    assert format_number(3.14159, 4) == "3.1416"
    assert format_number(0.1 + 0.2, 10) == "0.3"
    assert format_number(120.4, 0) == "120"
    assert format_number(7, 0) == "7"


def test_minus_zero_is_written_as_zero():
    assert format_number(-0.0) == "0"
    assert format_number(-0.001) == "0"
    assert format_number(-0.3, 0) == "0"
    assert format_number(-0.01) == "-0.01"


def test_what_is_no_finite_number_is_refused():
    for value in (True, "1", None):
        with pytest.raises(TypeError):
            format_number(value)
    for value in (float("inf"), float("-inf"), float("nan")):
        with pytest.raises(ValueError):
            format_number(value)
    for value in (1, 1.5):
        with pytest.raises(ValueError):
            format_number(value, -1)
