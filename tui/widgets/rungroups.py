"""Runs of one kind together: what they are grouped by, and the line above each group. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from engine.record.clean import clean_line
from engine.rows import RunRow
from tui.widgets.figures import storage, times
from tui.widgets.spans import Row, Span, crop_row

GROUPINGS: dict[str, Callable[[RunRow], str]] = {
    "": lambda row: "",
    "suite": lambda row: f"{row.suite} · {row.structure}" if row.structure else row.suite,
    "strategy": lambda row: row.strategy,
    "model": lambda row: row.model,
}
"""What runs can be grouped by, in the order of the key; "" is one list."""


@dataclass(frozen=True, slots=True)
class Group:
    """A line above the runs that have something in common."""

    name: str
    rows: tuple[RunRow, ...]


Line: TypeAlias = Group | RunRow


def grouped(rows: Sequence[RunRow], by: str) -> list[Line]:
    """``rows`` in their order with a ``Group`` above each kind; groups stand as their first runs do."""
    if not by:
        return list(rows)
    groups: dict[str, list[RunRow]] = {}
    for row in rows:
        name = "unreadable" if row.status == "problem" else clean_line(GROUPINGS[by](row)) or "unknown"
        groups.setdefault(name, []).append(row)
    lines: list[Line] = []
    for name, members in groups.items():
        lines += [Group(name, tuple(members)), *members]
    return lines


def group_row(group: Group, cells: int) -> Row:
    """``mathutils · mixed  12 runs · 11 completed · speedup up to 2.41× · 3.4 MB``."""
    rows = group.rows
    completed = sum(row.status == "completed" for row in rows)
    best = max((row.speedup for row in rows if row.speedup is not None), default=None)
    space = [row.space_bytes for row in rows if row.space_bytes is not None]
    facts = [f"{len(rows)} run{'' if len(rows) == 1 else 's'}", f"{completed} completed" if completed else ""]
    facts += [
        f"speedup up to {times(best)}" if best is not None else "",
        storage(sum(space)) if space else "",
    ]
    return crop_row(
        [Span(f"▾ {group.name}", "accent"), Span("  " + " · ".join(filter(None, facts)), "muted")], cells
    )
