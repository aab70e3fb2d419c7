"""Bars under each other, on one scale."""

from collections.abc import Sequence

from bar_line import bar_line

LINE_STEP = 24


def bar_table(
    x: float, y: float, width: float, entries: Sequence[tuple[str, float | None]], fill: str = "steelblue"
) -> str:
    """Draw the entries under each other, 24 units apart; the largest value fills its bar."""
    top = max((value for _, value in entries if value is not None), default=0)
    if top <= 0:
        top = 1
    return "".join(
        bar_line(x, y + index * LINE_STEP, width, label, value, top, fill)
        for index, (label, value) in enumerate(entries)
    )
