import pytest

from linear_gradient import linear_gradient


def test_stops_are_written_in_percent():
    assert linear_gradient("a", [(0, "red"), (0.07, "lime"), (1, "blue")]) == (
        '<linearGradient id="a"><stop offset="0%" stop-color="red"/><stop offset="7%" stop-color="lime"/>'
        '<stop offset="100%" stop-color="blue"/></linearGradient>'
    )


def test_stops_are_sorted_by_offset_and_equal_ones_keep_their_order():
    stops = [(1, "d"), (0.5, "c"), (0.5, "b"), (0.125, "a")]
    assert linear_gradient("g", stops) == (
        '<linearGradient id="g"><stop offset="12.5%" stop-color="a"/><stop offset="50%" stop-color="c"/>'
        '<stop offset="50%" stop-color="b"/><stop offset="100%" stop-color="d"/></linearGradient>'
    )
    assert stops == [(1, "d"), (0.5, "c"), (0.5, "b"), (0.125, "a")]


def test_a_vertical_gradient_says_its_direction():
    assert linear_gradient("v", [(0, "red"), (1, "blue")], vertical=True) == (
        '<linearGradient id="v" x2="0" y2="1"><stop offset="0%" stop-color="red"/>'
        '<stop offset="100%" stop-color="blue"/></linearGradient>'
    )


def test_too_few_stops_are_refused():
    for stops in ([], [(0, "red")]):
        with pytest.raises(ValueError):
            linear_gradient("a", stops)


def test_offsets_out_of_range_are_refused():
    for offset in (-0.1, 1.1, 50):
        with pytest.raises(ValueError):
            linear_gradient("a", [(0.5, "red"), (offset, "blue")])
