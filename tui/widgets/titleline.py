"""Lines of a screen that shows no single run: what this is, and what the cursor is on."""

from __future__ import annotations

from tui.widgets.moment import Moment
from tui.widgets.page import EMPTY
from tui.widgets.panel import Painted
from tui.widgets.spans import Row, Span, crop_row, justify, width_of


class TitleLine(Painted):
    """`` teamtop  summary · 20261120-…`` at the left, anything at the right; ``head`` stands before both."""

    DEFAULT_CSS = "TitleLine { height: 1; background: $panel; }"

    def __init__(self, head: str = "teamtop") -> None:
        super().__init__()
        self._head: Row = [Span(f" {head}  ", "accent")] if head else [Span(" ")]
        self._left: Row = []
        self._right: Row = []

    def say(self, left: Row, right: Row) -> None:
        """Show these words from now on."""
        self._left, self._right = left, right
        self.show(EMPTY)

    def rows(self, moment: Moment, cells: int, height: int) -> list[Row]:
        """The one line; where it is full, the head goes first."""
        left, right = [*self._head, *self._left], [*self._right, Span(" ")]
        if width_of(left) + width_of(right) >= cells:
            left = [Span(" "), *self._left]
        return [justify(left, right, cells)]


class DetailLines(Painted):
    """What there is to say about one thing: its name and the parts that follow, on one line where the screen
    is wide, else on two, so that nothing moves when the cursor does.
    """

    DEFAULT_CSS = "DetailLines { height: 1; background: $panel; } DetailLines.low { height: 2; }"

    ROOMY = 120
    """Cells from which on one line has room for most runs."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: Row = []

    def say(self, parts: Row) -> None:
        """Show these from now on."""
        self._parts = parts
        self.show(EMPTY)

    def rows(self, moment: Moment, cells: int, height: int) -> list[Row]:
        """As many parts on each line as fit whole; the last line is cut if it must be."""
        lines: list[Row] = [[Span(" ")]]
        for part in self._parts:
            first = len(lines[-1]) == 1
            if not first and len(lines) < height and width_of([*lines[-1], part]) > cells:
                lines.append([Span("  "), Span(part.text.removeprefix(" · "), part.role)])
            else:
                lines[-1].append(part)
        lines += [[] for _ in range(height - len(lines))]
        return [crop_row(line, cells) for line in lines]
