import pytest

from format_attrs import format_attrs


def test_attributes_keep_their_order_each_after_one_space():
    assert format_attrs({"x": 1, "stroke_width": 2.5}) == ' x="1" stroke-width="2.5"'
    assert format_attrs({"b": "2", "a": "<"}) == ' b="2" a="&lt;"'


def test_nothing_to_write_gives_an_empty_text():
    assert format_attrs() == ""
    assert format_attrs(None) == ""
    assert format_attrs({}) == ""
    assert format_attrs({"x": None}) == ""


def test_only_none_is_left_out():
    assert format_attrs({"x": 0, "y": None, "a": False, "id": ""}) == ' x="0" a="false" id=""'


def test_a_name_given_twice_is_refused():
    with pytest.raises(ValueError):
        format_attrs({"stroke_width": 1, "stroke-width": 2})
    with pytest.raises(ValueError):
        format_attrs({"class": "a", "x": 1, "class_": "a"})
    assert format_attrs({"class": None, "class_": "a"}) == ' class="a"'
    assert format_attrs({"class": "a", "class_": None}) == ' class="a"'


def test_errors_of_an_attribute_pass_through():
    with pytest.raises(ValueError):
        format_attrs({"a b": 1})
    with pytest.raises(TypeError):
        format_attrs({"x": object()})
