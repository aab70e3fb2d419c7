import pytest

from place import place


def test_children_are_moved_to_the_point():
    assert place(3, 4.5, "<b/>", "<c/>") == '<g transform="translate(3 4.5)"><b/><c/></g>'
    assert place(-1.239, 2.0, "<b/>") == '<g transform="translate(-1.24 2)"><b/></g>'


def test_both_numbers_are_written_even_if_one_is_zero():
    assert place(0, 5, "<b/>") == '<g transform="translate(0 5)"><b/></g>'
    assert place(5, 0, "<b/>") == '<g transform="translate(5 0)"><b/></g>'


def test_at_the_origin_there_is_no_transform():
    assert place(0, 0, "<b/>") == "<g><b/></g>"
    assert place(0.0, -0.0, "<b/>") == "<g><b/></g>"


def test_elements_given_as_tuples_are_written():
    assert place(1, 2, None, ("text", {"x": 0}, "a & b")) == (
        '<g transform="translate(1 2)"><text x="0">a &amp; b</text></g>'
    )


def test_nothing_to_place_gives_nothing_and_a_point_must_be_finite():
    assert place(3, 4) == ""
    assert place(0, 0, None, "") == ""
    with pytest.raises(ValueError):
        place(float("inf"), 0, "<b/>")
