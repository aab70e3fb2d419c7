"""The first line of a screen that shows no single run: what this is, and what there is to say about it."""

from __future__ import annotations

from tui.widgets.moment import Moment
from tui.widgets.page import EMPTY
from tui.widgets.panel import Painted
from tui.widgets.spans import Row, Span, justify


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
        """The one line."""
        return [justify([*self._head, *self._left], [*self._right, Span(" ")], cells)]
