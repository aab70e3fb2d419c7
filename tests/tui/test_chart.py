"""The speedup chart in text."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tui.widgets.chart import Canvas, ChartData, chart_rows
from tui.widgets.spans import plain, width_of

DATA = ChartData(
    curve=tuple((k, 0.8 + 0.1 * k) for k in range(1, 12)),
    total=20,
    amdahl=1.6,
    graph=2.0,
    p=0.5,
    agents=4,
    speedup=1.9,
    faults=((5, 9),),
    baseline="run 3f2a",
)


def chart(data: ChartData = DATA, cells: int = 76, height: int = 12) -> list[str]:
    return [plain(row) for row in chart_rows(data, cells, height)]


def test_dots_are_counted_from_the_bottom_left() -> None:
    canvas = Canvas(2, 1)
    canvas.dot(0, 0)
    canvas.dot(3, 3)
    canvas.dot(9, 9)  # beyond the canvas
    assert canvas.glyph(0, 0) == "⡀"
    assert canvas.glyph(1, 0) == "⠈"


def test_a_rising_line_has_a_dot_in_every_column() -> None:
    canvas = Canvas(5, 2)
    canvas.line(0, 0, 9, 7)
    assert all(any(canvas.glyph(x, y) for y in range(2)) for x in range(5))


def test_bounds_and_curve_are_named_with_their_values() -> None:
    text = "\n".join(chart())
    assert "graph bound* 2.00" in text
    assert "Amdahl p=0.5 N=4 1.60" in text
    assert "measured 1.90" in text
    assert "* equal tasks, 1 a turn" in text


def test_the_baseline_is_named() -> None:
    assert "vs run 3f2a" in "\n".join(chart())
    assert "baseline: estimated" in "\n".join(chart(replace(DATA, baseline="estimated")))


def test_bounds_are_told_apart_without_colour() -> None:
    rows = chart()
    graph = next(row for row in rows if row.startswith("2.00┤"))
    amdahl = next(row for row in rows if row.startswith("1.60┤"))
    assert "╌╌╌" in graph
    assert "┄┄┄" in amdahl


def test_a_band_on_the_axis_shows_from_where_to_where_a_fault_lasted() -> None:
    def axis(*faults: tuple[int, int | None]) -> str:
        row = chart(replace(DATA, faults=faults))[-2]
        return row[row.index("└") + 1 : row.index(" vs run")]

    lasted = axis((5, 9))
    assert lasted.count("▀") == round(4 / 20 * len(lasted))
    assert lasted.index("⚡") < lasted.index("▀")
    assert "▀▀" not in axis((5, 5))  # it struck once
    active = axis((5, None))
    assert active.rindex("▀") > lasted.rindex("▀")  # up to the end of the curve
    assert active.rstrip("─┬") != active


def test_a_fault_is_marked_at_the_work_that_was_done() -> None:
    axis, legend = chart()[-2:]
    assert abs(axis.index("⚡") - legend.index("5")) <= 1


def test_the_axis_counts_tasks_from_none_to_all() -> None:
    assert chart()[-1].split() == ["0", "5", "10", "15", "20", "tasks", "done"]


def test_lines_that_fall_together_keep_both_names_apart() -> None:
    text = chart(replace(DATA, amdahl=2.0, graph=2.0, speedup=2.0))
    assert sum("2.00" in row[40:] for row in text) == 3


def test_before_the_first_completion_there_are_bounds_and_no_curve() -> None:
    text = "\n".join(chart(replace(DATA, curve=(), speedup=None, faults=())))
    assert "graph bound* 2.00" in text
    assert "measured" not in text


@pytest.mark.parametrize("cells", [12, 30, 56, 76, 200])
@pytest.mark.parametrize("height", [1, 3, 9, 40])
@pytest.mark.parametrize("total", [1, 20, 2_000])
def test_no_row_leaves_its_cells(cells: int, height: int, total: int) -> None:
    data = replace(DATA, total=total, faults=((0, None), (total, total)), curve=((1, 0.0), (total, 400.0)))
    rows = chart_rows(data, cells, height)
    assert len(rows) <= height
    assert all(width_of(row) <= cells for row in rows)


def test_unknown_bounds_are_no_lines_and_leave_the_whole_curve_in_view() -> None:
    shown = chart(replace(DATA, amdahl=None, graph=None))
    text = "\n".join(shown)
    assert "bounds unknown" in text
    assert "Amdahl" not in text
    assert not any(mark in text for mark in "┄╌")
    assert "measured 1.90" in text
