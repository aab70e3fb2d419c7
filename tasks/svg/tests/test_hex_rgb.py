import pytest

from hex_rgb import hex_rgb


def test_six_digits_are_two_for_each_channel():
    assert hex_rgb("#0180fe") == (1, 128, 254)
    assert hex_rgb("#a1b2c3") == (161, 178, 195)
    assert hex_rgb("#000000") == (0, 0, 0)


def test_three_digits_stand_for_themselves_twice():
    assert hex_rgb("#f0a") == (255, 0, 170)
    assert hex_rgb("#123") == (17, 34, 51)


def test_case_and_outer_white_space_do_not_matter():
    assert hex_rgb("#FfA0c9") == (255, 160, 201)
    assert hex_rgb("  #ABC\n") == (170, 187, 204)


def test_other_texts_are_refused():
    for code in ("", "#", "abc", "ff00aa", "#ab", "#abcd", "#abcde", "#abcdef0", "##abc", "#ggg", "#xyzxyz"):
        with pytest.raises(ValueError):
            hex_rgb(code)


def test_what_only_looks_like_digits_is_refused():
    for code in ("#+1+2+3", "#1_0 20", "# abc", "#-1-1-1", "#12 ", "#１２３"):
        with pytest.raises(ValueError):
            hex_rgb(code)
