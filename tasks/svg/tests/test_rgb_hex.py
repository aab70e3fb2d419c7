import pytest

from rgb_hex import rgb_hex


def test_each_channel_has_two_digits_in_lower_case():
    assert rgb_hex(1, 128, 254) == "#0180fe"
    assert rgb_hex(10, 0, 0) == "#0a0000"
    assert rgb_hex(171, 205, 239) == "#abcdef"


def test_codes_of_equal_digits_are_short():
    assert rgb_hex(255, 0, 170) == "#f0a"
    assert rgb_hex(0, 0, 0) == "#000"
    assert rgb_hex(255, 255, 255) == "#fff"
    assert rgb_hex(17, 34, 51) == "#123"


def test_one_other_channel_makes_the_code_long():
    assert rgb_hex(255, 255, 254) == "#fffffe"
    assert rgb_hex(16, 17, 17) == "#101111"


def test_channels_out_of_range_are_refused():
    for channels in ((-1, 0, 0), (0, 256, 0), (0, 0, 300)):
        with pytest.raises(ValueError):
            rgb_hex(*channels)


def test_channels_that_are_no_whole_numbers_are_refused():
    for channels in ((1.0, 0, 0), (0, "1", 0), (0, 0, True), (None, 0, 0)):
        with pytest.raises(TypeError):
            rgb_hex(*channels)
