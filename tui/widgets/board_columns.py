"""The board by status: a column for what is pending, assigned, in progress and done. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.record.state import Status, TaskState
from tui.widgets.board_rows import status_of
from tui.widgets.moment import Moment
from tui.widgets.spans import Row, Span, fit, pad

GAP = 3
"""Cells between two columns: a line and its blanks."""

OWNER_WIDTH = 26
"""Cells of a column from which on a task's owner has room beside its name."""

TITLES = ("pending", "assigned", "in progress", "done")

BEGUN = "begun"
"""What stands for "in progress" where nobody works any more."""

_COLUMN: dict[Status, int] = {"pending": 0, "assigned": 1, "in_progress": 2, "review": 2, "done": 3}


@dataclass(frozen=True, slots=True)
class Sorted:
    """Indices of tasks by column, each in listing order."""

    columns: tuple[tuple[int, ...], ...]

    @classmethod
    def of(cls, tasks: Sequence[TaskState]) -> Sorted:
        """Sort the board."""
        columns: tuple[list[int], ...] = tuple([] for _ in TITLES)
        for index, task in enumerate(tasks):
            columns[_COLUMN[task.status]].append(index)
        return cls(tuple(map(tuple, columns)))

    @property
    def order(self) -> list[int]:
        """Column by column."""
        return [index for column in self.columns for index in column]

    @property
    def length(self) -> int:
        """Lines of the longest column."""
        return max(map(len, self.columns))

    def spot(self, index: int) -> tuple[int, int]:
        """Line and column of a task."""
        at = next(at for at, column in enumerate(self.columns) if index in column)
        return self.columns[at].index(index), at


def column_width(cells: int) -> int:
    """Cells of each column."""
    return max(8, (cells - GAP * (len(TITLES) - 1)) // len(TITLES))


def columns_head(found: Sorted, cells: int, *, over: bool = False) -> Row:
    """``pending 4 │ assigned 0 │ …``; ``over``: nobody works any more."""
    width = column_width(cells)
    row: Row = []
    for at, title in enumerate(TITLES if not over else (*TITLES[:2], BEGUN, TITLES[3])):
        if at:
            row.append(Span(" │ ", "faint"))
        number = str(len(found.columns[at]))
        row += [Span(title + " ", "muted"), Span(pad(number, width - len(title) - 1), "strong")]
    return fit(row, cells)


def columns_row(found: Sorted, line: int, tasks: Sequence[TaskState], moment: Moment, cells: int) -> Row:
    """One line of all columns."""
    width = column_width(cells)
    row: Row = []
    for at, column in enumerate(found.columns):
        if at:
            row.append(Span(" │ ", "faint"))
        row += fit(_cell(tasks[column[line]], moment, width) if line < len(column) else [], width)
    return fit(row, cells)


def _cell(task: TaskState, moment: Moment, width: int) -> Row:
    """``▶ 8 normalize      Dev1``: why it waits stands where nobody has it."""
    glyph, word, role = status_of(task, moment)
    head: Row = [Span(f"{glyph} ", "good" if task.status == "done" else role), Span(f"{task.id} ", "muted")]
    room = width - 3 - len(task.id)
    right = task.owner or ("" if word in ("waits", "free", "open") else word)
    if width >= OWNER_WIDTH and right:
        owner = min(10, len(right))
        return [*head, Span(pad(task.name, room - owner - 1)), Span(" "), Span(pad(right, owner), "muted")]
    return [*head, Span(pad(task.name, room), "muted" if role == "muted" else "plain")]
