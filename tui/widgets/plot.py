"""Lines over team sizes and bars by kind as rows, for a terminal: braille curves, a mark per series."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import NamedTuple

from tui.widgets.chart import AXIS, Canvas
from tui.widgets.figures import BARS, count
from tui.widgets.spans import Role, Row, Span, pad, shorten

MARKS = "●▲■◆✚○"
"""Marks of series, so that they can be told apart without colour."""

INKS: tuple[Role, ...] = ("measured", "warn", "good", "speech", "accent", "strong")

REFERENCE = "┄"


class Series(NamedTuple):
    """A named line: (x, y) in order of x. A ``reference`` has dashes and no marks.

    ``errors``: how far up and down each point may be (null: unknown); empty where nobody says.
    """

    name: str
    points: tuple[tuple[float, float], ...]
    reference: bool = False
    errors: tuple[float | None, ...] = ()

    def spans(self) -> list[tuple[float, float, float]]:
        """Where an error is to be seen: x, lowest, highest."""
        pairs = zip(self.points, self.errors, strict=False)
        return [(x, max(0.0, y - error), y + error) for (x, y), error in pairs if error]


def role_of(number: int, series: Series) -> Role:
    """The colour of a series."""
    return "muted" if series.reference else INKS[number % len(INKS)]


def legend(all_series: Sequence[Series]) -> Row:
    """``● claude  ▲ gemini``."""
    row: Row = []
    for number, series in enumerate(all_series):
        mark = REFERENCE * 2 if series.reference else MARKS[number % len(MARKS)]
        row += [Span(f" {mark} ", role_of(number, series)), Span(series.name, "muted")]
    return row


def plot_rows(all_series: Sequence[Series], cells: int, height: int) -> list[Row]:
    """The plot with its axes in ``cells`` × ``height``; y begins at 0, x at the smallest team."""
    width, tall = max(8, cells - AXIS), max(3, height - 1)
    points = [point for series in all_series for point in series.points]
    if not points:
        return [[Span("nothing to draw from these runs", "muted")], *([] for _ in range(height - 1))]
    left, right = min(x for x, _ in points), max(x for x, _ in points)
    spans = [series.spans() for series in all_series]
    top = max([y for _, y in points] + [high for known in spans for _, _, high in known] + [1e-9])

    def place(x: float, y: float) -> tuple[int, int]:
        across = (x - left) / (right - left) if right > left else 0.5
        return round(2 + across * (width * 2 - 6)), round(y / top * (tall * 4 - 2))

    grid: list[list[Span]] = [[Span(" ")] * width for _ in range(tall)]
    drawn = sorted(enumerate(all_series), key=lambda pair: (not pair[1].reference, -pair[0]))
    for number, series in drawn:  # references first, so that what was measured lies over them
        bars = [(*place(x, low), place(x, high)[1]) for x, low, high in spans[number]]
        _draw(grid, series, [place(x, y) for x, y in series.points], bars, number)
    rows = [_ticked(line, y, tall, top) for y, line in enumerate(grid)]
    return [*rows, _axis(sorted({x for x, _ in points}), place, width)]


def _draw(
    grid: list[list[Span]],
    series: Series,
    places: list[tuple[int, int]],
    bars: list[tuple[int, int, int]],
    number: int,
) -> None:
    """Paint one series over those that were painted before; ``bars`` are (x, lowest, highest)."""
    width, tall = len(grid[0]), len(grid)
    canvas = Canvas(width, tall)
    for (x0, y0), (x1, y1) in pairwise(places):
        canvas.line(x0, y0, x1, y1)
    for x, low, high in bars:
        canvas.line(x, low, x, high)
    role = role_of(number, series)
    for y in range(tall):
        for x in range(width):
            if glyph := canvas.glyph(x, y):
                grid[y][x] = Span(REFERENCE if series.reference else glyph, role)
    if not series.reference:
        for x, y in places:
            grid[tall - 1 - y // 4][x // 2] = Span(MARKS[number % len(MARKS)], role)


def _ticked(line: list[Span], y: int, tall: int, top: float) -> Row:
    """A row of the plot with its part of the axis: numbers at top, middle and bottom."""
    ticks = {0: top, tall // 2: top * (1 - (tall // 2) / max(1, tall - 1)), tall - 1: 0.0}
    label = f"{_number(ticks[y]):>{AXIS - 1}}┤" if y in ticks else " " * (AXIS - 1) + "│"
    row: Row = [Span(label, "faint")]
    for span in line:
        if len(row) > 1 and row[-1].role == span.role:
            row[-1] = Span(row[-1].text + span.text, span.role)
        else:
            row.append(span)
    return row


def _number(value: float) -> str:
    """At most four characters: ``0``, ``0.83``, ``44.4``, ``120``, ``1.2k``."""
    if value == 0 or value >= 100:
        return count(value)
    return f"{value:.2f}" if value < 10 else f"{value:.1f}"


def _axis(sizes: Sequence[float], place: Callable[[float, float], tuple[int, int]], width: int) -> Row:
    cells = [" "] * (AXIS + width)
    for size in sizes:
        text = f"{size:g}"
        start = min(AXIS + place(size, 0.0)[0] // 2, len(cells) - len(text))
        cells[start : start + len(text)] = text
    line, unit = "".join(cells).rstrip(), " agents"
    if len(line) + len(unit) <= len(cells):
        return [Span(line + unit, "muted")]
    first = len(line) - len(line.lstrip())
    return [Span(f"{'N=':>{first}}{line[first:]}", "muted")]


def bar_rows(all_series: Sequence[Series], kinds: Sequence[str], cells: int) -> list[Row]:
    """Bars of every kind, one per series, with their numbers."""
    values = [y for series in all_series for _, y in series.points]
    if not values:
        return [[Span("nothing to draw from these runs", "muted")]]
    top = max(*values, 1e-9)
    names = min(12, max(len(series.name) for series in all_series))
    room = max(4, cells - names - 12)
    rows: list[Row] = []
    for at, kind in enumerate(kinds):
        rows.append([Span(shorten(kind, cells), "plain")])
        for number, series in enumerate(all_series):
            value = next((y for x, y in series.points if x == at), None)
            if value is None:
                continue
            eighths = round(value / top * room * 8)
            bar = "█" * (eighths // 8) + ("▏▎▍▌▋▊▉"[eighths % 8 - 1] if eighths % 8 else "")
            rows.append(
                [
                    Span(f"  {pad(series.name, names)} ", "muted"),
                    Span(pad(bar or BARS[0], room), role_of(number, series)),
                    Span(f" {value:>7.1f}", "strong"),
                ]
            )
    return rows
