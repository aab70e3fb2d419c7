"""The task board panel."""

from __future__ import annotations

from typing import ClassVar

from textual.events import Click

from engine.record.state import BoardState, TaskState
from tui.widgets.board_columns import Sorted, column_width, columns_head, columns_row
from tui.widgets.board_graph import Columns, Graph, graph_foot, graph_head, graph_of, graph_row
from tui.widgets.board_rows import COLUMN_WIDTH, board_title, columns_of, task_row, unnamed_rows
from tui.widgets.moment import Moment
from tui.widgets.spans import Row, Span, fit
from tui.widgets.viewed import ViewedPanel

GAP = 3
"""Cells between two columns of the board: a line and its blanks."""


class TaskBoard(ViewedPanel):
    """A row per task in listing order, never moved, in several columns if it does not fit in one; or the
    same tasks by status, or as the graph that they form. The cursor stays on its task in all of them.
    """

    VIEWS: ClassVar[tuple[str, ...]] = ("list", "by status", "graph")

    def __init__(self) -> None:
        super().__init__("tasks")
        self.cursor = 0
        self._cell = 1
        self._spots: list[tuple[int, int, int, int]] = []  # row, first and last cell, task
        self._graph: tuple[BoardState, int, Graph] | None = None
        self._moved = False

    def title(self, moment: Moment, cells: int) -> tuple[Row, Row]:
        """How far the board is."""
        left, right = board_title(moment)
        if self.view == "list" or moment.state.board.unnamed:
            return left, right
        return left, self.view_name()

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
        if self.view == "by status":
            return self._by_status(tasks, moment, cells, height)
        if self.view == "graph":
            return self._as_graph(tasks, moment, cells, height)
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
        hidden = sum(i % self.length >= self.top + height - 1 for i in range(len(tasks)))
        return self._with_more(rows, cells, height, hidden)

    def _by_status(self, tasks: list[TaskState], moment: Moment, cells: int, height: int) -> list[Row]:
        found, width = Sorted.of(tasks), column_width(cells)
        self.cursor = min(self.cursor, len(tasks) - 1)
        room = max(1, height - 1 if found.length < height else height - 2)  # the last row says how many more
        self._see(found.spot(self.cursor)[0], found.length, room, height)
        seen = range(self.top, min(self.top + room, found.length))
        rows = [
            columns_head(found, cells, over=moment.over),
            *(columns_row(found, y, tasks, moment, cells) for y in seen),
        ]
        self._spots = [
            (y - self.top + 1, at * (width + GAP), at * (width + GAP) + width, column[y])
            for at, column in enumerate(found.columns)
            for y in seen
            if y < len(column)
        ]
        rows += [[] for _ in range(height - len(rows))]
        below = found.length - self.top - room
        if below > 0:
            rows[-1] = [Span(f"  … {below} more lines ↓", "muted")]
        return rows

    def graph(self, board: BoardState) -> Graph:
        """The picture of the board's graph, laid out once as long as the graph is the same."""
        edges = sum(len(task.dependencies) for task in board.tasks.values()) + board.total
        if self._graph is None or self._graph[0] is not board or self._graph[1] != edges:
            self._graph = (board, edges, graph_of(list(board.tasks.values())))
        return self._graph[2]

    def _as_graph(self, tasks: list[TaskState], moment: Moment, cells: int, height: int) -> list[Row]:
        graph, room = self.graph(moment.state.board), max(1, height - 2)
        self.cursor = min(self.cursor, len(tasks) - 1)
        spot = graph.spots[self.cursor]
        columns = Columns.of(graph, cells, spot.level)
        self._see(spot.line, len(graph.lines), room, height)
        seen = range(self.top, min(self.top + room, len(graph.lines)))
        rows = [graph_head(graph, columns, cells)]
        rows += [graph_row(graph, y, columns, moment, cells) for y in seen]
        last = columns.first + columns.count
        spots = (graph.spots[index] for y in seen for index in graph.lines[y])
        self._spots = [
            (each.line - self.top + 1, columns.x(each.level), columns.x(each.level + 1) - 2, each.index)
            for each in spots
            if columns.first <= each.level < last
        ]
        rows += [[] for _ in range(height - 1 - len(rows))]
        below = len(graph.lines) - self.top - room
        foot = graph_foot(tasks[self.cursor], moment.state.board, cells - 12)
        if below > 0:
            foot = [*fit(foot, cells - 12), Span(f"{below} more ↓".rjust(12), "muted")]
        return [*rows[: height - 1], foot]

    def _see(self, line: int, lines: int, room: int, height: int) -> None:
        """Have ``room`` of ``lines`` below a heading seen, the cursor's ``line`` too if it was moved."""
        self.length = lines + height - room
        if self._moved:
            self.top = min(line, max(self.top, line - room + 1))
            self._moved = False
        self.top = max(0, min(self.top, lines - room))

    def _with_more(self, rows: list[Row], cells: int, height: int, hidden: int) -> list[Row]:
        """Say at the lower edge that there are more, ``hidden`` by that row or below it."""
        if self.length - self.top - height > 0:
            rows[-1] = fit([Span(f"  … {hidden} more ↓", "muted")], cells)
        return rows

    @staticmethod
    def _columns(tasks: int, cells: int, height: int) -> int:
        """As few columns as show the whole board, or else as many as are wide enough."""
        most = max(1, cells // COLUMN_WIDTH)
        return min(most, -(-tasks // max(1, height)))

    def marked(self) -> tuple[int, int, int] | None:
        """The cursor's cells, if the panel has the keyboard."""
        if not self.has_focus or self.length == 0:
            return None
        if self.view != "list":
            return next(((y, a, b) for y, a, b, index in self._spots if index == self.cursor), None)
        column, row = divmod(self.cursor, self.length)
        start = column * (self._cell + GAP)
        return row - self.top, start, start + self._cell

    def action_move(self, step: int) -> None:
        """Move the cursor, and the view with it where it would leave."""
        if self.moment is None:
            return
        board = self.moment.state.board
        last = max(0, board.total - 1)
        if self.view != "list":
            self._step(board, step)
            return
        self.cursor = min(last, max(0, self.cursor + step))
        self.reveal(self.cursor % max(1, self.length))

    def _step(self, board: BoardState, step: int) -> None:
        """Move the cursor in the order in which the view is read."""
        order = (
            Sorted.of(list(board.tasks.values())).order
            if self.view == "by status"
            else self.graph(board).order
        )
        if order:
            at = order.index(self.cursor) if self.cursor in order else 0
            self.cursor, self._moved = order[min(len(order) - 1, max(0, at + step))], True
            self.repaint()
            self.refresh()

    def action_home(self) -> None:
        """To the first task."""
        self.action_move(-self._total)

    def action_end(self) -> None:
        """To the last task."""
        self.action_move(self._total)

    @property
    def _total(self) -> int:
        return self.moment.state.board.total if self.moment is not None else 0

    def choose(self, view: str) -> None:
        """The cursor's task is seen in every view."""
        self._moved = True
        super().choose(view)

    def on_click(self, event: Click) -> None:
        """The cursor goes to the task under the mouse; a second click opens it."""
        index = event.x // (self._cell + GAP) * self.length + self.top + event.y
        if self.moment is None or event.y + self.top >= self.length:
            return
        if self.view != "list":
            hits = (each for y, a, b, each in self._spots if y == event.y and a <= event.x < b)
            index = next(hits, self.moment.state.board.total)
        if index < self.moment.state.board.total:
            self.cursor = index
            self.refresh()
            if event.chain == 2:
                self.post_message(self.Opened(self))
