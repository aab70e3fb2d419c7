"""Lines around the panels, drawn as one grid so that neighbours share them and corners join."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import TypeAlias

from tui.widgets.layout import Tile
from tui.widgets.spans import Role, Row, Span, crop_row, width_of

Title: TypeAlias = tuple[Row, Row]
"""What stands in the line above a panel, at the left and at the right."""

UP, DOWN, LEFT, RIGHT = 1, 2, 4, 8

_GLYPHS = {
    0: " ",
    LEFT: "─",
    RIGHT: "─",
    UP: "│",
    DOWN: "│",
    LEFT | RIGHT: "─",
    UP | DOWN: "│",
    DOWN | RIGHT: "╭",
    DOWN | LEFT: "╮",
    UP | RIGHT: "╰",
    UP | LEFT: "╯",
    UP | DOWN | RIGHT: "├",
    UP | DOWN | LEFT: "┤",
    DOWN | LEFT | RIGHT: "┬",
    UP | LEFT | RIGHT: "┴",
    UP | DOWN | LEFT | RIGHT: "┼",
}


Cell: TypeAlias = tuple[str, Role]
"""One cell of a line and its role: tiles differ by which one has the keyboard."""


class Frame:
    """The lines of a set of tiles; asked for one row at a time."""

    def __init__(self, width: int, height: int, tiles: Sequence[Tile]) -> None:
        self.width, self.height = width, height
        self.tiles = tuple(tiles)
        self._cells = [[0] * width for _ in range(height)]
        self._lines: dict[str | None, list[list[Cell]]] = {}
        self._plain: dict[str | None, list[Row]] = {}
        for tile in tiles:
            self._draw(tile)

    def _draw(self, tile: Tile) -> None:
        right, bottom = tile.x + tile.width - 1, tile.y + tile.height - 1
        if tile.width < 2 or tile.height < 2 or right >= self.width or bottom >= self.height:
            return
        for x in range(tile.x, right + 1):
            arms = (LEFT if x > tile.x else 0) | (RIGHT if x < right else 0)
            self._cells[tile.y][x] |= arms
            self._cells[bottom][x] |= arms
        for y in range(tile.y, bottom + 1):
            arms = (UP if y > tile.y else 0) | (DOWN if y < bottom else 0)
            self._cells[y][tile.x] |= arms
            self._cells[y][right] |= arms

    def row(self, y: int, titles: Mapping[str, Title], focused: str | None = None) -> Row:
        """Row ``y`` of the frame: lines, with the titles of the tiles that begin there set into them."""
        if focused not in self._lines:
            self._lines[focused] = [self._line(y, focused) for y in range(self.height)]
            self._plain[focused] = [_spans(line) for line in self._lines[focused]]
        insets = [
            inset
            for tile in self.tiles
            if tile.y == y and tile.key in titles
            for inset in _insets(tile, *titles[tile.key])
        ]
        if not insets:
            return self._plain[focused][y]
        return _inlaid(self._lines[focused][y], insets)

    def _line(self, y: int, focused: str | None) -> list[Cell]:
        """Row ``y`` without titles; it changes only with the focus."""
        cells: list[Cell] = [(_GLYPHS[mask], "faint") for mask in self._cells[y]]
        for tile in self.tiles:
            if tile.key == focused:
                self._highlight(cells, tile, y)
        return cells

    def _highlight(self, cells: list[Cell], tile: Tile, y: int) -> None:
        right, bottom = tile.x + tile.width - 1, tile.y + tile.height - 1
        if y in (tile.y, bottom):
            for x in range(tile.x, min(right, self.width - 1) + 1):
                cells[x] = (cells[x][0], "focus")
        elif tile.y < y < bottom:
            for x in (tile.x, right):
                if x < self.width:
                    cells[x] = (cells[x][0], "focus")


def _spans(cells: Sequence[Cell]) -> Row:
    return [
        Span("".join(glyph for glyph, _ in group), role)
        for role, group in groupby(cells, key=lambda cell: cell[1])
    ]


def _insets(tile: Tile, left: Row, right: Row) -> list[tuple[int, Row]]:
    """The titles with a blank at each end, and the column where each begins.

    They stand two cells from the tile's corners; the right one is left out where both do not fit.
    """
    room = tile.width - 6  # corner, line, blank; blank, line, corner
    if room < 4 or not left:
        return []
    left = crop_row(left, room)
    insets = [(tile.x + 2, [Span(" "), *left, Span(" ")])]
    if right and width_of(left) + width_of(right) + 4 <= room:
        insets.append((tile.x + tile.width - 4 - width_of(right), [Span(" "), *right, Span(" ")]))
    return insets


def _inlaid(cells: Sequence[Cell], insets: Sequence[tuple[int, Row]]) -> Row:
    """A line with words laid over it; ``insets`` do not overlap and stand in order."""
    row: Row = []
    place = 0
    for start, words in insets:
        row += _spans(cells[place:start])
        row += words
        place = start + width_of(words)
    return row + _spans(cells[place:])
