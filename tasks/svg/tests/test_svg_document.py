import re
from xml.etree import ElementTree

import pytest

from svg_document import svg_document

ROOT = '<svg xmlns="http://www.w3.org/2000/svg" '


def test_a_small_document_is_written_whole():
    assert svg_document("Page", [("", {})], 1, 100) == (
        ROOT
        + 'width="140" height="64" viewBox="0 0 140 64"><title>Page</title><g transform="translate(20 20)">'
        '<text x="50" y="10" text-anchor="middle" dominant-baseline="central">no data</text></g></svg>\n'
    )


def test_the_document_fits_around_two_columns_by_default():
    page = svg_document("P", [("A", {"a": 1}), ("B", {"b": 1}), ("C", {"c": 2, "d": 1})])
    assert page.startswith(ROOT + 'width="660" height="176" viewBox="0 0 660 176"><title>P</title><g ')
    assert page.endswith("</g></svg>\n")


def test_the_document_is_well_formed_and_shows_every_bar():
    root = ElementTree.fromstring(svg_document("a < b", [("<T>", {"x&y": 4, '"z"': 2})], 1, 228))
    space = "{http://www.w3.org/2000/svg}"
    assert root.find(f"{space}title").text == "a < b"
    assert [node.text for node in root.iter(f"{space}text")] == ["<T>", "x&y", "4", '"z"', "2"]
    assert [node.get("width") for node in root.iter(f"{space}rect")] == ["100", "50"]


def test_the_title_is_escaped_and_may_be_missing():
    assert "<title>\"a\" &amp;lt; 'b' &gt;</title>" in svg_document("\"a\" &lt; 'b' >", [("", {})])
    page = svg_document("", [("", {})])
    assert "<title" not in page
    assert re.search(r'viewBox="0 0 340 64"><g ', page)


def test_a_document_needs_charts_and_columns():
    with pytest.raises(ValueError):
        svg_document("P", [])
    with pytest.raises(ValueError):
        svg_document("P", [("", {})], 0)
