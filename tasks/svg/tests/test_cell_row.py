import re

import pytest

from cell_row import cell_row


def places(markup):
    return [tuple(map(float, point)) for point in re.findall(r"translate\((\S+) (\S+)\)", markup)]


def test_cells_stand_side_by_side():
    cells = [(40, "Hi", "middle", None), (10, "", "start", "red")]
    assert cell_row(0, 0, 20, cells, 5) == (
        '<g><text x="20" y="10" text-anchor="middle" dominant-baseline="central">Hi</text></g>'
        '<g transform="translate(45 0)"><rect width="10" height="20" fill="red"/></g>'
    )


def test_each_cell_begins_where_the_one_before_ends():
    cells = [(10, "", "end", "a"), (20.5, "", "end", "b"), (30, "", "end", "c")]
    assert places(cell_row(5, 7, 10, cells)) == [(5, 7), (15, 7), (35.5, 7)]
    assert places(cell_row(5, 7, 10, cells, 2)) == [(5, 7), (17, 7), (39.5, 7)]


def test_cells_that_draw_nothing_still_take_room():
    cells = [(10, "", "start", None), (0, "", "start", "red"), (5, "", "start", "blue")]
    assert cell_row(1, 2, 3, cells, 4) == (
        '<g transform="translate(19 2)"><rect width="5" height="3" fill="blue"/></g>'
    )


def test_texts_keep_their_alignment_and_are_escaped():
    row = cell_row(0, 0, 10, [(20, "<", "start", None), (20, ">", "end", None)])
    assert re.findall(r'x="(\w+)" y="5" text-anchor="(\w+)"', row) == [("2", "start"), ("18", "end")]
    assert "&lt;" in row and "&gt;" in row


def test_no_cells_and_bad_cells():
    assert cell_row(1, 2, 3, []) == ""
    for cells, gap in (([], -1), ([(10, "a", "start", None)], -0.5), ([(-1, "a", "start", None)], 0)):
        with pytest.raises(ValueError):
            cell_row(0, 0, 20, cells, gap)
    with pytest.raises(ValueError):
        cell_row(0, 0, 20, [(10, "a", "top", None)])
