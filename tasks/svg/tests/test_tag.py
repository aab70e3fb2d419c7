import pytest

from tag import tag


def test_children_are_written_unchanged_and_in_order():
    assert tag("g", {"id": "a"}, "<b/>", "<c/>") == '<g id="a"><b/><c/></g>'
    assert tag("text", None, "1 &lt; 2", "\n", "x") == "<text>1 &lt; 2\nx</text>"


def test_an_element_without_children_closes_itself():
    assert tag("g") == "<g/>"
    assert tag("rect", {"x": 1, "fill": None}) == '<rect x="1"/>'


def test_empty_children_count_as_none():
    assert tag("g", None, None) == "<g/>"
    assert tag("g", {}, "", None, "") == "<g/>"
    assert tag("g", None, None, "<b/>", "", None) == "<g><b/></g>"
    assert tag("g", None, " ") == "<g> </g>"


def test_children_that_are_no_text_are_refused():
    for child in (1, 0, False, ["<b/>"], b"<b/>"):
        with pytest.raises(TypeError):
            tag("g", None, child)


def test_bad_names_are_refused():
    with pytest.raises(ValueError):
        tag("a b", None, "x")
    with pytest.raises(ValueError):
        tag("")
