"""A row of text boxes."""

from collections.abc import Sequence

from text_box import text_box

Cell = tuple[float, str, str, str | None]


def cell_row(x: float, y: float, height: float, cells: Sequence[Cell], gap: float = 0) -> str:
    """Draw cells (width, text, align, fill) from left to right, `gap` apart, the first one at (x, y)."""
    if gap < 0:
        raise ValueError("the gap between cells must not be negative")
    drawn = []
    left = x
    for width, text, align, fill in cells:
        drawn.append(text_box(left, y, width, height, text, align, fill))
        left += width + gap
    return "".join(drawn)
