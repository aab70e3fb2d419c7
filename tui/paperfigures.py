"""Figures 2-6 of the paper on a terminal, and as files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import TeamtopError
from engine.record.clean import clean_line
from tui.printing import WIDTH_WITHOUT_TERMINAL, print_rows, width_of
from tui.widgets.plot import Series, bar_rows, legend, plot_rows
from tui.widgets.spans import Row, Span, crop_row, fit, wrap

if TYPE_CHECKING:
    from engine.analysis.paper.figures import Figure, Panel

PANEL_MIN = 38
"""Cells of a panel; as many stand side by side as there is room for."""

PANEL_HEIGHT = 12
"""Rows of a plot with its axis."""

GAP = 3
"""Cells between two panels."""

WIDEST = 160
"""Cells of a row of panels: beyond, lines get longer and say no more."""


def print_figure(figure: Figure) -> None:
    """Print one figure, as wide as the terminal."""
    print_rows(figure_rows(figure, min(width_of(None) or WIDTH_WITHOUT_TERMINAL, WIDEST)))


def figure_rows(figure: Figure, cells: int) -> list[Row]:
    """Title, what it is about, and the panels in rows."""
    rows: list[Row] = [[], [Span(f"Figure {figure.number}. {figure.title}", "strong")]]
    rows += [[Span(line, "muted")] for line in wrap(figure.about, cells)]
    panels = list(figure.panels)
    columns = max(1, min(len(panels), (cells + GAP) // (PANEL_MIN + GAP), 3))
    size = (cells - GAP * (columns - 1)) // columns
    for start in range(0, len(panels), columns):
        rows.append([])
        rows += _beside([_panel(panel, size) for panel in panels[start : start + columns]], size)
    return rows


def _panel(panel: Panel, cells: int) -> list[Row]:
    series = [
        Series(
            clean_line(line.name, 24),
            tuple((x, y) for x, y, _ in line.points),
            line.reference,
            tuple(error for _, _, error in line.points),
        )
        for line in panel.lines
    ]
    head: Row = [Span(f"{clean_line(panel.title)} ", "plain"), Span(f"({panel.unit})", "muted")]
    if panel.empty:
        return [head, [Span("nothing to draw from these runs", "muted")]]
    if panel.kinds:
        return [head, *bar_rows(series, panel.kinds, cells)]
    return [head, crop_row(legend(series), cells), *plot_rows(series, cells, PANEL_HEIGHT)]


def _beside(blocks: Sequence[list[Row]], size: int) -> list[Row]:
    rows: list[Row] = []
    for y in range(max(map(len, blocks))):
        row: Row = []
        for block in blocks:
            row += [Span(" " * GAP)] if row else []
            row += fit(block[y] if y < len(block) else [], size)
        rows.append(row)
    return rows


def write_svg(figures: Sequence[Figure], folder: Path) -> list[Path]:
    """Write ``figure-<number>.svg`` for each. Raises ``TeamtopError`` if the folder cannot be written."""
    from engine.analysis.paper.svg import svg

    paths = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for figure in figures:
            path = folder / f"figure-{figure.number}.svg"
            path.write_text(svg(figure), encoding="utf-8")
            paths.append(path)
    except OSError as error:
        raise TeamtopError(f"{folder} cannot be written: {error.strerror or error}.") from None
    return paths
