"""Columns of the list of runs: heading, words, order, and which give way when there is little room."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from engine.record.clean import clean_line
from engine.rows import RunRow
from tui.widgets.figures import clock, count, money, storage, times
from tui.widgets.spans import Role, Row, Span, cells_of, pad, shorten

SortValue = tuple[bool, float, str]
"""Orders rows: known before unknown, then number, then text."""

STATUS: dict[str, tuple[str, str, Role]] = {
    "completed": ("✔", "completed", "good"),
    "ended": ("■", "ended early", "warn"),
    "running": ("▶", "live", "accent"),
    "broken off": ("✘", "broken off", "bad"),
    "problem": ("✘", "unreadable", "bad"),
}
"""Glyph, word and role of how a run stands."""

GAP = 2
"""Blank cells between columns."""

ROOMY = 150
"""From here on dates have a year and models their provider."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column, of at most ``most`` cells.

    Of columns that do not fit, the one with the highest ``gives_way`` is left out first; ``descending`` is
    the order that it is first sorted in; ``brief`` words take less room, where there is less than ``ROOMY``.
    """

    key: str
    heading: str
    text: Callable[[RunRow], str]
    order: Callable[[RunRow], SortValue]
    gives_way: int
    most: int = 12
    number: bool = False
    descending: bool = False
    brief: Callable[[RunRow], str] | None = None


class Fitted(NamedTuple):
    """A column as it stands on a screen: its cells, and how its words are made there."""

    column: Column
    size: int
    text: Callable[[RunRow], str]


def _number(value: float | None) -> SortValue:
    return (value is None, value or 0.0, "")


def _word(text: str) -> SortValue:
    return (not text, 0.0, clean_line(text).casefold())


def when(created: str) -> str:
    """``2026-11-20 18:30`` in the reader's own time zone; as it stands if it is no time."""
    try:
        moment = datetime.fromisoformat(created)
        return f"{moment.astimezone() if moment.tzinfo else moment:%Y-%m-%d %H:%M}"
    except (ValueError, OverflowError, OSError):
        return clean_line(created, 16)


def status_text(row: RunRow) -> str:
    """``✔ verified``, ``✔ completed``, ``✘ 2 of 20 done`` …: how the run stands, by glyph and word."""
    glyph, word, _ = STATUS[row.status]
    if row.status == "completed" and row.verified is not None:
        word = "verified" if row.verified else "done, tests fail"
    if row.status in ("ended", "running", "broken off") and row.tasks_done is not None:
        word = f"{word} {row.tasks_done}/{row.tasks_total or '?'}"
    return f"{glyph} {word}"


def tags_text(row: RunRow) -> str:
    """``#baseline #odd``; ``–`` without any."""
    return " ".join(f"#{clean_line(tag)}" for tag in row.tags) or "–"


def status_role(row: RunRow) -> Role:
    """What the status means."""
    if row.status == "completed" and row.verified is False:
        return "warn"
    return STATUS[row.status][2]


def _integer(value: int | None) -> str:
    return "–" if value is None else f"{value}"


def _money(value: float | None) -> str:
    return "–" if value is None else money(value)


def _brief_when(row: RunRow) -> str:
    full = when(row.created)
    return full[5:] if len(full) == 16 and full[4] == "-" else full


def _brief_model(row: RunRow) -> str:
    return " + ".join(part.rpartition("/")[2] for part in clean_line(row.model).split(" + "))


COLUMNS: tuple[Column, ...] = (
    Column(
        "when",
        "when",
        lambda r: when(r.created),
        lambda r: _word(r.created),
        1,
        16,
        descending=True,
        brief=_brief_when,
    ),
    Column("suite", "suite", lambda r: clean_line(r.suite), lambda r: _word(r.suite), 0, 18),
    Column("structure", "structure", lambda r: clean_line(r.structure), lambda r: _word(r.structure), 2, 9),
    Column("strategy", "strategy", lambda r: clean_line(r.strategy), lambda r: _word(r.strategy), 5, 13),
    Column("agents", "N", lambda r: _integer(r.agents), lambda r: _number(r.agents), 0, 4, number=True),
    Column(
        "model", "model", lambda r: clean_line(r.model), lambda r: _word(r.model), 4, 24, brief=_brief_model
    ),
    Column("status", "status", status_text, lambda r: _word(status_text(r)[2:]), 0, 20),
    Column("rounds", "rounds", lambda r: _integer(r.rounds), lambda r: _number(r.rounds), 9, 6, number=True),
    Column(
        "wall",
        "wall",
        lambda r: "–" if r.wall_seconds is None else clock(r.wall_seconds),
        lambda r: _number(r.wall_seconds),
        6,
        8,
        number=True,
    ),
    Column("speedup", "speedup", lambda r: times(r.speedup), lambda r: _number(r.speedup), 3, 8, number=True),
    Column(
        "tokens",
        "tokens",
        lambda r: "–" if r.tokens is None else count(r.tokens),
        lambda r: _number(r.tokens),
        8,
        6,
        number=True,
    ),
    Column("cost", "cost", lambda r: _money(r.cost_usd), lambda r: _number(r.cost_usd), 7, 8, number=True),
    Column(
        "size",
        "size",
        lambda r: "–" if r.space_bytes is None else storage(r.space_bytes),
        lambda r: _number(r.space_bytes),
        11,
        6,
        number=True,
        descending=True,
    ),
    Column("tags", "tags", tags_text, lambda r: _word(" ".join(r.tags)), 12, 24),
    Column("run", "run", lambda r: clean_line(r.run_id), lambda r: _word(r.run_id), 10, 44),
)
"""All columns, in the order in which they stand."""


def fitting(rows: Sequence[RunRow], cells: int) -> list[Fitted]:
    """The columns that fit into ``cells``, each as wide as these rows need it."""
    wanted = [column for column in COLUMNS if column.key != "tags" or any(row.tags for row in rows)]
    fitted = [_fitted(column, rows, brief=cells < ROOMY) for column in wanted]
    while len(fitted) > 1 and sum(f.size for f in fitted) + GAP * (len(fitted) - 1) > cells:
        fitted.remove(max(fitted, key=lambda f: f.column.gives_way))
    return fitted


def _fitted(column: Column, rows: Sequence[RunRow], *, brief: bool) -> Fitted:
    text = column.brief if brief and column.brief is not None else column.text
    head = len(column.heading) + 1  # the mark of the order stands beside it
    wanted = max([head, *(cells_of(text(row)) for row in rows if row.status != "problem")])
    return Fitted(column, min(max(column.most, head), wanted), text)


def heading_row(
    columns: Sequence[Fitted], sort: str, *, backwards: bool
) -> tuple[Row, list[tuple[int, int, str]]]:
    """The headings, the sorted one marked, and where each stands (start, end, key)."""
    row: Row = []
    places: list[tuple[int, int, str]] = []
    at = 0
    for column, size, _ in columns:
        marked = column.key == sort
        text = column.heading + (("▼" if backwards else "▲") if marked else "")
        text = f"{text:>{size}}" if column.number else pad(text, size)
        row += [Span(" " * GAP)] if row else []
        row.append(Span(text, "accent" if marked else "muted"))
        places.append((at, at + size, column.key))
        at += size + GAP
    return row, places


def run_row(row: RunRow, columns: Sequence[Fitted]) -> Row:
    """A run in the cells of its columns; of one that cannot be read, its name and what is wrong."""
    if row.status == "problem":
        name = pad(clean_line(row.run_id), sum(f.size for f in columns[:2]) + GAP)
        return [Span(name), Span(" " * GAP), Span(f"{status_text(row)}: {problem_text(row)}", "bad")]
    cells: Row = []
    for column, size, words in columns:
        text = shorten(words(row), size)
        text = " " * (size - cells_of(text)) + text if column.number else pad(text, size)
        cells += [Span(" " * GAP)] if cells else []
        cells.append(Span(text, _role(column, row, text)))
    return cells


def problem_text(row: RunRow) -> str:
    """What is wrong with the folder; its path, which the eye already has, is left out."""
    path = str(row.folder.path)
    return clean_line(row.problem.replace(f"{path}/", "").replace(path, "this"))


def _role(column: Column, row: RunRow, text: str) -> Role:
    if column.key == "status":
        return status_role(row)
    if text.strip() == "–" or column.key in ("when", "model", "run", "size"):
        return "muted"
    return "strong" if column.key in ("suite", "speedup", "tags") else "plain"


HAYS_KEPT = 8_192
"""Rows whose words a filter remembers: it looks at all of them at every letter that is typed."""


@lru_cache(maxsize=HAYS_KEPT)
def haystack(row: RunRow) -> str:
    """What a filter looks in: every column, what is wrong, what people wrote."""
    words = [*(column.text(row) for column in COLUMNS), clean_line(row.problem), clean_line(row.note)]
    return " ".join([*words, "sample" if row.sample else ""]).casefold()


def matches(row: RunRow, words: str) -> bool:
    """Whether every word of a filter stands in the row; a word after ``!`` must stand nowhere in it."""
    if not words:
        return True
    hay = haystack(row)
    for word in words.casefold().split():
        inverse, wanted = word.startswith("!"), word.removeprefix("!")
        if wanted and (wanted in hay) == inverse:
            return False
    return True


def ordered(rows: Sequence[RunRow], sort: str, *, backwards: bool) -> list[RunRow]:
    """Rows by a column, unknown values last either way; equal ones by run id."""
    column = next((column for column in COLUMNS if column.key == sort), COLUMNS[0])
    known = [row for row in rows if not column.order(row)[0]]
    unknown = [row for row in rows if column.order(row)[0]]
    known.sort(key=lambda row: (column.order(row), row.run_id), reverse=backwards)
    return known + sorted(unknown, key=lambda row: row.run_id)
