"""Plots over team sizes and bars, as text."""

from __future__ import annotations

import pytest

from tui.widgets.plot import Series, bar_rows, legend, plot_rows
from tui.widgets.spans import plain, width_of

RISING = Series("claude", ((1.0, 1.0), (2.0, 1.8), (3.0, 2.4), (4.0, 2.8), (5.0, 3.3)))
FLAT = Series("gpt", tuple((float(n), 1.0) for n in range(1, 6)))
BOUND = Series("Amdahl", tuple((float(n), 0.7 * n) for n in range(1, 6)), reference=True)


def plot(*series: Series, cells: int = 46, height: int = 12) -> list[str]:
    return [plain(row) for row in plot_rows(series, cells, height)]


def test_every_point_has_the_mark_of_its_series() -> None:
    rows = plot(RISING, FLAT)
    assert sum(row.count("●") for row in rows) == 5
    assert sum(row.count("▲") for row in rows) == 4  # both begin at 1: the first series lies over the second


def test_marks_lie_over_reference_lines() -> None:
    assert sum(row.count("▲") for row in plot(BOUND, FLAT)) == 5


def test_the_axis_names_team_sizes_and_the_top_value() -> None:
    rows = plot(RISING)
    assert rows[0].startswith("3.30┤")
    assert rows[-2].startswith("   0┤")
    assert rows[-1].split()[:5] == ["N=1", "2", "3", "4", "5"]


@pytest.mark.parametrize("cells", [14, 38, 80, 160])
@pytest.mark.parametrize("height", [3, 12, 30])
def test_a_plot_keeps_to_its_cells(cells: int, height: int) -> None:
    rows = plot_rows([RISING, FLAT, BOUND], cells, height)
    assert max(4, height) >= len(rows)
    assert all(width_of(row) <= max(13, cells) for row in rows)


def test_the_axis_says_that_its_numbers_are_agents_with_room_for_the_word_or_without() -> None:
    assert plot(RISING)[-1].startswith("    N=1 ")
    assert plot(Series("one", ((3.0, 2.0),)))[-1].endswith("3 agents")


def test_errors_are_bars_through_their_points() -> None:
    sure, unsure = (Series("a", ((1.0, 2.0), (2.0, 2.0)), errors=(None, error)) for error in (None, 1.0))
    assert plot(sure)[0].startswith("2.00┤")
    rows = plot(unsure)
    assert rows[0].startswith("3.00┤")
    mark = max(row.rfind("●") for row in rows)
    inked = [y for y, row in enumerate(rows[:-1]) if row[mark : mark + 1].strip()]
    assert inked == list(range(8))  # from 3 down to 1, of 0 to 3 in eleven rows


def test_one_size_only_and_no_point_at_all_can_be_drawn() -> None:
    assert any("●" in row for row in plot(Series("one", ((3.0, 2.0),))))
    assert plot(Series("none", ()))[0] == "nothing to draw from these runs"
    assert any("●" in row for row in plot(Series("zero", ((1.0, 0.0), (2.0, 0.0)))))


def test_bars_are_in_proportion_and_carry_their_numbers() -> None:
    rows = [
        plain(row) for row in bar_rows([Series("a", ((0.0, 10.0),)), Series("b", ((0.0, 5.0),))], ["k"], 60)
    ]
    assert rows[0] == "k"
    assert rows[1].count("█") == 2 * rows[2].count("█") or rows[1].count("█") == 2 * rows[2].count("█") + 1
    assert rows[1].endswith("   10.0")


def test_the_legend_tells_series_apart_without_colour() -> None:
    assert plain(legend([RISING, FLAT, BOUND])).split() == ["●", "claude", "▲", "gpt", "┄┄", "Amdahl"]
