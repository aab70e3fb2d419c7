"""A panel whose content grows at the end: it follows only while its end is seen."""

from __future__ import annotations

from collections.abc import Sequence

from tui.widgets.moment import Moment
from tui.widgets.panel import Panel
from tui.widgets.spans import Row, Span, crop_row, width_of


class LogPanel(Panel):
    """Rows that only grow, and whose oldest go away.

    Entries are counted from the run's beginning, so that the view stays on the same words while others
    arrive below or vanish above. ``follow`` holds while the last row is seen.
    """

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.follow = True
        self.unread = 0
        self._blocks: list[list[Row]] = []  # the rows of each entry
        self._first = 0  # number of the first entry that is kept
        self._lines: list[Row] = []
        self._width = 0
        self._source: object = None

    # ------------------------------------------------------------ what subclasses say

    def entry_range(self, moment: Moment) -> tuple[int, int]:
        """Numbers of the first entry that is kept and of the one after the last."""
        raise NotImplementedError

    def entries(self, moment: Moment, start: int) -> Sequence[list[Row]]:
        """Rows of every entry from number ``start`` on, wrapped to the present width."""
        raise NotImplementedError

    # ------------------------------------------------------------ keeping up

    def rows(self, moment: Moment, cells: int, height: int) -> list[Row]:
        """The rows that are seen, after taking in what is new."""
        self._take_in(moment, cells)
        self.length = len(self._lines)
        limit = max(0, self.length - height)
        if self.follow:
            self.top = limit
        self.top = min(self.top, limit)
        if self.top == limit:
            self.follow, self.unread = True, 0
        seen = self._lines[self.top : self.top + height]
        if len(seen) < height:
            seen = [*seen, *([] for _ in range(height - len(seen)))]
        if not self.follow and self.unread:
            seen[-1] = self._hint(seen[-1], cells)
        return seen

    def _hint(self, row: Row, cells: int) -> Row:
        hint: Row = [Span(f" +{self.unread} new ↓ ", "accent")]
        room = cells - width_of(hint)
        start = crop_row(row, room)
        return [*start, Span(" " * (room - width_of(start))), *hint]

    def _take_in(self, moment: Moment, cells: int) -> None:
        first, end = self.entry_range(moment)
        known = self._first + len(self._blocks)
        if self._source is not moment.state or cells != self._width or end < known or first > known:
            self._rebuild(moment, cells, first)
            return
        if first > self._first:
            gone = self._blocks[: first - self._first]
            del self._blocks[: first - self._first]
            rows = sum(map(len, gone))
            del self._lines[:rows]
            self.top = max(0, self.top - rows)  # the reader stays on the same words
            self._first = first
        if end > known:
            new = list(self.entries(moment, known))
            self._blocks += new
            for block in new:
                self._lines += block
            if not self.follow:
                self.unread += len(new)

    def _rebuild(self, moment: Moment, cells: int, first: int) -> None:
        """Wrap everything again: the width changed, or the state is another one."""
        anchor = self._entry_at(self.top) if self._source is moment.state and not self.follow else None
        self._source, self._width, self._first = moment.state, cells, first
        self._blocks = list(self.entries(moment, first))
        self._lines = [row for block in self._blocks for row in block]
        if anchor is None:
            self.follow, self.unread = True, 0
        else:
            self.top = sum(len(block) for block in self._blocks[: max(0, anchor - first)])

    def _entry_at(self, row: int) -> int:
        """Number of the entry that row ``row`` belongs to."""
        seen = 0
        for index, block in enumerate(self._blocks):
            seen += len(block)
            if seen > row:
                return self._first + index
        return self._first + len(self._blocks)

    # ------------------------------------------------------------ moving

    def scroll_rows(self, rows: int) -> None:
        """Move the view; reaching the end follows again."""
        self.follow = False
        super().scroll_rows(rows)

    def action_end(self) -> None:
        """Follow what comes."""
        self.follow = True
        self.repaint()
