"""Upright bars over rounds, as rows of text: what several panels draw per round. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tui.widgets.figures import BARS
from tui.widgets.spans import Role, Row, Span

STEP = 4
"""Cells of a round at most, the blank behind its bar included: wider bars say no more."""


@dataclass(frozen=True, slots=True)
class Grid:
    """How rounds stand side by side: ``group`` rounds in a column of ``step`` cells, ``count`` columns."""

    group: int
    step: int
    count: int

    @classmethod
    def of(cls, rounds: int, cells: int) -> Grid:
        """The grid that shows all of ``rounds`` in ``cells``."""
        group = max(1, -(-rounds // max(1, cells)))
        count = -(-rounds // group)
        return cls(group, max(1, min(STEP, cells // max(1, count))), count)

    def gathered(self, values: Sequence[int]) -> list[int]:
        """The sum of each column."""
        return [sum(values[at : at + self.group]) for at in range(0, len(values), self.group)]

    @property
    def bar(self) -> int:
        """Cells of a bar."""
        return max(1, self.step - 1)


def upright(values: Sequence[int], grid: Grid, height: int, role: Role) -> list[Row]:
    """Bars ``height`` rows high; the highest value fills them, zero leaves a line at the foot."""
    top = max([*values, 1])
    gap = " " * (grid.step - grid.bar)
    rows: list[Row] = []
    for level in range(height - 1, -1, -1):
        row: Row = []
        for value in values:
            eighths = min(8, max(0, round(value / top * height * 8) - level * 8))
            if level == 0 and value:
                eighths = max(1, eighths)
            glyph = BARS[eighths - 1] if eighths else "·" if level == 0 else " "
            extend(row, glyph * grid.bar + gap, role if eighths else "faint")
        rows.append(row)
    return rows


def extend(row: Row, text: str, role: Role) -> None:
    """Append ``text`` to the row: to its last span, if that has the same role."""
    if row and row[-1].role == role:
        row[-1] = Span(row[-1].text + text, role)
    else:
        row.append(Span(text, role))


def ruler(rounds: Sequence[int], grid: Grid) -> Row:
    """``r1   r5   r10``: numbers of rounds below their columns, as far as they have room."""
    text = [" "] * (grid.count * grid.step + 6)
    free = 0
    for column, first in enumerate(rounds[:: grid.group]):
        place, label = column * grid.step, f"r{first}"
        if place >= free:
            text[place : place + len(label)] = label
            free = place + len(label) + 2
    return [Span("".join(text).rstrip(), "muted")]
