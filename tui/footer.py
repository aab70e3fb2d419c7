"""The last line of a screen: the keys that apply now, and what they do now."""

from __future__ import annotations

from collections.abc import Iterable

from tui.keys import Group, Key
from tui.widgets.moment import Moment
from tui.widgets.spans import Row, Span, width_of


def label_of(key: Key, moment: Moment) -> str:
    """What the key does now."""
    if key.id == "team.pause" and moment.state.run.phase in ("paused", "pausing"):
        return "resume"
    if key.id == "team.heal":
        return f"heal ({len(moment.state.faults.active)})"
    if key.id == "view.hold" and moment.held:
        return "let view go on"
    return key.label


def footer_row(keys: Iterable[Key], moment: Moment, cells: int) -> tuple[Row, list[tuple[int, int, str]]]:
    """The keys that apply, in one line, and where each one's action stands (start, end, action).

    ``1-7`` stands for the panels, on screens that have them. If the line is full, what stands last goes
    first, and the application's own keys stay.
    """
    keys = tuple(keys)
    shown = [key for key in keys if key.footer and key.applies(moment)]

    def items_of(*groups: Group) -> list[tuple[str, str, str]]:
        return [(key.name, label_of(key, moment), key.action) for key in shown if key.group in groups]

    held = [key for key in shown if key.id == "view.hold" and moment.held]
    items = [(key.name, label_of(key, moment), key.action) for key in held]  # first, lest it look frozen
    shown = [key for key in shown if key not in held]
    items += items_of("team", "replay", "runs")
    if any(key.keys.isdigit() for key in keys):
        digits = sorted(key.keys for key in keys if key.keys.isdigit())
        items.append((f"{digits[0]}-{digits[-1]}", "panels", ""))
    items += items_of("view", "read", "move")
    spare = [key for key in keys if key.spare and key.applies(moment)]
    items += [(key.name, label_of(key, moment), key.action) for key in spare]
    last = items_of("app")
    while items and _width([*items, *last]) > cells:
        items.pop()
    row: Row = []
    places: list[tuple[int, int, str]] = []
    for name, label, action in [*items, *last]:
        start = width_of(row)
        row += [Span(f" {name} ", "accent"), Span(f"{label} ", "muted")]
        places.append((start, width_of(row), action))
    return row, places


def _width(items: Iterable[tuple[str, str, str]]) -> int:
    return sum(len(name) + len(label) + 3 for name, label, _ in items)
