import pytest

from open_tag import open_tag


def test_a_tag_without_attributes():
    assert open_tag("g") == "<g>"
    assert open_tag("g", None) == "<g>"
    assert open_tag("g", {"id": None}) == "<g>"


def test_a_tag_with_attributes():
    assert open_tag("rect", {"x": 1.0, "stroke_width": 2}) == '<rect x="1" stroke-width="2">'
    assert open_tag("a", {"id": '"'}) == '<a id="&quot;">'


def test_an_empty_tag_closes_itself():
    assert open_tag("g", empty=True) == "<g/>"
    assert open_tag("rect", {"x": 1}, True) == '<rect x="1"/>'


def test_names_may_have_digits_and_a_prefix():
    assert open_tag("h1") == "<h1>"
    assert open_tag("linearGradient") == "<linearGradient>"
    assert open_tag("svg2:rect1") == "<svg2:rect1>"


def test_bad_names_are_refused():
    for name in ("", "1a", "a b", "a>", "a:", ":a", "a:b:c", "a:1", "g\n", "a-b", "ä"):
        with pytest.raises(ValueError):
            open_tag(name)
    with pytest.raises(ValueError):
        open_tag("g", {"class": "a", "class_": "b"})
