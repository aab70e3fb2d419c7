"""The speedup chart: a braille curve over completed work between the bounds it is judged by."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from tui.widgets.spans import Role, Row, Span, crop_row, shorten

AXIS = 5
"""Cells left of the plot: a value such as 1.60 and the axis."""

LABELS = 24
"""Cells right of the plot for the names of the lines."""

FOOTNOTE = "* equal tasks, 1 a turn"
"""What the graph bound supposes: agents that do several tasks in one reply can pass it."""

UNBOUNDED = "bounds unknown: no graph"
"""Instead, of an imported team of which nobody recorded what waits for what."""

BAND = "▀"
"""The line below the plot while a fault is active."""

_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
"""Bits of the dots of a braille cell, by row and column (Unicode block U+2800)."""


class Canvas:
    """A grid of dots, two by four to a cell."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self._cells = [[0] * width for _ in range(height)]

    def dot(self, x: int, y: int) -> None:
        """Set a dot; ``y`` counts from the bottom. Dots beyond the canvas are left out."""
        row, column = self.height - 1 - y // 4, x // 2
        if 0 <= row < self.height and 0 <= column < self.width:
            self._cells[row][column] |= _DOTS[3 - y % 4][x % 2]

    def line(self, x0: int, y0: int, x1: int, y1: int) -> None:
        """Set the dots of a straight line."""
        steps = max(abs(x1 - x0), abs(y1 - y0), 1)
        for step in range(steps + 1):
            self.dot(round(x0 + (x1 - x0) * step / steps), round(y0 + (y1 - y0) * step / steps))

    def glyph(self, column: int, row: int) -> str:
        """The cell's character; empty if it has no dot."""
        bits = self._cells[row][column]
        return chr(0x2800 + bits) if bits else ""


@dataclass(frozen=True, slots=True)
class ChartData:
    """All that the chart shows. ``agents`` is the N of the bounds: on average over time if the team changed.

    Both bounds are null where nobody recorded what waits for what.
    ``faults`` are numbers of tasks done when each began and when it stopped (null: it is active).
    """

    curve: tuple[tuple[int, float], ...]
    total: int
    amdahl: float | None
    graph: float | None
    p: float
    agents: float
    speedup: float | None = None
    faults: tuple[tuple[int, int | None], ...] = ()
    baseline: str = "estimated"


def chart_rows(data: ChartData, cells: int, height: int) -> list[Row]:
    """The chart in ``cells`` × ``height``: plot, axis, legend of the axis."""
    labels = LABELS if cells >= AXIS + LABELS + 20 else 0
    plot_width = max(4, cells - AXIS - labels)
    plot_height = max(1, height - 2)
    scale = _Scale(data, plot_width, plot_height)
    canvas = Canvas(plot_width, plot_height)
    _draw(canvas, scale, data)
    lines: dict[int, tuple[float, Span]] = {}  # later ones win: the graph bound is the harder one to pass
    lines[scale.row(1.0)] = (1.0, Span("·", "faint"))
    if data.amdahl is not None:
        lines[scale.row(data.amdahl)] = (data.amdahl, Span("┄", "amdahl"))
    if data.graph is not None:
        lines[scale.row(data.graph)] = (data.graph, Span("╌", "graph"))
    names = _names(data, scale)
    rows: list[Row] = []
    for y in range(plot_height):
        tick, fill = lines.get(y, (None, Span(" ")))
        row: Row = [Span("    │", "faint") if tick is None else Span(f"{tick:4.2f}┤", "muted")]
        row += _plot_row(canvas, y, fill)
        if labels and y in names:
            row += [Span(" "), names[y]]
        rows.append(row)
    rows.append(_axis(data, scale, bool(labels)))
    rows.append(_legend(data, scale, cells))
    return [crop_row(row, cells) for row in rows[:height]]


class _Scale:
    """From tasks done and speedup to dots."""

    def __init__(self, data: ChartData, width: int, height: int) -> None:
        bound = max(data.amdahl or 1.0, data.graph or 1.0, 1.0)
        highest = max((value for _, value in data.curve), default=0.0)
        shown = highest if data.graph is None else min(highest, bound * 1.25)
        self.top = max(bound, shown) * 1.08  # above, points leave the chart
        self.width, self.height = width, height
        self.total = max(data.total, 1)

    def x(self, done: int) -> int:
        return round(min(done, self.total) / self.total * (self.width * 2 - 1))

    def y(self, value: float) -> int:
        return round(min(value, self.top) / self.top * (self.height * 4 - 1))

    def row(self, value: float) -> int:
        return self.height - 1 - self.y(value) // 4


def _draw(canvas: Canvas, scale: _Scale, data: ChartData) -> None:
    points = [(scale.x(done), scale.y(value)) for done, value in data.curve]
    for (x0, y0), (x1, y1) in pairwise(points):
        canvas.line(x0, y0, x1, y1)
    if len(points) == 1:
        canvas.dot(*points[0])


def _plot_row(canvas: Canvas, y: int, fill: Span) -> Row:
    """One row of the plot: dots where the curve runs, the line of a bound elsewhere."""
    row: Row = []
    for x in range(canvas.width):
        glyph = canvas.glyph(x, y)
        gap = fill.text == "·" and x % 3
        cell = Span(glyph, "measured") if glyph else Span(" " if gap else fill.text, fill.role)
        if row and row[-1].role == cell.role:
            row[-1] = Span(row[-1].text + cell.text, cell.role)
        else:
            row.append(cell)
    return row


def _names(data: ChartData, scale: _Scale) -> dict[int, Span]:
    """What stands beside the plot, by row; names that would fall on one another move apart."""
    whole = float(data.agents).is_integer()
    basis = f"p={data.p:.2g} N={data.agents:.0f}" if whole else f"mean N={data.agents:.1f}"
    wanted: list[tuple[int, Span]] = []
    if data.graph is not None:
        wanted.append((scale.row(data.graph), Span(f"graph bound* {data.graph:.2f}", "graph")))
    if data.amdahl is not None:
        wanted.append((scale.row(data.amdahl), Span(f"Amdahl {basis} {data.amdahl:.2f}", "amdahl")))
    if data.speedup is not None:
        wanted.append((scale.row(data.speedup), Span(f"measured {data.speedup:.2f}", "measured")))
    placed: dict[int, Span] = {}
    for row, name in wanted:
        free = (row + step for step in (0, 1, -1, 2, -2, 3, -3) if 0 <= row + step < scale.height)
        if (spot := next((r for r in free if r not in placed), None)) is not None:
            placed[spot] = name
    last = scale.height - 1
    if scale.height >= 6 and not {last, last - 1} & set(placed):
        placed[last] = Span(UNBOUNDED if data.graph is None else FOOTNOTE, "muted")
    return placed


def _axis(data: ChartData, scale: _Scale, labels: bool) -> Row:
    """The line below the plot: a mark where a fault began, a band as long as it lasted."""
    cells = ["─"] * scale.width
    for tick in _ticks(data, scale):
        cells[min(scale.width - 1, scale.x(tick) // 2)] = "┬"
    now = max([done for done, _ in data.curve], default=0)
    for begun, ended in data.faults:
        until = now if ended is None else ended
        first, last = (min(scale.width - 1, scale.x(done) // 2) for done in (begun, until))
        cells[first : last + 1] = [BAND] * max(1, last + 1 - first)
    for begun, _ in data.faults:
        place = min(scale.width - 2, scale.x(begun) // 2)
        cells[place], cells[place + 1] = "⚡", ""  # the mark is two cells wide
    row: Row = [Span("   0└", "muted")]
    for text in cells:
        role: Role = "warn" if text in ("⚡", BAND) else "faint"
        row.append(Span(text, role))
    if labels:
        against = "baseline: estimated" if data.baseline == "estimated" else f"vs {data.baseline}"
        row.append(Span(f" {shorten(against, LABELS - 1)}", "plain"))
    return row


def _ticks(data: ChartData, scale: _Scale) -> list[int]:
    """Numbers of tasks that get a number below the axis: none, all, and steps of a round size between."""
    room = max(1, scale.width // 10)
    step = next(
        (s * 10**e for e in range(7) for s in (1, 2, 5) if scale.total / (s * 10**e) <= room), scale.total
    )
    inner = [k for k in range(step, scale.total, step) if scale.total - k >= step / 2]
    return [0, *inner, scale.total]


def _legend(data: ChartData, scale: _Scale, cells: int) -> Row:
    """Numbers below the axis, and what they count."""
    line = [" "] * (AXIS + scale.width + 1)
    for tick in _ticks(data, scale):
        text = str(tick)
        start = min(len(line) - len(text), max(AXIS, AXIS + scale.x(tick) // 2 - (len(text) - 1) // 2))
        if all(c == " " for c in line[max(0, start - 1) : start + len(text)]):
            line[start : start + len(text)] = text
    numbers = "".join(line).rstrip()
    unit = " tasks done"
    if len(numbers) + len(unit) > cells:
        numbers = numbers[: cells - len(unit)].rstrip()
    return [Span(numbers, "muted"), Span(unit, "muted")]
