import pytest

from text_box import text_box

MIDDLE = 'text-anchor="middle" dominant-baseline="central"'


def test_text_stands_in_the_middle_by_default():
    assert text_box(0, 0, 40, 20, "Hi") == f'<g><text x="20" y="10" {MIDDLE}>Hi</text></g>'
    assert text_box(1, 2, 25, 15, "Hi", fill="red") == (
        '<g transform="translate(1 2)"><rect width="25" height="15" fill="red"/>'
        f'<text x="12.5" y="7.5" {MIDDLE}>Hi</text></g>'
    )


def test_text_can_be_aligned_to_either_end():
    start = 'text-anchor="start" dominant-baseline="central"'
    end = 'text-anchor="end" dominant-baseline="central"'
    assert text_box(0, 0, 40, 20, "Hi", "start") == f'<g><text x="2" y="10" {start}>Hi</text></g>'
    assert text_box(0, 0, 40, 20, "Hi", "end") == f'<g><text x="38" y="10" {end}>Hi</text></g>'


def test_text_that_does_not_fit_is_cut():
    def shown(width, text):
        return text_box(0, 0, width, 0, text).partition(">")[2].partition(">")[2].partition("<")[0]

    assert shown(28, "Four") == "Four"
    assert shown(28, "Hello") == "Hel…"
    assert shown(34.9, "Hello") == "Hel…"
    assert shown(35, "Hello") == "Hello"
    assert shown(7, "ab") == "…"
    assert shown(7, "a") == "a"
    assert shown(28, "<&>x") == "&lt;&amp;&gt;x"
    assert shown(28, "<&>xy") == "&lt;&amp;&gt;…"


def test_without_room_or_text_only_the_background_is_drawn():
    assert text_box(0, 0, 6.9, 20, "abc") == ""
    assert text_box(0, 0, 0, 20, "a") == ""
    assert text_box(0, 0, 40, 20, "") == ""
    assert text_box(0, 0, 40, 20, "", fill="red") == '<g><rect width="40" height="20" fill="red"/></g>'
    assert text_box(0, 0, 5, 20, "abc", fill="red") == '<g><rect width="5" height="20" fill="red"/></g>'


def test_bad_alignment_and_sizes_are_refused():
    for text in ("a", ""):
        with pytest.raises(ValueError):
            text_box(0, 0, 40, 20, text, "left")
    with pytest.raises(ValueError):
        text_box(0, 0, -40, 20, "a")
    with pytest.raises(ValueError):
        text_box(0, 0, 40, -20, "a")
