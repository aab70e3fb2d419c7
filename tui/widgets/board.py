"""The task board panel."""

from __future__ import annotations

from textual.events import Click

from engine.record.state import TaskState
from tui.widgets.board_rows import COLUMN_WIDTH, board_title, columns_of, task_row, unnamed_rows
from tui.widgets.moment import Moment
from tui.widgets.panel import Panel
from tui.widgets.spans import Row, Span, fit

GAP = 3
"""Cells between two columns of the board: a line and its blanks."""


class TaskBoard(Panel):
    """A row per task in listing order, never moved; in several columns if only so the board fits."""

    def __init__(self) -> None:
        super().__init__("tasks")
        self.cursor = 0
        self._cell = 1

    def title(self, moment: Moment, cells: int) -> tuple[Row, Row]:
        """How far the board is."""
        return board_title(moment)

    @property
    def selected(self) -> TaskState | None:
        """The task that the cursor is on."""
        if self.moment is None or self.moment.state.board.unnamed:
            return None
        tasks = list(self.moment.state.board.tasks.values())
        return tasks[self.cursor] if self.cursor < len(tasks) else None

    def rows(self, moment: Moment, cells: int, height: int) -> list[Row]:
        """The tasks that are seen."""
        tasks = list(moment.state.board.tasks.values())
        if not tasks:
            return [[Span("no tasks yet", "muted")], *([] for _ in range(height - 1))]
        if moment.state.board.unnamed:
            self.length = self.top = 0
            told = unnamed_rows(moment, cells)[:height]
            return [*told, *([] for _ in range(height - len(told)))]
        columns = self._columns(len(tasks), cells, height)
        self.length = -(-len(tasks) // columns)
        self.top = min(self.top, self._limit)
        widths = columns_of(moment.state)
        self._cell = cell = (cells - GAP * (columns - 1)) // columns
        rows: list[Row] = []
        for y in range(self.top, min(self.top + height, self.length)):
            row: Row = []
            for column in range(columns):
                index = column * self.length + y
                if column:
                    row.append(Span(" │ ", "faint"))
                if index < len(tasks):
                    row += fit(task_row(tasks[index], moment, widths, cell), cell)
            rows.append(row)
        rows += [[] for _ in range(height - len(rows))]
        return self._with_more(rows, cells, height)

    def _with_more(self, rows: list[Row], cells: int, height: int) -> list[Row]:
        """Say at the edge that there is more above or below."""
        below = self.length - self.top - height
        if below > 0:
            rows[-1] = fit([Span(f"  … {below + 1} more ↓", "muted")], cells)
        return rows

    @staticmethod
    def _columns(tasks: int, cells: int, height: int) -> int:
        """One column, unless more of them are wide enough and make the whole board fit."""
        if tasks <= height:
            return 1
        for columns in range(2, max(1, cells // COLUMN_WIDTH) + 1):
            if columns * height >= tasks:
                return columns
        return 1

    def marked(self) -> tuple[int, int, int] | None:
        """The cursor's cells, if the panel has the keyboard."""
        if not self.has_focus or self.length == 0:
            return None
        column, row = divmod(self.cursor, self.length)
        start = column * (self._cell + GAP)
        return row - self.top, start, start + self._cell

    def action_move(self, step: int) -> None:
        """Move the cursor, and the view with it where it would leave."""
        if self.moment is None:
            return
        last = max(0, self.moment.state.board.total - 1)
        self.cursor = min(last, max(0, self.cursor + step))
        row, height = self.cursor % max(1, self.length), self.size.height
        more = 1 if self.length > height else 0  # the last row then says how many more there are
        if row < self.top:
            self.top = row
        elif row >= self.top + height - more:
            self.top = min(row - height + 1 + more, self._limit)
        self.repaint()
        self.refresh()

    def on_click(self, event: Click) -> None:
        """The cursor goes to the task under the mouse; a second click opens it."""
        index = event.x // (self._cell + GAP) * self.length + self.top + event.y
        if self.moment is None or event.y + self.top >= self.length:
            return
        if index < self.moment.state.board.total:
            self.cursor = index
            self.refresh()
            if event.chain == 2:
                self.post_message(self.Opened(self))
