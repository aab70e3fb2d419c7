"""The first screenful of a summary that has more: what a person would take a picture of.

The finding, where the time went, the speedup and its bounds, what conflicted, its cost, who did what. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from engine.analysis.accounting.causes import CAUSES, about
from tui.widgets.account_rows import SHOWN, role_of
from tui.widgets.agent_table import agent_rows
from tui.widgets.figures import clock
from tui.widgets.spans import Row, Span, crop_row, pad
from tui.widgets.summary_figures import GAP, Report, beside, brief_rows, conflict_rows, run_rows, speedup_rows

TWO, THREE = 72, 112
"""Cells from which on blocks stand in two and in three columns; below, there is no first page of its own."""

LEAST = 9
"""Rows below the finding from which on there is room for blocks."""

NAME = 25
"""Cells of a cause's name."""

EIGHTHS = " ▏▎▍▌▋▊▉"
"""The end of a bar, to an eighth of a cell."""


def front_rows(report: Report, cells: int, height: int, faults: Sequence[Row] = ()) -> list[Row]:
    """What stands below the finding in exactly ``height`` rows; nothing where there is too little room.

    ``faults`` stand last, if all of them have room.
    """
    if height < LEAST or cells < TWO:
        return []
    rows = _three(report, cells, height) if cells >= THREE else _two(report, cells, height)
    if len(rows) + 1 + len(faults) <= height:
        rows = [*rows, [], *faults]
    return [*rows[:height], *([] for _ in range(height - len(rows)))]


def _two(report: Report, cells: int, height: int) -> list[Row]:
    size = (cells - GAP) // 2
    table = _team(report, size, max(5, height // 3))
    time = _time(report, size, height - len(table) - 1)
    left = [*time, [], *table] if time else table
    speedup = speedup_rows(report, size, brief=True)
    return beside([left, [*speedup, [], *brief_rows(report, size, height - len(speedup) - 1)]], size)


def _three(report: Report, cells: int, height: int) -> list[Row]:
    size = (cells - 2 * GAP) // 3
    middle = [*speedup_rows(report, size), [], *run_rows(report, size)]
    right = conflict_rows(report, size)
    left = _time(report, size, max(len(middle), len(right)))
    rows = beside([column for column in (left, middle, right) if column], size)
    rest = height - len(rows) - 1
    return [*rows, [], *_team(report, cells, rest)] if rest >= 3 else rows


def _team(report: Report, cells: int, height: int) -> list[Row]:
    """Who did what; of a large team as many as there is room for, those who did most."""
    agents = report["agents_table"]
    if len(agents) + 1 <= height:
        return agent_rows(agents, cells)
    done: Callable[[int], int] = lambda at: -(agents[at]["done"] or 0)  # noqa: E731 a key, named for its type
    most = sorted(sorted(range(len(agents)), key=done)[: max(1, height - 2)])
    more = f"… {len(agents) - len(most)} more agents"
    return [*agent_rows([agents[at] for at in most], cells), [Span(more, "muted")]]


def _time(report: Report, cells: int, height: int) -> list[Row]:
    """A bar for each cause, as long as its share of the largest one; the smallest ones together."""
    account = report.get("accounting")  # summaries of older versions have none
    if not account or not account["team_ns"] or height < 4:
        return []
    shares: dict[str, float] = account["shares"]
    causes = sorted(CAUSES, key=lambda cause: (cause != "useful", -shares[cause]))
    shown = [cause for cause in causes if cause == "useful" or shares[cause] >= SHOWN]
    if len(shown) > height - 1:
        shown = shown[: height - 2]
    room, top = max(1, cells - NAME - 5), max(shares[cause] for cause in shown) or 1.0
    title = f"Where {account['agents']} × {clock(account['wall_ns'] / 1e9)} of agent time went"
    rows: list[Row] = [crop_row([Span(title, "accent")], cells)]
    for cause in shown:
        share = shares[cause]
        bar = Span(pad(_bar(share / top, room), room), role_of(cause))
        title = about(cause, imported=account.get("imported", False)).title
        rows.append([Span(pad(title, NAME), "muted"), bar, Span(f" {share:4.0%}")])
    rest = sum(shares[cause] for cause in causes if cause not in shown)
    if rest >= SHOWN:
        rows.append([Span(pad("all else", NAME), "muted"), Span(" " * room), Span(f" {rest:4.0%}", "muted")])
    return rows


def _bar(share: float, cells: int) -> str:
    """A bar of ``share`` (0 to 1) of ``cells``; never nothing for something."""
    eighths = round(min(1.0, max(0.0, share)) * cells * 8)
    full, part = divmod(max(eighths, 1 if share > 0 else 0), 8)
    return "█" * full + (EIGHTHS[part] if part else "")
