import pytest

from style_string import style_string


def test_pairs_are_sorted_by_their_written_name():
    assert style_string({"stroke": "blue", "fill": "red"}) == "fill:red;stroke:blue"
    # "-" sorts before letters and "_" after capitals, so the written name decides.
    assert style_string({"a_b": "1", "aZ": "2"}) == "a-b:1;aZ:2"


def test_names_have_hyphens_and_numbers_no_trailing_zeros():
    assert style_string({"stroke_dash_offset": 2.50, "opacity": 1.0}) == "opacity:1;stroke-dash-offset:2.5"
    assert style_string({"font_family": "my_font"}) == "font-family:my_font"


def test_only_none_is_left_out():
    assert style_string({"fill": None, "opacity": 0}) == "opacity:0"
    assert style_string({"fill": None}) == ""
    assert style_string({}) == ""


def test_the_later_of_two_equal_names_counts():
    assert style_string({"stroke_width": 1, "x": 2, "stroke-width": 3}) == "stroke-width:3;x:2"


def test_values_that_would_break_the_style_are_refused():
    for value in ("", "red;fill:blue", ";"):
        with pytest.raises(ValueError):
            style_string({"fill": value})
