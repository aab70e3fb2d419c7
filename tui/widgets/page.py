"""A page of text to read: headings, paragraphs, lines kept as they are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from engine.record.state import RunState
from tui.widgets.moment import Moment
from tui.widgets.panel import Panel
from tui.widgets.spans import Role, Row, Span, cells_of, crop, wrap

EMPTY = Moment(RunState(), 0.0)
"""A moment without a run, for pages that tell of none."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Words to wrap; ``label`` stands before the first line, ``verbatim`` keeps line breaks and blanks."""

    text: str
    role: Role = "plain"
    label: str = ""
    verbatim: bool = False

    def rows(self, cells: int) -> list[Row]:
        """The paragraph in lines of ``cells``."""
        indent = cells_of(self.label) + 1 if self.label else 0
        width = max(8, cells - indent)
        if self.verbatim:
            lines = [part for line in self.text.split("\n") for part in _folded(line, width)]
        else:
            lines = [part for line in self.text.split("\n") for part in wrap(line, width) or [""]]
        head = Span(self.label + " ", "muted") if self.label else Span("")
        rows: list[Row] = []
        for index, line in enumerate(lines or [""]):
            rows.append([head if index == 0 else Span(" " * indent), Span(line, self.role)])
        return rows


def _folded(line: str, cells: int) -> list[str]:
    """A line in pieces of at most ``cells``, broken after blanks where it has any; nothing is lost."""
    if cells_of(line) <= cells:
        return [line]
    pieces: list[str] = []
    while line:
        piece = crop(line, cells) or line[0]
        words = piece[: piece.rfind(" ") + 1]
        if len(piece) < len(line) and words.strip():
            piece = words
        pieces.append(piece)
        line = line[len(piece) :]
    return pieces


class Page(Panel):
    """Paragraphs to scroll through. ``write`` gives them; they are wrapped when the width is known."""

    LINKED: ClassVar[bool] = True

    DEFAULT_CSS = "Page { background: $surface; }"

    def __init__(self, write: Callable[[Moment | None], list[Paragraph]]) -> None:
        super().__init__("page")
        self._write = write
        self._paragraphs: list[Paragraph] = []
        self._lines: list[Row] = []
        self._width = 0

    def renew(self, moment: Moment | None = None, *, top: bool = False) -> None:
        """Ask for the paragraphs again; ``top`` goes back to the beginning."""
        paragraphs = self._write(moment)
        if top:
            self.top = 0
        if paragraphs != self._paragraphs or top:
            self._paragraphs, self._width = paragraphs, 0
        self.repaint()

    def repaint(self) -> None:
        """Paint what changed; a page needs no state of a run."""
        if self.moment is None:
            self.moment = EMPTY
        super().repaint()

    def rows(self, moment: Moment, cells: int, height: int) -> list[Row]:
        """The lines that are seen."""
        if cells != self._width:
            self._width = cells
            self._lines = [row for paragraph in self._paragraphs for row in paragraph.rows(cells - 2)]
        self.length = len(self._lines)
        self.top = min(self.top, max(0, self.length - height))
        seen = [[Span(" "), *row] for row in self._lines[self.top : self.top + height]]
        seen += [[] for _ in range(height - len(seen))]
        below = self.length - self.top - height
        if below > 0:
            seen[-1] = [Span(f" … {below + 1} more lines ↓", "muted")]
        return seen
