"""Rows of the screen as a picture: SVG with plain shapes and text, no script, nothing from outside."""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape

from textual.theme import Theme

from tui.theme import DARK, colours, inks
from tui.widgets.spans import Row, cells_of
from tui.widgets.summary_figures import Report
from tui.widgets.summary_rows import summary_rows

CELLS = 118
"""Cells of a summary as a picture: two columns of figures stand side by side."""

FONT = 'font-family="Fira Code,DejaVu Sans Mono,Menlo,Consolas,monospace" font-size="14"'

CELL, LINE = 8.4, 19
"""Pixels of a cell: those of a 14 px monospaced font, so that no font makes columns drift."""

MARGIN = 16


def summary_svg(report: Report, theme: Theme = DARK) -> str:
    """The summary of a run as a picture in the colours of ``theme``."""
    return rows_svg(summary_rows(report, CELLS), CELLS, theme)


def rows_svg(rows: Sequence[Row], cells: int, theme: Theme) -> str:
    """Return the whole file."""
    foreground, background = colours(theme)
    ink = inks(theme)
    width, height = cells * CELL + 2 * MARGIN, len(rows) * LINE + 2 * MARGIN
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" width="{width:g}" '
        f'height="{height:g}" {FONT}>',
        f'<rect width="{width:g}" height="{height:g}" rx="8" fill="{background}"/>',
    ]
    for y, row in enumerate(rows):
        x = 0
        for span in row:
            size = cells_of(span.text)
            if span.text.strip():
                style = ink[span.role]
                colour = style.color.get_truecolor().hex if style.color is not None else foreground
                bold = ' font-weight="bold"' if style.bold else ""
                lead = cells_of(span.text) - cells_of(span.text.lstrip())
                text = span.text.strip()
                at = f'x="{MARGIN + (x + lead) * CELL:g}" y="{MARGIN + y * LINE + 14}"'
                parts.append(
                    f'<text {at} fill="{colour}"{bold} '
                    f'textLength="{cells_of(text) * CELL:g}" xml:space="preserve">{escape(text)}</text>'
                )
            x += size
    return "\n".join([*parts, "</svg>", ""])
