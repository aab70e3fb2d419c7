"""Text as rows of spans: words with a role, fitted to cells, never markup.

Everything that panels show is first a ``Row``: a list of ``Span``. A role says what the words mean
(``good``, ``muted``, …); the theme decides what that looks like. Nothing here imports Textual, so that what
stands on the screen can be tested as plain data.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Literal, NamedTuple, TypeAlias

from rich.cells import cell_len

Role: TypeAlias = Literal[
    "plain",
    "strong",  # names and numbers that the eye looks for
    "muted",  # labels, units, what is done with
    "faint",  # frames, axes
    "good",
    "bad",
    "warn",
    "accent",  # keys, mail, what moves now
    "speech",
    "focus",  # the frame of the panel that has the keyboard
    "measured",
    "amdahl",
    "graph",
]


class Span(NamedTuple):
    """Words and what they mean."""

    text: str
    role: Role = "plain"


Row: TypeAlias = list[Span]

ELLIPSIS = "…"

_GLUE = "\u00a0"
_UNITS = re.compile(r"(\d) (s|ms|min|h|×)\b")
"""A number and its unit, which belong on one line."""


def cells_of(text: str) -> int:
    """Cells that the text takes: East Asian characters and emoji take two."""
    return cell_len(text)


def width_of(row: Iterable[Span]) -> int:
    """Cells that the row takes."""
    return sum(cell_len(span.text) for span in row)


def plain(row: Iterable[Span]) -> str:
    """The row without its roles."""
    return "".join(span.text for span in row)


def crop(text: str, cells: int) -> str:
    """The longest beginning of ``text`` that fits into ``cells``."""
    if cell_len(text) <= cells:
        return text
    used = 0
    for index, character in enumerate(text):
        used += cell_len(character)
        if used > cells:
            return text[:index]
    return text


def shorten(text: str, cells: int) -> str:
    """``text``, or its beginning with an ellipsis if it is too long."""
    if cell_len(text) <= cells:
        return text
    if cells <= 1:
        return ELLIPSIS[:cells]
    return crop(text, cells - 1).rstrip() + ELLIPSIS


def pad(text: str, cells: int) -> str:
    """``text`` shortened or filled with blanks to exactly ``cells``."""
    text = shorten(text, cells)
    return text + " " * (cells - cell_len(text))


def crop_row(row: Sequence[Span], cells: int) -> Row:
    """The row, cut with an ellipsis if it takes more than ``cells``."""
    if width_of(row) <= cells:
        return list(row)
    kept: Row = []
    left = cells
    for span in row:
        size = cell_len(span.text)
        if size < left:
            kept.append(span)
            left -= size
            continue
        kept.append(Span(_cut(span.text, left), span.role))
        break
    return kept


def _cut(text: str, cells: int) -> str:
    """Like ``shorten``, but certain to end in an ellipsis: something after ``text`` is lost as well."""
    return "" if cells <= 0 else crop(text, cells - 1) + ELLIPSIS


def fit(row: Sequence[Span], cells: int) -> Row:
    """The row cut or filled to exactly ``cells``."""
    fitted = crop_row(row, cells)
    missing = cells - width_of(fitted)
    if missing > 0:
        fitted.append(Span(" " * missing))
    return fitted


def justify(left: Sequence[Span], right: Sequence[Span], cells: int) -> Row:
    """``left`` and ``right`` at the two ends of the line; the left one gives way (statuses stand right)."""
    right = crop_row(right, cells)
    room = cells - width_of(right) - (1 if right else 0)
    start = crop_row(left, max(0, room))
    gap = cells - width_of(start) - width_of(right)
    return [*start, Span(" " * max(0, gap)), *right]


def wrap(text: str, cells: int, limit: int | None = None) -> list[str]:
    """Break one line of words into lines of at most ``cells``, at most ``limit`` of them.

    A number stays with its unit; a word longer than a line is cut where the line ends; text beyond the limit
    ends in an ellipsis after a whole word.
    """
    cells = max(1, cells)
    lines: list[str] = []
    line = ""
    for word in _UNITS.sub(f"\\1{_GLUE}\\2", text).split(" "):
        joined = f"{line} {word}" if line else word
        if cell_len(joined) <= cells:
            line = joined
            continue
        if line:
            lines.append(line)
        *whole, line = _pieces(word, cells)
        lines += whole
        if limit is not None and len(lines) > limit:
            break
    if line:
        lines.append(line)
    if limit is not None and len(lines) > limit:
        lines = [*lines[: limit - 1], _ended(lines[limit - 1], cells)]
    return [line.replace(_GLUE, " ") for line in lines]


def wrap_row(row: Sequence[Span], cells: int, limit: int, indent: int = 3) -> list[Row]:
    """The row in at most ``limit`` lines of at most ``cells``, broken between words; later ones are indented.

    What does not fit into the last line ends there in an ellipsis.
    """
    lines: list[Row] = []
    row = crop_row(row, cells * limit)
    rest: list[Span] = [Span(character, span.role) for span in row for character in span.text]
    while len(lines) < limit - 1 and width_of(rest) > cells:
        end = len(crop(plain(rest), cells))
        blanks = [at for at in range(indent + 1, end + 1) if rest[at].text == " "]
        at = blanks[-1] if blanks else max(1, end)
        lines.append(_joined(rest[:at]))
        while at < len(rest) and rest[at].text == " ":
            at += 1
        rest = [*([Span(" ")] * indent), *rest[at:]]
    return [*lines, _joined(crop_row(rest, cells))]


def _joined(characters: Sequence[Span]) -> Row:
    """Neighbours of one role as one span."""
    groups = groupby(characters, key=lambda span: span.role)
    return [Span("".join(span.text for span in group), role) for role, group in groups]


def _pieces(word: str, cells: int) -> list[str]:
    """A word in pieces of at most ``cells``, the last one of which may go on."""
    pieces: list[str] = []
    while cell_len(word) > cells:
        head = crop(word, cells) or word[0]
        pieces.append(head)
        word = word[len(head) :]
    return [*pieces, word]


def _ended(line: str, cells: int) -> str:
    """The line with as many of its words as leave room for an ellipsis."""
    words = line.split(" ")
    while words and cell_len(" ".join(words)) + 2 > cells:
        words.pop()
    return f"{' '.join(words)} {ELLIPSIS}" if words else crop(line, cells - 1) + ELLIPSIS
