"""The lock panel, and the strip that stands for it where there is little room."""

from __future__ import annotations

from typing import ClassVar

from engine.analysis.laws import Baseline
from engine.record.clean import clean_line
from tui.widgets.figures import age, spark, times
from tui.widgets.lock_matrix import ROOMY, contention_rows
from tui.widgets.lock_rows import lock_rows, lock_strip
from tui.widgets.moment import Moment
from tui.widgets.panel import Panel
from tui.widgets.spans import Row, Span, justify, pad, shorten, width_of

ESTIMATED = "estimated"
"""The baseline's name where no saved run serves: the team's own busy time."""

CURVE_CELLS = 16
"""Cells of the small speedup curve in the strip."""


STALE_SECONDS = 5.0
"""Age from which on a speedup says how old it is."""


class LocksPanel(Panel):
    """Who holds what since when, who was refused, which paths are hot."""

    LINKED: ClassVar[bool] = True

    def __init__(self) -> None:
        super().__init__("locks")

    def title(self, moment: Moment, cells: int) -> tuple[Row, Row]:
        """The rule in force."""
        rule = moment.state.run.locks
        if "locks" in moment.state.run.gaps:
            return [Span("Locks", "strong")], [Span("not recorded", "muted")]
        right: Row = [Span("no locks" if rule == "none" else rule, "muted")] if rule else []
        return [Span("Locks", "strong")], right

    def rows(self, moment: Moment, cells: int, height: int) -> list[Row]:
        """As much of the view as there is room for; with much room, who wants what from whom."""
        if height < ROOMY or "locks" in moment.state.run.gaps:
            self.length = height
            return lock_rows(moment, cells, height)
        rows, hidden = contention_rows(moment, cells, height, self.top)
        self.length = height + hidden
        self.top = min(self.top, self._limit)
        return rows


class Strip(Panel):
    """Locks and speedup in a line each."""

    LINKED: ClassVar[bool] = True

    def __init__(self) -> None:
        super().__init__("strip")

    def title(self, moment: Moment, cells: int) -> tuple[Row, Row]:
        """What the two lines are."""
        return [Span("Locks and speedup", "strong")], []

    def rows(self, moment: Moment, cells: int, height: int) -> list[Row]:
        """The two lines."""
        self.length = 2
        return [lock_strip(moment, cells), speedup_strip(moment, cells)][:height]


def speedup_strip(moment: Moment, cells: int) -> Row:
    """``speedup  1.12×  Amdahl 1.60× · graph 2.00×  ▁▃▅▄  estimated``.

    A team above its bounds does several tasks in one reply, which they do not reckon with: that is said.
    """
    left: Row = [Span(pad("speedup", 9), "strong"), Span(times(moment.speedup), "measured")]
    left += aged(moment)
    if moment.bounds is not None:
        amdahl, graph = moment.bounds
        left += [Span("  Amdahl ", "muted"), Span(times(amdahl), "amdahl")]
        left += [Span(" · graph ", "muted"), Span(times(graph), "graph")]
    elif "dependencies" in moment.state.run.gaps:
        left.append(Span("  bounds unknown", "muted"))
    label = baseline_label(moment.baseline)
    right: Row = [Span("  " + (label if label == ESTIMATED else f"vs {label}"), "muted")]
    top = max(moment.bounds or (1.0,))
    if moment.bounds is not None and moment.speedup is not None and moment.speedup > top:
        why: Row = [Span("bounds: one task per reply", "muted")]  # what else could be above them?
        right = [*why, *right] if width_of([*left, *why, *right]) < cells else why
    curve = [min(value, top) for _, value in moment.curve]
    step = max(1, -(-len(curve) // CURVE_CELLS))
    line = spark(curve[::-step][::-1], top) if curve else ""
    if line and width_of(left) + width_of(right) + len(line) + 2 <= cells:
        right = [Span(line, "measured"), *right]
    return justify(left, right, cells)


def aged(moment: Moment, *, long: bool = False) -> Row:
    """`` 35 s ago`` behind a speedup that stands still since the last completion."""
    passed = moment.speedup_age
    if passed is None or passed < STALE_SECONDS:
        return []
    at = f" at {len(moment.state.metrics.completions)} done," if long else ""
    return [Span(f"{at} {age(passed)} ago", "muted")]


def baseline_label(baseline: Baseline | None) -> str:
    """What speedup is measured against, if not ``estimated``."""
    if baseline is None or baseline.source == "estimated":
        return ESTIMATED
    return shorten(clean_line(baseline.label), 28)
