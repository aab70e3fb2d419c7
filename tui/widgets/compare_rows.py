"""Two runs side by side as rows: the finding, where they part, the table, both timelines. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.analysis import compare
from engine.record import events as ev
from engine.record.clean import clean_line
from engine.record.state import RunState
from tui.widgets.figures import clock, count, money
from tui.widgets.moment import Moment
from tui.widgets.spans import Role, Row, Span, crop_row, pad, shorten, width_of, wrap
from tui.widgets.timeline_rows import Window, lane_row, whole

LABELS = {
    "wall_seconds": "wall time",
    "input_tokens": "tokens in",
    "output_tokens": "tokens out",
    "cost_usd": "cost",
    "tasks_done": "tasks done",
    "idle_rounds": "idle rounds",
    "concurrent_writes": "concurrent writes",
    "claims_blocked": "claims blocked",
    "test_runs": "test runs",
    "test_failures": "test failures",
}
"""Names of figures where they differ from the report's."""

MORE_IS_WORSE = frozenset(
    {"wall_seconds", "input_tokens", "output_tokens", "cost_usd", "chatter", "idle_rounds", "rewrites"}
    | {"concurrent_writes", "claims_blocked", "refusals", "test_failures", "rounds"}
)
"""Figures of which a larger one is marked as worse."""


WIDE = 130
"""Cells from which on the figures and the progress by tasks stand side by side."""


@dataclass(slots=True)
class Pair:
    """What a comparison is made from: names, journals and reports of both runs."""

    names: tuple[str, str]
    events: tuple[Sequence[ev.AnyEvent], Sequence[ev.AnyEvent]]
    reports: tuple[dict[str, Any], dict[str, Any]]
    states: tuple[RunState, RunState] = field(init=False)

    def parting(self, which: int) -> int:
        """The event of the first (0) or second (1) run at which they part, or its last one."""
        found = compare.divergence(*self.events)
        last = len(self.events[which])
        return last if found is None else max(1, min(found.seq, last))

    def __post_init__(self) -> None:
        self.states = (RunState.of(self.events[0]), RunState.of(self.events[1]))


def compare_rows(pair: Pair, cells: int) -> list[Row]:
    """The whole comparison in rows of at most ``cells``."""
    inner = max(30, cells - 2)
    rows: list[Row] = []
    for mark, name in zip(("first ", "second"), pair.names, strict=True):
        rows.append([Span(f"{mark}  ", "accent"), Span(clean_line(name), "strong")])
    rows.append([])
    rows += [[Span(line, "strong")] for line in wrap(compare.sentence(*pair.reports), inner)]
    rows += [[], *_parting(pair, inner), []]
    if inner >= WIDE:
        rows += _beside(_table(pair, inner // 2), _aligned(pair, inner // 2), inner // 2)
    else:
        rows += [*_table(pair, inner), [], *_aligned(pair, inner)]
    rows += [[], *_timelines(pair, inner)]
    return [[Span(" "), *crop_row(row, inner)] if row else [] for row in rows]


def _beside(left: list[Row], right: list[Row], cells: int) -> list[Row]:
    """Two blocks of rows, the second from cell ``cells`` on."""
    rows: list[Row] = []
    for place in range(max(len(left), len(right))):
        row = crop_row(left[place], cells - 2) if place < len(left) else []
        gap = Span(" " * (cells - width_of(row)))
        rows.append([*row, gap, *(right[place] if place < len(right) else [])])
    return rows


def _parting(pair: Pair, cells: int) -> list[Row]:
    found = compare.divergence(*pair.events)
    if found is None:
        return [[Span("The journals hold the same events.", "good")]]
    what = ", ".join(found.fields)
    rows: list[Row] = [[Span("They part ", "accent"), Span(f"at event {found.seq}: {what}")]]
    for mark, event in (("first ", found.left), ("second", found.right)):
        when = f"r{event.round} {clock(event.ts)} " if event is not None else ""
        rows.append(
            [Span(f"  {mark}  ", "muted"), Span(when, "muted"), Span(clean_line(compare.shown(event), cells))]
        )
    return rows


def _table(pair: Pair, cells: int) -> list[Row]:
    width = max(12, min(28, (cells - 32) // 2))
    head = f"{'':19}{'first':>{width}}  {'second':>{width}}"
    rows: list[Row] = [[Span("Figures", "accent"), Span(head[7:] + "     ratio", "muted")]]
    for row in compare.table(*pair.reports):
        same = row.left == row.right
        ratio = "" if row.ratio is None or same else f"{row.ratio:8.2f}×"
        role: Role = "muted" if same else "plain"
        if row.ratio is not None and row.name in MORE_IS_WORSE and not same:
            role = "bad" if row.ratio > 1 else "good"
        left, right = (shorten(_value(row.name, value), width) for value in (row.left, row.right))
        label = pad(LABELS.get(row.name, row.name), 19)
        rows.append(
            [Span(label, "muted"), Span(f"{left:>{width}}  {right:>{width}}", role), Span(ratio, role)]
        )
    return rows


def _value(name: str, value: Any) -> str:  # noqa: ANN401 - a figure of any kind
    if value is None:
        return "unknown"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if name == "wall_seconds":
        return clock(value)
    if name == "cost_usd":
        return money(value)
    if name.endswith("_tokens"):
        return count(value)
    return f"{value:.2f}" if isinstance(value, float) else clean_line(str(value))


def _aligned(pair: Pair, cells: int) -> list[Row]:
    """Aligned by completed work: who had k tasks done when; some rows are enough."""
    found = compare.milestones(*pair.events)
    rows: list[Row] = [[Span("By tasks done", "accent"), Span("      first     second     ahead", "muted")]]
    step = max(1, -(-len(found) // 10))
    shown = [m for m in found if m.tasks % step == 0 or m is found[-1]]
    for each in shown:
        a, b = each.left_seconds, each.right_seconds
        ahead = (
            ""
            if a is None or b is None or a == b
            else f"{'first' if a < b else 'second'} by {abs(a - b):.0f} s"
        )
        times = "".join(f"{'–' if t is None else clock(t):>11}" for t in (a, b))
        rows.append([Span(f"{each.tasks:>8}", "muted"), Span(times), Span(f"     {ahead}", "muted")])
    if found:
        return rows
    unnamed = any(state.board.unnamed for state in pair.states)
    words = "Which task was done when is not recorded." if unnamed else "Neither run completed a task."
    return [[Span(words, "muted")]]


def _timelines(pair: Pair, cells: int) -> list[Row]:
    """Both timelines on one scale of time since the first prompt."""
    moments = [
        Moment(state, events[-1].ts) for state, events in zip(pair.states, pair.events, strict=True) if events
    ]
    width = max((whole(moment).width for moment in moments), default=1)
    rows: list[Row] = []
    for mark, moment in zip(("first", "second"), moments, strict=False):
        rows.append([Span(mark, "accent"), Span(f"  {clock(moment.elapsed)}", "muted")])
        window = Window(whole(moment).start, width)
        end = int(moment.now * 1e9)
        rows += [
            [Span(pad(lane.agent, 7), "strong"), *lane_row(lane, window, max(8, cells - 8), end)]
            for lane in moment.state.lanes.lanes.values()
        ]
    return rows
