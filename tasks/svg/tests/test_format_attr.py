import pytest

from format_attr import format_attr


def test_numbers_and_lists_of_numbers():
    assert format_attr("x", 10) == 'x="10"'
    assert format_attr("r", 2.504) == 'r="2.5"'
    assert format_attr("viewBox", [0, -0.001, 10.5, 4]) == 'viewBox="0 0 10.5 4"'
    assert format_attr("dash", (1.239,)) == 'dash="1.24"'
    assert format_attr("dash", []) == 'dash=""'


def test_text_is_escaped_once():
    assert format_attr("id", "it's") == 'id="it\'s"'
    assert format_attr("id", 'a "b" <c> & d') == 'id="a &quot;b&quot; &lt;c&gt; &amp; d"'
    assert format_attr("id", "&lt;") == 'id="&amp;lt;"'
    assert format_attr("id", "") == 'id=""'


def test_flags_and_transforms():
    assert format_attr("hidden", True) == 'hidden="true"'
    assert format_attr("hidden", False) == 'hidden="false"'
    calls = {"translate": (3, 4.5), "rotate": 90.0}
    assert format_attr("transform", calls) == 'transform="translate(3 4.5) rotate(90)"'
    assert (
        format_attr("transform", {"rotate": 1, "matrix": [1, 0, 0]}) == 'transform="rotate(1) matrix(1 0 0)"'
    )


def test_names_are_written_with_hyphens():
    assert format_attr("stroke_dash_array", 2) == 'stroke-dash-array="2"'
    assert format_attr("class_", "a_b") == 'class="a_b"'
    assert format_attr("xlink:href", "#a") == 'xlink:href="#a"'
    assert format_attr("data-x1.y", 1) == 'data-x1.y="1"'


def test_bad_names_and_values_are_refused():
    for name in ("", "1x", "_x", "a b", 'a"', "x=", "x\n"):
        with pytest.raises(ValueError):
            format_attr(name, 1)
    for value in (None, object(), [1, "2"], [True], {"rotate": None}, {"rotate": "90"}):
        with pytest.raises(TypeError):
            format_attr("x", value)
    with pytest.raises(ValueError):
        format_attr("x", float("nan"))
