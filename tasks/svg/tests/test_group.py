import pytest

from group import group


def test_markup_and_elements_can_be_mixed():
    drawn = group({"id": "a"}, "<b/>", ("rect", {"x": 1}), ("text", {"y": 2}, "hi"))
    assert drawn == '<g id="a"><b/><rect x="1"/><text y="2">hi</text></g>'
    assert group(None, ("b", None)) == "<g><b/></g>"


def test_texts_are_escaped_but_markup_is_not():
    assert group(None, ("t", None, "1 < 2 & 'a' > \"b\"")) == ("<g><t>1 &lt; 2 &amp; 'a' &gt; \"b\"</t></g>")
    assert group(None, ("t", None, "&lt;")) == "<g><t>&amp;lt;</t></g>"
    assert group(None, "&lt;") == "<g>&lt;</g>"


def test_an_empty_text_leaves_an_empty_element():
    assert group(None, ("text", {"x": 1}, "")) == '<g><text x="1"/></g>'


def test_an_empty_group_disappears():
    assert group(None) == ""
    assert group({"id": "a"}) == ""
    assert group({"id": "a"}, None, "", None) == ""
    assert group({"id": "a"}, None, "<b/>", "") == '<g id="a"><b/></g>'


def test_tuples_of_another_length_and_bad_names_are_refused():
    for child in ((), ("rect",), ("rect", {}, "a", "b"), ("a b", {})):
        with pytest.raises(ValueError):
            group(None, child)
