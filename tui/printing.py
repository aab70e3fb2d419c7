"""What is printed outside of the application: the summary after a run, tables of runs and suites."""

from __future__ import annotations

import shutil
import sys
import textwrap
from collections.abc import Sequence
from typing import IO, TYPE_CHECKING, Any

from tui.widgets.spans import Role, Row, cells_of, pad, shorten
from tui.widgets.summary_rows import commands, summary_rows

if TYPE_CHECKING:
    from rich.console import Console

WIDTH_WITHOUT_TERMINAL = 100
"""Cells of a summary that goes to a file or a pipe: readable in an editor and in a mail."""

STYLES: dict[Role, str] = {
    "strong": "bold",
    "muted": "dim",
    "faint": "dim",
    "good": "green",
    "bad": "red",
    "warn": "yellow",
    "accent": "cyan",
    "speech": "magenta",
    "measured": "bold blue",
    "amdahl": "cyan",
    "graph": "magenta",
}
"""Roles in the terminal's own sixteen colours, so that they fit whatever background it has."""


def console(file: IO[str] | None = None) -> Console:
    """Return a console that honours NO_COLOR and TERM=dumb, and adds nothing of its own."""
    from rich.console import Console

    return Console(file=file, highlight=False, markup=False, emoji=False, soft_wrap=True)


def print_summary(report: dict[str, Any], file: IO[str] | None = None) -> None:
    """Print a report for people; its commands are never cut, for they are there to be pasted."""
    from rich.text import Text

    out = console(file)
    rows = summary_rows(report, width_of(file) or WIDTH_WITHOUT_TERMINAL)
    next_ = commands(report)
    print_rows(rows[: -len(next_)], file)
    for word, command in next_:
        out.print(Text(f" {word} {command}"), soft_wrap=True)


def print_rows(rows: Sequence[Row], file: IO[str] | None = None) -> None:
    """Print rows of spans in the terminal's colours."""
    from rich.text import Text

    out = console(file)
    for row in rows:
        line = Text()
        for span in row:
            line.append(span.text, STYLES.get(span.role, ""))
        line.rstrip()
        out.print(line)


def print_table(header: Sequence[str], rows: Sequence[Sequence[str]], file: IO[str] | None = None) -> None:
    """Print cleaned cells in columns. On a terminal lines are cut at its edge, elsewhere nothing is cut."""
    from rich.text import Text

    out = console(file)
    room = width_of(file)
    widths = [max(map(cells_of, column)) for column in zip(header, *rows, strict=True)]
    for number, cells in enumerate((header, *rows)):
        line = "  ".join(pad(cell, width) for cell, width in zip(cells, widths, strict=True)).rstrip()
        out.print(Text(shorten(line, room) if room else line, "dim" if number == 0 else ""))


def print_fitting(
    header: Sequence[str], rows: Sequence[Sequence[str]], spare: Sequence[str], file: IO[str] | None = None
) -> None:
    """``print_table``; on a narrow terminal without the columns ``spare``, the first of them first."""
    shown = list(range(len(header)))
    room = width_of(file)
    for name in spare:
        taken = sum(max(cells_of(row[i]) for row in (header, *rows)) + 2 for i in shown) - 2
        if room is None or taken <= room:
            break
        shown = [i for i in shown if header[i] != name]
    print_table([header[i] for i in shown], [[row[i] for i in shown] for row in rows], file)


def print_text(text: str, file: IO[str] | None = None) -> None:
    """Print cleaned sentences, on a terminal in lines that end between words."""
    room = width_of(file)
    print(textwrap.fill(text, room, break_long_words=False) if room else text, file=file or sys.stdout)


def width_of(file: IO[str] | None) -> int | None:
    """Cells per line of a terminal; null for anything else."""
    stream = file or sys.stdout
    return shutil.get_terminal_size((80, 24)).columns if stream.isatty() else None
