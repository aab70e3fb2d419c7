"""The list of saved runs: a row each, sorted and filtered, a cursor that stays on its run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.events import Click
from textual.message import Message

from engine.record.clean import clean_line
from engine.record.folder import RunFolder
from engine.rows import RunRow
from tui.widgets.moment import Moment
from tui.widgets.page import EMPTY
from tui.widgets.panel import Panel
from tui.widgets.runcolumns import COLUMNS, Column, Fitted, fitting, heading_row, matches, ordered, run_row
from tui.widgets.rungroups import GROUPINGS, Group, Line, group_row, grouped
from tui.widgets.spans import Row, Span, fit, wrap

MARK = "● "
"""Before a run that is marked; without any, nothing stands there."""

HEAD = 1
"""Rows above the first run: the headings."""


class RunTable(Panel):
    """Saved runs. ``listed`` are all of them, ``shown`` those that pass the filter, as they stand.

    ``lines`` are the runs that are shown with the headings of their groups between them; ``top`` counts
    lines, ``cursor`` runs.
    """

    DEFAULT_CSS: ClassVar[str] = """
    RunTable { padding: 0 1; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "enter",
            "choose",
            "open",
            show=False,
            id="runs.open",
            tooltip="The summary of a run; a live one as it goes",
        )
    ]

    class Chosen(Message):
        """Enter was pressed on a run, or it was clicked twice."""

        def __init__(self, row: RunRow) -> None:
            super().__init__()
            self.row = row

    class Moved(Message):
        """The cursor is on another run, or the order or the filter changed."""

    def __init__(self) -> None:
        super().__init__("runs")
        self.listed: tuple[RunRow, ...] = ()
        self.shown: list[RunRow] = []
        self.lines: list[Line] = []
        self.group = ""
        self.sort = COLUMNS[0].key
        self.backwards = COLUMNS[0].descending
        self.words = ""
        self.waiting = True
        self.hint: tuple[str, ...] = ()
        self.cursor = 0
        self.picked: dict[Path, RunFolder] = {}
        self._places: list[tuple[int, int, str]] = []
        self._line_of: list[int] = []
        self._fitted: tuple[int, list[Fitted]] | None = None

    @property
    def hidden(self) -> list[Column]:
        """Columns that there is no room for."""
        seen = {fitted.column.key for fitted in self._columns(max(1, self.size.width))}
        return [column for column in COLUMNS if column.key not in seen]

    def _columns(self, cells: int) -> list[Fitted]:
        """The columns that fit; over a thousand runs that takes 60 ms, so it is kept until they change."""
        if self._fitted is None or self._fitted[0] != cells:
            self._fitted = cells, fitting(self.listed, cells)
        return self._fitted[1]

    # ------------------------------------------------------------ contents

    def list_runs(self, rows: Sequence[RunRow]) -> None:
        """Show these runs from now on; the cursor stays on the run that it was on."""
        if not self.waiting and self.listed == tuple(rows):
            return
        self.listed, self.waiting, self._fitted = tuple(rows), False, None
        there = {row.folder.path for row in self.listed}
        self.picked = {path: folder for path, folder in self.picked.items() if path in there}
        self._arrange()

    def set_filter(self, words: str) -> None:
        """Show only runs that match; empty: all."""
        self.words = words
        self._arrange()

    def pick(self) -> None:
        """Mark the run that the cursor is on, or take its mark away; the cursor goes on to the next."""
        if (row := self.selected) is not None:
            if self.picked.pop(row.folder.path, None) is None:
                self.picked[row.folder.path] = row.folder
            self.action_move(1)

    def group_next(self) -> None:
        """Group by the next thing, at the end not at all."""
        names = list(GROUPINGS)
        self.group = names[(names.index(self.group) + 1) % len(names)]
        self._arrange()

    def sort_by(self, key: str) -> None:
        """Order by this column; by the same one again: the other way round."""
        column = next((column for column in COLUMNS if column.key == key), COLUMNS[0])
        self.backwards = not self.backwards if key == self.sort else column.descending
        self.sort = column.key
        self._arrange()

    def sort_next(self, step: int) -> None:
        """Order by the next column that is seen, or the one before."""
        keys = [fitted.column.key for fitted in self._columns(max(1, self.size.width))]
        place = keys.index(self.sort) if self.sort in keys else 0
        self.sort_by(keys[(place + step) % len(keys)])

    @property
    def selected(self) -> RunRow | None:
        """The run that the cursor is on."""
        return self.shown[self.cursor] if self.cursor < len(self.shown) else None

    def _arrange(self) -> None:
        """Sort and filter anew; keep the cursor on its run, and the run where it is seen."""
        before = self.selected
        matching = [row for row in self.listed if matches(row, self.words)]
        self.lines = grouped(ordered(matching, self.sort, backwards=self.backwards), self.group)
        self._line_of = [number for number, line in enumerate(self.lines) if not isinstance(line, Group)]
        self.shown = [line for line in self.lines if not isinstance(line, Group)]
        paths = [row.folder.path for row in self.shown]
        if before is not None and before.folder.path in paths:
            self.cursor = paths.index(before.folder.path)
        self.cursor = min(self.cursor, max(0, len(self.shown) - 1))
        self._keep_in_view()
        self.show(EMPTY)
        self.refresh()
        self.post_message(self.Moved())

    # ------------------------------------------------------------ painting

    def rows(self, moment: Moment, cells: int, height: int) -> list[Row]:
        """Headings, and the runs that are seen."""
        self.length = len(self.lines)
        if not self.shown:
            return self._nothing(cells, height)
        indent = len(MARK) if self.picked else 0
        columns = self._columns(cells - indent)
        head, self._places = heading_row(columns, self.sort, backwards=self.backwards)
        self._places = [(start + indent, end + indent, key) for start, end, key in self._places]
        room = height - HEAD
        self.top = min(self.top, max(0, self.length - room))
        seen = self.lines[self.top : self.top + room]
        rows = [[Span(" " * indent), *head]] if indent else [head]
        for row in seen:
            if isinstance(row, Group):
                rows.append(group_row(row, cells))
                continue
            mark = (
                [Span(MARK if row.folder.path in self.picked else " " * indent, "accent")] if indent else []
            )
            rows.append([*mark, *run_row(row, columns)])
        below = sum(line >= self.top + room - 1 for line in self._line_of)
        if self.length > self.top + room:
            rows[-1] = fit([Span(f"… {below} more ↓", "muted")], cells)
        return rows + [[] for _ in range(height - len(rows))]

    def _nothing(self, cells: int, height: int) -> list[Row]:
        """What to do when there is no run to show."""
        self._places = []
        if self.waiting:
            lines: tuple[str, ...] = ("Looking for runs …",)
        elif self.listed:
            lines = (
                f"None of {len(self.listed)} runs matches “{clean_line(self.words, 60)}”.",
                "Escape clears the filter.",
            )
        else:
            lines = self.hint
        rows: list[Row] = [[]]
        rows += [[Span(part, "plain")] for line in lines for part in wrap(line, cells) or [""]]
        return (rows + [[] for _ in range(height)])[:height]

    def marked(self) -> tuple[int, int, int] | None:
        """The row of the cursor."""
        if not self.shown:
            return None
        row = self._line_of[self.cursor] - self.top + HEAD
        return (row, 0, self.size.width) if row >= HEAD else None

    # ------------------------------------------------------------ moving

    @property
    def _room(self) -> int:
        return max(1, self.size.height - HEAD)

    def _keep_in_view(self) -> None:
        # the last row says how many more there are
        more = 1 if len(self.lines) > self.top + self._room else 0
        place = self._line_of[self.cursor] if self.shown else 0
        first = place - 1 if place and isinstance(self.lines[place - 1], Group) else place  # its heading too
        if first < self.top:
            self.top = first
        elif place >= self.top + self._room - more:
            last = len(self.lines) - self._room
            self.top = max(0, min(place - self._room + 1 + more, last))

    def action_move(self, step: int) -> None:
        """Move the cursor, and the view with it where it would leave."""
        self.cursor = min(max(0, len(self.shown) - 1), max(0, self.cursor + step))
        self._keep_in_view()
        self.repaint()
        self.refresh()
        self.post_message(self.Moved())

    def scroll_rows(self, rows: int) -> None:
        """The wheel moves the cursor, so that it is always seen."""
        self.action_move(rows)

    def action_choose(self) -> None:
        """Open the run."""
        if (row := self.selected) is not None:
            self.post_message(self.Chosen(row))

    def on_click(self, event: Click) -> None:
        """A heading sorts; a run takes the cursor, and opens at the second click."""
        x, y = event.x - self.gutter.left, event.y - self.gutter.top
        if y < HEAD:
            key = next((key for start, end, key in self._places if start <= x < end), None)
            if key is not None:
                self.sort_by(key)
            return
        line = self.top + y - HEAD
        if line not in self._line_of:
            return
        index = self._line_of.index(line)
        self.action_move(index - self.cursor)
        if event.chain == 2:
            self.action_choose()
