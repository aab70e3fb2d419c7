"""A panel whose content grows at the end: it follows only while its end is seen."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.events import Click

from tui.search import Words
from tui.widgets.moment import Moment
from tui.widgets.panel import Panel
from tui.widgets.spans import Row, Span, crop_row, width_of, wrap

Matcher = Callable[[Words], bool]
"""Whether a line is one of those that a person searches for."""


class LogPanel(Panel):
    """Entries of some rows that only grow, and whose oldest go away.

    Entries are counted from the run's beginning, so that the view stays on the same words while others
    arrive below or vanish above. ``follow`` holds while the last row is seen and nobody reads: ``cursor`` is
    the entry that somebody is at, null for none. With a ``matcher`` only entries that it accepts have rows.
    """

    EMPTY: ClassVar[str] = ""
    """What stands here before there is any entry."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.follow = True
        self.unread = 0
        self.cursor: int | None = None
        self._matcher: Matcher | None = None
        self._blocks: list[list[Row]] = []  # the rows of each entry
        self._first = 0  # number of the first entry that is kept
        self._lines: list[Row] = []
        self._starts: list[int] = []  # the row at which each entry begins
        self._width = 0
        self._source: object = None

    # ------------------------------------------------------------ what subclasses say

    def entry_range(self, moment: Moment) -> tuple[int, int]:
        """Numbers of the first entry that is kept and of the one after the last."""
        raise NotImplementedError

    def entries(self, moment: Moment, start: int) -> Sequence[list[Row]]:
        """Rows of every entry from number ``start`` on, wrapped to the present width."""
        raise NotImplementedError

    def words(self, moment: Moment, start: int) -> Sequence[Words]:
        """What every entry from number ``start`` on says, for a search."""
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
        if self.top == limit and self.cursor is None:
            self.follow, self.unread = True, 0
        seen = self._lines[self.top : self.top + height]
        if not seen and self._matcher is not None and self._blocks:
            seen = [[Span("nothing here matches · esc ends the search", "muted")]]
        elif not seen and self.EMPTY:
            seen = [[Span(line, "muted")] for line in wrap(self.EMPTY, max(10, cells), height)]
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
            self._rebuild(moment, cells, first, end)
            return
        if first > self._first:
            gone = self._blocks[: first - self._first]
            del self._blocks[: first - self._first]
            rows = sum(map(len, gone))
            del self._lines[:rows]
            self.top = max(0, self.top - rows)  # the reader stays on the same words
            self._first = first
            self._number()
            if self.cursor is not None and self.cursor < first:
                self.cursor = self._near(first)
        if end > known:
            new = self._wrapped(moment, known)
            self._blocks += new
            for block in new:
                self._starts.append(len(self._lines))
                self._lines += block
            if not self.follow:
                self.unread += sum(1 for block in new if block)

    def _wrapped(self, moment: Moment, start: int) -> list[list[Row]]:
        """Rows of every entry from ``start`` on; none for those that are not searched for."""
        blocks = list(self.entries(moment, start))
        if self._matcher is None:
            return blocks
        keep = map(self._matcher, self.words(moment, start))
        return [block if kept else [] for block, kept in zip(blocks, keep, strict=True)]

    def _rebuild(self, moment: Moment, cells: int, first: int, end: int) -> None:
        """Wrap everything again: the width changed, or the state is another one of the same run."""
        anchor = None if self.follow else self._entry_at(self.top)
        if anchor is not None and not first <= anchor < end:
            anchor = None
        self._source, self._width, self._first = moment.state, cells, first
        self._blocks = self._wrapped(moment, first)
        self._lines = [row for block in self._blocks for row in block]
        self._number()
        if anchor is None:
            self.follow, self.unread, self.cursor = True, 0, None
        else:
            self.top = self._starts[anchor - first]
            if self.cursor is not None:
                self.cursor = self._near(self.cursor)
                self._reveal()

    def _number(self) -> None:
        row = 0
        self._starts = []
        for block in self._blocks:
            self._starts.append(row)
            row += len(block)

    def _entry_at(self, row: int) -> int:
        """Number of the entry that row ``row`` belongs to."""
        if row >= len(self._lines):
            return self._first + len(self._blocks)
        return self._first + bisect_right(self._starts, row) - 1

    # ------------------------------------------------------------ searching

    def search(self, matcher: Matcher | None) -> None:
        """Show only the entries that ``matcher`` accepts; all without one. A reader stays where it was."""
        self._matcher = matcher
        self._width = 0
        self.repaint()

    @property
    def found(self) -> tuple[int, int] | None:
        """How many of how many entries a search found; null without one."""
        if self._matcher is None:
            return None
        return sum(1 for block in self._blocks if block), len(self._blocks)

    @property
    def narrowed(self) -> Row:
        """``12 of 340``, for the title."""
        found = self.found
        return [] if found is None else [Span(f"{found[0]} of {found[1]}", "accent")]

    # ------------------------------------------------------------ moving

    @property
    def _visible(self) -> list[int]:
        """Numbers of the entries that have rows."""
        return [self._first + place for place, block in enumerate(self._blocks) if block]

    def _near(self, number: int) -> int | None:
        """The nearest entry that has rows."""
        return min(self._visible, key=lambda each: abs(each - number), default=None)

    def scroll_rows(self, rows: int) -> None:
        """Move the view; nobody is at an entry then, and reaching the end follows again."""
        self.follow, self.cursor = False, None
        super().scroll_rows(rows)
        self.refresh()

    def action_move(self, step: int) -> None:
        """The entry before or after; at the last one it follows again."""
        self._step(lambda place: place + step)

    def action_page(self, step: int) -> None:
        """One page of rows up or down."""
        rows = step * max(1, self.size.height - 1)

        def turn(place: int) -> int:
            numbers = self._visible
            row = min(max(0, self._starts[numbers[place] - self._first] + rows), max(0, self.length - 1))
            return numbers.index(self._entry_at(row))

        if self.cursor is None:
            self.scroll_rows(rows)
        else:
            self._step(turn)

    def _step(self, to: Callable[[int], int]) -> None:
        """Put the cursor at another place among the entries that are shown."""
        numbers = self._visible
        if not numbers:
            return
        if self.cursor in numbers:
            place = numbers.index(self.cursor)
        else:  # from the last one that is seen
            last = min(self.top + self.size.height, self.length) - 1
            place = numbers.index(self._entry_at(max(0, last)))
        place = min(len(numbers) - 1, max(0, to(place)))
        self.go_to(numbers[place])

    def go_to(self, number: int) -> None:
        """Put the cursor at an entry and show it, or the nearest; at the last one follow what comes."""
        numbers = self._visible
        if not numbers or number >= numbers[-1]:
            self.action_end()
            return
        self.cursor, self.follow = number if number in numbers else self._near(number), False
        self._reveal()
        self.repaint()
        self.refresh()

    def _reveal(self) -> None:
        """Move the view as far as the cursor's entry needs."""
        if self.cursor is None:
            return
        start = self._starts[self.cursor - self._first]
        end = start + len(self._blocks[self.cursor - self._first])
        height = self.size.height - (1 if self.unread else 0)  # the hint covers the last row
        if start < self.top:
            self.top = start
        elif end > self.top + height:
            self.top = max(0, min(start, end - height))

    def marked(self) -> tuple[int, int, int] | None:
        """The first row of the entry that the cursor is at, if the panel has the keyboard."""
        if (
            self.cursor is None
            or not self.has_focus
            or not self._first <= self.cursor < self._first + len(self._starts)
        ):
            return None
        return max(0, self._starts[self.cursor - self._first] - self.top), 0, self.size.width

    def action_home(self) -> None:
        """To the oldest entry that is kept."""
        if numbers := self._visible:
            self.go_to(numbers[0])

    def action_end(self) -> None:
        """Follow what comes."""
        self.follow, self.cursor = True, None
        self.repaint()
        self.refresh()

    @property
    def at_present(self) -> bool:
        """Whether new lines are followed."""
        return self.follow

    def follow_end(self) -> None:
        """Follow what comes."""
        self.action_end()

    def on_click(self, event: Click) -> None:
        """A second click opens the entry under the mouse; one click only brings the keyboard."""
        if event.chain != 2:
            return
        row = self.top + event.y
        if row < len(self._lines):
            self.cursor, self.follow = self._entry_at(row), False
            self.refresh()
        self.post_message(self.Opened(self))
