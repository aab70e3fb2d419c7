"""What went wrong, was said, and came to nothing in every round, as small bar charts. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.record.state import Clashes, RoundRow, RunState
from tui.widgets.bars import Grid, extend, ruler, upright
from tui.widgets.figures import many, spark
from tui.widgets.moment import Moment
from tui.widgets.spans import Role, Row, Span, crop_row, justify, pad, width_of

TALL = 9
"""Rows from which on every measure has a chart of its own; below, a line."""

LABEL = 13
"""Cells of a measure's name and the blank behind it, where it has one line."""

BAR_ROWS = 8
"""Rows of a chart at most."""


@dataclass(frozen=True, slots=True)
class Measure:
    """Something counted in every round; ``note`` is what the sum is made of."""

    title: str
    values: tuple[int, ...]
    role: Role
    note: str = ""

    @property
    def total(self) -> int:
        """All of it."""
        return sum(self.values)


def measures_of(state: RunState) -> list[Measure]:
    """Failed test runs, conflicts, messages by round."""
    rounds = state.metrics.rounds
    clashes = [state.files.clashes.get(row.round, _NONE) for row in rounds]
    refused = [row.denied for row in rounds]
    conflicts = tuple(d + c.rewrites + c.concurrent for d, c in zip(refused, clashes, strict=True))
    unknown = "locks" in state.run.gaps
    locks = "= locks (not recorded)" if unknown else f"= {many(sum(refused), 'denied lock')}"
    parts = (
        f"{locks} + {many(sum(c.rewrites for c in clashes), 'rewrite')} "
        f"+ {many(sum(c.concurrent for c in clashes), 'concurrent write')}"
    )
    tests = f"of {many(sum(row.test_runs for row in rounds), 'run')}"
    empty = sum(row.chatter for row in rounds)
    chatter = f"and {many(empty, 'reply', 'replies')} without effect"
    return [
        Measure("Failed tests", tuple(row.test_failures for row in rounds), "bad", tests),
        Measure("Conflicts", conflicts, "warn", parts),
        Measure("Messages", tuple(row.messages for row in rounds), "speech", chatter),
    ]


_NONE = Clashes()


def round_rows(moment: Moment, cells: int, height: int) -> list[Row]:
    """All measures in ``cells`` × ``height``, over the same rounds, and the idle rounds below."""
    rounds = list(moment.state.metrics.rounds)
    if "rounds" in moment.state.run.gaps:
        return [[Span("rounds are not recorded", "muted")], *([] for _ in range(height - 1))]
    if not rounds:
        return [[Span("no round yet", "muted")], *([] for _ in range(height - 1))]
    measures = measures_of(moment.state)
    rows = (
        _charts(measures, rounds, cells, height)
        if height >= TALL
        else _lines(measures, rounds, cells, height)
    )
    return [crop_row(row, cells) for row in rows[:height]] + [[] for _ in range(height - len(rows))]


def _charts(measures: Sequence[Measure], rounds: Sequence[RoundRow], cells: int, height: int) -> list[Row]:
    grid = Grid.of(len(rounds), cells)
    tall = min(BAR_ROWS, max(1, (height - 3 - len(measures)) // len(measures)))
    spaced = height - 3 - len(measures) * (tall + 1) >= len(measures)
    numbers = [row.round for row in rounds]
    rows: list[Row] = []
    for measure in measures:
        rows.append(_heading(measure, numbers, cells))
        rows += upright(grid.gathered(measure.values), grid, tall, measure.role)
        rows += [[]] * spaced
    idle = sum(_idle(row) for row in rounds)
    share = f"of {sum(row.ended is not None for row in rounds)} that ended; nobody completed a task in them"
    left = [Span("Idle rounds ", "strong"), Span(f"{idle} "), Span(share, "muted")]
    rows.append(justify(left, _grouped(grid), cells))
    rows.append(_band(rounds, grid))
    return [*rows, ruler(numbers, grid)]


def _heading(measure: Measure, numbers: Sequence[int], cells: int) -> Row:
    """``Conflicts 12  6 denied locks, …            most 5 in r3``."""
    left = [Span(f"{measure.title} ", "strong"), Span(f"{measure.total} "), Span(measure.note, "muted")]
    most = max(measure.values)
    if not most:
        return crop_row(left, cells)
    right = [Span(f"most {most} in r{numbers[measure.values.index(most)]}", "muted")]
    return justify(left, right if width_of(left) + width_of(right) < cells else [], cells)


def _grouped(grid: Grid) -> Row:
    return [Span(f"a column is {grid.group} rounds", "muted")] if grid.group > 1 else []


def _idle(row: RoundRow) -> bool:
    return row.ended is not None and row.completions == 0


def _band(rounds: Sequence[RoundRow], grid: Grid) -> Row:
    """A cell for each column: ``█`` idle, ``▄`` some of its rounds, ``·`` none, ``…`` not over yet."""
    row: Row = []
    gap = " " * (grid.step - grid.bar)
    for at in range(0, len(rounds), grid.group):
        part = rounds[at : at + grid.group]
        idle = sum(map(_idle, part))
        glyph = "█" if idle == len(part) else "▄" if idle else "…" if part[-1].ended is None else "·"
        extend(row, glyph * grid.bar + gap, "warn" if idle else "faint")
    return row


def _lines(measures: Sequence[Measure], rounds: Sequence[RoundRow], cells: int, height: int) -> list[Row]:
    """A line for each measure over the latest rounds: name, small graph, total."""
    width = max(1, cells - LABEL - 7)
    rows: list[Row] = [
        [
            Span(pad(measure.title, LABEL), "muted"),
            Span(pad(spark(measure.values[-width:]), width), measure.role),
            Span(f"{measure.total:>7}"),
        ]
        for measure in measures
    ]
    latest = rounds[-width:]
    band = _band(latest, Grid(1, 1, len(latest)))
    fill = " " * (width - width_of(band))
    idle = Span(f"{sum(map(_idle, rounds)):>7}")
    rows.append([Span(pad("Idle rounds", LABEL), "muted"), *band, Span(fill), idle])
    rule = ruler([row.round for row in latest], Grid(1, 1, len(latest)))
    return [*rows, [Span(" " * LABEL), *rule]][:height]
