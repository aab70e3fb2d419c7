"""Two runs side by side as rows: the finding, where they part, the table, both timelines. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from engine.analysis import compare
from engine.analysis.parting import Parting, parting
from engine.record import events as ev
from engine.record.clean import clean_line
from engine.record.state import RunState
from engine.record.state.lanes import nanos
from engine.record.state.refusals import of_action
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


TOLD_WITHIN = 50
"""Events after which what an agent did has its line in the pane, if it ever has one."""

WIDE = 130
"""Cells from which on the figures and the progress by tasks stand side by side."""


@dataclass
class Pair:
    """What a comparison is made from: names, journals and reports of both runs; ``notes`` say what of their
    journals could not be read, "" for nothing.
    """

    names: tuple[str, str]
    events: tuple[Sequence[ev.AnyEvent], Sequence[ev.AnyEvent]]
    reports: tuple[dict[str, Any], dict[str, Any]]
    notes: tuple[str, str] = ("", "")
    states: tuple[RunState, RunState] = field(init=False)

    @cached_property
    def parting(self) -> Parting | None:
        """Where they part."""
        return parting(*self.events)

    def part_at(self, which: int) -> int:
        """The event of the first (0) or second (1) run at which they part, or its last one."""
        found = self.parting
        event = None if found is None else (found.left, found.right)[which].event
        return max(1, len(self.events[which])) if event is None else event.seq

    def told(self, which: int) -> str:
        """What the agent did there in the words of its pane."""
        found = self.parting
        event = None if found is None else (found.left, found.right)[which].event
        if found is None or event is None:
            return "nothing more"
        if isinstance(event, ev.ActionRefused):  # a pane may tell of several in one line
            return clean_line(of_action(event).single)
        state = RunState.of(self.events[which][: event.seq])
        for later in (*self.events[which][event.seq :], None):
            agent = state.agents.agents.get(clean_line(found.agent, 40))
            lines = [] if agent is None else [line.text for line in agent.lines if line.seq == event.seq]
            if lines:
                return lines[-1]
            if later is None or later.seq > event.seq + TOLD_WITHIN:
                break
            state.apply(later)
        return clean_line(compare.shown(event))

    def __post_init__(self) -> None:
        self.states = (RunState.of(self.events[0]), RunState.of(self.events[1]))


def compare_rows(pair: Pair, cells: int) -> list[Row]:
    """The whole comparison in rows of at most ``cells``."""
    inner = max(30, cells - 2)
    rows: list[Row] = []
    for mark, name, note in zip(("first ", "second"), pair.names, pair.notes, strict=True):
        rows.append([Span(f"{mark}  ", "accent"), Span(clean_line(name), "strong")])
        rows += [[Span(f"        {line}", "warn")] for line in wrap(clean_line(note), max(20, inner - 8))]
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


OTHERWISE = {"deed": "does something else", "content": "writes something else", "words": "uses other words"}
"""What an agent does where two runs part."""

PARTS: Span = Span("×", "bad")
"""Where they part: in the sentence and in both timelines."""


def _parting(pair: Pair, cells: int) -> list[Row]:
    found = pair.parting
    if found is None:
        return [[Span("All agents did, wrote and said the same in both.", "good")]]
    a, b = found.left.done, found.right.done
    done = f"{a} task{'' if a == 1 else 's'} done" + ("" if a == b else f" in the first, {b} in the second")
    told = f"They part with {done}: {clean_line(found.agent, 40)} {OTHERWISE[found.differs]}."
    lines = wrap(told, max(20, cells - 2))
    rows: list[Row] = [[PARTS if line == lines[0] else Span(" "), Span(f" {line}")] for line in lines]
    for which, (mark, side) in enumerate((("first ", found.left), ("second", found.right))):
        event = side.event
        where = "" if event is None else f"round {event.round}  {clock(event.ts)}  seq {event.seq:,}  "
        rows.append([Span(f"  {mark}  ", "accent"), Span(where, "muted"), Span(pair.told(which), "strong")])
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
    found = pair.parting
    sides = (None, None) if found is None else (found.left.event, found.right.event)
    for mark, moment, event in zip(("first", "second"), moments, sides, strict=False):
        legend = [] if event is None else [Span("  "), PARTS, Span(" here they part", "muted")]
        rows.append([Span(mark, "accent"), Span(f"  {clock(moment.elapsed)}", "muted"), *legend])
        window = Window(whole(moment).start, width)
        end, room = int(moment.now * 1e9), max(8, cells - 8)
        for lane in moment.state.lanes.lanes.values():
            row = lane_row(lane, window, room, end)
            if found is not None and event is not None and lane.agent == clean_line(found.agent, 40):
                row = _marked(row, min(room - 1, window.cell(nanos(event.ts), room)))
            rows.append([Span(pad(lane.agent, 7), "strong"), *row])
    return rows


def _marked(row: Row, cell: int) -> Row:
    """The lane with the mark in one of its cells; each of its glyphs takes one."""
    marked: Row = []
    at = 0
    for span in row:
        if at <= cell < at + len(span.text):
            here = cell - at
            marked += [Span(span.text[:here], span.role), PARTS, Span(span.text[here + 1 :], span.role)]
        else:
            marked.append(span)
        at += len(span.text)
    return marked
