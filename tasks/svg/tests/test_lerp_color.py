import pytest

from lerp_color import lerp_color


def test_both_ends_and_the_way_between():
    assert lerp_color("#102030", "#a0b0c0", 0) == "#102030"
    assert lerp_color("#102030", "#a0b0c0", 1) == "#a0b0c0"
    assert lerp_color("#000000", "#102030", 0.25) == "#04080c"
    assert lerp_color("#ff8000", "#0080ff", 0.2) == "#cc8033"


def test_halves_are_rounded_up():
    assert lerp_color("#000000", "#FF8001", 0.5) == "#804001"
    assert lerp_color("#010305", "#000202", 0.5) == "#010304"


def test_shares_beyond_the_ends_count_as_the_ends():
    assert lerp_color("#102030", "#a0b0c0", -0.5) == "#102030"
    assert lerp_color("#102030", "#a0b0c0", 1.5) == "#a0b0c0"


def test_case_of_the_digits_does_not_matter():
    assert lerp_color("#ABCDEF", "#abcdef", 0.3) == "#abcdef"


def test_other_codes_are_refused():
    for code in ("", "#abc", "abcdef", "#abcdeg", "#abcdef0", "#abcdef\n", " #abcdef"):
        with pytest.raises(ValueError):
            lerp_color(code, "#000000", 0.5)
        with pytest.raises(ValueError):
            lerp_color("#000000", code, 0.5)
