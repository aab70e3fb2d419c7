import pytest

from box import box


def test_the_background_comes_first():
    assert box(5, 6, 10, 20.5, "<b/>", fill="red") == (
        '<g transform="translate(5 6)"><rect width="10" height="20.5" fill="red"/><b/></g>'
    )
    assert box(0, 0, 1, 2, fill="#fff") == '<g><rect width="1" height="2" fill="#fff"/></g>'


def test_without_fill_there_is_no_background():
    assert box(5, 6, 10, 20, "<b/>", ("c", {"x": 1})) == ('<g transform="translate(5 6)"><b/><c x="1"/></g>')
    assert box(5, 6, 10, 20) == ""


def test_without_area_there_is_no_background():
    assert box(1, 2, 0, 20, "<b/>", fill="red") == '<g transform="translate(1 2)"><b/></g>'
    assert box(1, 2, 20, 0, "<b/>", fill="red") == '<g transform="translate(1 2)"><b/></g>'
    assert box(1, 2, 0, 0, fill="red") == ""


def test_negative_sizes_are_refused():
    for width, height in ((-1, 5), (5, -1), (-0.5, 0)):
        with pytest.raises(ValueError):
            box(0, 0, width, height, "<b/>")


def test_fill_is_escaped_and_given_by_keyword_only():
    assert box(0, 0, 1, 1, fill='"') == '<g><rect width="1" height="1" fill="&quot;"/></g>'
    assert box(0, 0, 1, 1, "red") == "<g>red</g>"
