"""The task graph as a picture: levels from left to right, the critical path along the top. Pure.

Every task stands in the column of its level (tasks on the longest chain that leads to it) beside the
deepest task that it waits for; its other dependencies are told of the task that the cursor is on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.record.state import BoardState, TaskState
from tui.widgets.bars import extend
from tui.widgets.board_rows import status_of
from tui.widgets.figures import many
from tui.widgets.moment import Moment
from tui.widgets.spans import Role, Row, Span, cells_of, crop_row, pad, shorten

ID_MAX = 8
"""Cells of a task's number that are always shown, with its sign."""

LABEL_MAX = 26
"""Cells of a task at most: longer names are shortened."""

JOINT = 2
"""Cells of the line that joins a task to the one on its left."""


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a task stands (line, level from 0), and the sign that joins it to its parent."""

    index: int
    line: int
    level: int
    joint: str
    critical: bool
    onward: bool


@dataclass(frozen=True, slots=True)
class Graph:
    """The picture of ``tasks``: ``spots`` by index; a line passes through ``bars`` (line, level)."""

    tasks: tuple[TaskState, ...]
    spots: tuple[Spot, ...]
    bars: frozenset[tuple[int, int]]
    lines: tuple[tuple[int, ...], ...]
    levels: int
    critical: tuple[int, ...]

    @property
    def order(self) -> list[int]:
        """Task indices in the order of reading: line by line, from left to right."""
        return [index for line in self.lines for index in line]


def graph_of(tasks: Sequence[TaskState]) -> Graph:
    """Lay the graph out; tasks of a cycle (a broken record) stand as if they waited for nothing."""
    number = {task.id: index for index, task in enumerate(tasks)}
    waits = [[number[d] for d in dict.fromkeys(t.dependencies) if d in number] for t in tasks]
    level = _levels(waits)
    parent = [next((d for d in ds if level[d] == level[i] - 1), None) for i, ds in enumerate(waits)]
    parent = [p if level[i] else None for i, p in enumerate(parent)]
    children: list[list[int]] = [[] for _ in tasks]
    for index, above in enumerate(parent):
        if above is not None:
            children[above].append(index)
    height = [1] * len(tasks)
    for index in sorted(range(len(tasks)), key=lambda i: -level[i]):
        above = parent[index]
        if above is not None:
            height[above] = max(height[above], height[index] + 1)
    for each in children:
        each.sort(key=lambda i: (-height[i], i))
    chain = _chain(level, parent)
    roots = sorted((i for i, p in enumerate(parent) if p is None), key=lambda i: (i not in chain, i))
    return _place(tasks, roots, children, level, chain)


def _levels(waits: Sequence[Sequence[int]]) -> list[int]:
    """The longest chain that leads to each task, from 0."""
    level = [0] * len(waits)
    open_ = [len(ds) for ds in waits]
    after: list[list[int]] = [[] for _ in waits]
    for index, ds in enumerate(waits):
        for dependency in ds:
            after[dependency].append(index)
    ready = [index for index, count in enumerate(open_) if not count]
    for index in ready:
        for follower in after[index]:
            level[follower] = max(level[follower], level[index] + 1)
            open_[follower] -= 1
            if not open_[follower]:
                ready.append(follower)
    return [0 if open_[index] else level[index] for index in range(len(waits))]


def _chain(level: Sequence[int], parent: Sequence[int | None]) -> tuple[int, ...]:
    """A longest chain, from its first task to its last; empty if nothing waits for anything."""
    if not level or not max(level):
        return ()
    chain: list[int] = []
    at: int | None = level.index(max(level))
    while at is not None:
        chain.append(at)
        at = parent[at]
    return tuple(reversed(chain))


def _place(
    tasks: Sequence[TaskState],
    roots: Sequence[int],
    children: Sequence[Sequence[int]],
    level: Sequence[int],
    chain: tuple[int, ...],
) -> Graph:
    on_chain = set(chain)
    spots: dict[int, Spot] = {}
    bars: set[tuple[int, int]] = set()
    lines: list[list[int]] = []
    stack = [(root, "", -1) for root in reversed(roots)]  # task, joint, line of its parent if it is a branch
    while stack:
        index, joint, above = stack.pop()
        if joint not in {"─", "┬"}:
            lines.append([])
        line = len(lines) - 1
        lines[line].append(index)
        bars.update((between, level[index]) for between in range(above + 1, line) if above >= 0)
        below = list(children[index])
        below.sort(key=lambda i: i not in on_chain)
        spots[index] = Spot(index, line, level[index], joint, index in on_chain, bool(below))
        for place in range(len(below) - 1, -1, -1):
            if place:
                stack.append((below[place], "└" if place == len(below) - 1 else "├", line))
            else:
                stack.append((below[0], "┬" if len(below) > 1 else "─", -1))
    occupied = {(spot.line, spot.level) for spot in spots.values()}
    return Graph(
        tuple(tasks),
        tuple(spots[index] for index in sorted(spots)),
        frozenset(bars - occupied),
        tuple(map(tuple, lines)),
        max(level, default=-1) + 1,
        chain,
    )


@dataclass(frozen=True, slots=True)
class Columns:
    """Cells of a column, joint included, and the first level that is seen of those that fit."""

    width: int
    first: int
    count: int

    @classmethod
    def of(cls, graph: Graph, cells: int, level: int) -> Columns:
        """Columns in ``cells``, moved so far that ``level`` is seen."""
        wanted = max((cells_of(f"{t.id} {t.name}") for t in graph.tasks), default=0) + 3
        least = min(ID_MAX, max((cells_of(t.id) for t in graph.tasks), default=1)) + 3
        width = min(LABEL_MAX, wanted, max(least, cells // max(1, graph.levels) - JOINT)) + JOINT
        count = max(1, min(graph.levels, cells // width))
        first = min(max(0, graph.levels - count), max(0, level - count + 1)) if level >= count else 0
        return cls(width, first, count)

    def x(self, level: int) -> int:
        """Where the task of this level begins, behind its joint."""
        return (level - self.first) * self.width + JOINT


def graph_row(graph: Graph, line: int, columns: Columns, moment: Moment, cells: int) -> Row:
    """One line of the picture; a name with nothing to its right may run on."""
    here = {graph.spots[index].level: graph.spots[index] for index in graph.lines[line]}
    seen = range(columns.first, columns.first + columns.count)
    last = max((level for level in seen if level in here or (line, level) in graph.bars), default=-1)
    row: Row = []
    for level in seen:
        spot = here.get(level)
        if spot is None:
            extend(row, pad("│ " if (line, level) in graph.bars else "", columns.width), "faint")
            continue
        joint = spot.joint and spot.joint + "─"
        joint = joint.replace("─", "━") if spot.critical else joint
        extend(row, pad(joint, JOINT), "graph" if spot.critical else "faint")
        runs_on = level == last and not spot.onward
        room = cells - columns.x(level) if runs_on else columns.width - JOINT
        row += _label(graph, spot, room, moment)
        if runs_on:
            break
    return crop_row(row, cells)


def _label(graph: Graph, spot: Spot, room: int, moment: Moment) -> Row:
    """``▶ 8 normalize ━━━``: sign, number, name, and the line onward, in ``room`` cells."""
    task = graph.tasks[spot.index]
    glyph, _, role = status_of(task, moment)
    left = room - 3
    name = shorten(f"{task.id} {task.name}" if cells_of(task.id) + 2 < left else task.id, left)
    name_role: Role = "muted" if role == "muted" else "strong" if role != "plain" else "plain"
    dashes = room - 3 - cells_of(name)
    critical = spot.critical and spot.onward
    line = ("━" if critical else "─" if spot.onward else " ") * dashes
    return [
        Span(f"{glyph} ", "good" if task.status == "done" else role),
        Span(name, name_role),
        Span(" " + line, "graph" if critical else "faint"),
    ]


def graph_head(graph: Graph, columns: Columns, cells: int) -> Row:
    """``critical path ━ 10 tasks, 6 done · levels 1 to 7 of 10``."""
    done = sum(graph.tasks[index].status == "done" for index in graph.critical)
    row: Row = (
        [
            Span("critical path ", "muted"),
            Span("━ ", "graph"),
            Span(f"{many(len(graph.critical), 'task')}, {done} done"),
        ]
        if graph.critical
        else [Span("no task waits for another", "muted")]
    )
    if columns.count < graph.levels:
        seen = f" · levels {columns.first + 1} to {columns.first + columns.count} of {graph.levels}"
        row.append(Span(seen, "warn"))
    elif graph.critical:
        row.append(Span(f" · {many(graph.levels, 'level')}", "muted"))
    return crop_row(row, cells)


def graph_foot(task: TaskState, board: BoardState, cells: int) -> Row:
    """``9 outlier_mask: needs task 8 · tasks 10, 11 need it``: all that the picture leaves out."""
    before, after = task.dependencies, board.dependents(task.id)
    parts = [f"needs task{'s' * (len(before) != 1)} {', '.join(before)}" if before else "needs no other task"]
    verb = "task {} needs it" if len(after) == 1 else "tasks {} need it"
    parts.append(verb.format(", ".join(after)) if after else "no task needs it")
    words: Row = [Span(f"{task.id} {task.name}: ", "strong"), Span(" · ".join(parts), "muted")]
    return crop_row(words, cells)
