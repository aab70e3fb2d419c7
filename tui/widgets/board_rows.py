"""The task board as rows: status by glyph and word, owner, round, tests; why a task waits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from rich.cells import cell_len

from engine.record.state import BoardState, DraftState, RunState, TaskState
from tui.widgets.figures import age, many
from tui.widgets.moment import Moment
from tui.widgets.spans import Role, Row, Span, pad, shorten, width_of, wrap

NAME_MIN = 6
"""Cells of a task's name that stay, whatever else the row has to say."""

TITLE_MIN = 16
"""Cells from which on a title beside the name says more than it costs."""

COLUMN_WIDTH = 36
"""A board that does not fit in height stands in columns of at least this width."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Cells of the parts that stand below one another."""

    ids: int
    names: int
    owners: int
    rounds: int


def columns_of(state: RunState) -> Columns:
    """Widths that suit this board."""
    tasks = state.board.tasks
    names = tuple(task.name for task in tasks.values())
    ids = () if names == tuple(tasks) else tuple(tasks)  # a name that is the number needs no second place
    return _columns(ids, names, tuple(state.agents.agents), len(str(max(state.round, 1))) + 1)


@lru_cache(maxsize=8)
def _columns(ids: tuple[str, ...], names: tuple[str, ...], owners: tuple[str, ...], rounds: int) -> Columns:
    def widest(texts: tuple[str, ...], least: int, most: int) -> int:
        return min(most, max((cell_len(text) for text in texts), default=least))

    return Columns(
        widest(ids, 1, 6) if ids else 0, widest(names, NAME_MIN, 24), widest(owners, 4, 10), rounds
    )


def status_of(task: TaskState, moment: Moment) -> tuple[str, str, Role]:
    """Glyph, word and role of a task's status; where nobody works any more, whether it was begun."""
    board, copies = moment.state.board, moment.state.drafts.on(task.id)
    if task.status == "done":
        return ("✔", "done", "muted")
    if moment.over:
        begun = task.status in ("in_progress", "review") or task.lease_until is not None or bool(copies)
        if begun:
            return ("▷", "begun", "warn")
        return ("○", "open", "plain") if board.is_open(task.id) else ("◌", "waits", "muted")
    if task.lease_until is not None:
        return ("▶", "owner lost", "warn")
    if task.status == "review":
        return ("◎", "review", "accent")
    if copies and not task.owner:
        return ("⧉", "versions", "accent")
    if task.status == "in_progress":
        return ("▶", "in progress", "accent")
    if not board.is_open(task.id):
        return ("◌", "waits", "muted")
    if task.status == "assigned":
        return ("◇", "assigned", "plain")
    return ("○", "free", "plain")


def tests_of(task: TaskState) -> Span:
    """Tests passed of those expected; a dash before any run that covered them."""
    total = len(task.tests)
    if not total:
        return Span("–", "muted")
    if task.tests_passed is None:
        return Span(f"–/{total}", "warn" if task.status == "done" else "muted")
    return Span(f"{task.tests_passed}/{total}", "good" if task.tests_passed >= total else "bad")


def waits_for(task: TaskState, board: BoardState) -> str:
    """``waits 8``, or how many it waits for if they are many."""
    open_ = board.waits(task.id)
    if len(open_) <= 3:
        return "waits " + ",".join(open_)
    return f"waits for {len(open_)}"


def task_row(task: TaskState, moment: Moment, columns: Columns, cells: int) -> Row:
    """One task in ``cells``; the name gives way first, the status never."""
    glyph, word, role = status_of(task, moment)
    info = _info(task, moment, word, columns, moment.state.drafts.on(task.id))
    owner = [Span(pad(task.owner, columns.owners), "plain" if task.status != "done" else "muted"), Span(" ")]
    right = [*(owner if task.owner or task.status == "done" else ()), *info]
    number = Span(pad(task.id, columns.ids) + " ", "muted") if columns.ids else Span("")
    room = cells - 2 - width_of([number]) - 1 - width_of(right)
    if room < NAME_MIN and task.owner:
        right = info
        room = cells - 2 - width_of([number]) - 1 - width_of(right)
    name_role: Role = "muted" if role == "muted" else "strong" if role in ("accent", "warn") else "plain"
    glyph_role: Role = "good" if task.status == "done" else role
    return [
        Span(glyph, glyph_role),
        Span(" "),
        number,
        *_name(task, max(1, room), name_role, columns if _has_titles(columns, cells) else None),
        Span(" "),
        *right,
    ]


def _has_titles(columns: Columns, cells: int) -> bool:
    """Whether a row with everything in it has room for a title: all rows have one, or none."""
    return cells - 4 - columns.ids - columns.owners - columns.rounds - 5 >= columns.names + 2 + TITLE_MIN


def _name(task: TaskState, cells: int, role: Role, titled: Columns | None) -> Row:
    """The name; beside it the title where the board is wide."""
    if titled is None:
        return [Span(pad(task.name, cells), role)]
    name_cells = titled.names + 2
    if task.title == task.name:
        return [Span(pad(task.name, cells), role)]
    return [Span(pad(task.name, name_cells), role), Span(pad(task.title, cells - name_cells), "muted")]


def _info(task: TaskState, moment: Moment, word: str, columns: Columns, copies: Sequence[DraftState]) -> Row:
    if word in ("begun", "open"):
        return [Span(word, "warn" if word == "begun" else "muted")]
    if word == "versions":
        passed = sum(copy.submitted for copy in copies)
        return [Span(f"{passed}/{many(len(copies), 'version')}", "good" if passed else "plain")]
    if copies and task.status != "done":
        return [Span(f"⧉ {copies[0].agent}", "warn")]
    if task.status == "done" or (task.status == "in_progress" and task.lease_until is None):
        tests = tests_of(task)
        return [
            Span(
                f"{'' if 'rounds' in moment.state.run.gaps else f'r{task.round}':>{columns.rounds}} ", "muted"
            ),
            Span(f"{tests.text:>3}", tests.role),
        ]
    if word == "review":
        return [Span(f"◎ {task.reviewer}", "plain")]
    if task.lease_until is not None:
        return [Span(f"lease {age(task.lease_until - moment.now)}", "warn")]
    if word == "waits":
        return [Span(shorten(waits_for(task, moment.state.board), 14), "muted")]
    return [Span(word, "plain" if word == "free" else "muted")]


def unnamed_rows(moment: Moment, cells: int) -> list[Row]:
    """The board of an imported run that does not say which task was claimed or completed."""
    board, agents = moment.state.board, moment.state.agents.agents.values()
    text = (
        f"Which of the {board.total} tasks was claimed or completed is not recorded. "
        "Completions that were reported, of which some may be of tasks done before:"
    )
    rows: list[Row] = [[Span(line, "muted")] for line in wrap(text, cells)]
    rows += [[], *([Span(pad(a.name, 10), "strong"), Span(f"{a.done:>4}")] for a in agents)]
    return [*rows, [Span(pad("together", 10), "muted"), Span(f"{board.reported:>4}", "muted")]]


def board_title(moment: Moment) -> tuple[Row, Row]:
    """``Tasks 11/20 done`` and what can be taken now."""
    board = moment.state.board
    if not board.total:
        return [Span("Tasks", "strong")], []
    if board.known_done is None:
        left = [Span("Tasks ", "strong"), Span(f"unknown of {board.total} done", "plain")]
        return left, [Span(many(board.reported, "completion"), "muted")]
    left = [Span("Tasks ", "strong"), Span(f"{board.done}/{board.total} done", "plain")]
    if moment.state.completed:
        return left, [Span("✔ all done", "good")]
    if moment.over:
        word = "cut off" if moment.gone else "stopped"
        return left, [Span(f"■ {word}, {board.total - board.done} open", "warn")]
    working = sum(t.status == "in_progress" for t in board.tasks.values())
    return left, [Span(f"{working} in work · {moment.ready} free", "muted")]
