"""The lock view with room: holders and who wants theirs, paths × agents, refusals round by round. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from engine.record.state import Hold, LocksState
from tui.widgets.bars import Grid, ruler, upright
from tui.widgets.figures import age, many
from tui.widgets.lock_rows import totals
from tui.widgets.moment import Moment
from tui.widgets.spans import Row, Span, cells_of, crop_row, justify, pad, shorten

ROOMY = 16
"""Rows from which on the whole view has room; below, lists stand for it."""

CHART = 3
"""Rows of the bars of refusals by round."""

PATH_MAX = 28
"""Cells of a path in the matrix at most."""

AGENT_MAX = 8
"""Cells of an agent's name above its column at most."""

LEGEND = "● holds, n denials"

PATHS_MAX = 500
"""Paths in the matrix at most: as many as are remembered as hot."""


def contention_rows(moment: Moment, cells: int, height: int, top: int = 0) -> tuple[list[Row], int]:
    """The view in ``height`` rows, its matrix from path ``top`` on; and how many paths have no room."""
    locks = moment.state.locks
    paths = _paths(locks)
    chart = _refusals(moment, cells)
    room = height - len(chart) - 3  # two headings and the totals
    held = _holders(moment, cells)
    share = min(max(1, len(held)), max(2, room // 3))
    when = "at the end" if moment.over else "now"
    rows: list[Row] = [
        _heading(f"Held {when}", "since when, and who was denied it meanwhile" if held else "")
    ]
    rows += _first(held, share, f"no file {'was' if moment.over else 'is'} held {when}", "more are held")
    left = max(1, height - len(rows) - len(chart) - 2)
    hidden = max(0, len(paths) - left)
    top = min(top, hidden)
    agents = list(moment.state.agents.agents)
    rows += _matrix(locks, paths[top : top + left], agents, cells)
    rows += [[] for _ in range(height - 1 - len(chart) - len(rows))]
    rows += [*chart, _foot(moment, hidden - top, cells)]
    return [crop_row(row, cells) for row in rows[:height]], hidden


def _heading(title: str, note: str) -> Row:
    return [Span(f"{title}  ", "strong"), Span(note, "muted")]


def _first(rows: Sequence[Row], limit: int, none: str, more: str) -> list[Row]:
    """The first ``limit`` rows; the last one says how many are left out."""
    if not rows:
        return [[Span(none, "muted")]]
    if len(rows) <= limit:
        return list(rows)
    return [*rows[: limit - 1], [Span(f"… {len(rows) - limit + 1} {more}", "muted")]]


def _holders(moment: Moment, cells: int) -> list[Row]:
    """``normalize.py  Dev1  12 s  denied Dev2 ×2, Dev4``, the oldest first."""
    wanted: dict[tuple[str, str], dict[str, int]] = {}
    holds = moment.state.locks.held
    for denial in moment.state.locks.denials:
        hold = holds.get(denial.path)
        if hold is not None and denial.ts >= hold.since and denial.agent != hold.agent:
            counts = wanted.setdefault((hold.path, hold.agent), {})
            counts[denial.agent] = counts.get(denial.agent, 0) + 1
    oldest = sorted(holds.values(), key=lambda hold: hold.since)
    return [_holder(hold, wanted.get((hold.path, hold.agent), {}), moment.now, cells) for hold in oldest]


def _holder(hold: Hold, wanted: dict[str, int], now: float, cells: int) -> Row:
    width = min(PATH_MAX, max(12, cells // 3))
    row: Row = [
        Span(pad(hold.path, width), "strong"),
        Span(" " + pad(hold.agent, AGENT_MAX)),
        Span(f" {age(now - hold.since):>6}", "muted"),
    ]
    if wanted:
        names = ", ".join(f"{name} ×{n}" if n > 1 else name for name, n in wanted.items())
        row += [Span("  denied ", "muted"), Span(names, "warn")]
    return row


def _paths(locks: LocksState) -> list[str]:
    """Paths worth a line: held, then refused most, then asked for most."""
    hot = locks.hottest(PATHS_MAX)
    return list(dict.fromkeys([*(path for path in hot if path in locks.held), *hot]))


def _matrix(locks: LocksState, paths: Sequence[str], agents: Sequence[str], cells: int) -> list[Row]:
    """A line for each path, a column for each agent: ``●`` holds it, a number counts its refusals."""
    names = min(PATH_MAX, max(cells_of(path) for path in (*paths, LEGEND)), max(8, cells // 3)) + 1
    width = min(AGENT_MAX, max([cells_of(name) for name in agents] + [4])) + 2
    fits = max(1, (cells - names) // width)
    shown = list(agents)
    if len(agents) > fits:  # those who got into each other's way stand first
        busy = sorted(agents, key=lambda name: -locks.denied_by_agent[name])
        chosen = set(busy[: max(1, fits - 1)])
        shown = [name for name in agents if name in chosen]
    head: Row = [Span(pad(LEGEND, names), "muted")]
    head += [Span(pad(shorten(name, width - 1), width), "strong") for name in shown]
    if len(shown) < len(agents):
        head.append(Span(f"+{len(agents) - len(shown)}", "muted"))
    rows = [head]
    for path in paths:
        hold = locks.held.get(path)
        by_agent: Mapping[str, int] = locks.refused_at.get(path, {})
        row: Row = [Span(pad(path, names))]
        for name in shown:
            refused = by_agent.get(name, 0)
            if hold is not None and hold.agent == name:
                row.append(Span(pad(f"●{refused or ''}", width), "accent"))
            else:
                row.append(Span(pad(str(refused or "·"), width), "warn" if refused else "faint"))
        rows.append(row)
    return rows


def _refusals(moment: Moment, cells: int) -> list[Row]:
    """Refused requests in every round, as bars."""
    rounds = list(moment.state.metrics.rounds)
    if not rounds:
        return []
    grid = Grid.of(len(rounds), cells)
    values = [row.denied for row in rounds]
    note = f"{sum(values)} in {many(len(rounds), 'round')}"
    note += f", most {max(values)} in r{rounds[values.index(max(values))].round}" if any(values) else ""
    return [
        _heading("Denied per round", note),
        *upright(grid.gathered(values), grid, CHART, "warn"),
        ruler([row.round for row in rounds], grid),
    ]


def _foot(moment: Moment, below: int, cells: int) -> Row:
    right: Row = [Span(f"{many(below, 'more path')} ↓", "muted")] if below > 0 else []
    return justify(totals(moment), right, cells)
