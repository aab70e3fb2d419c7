"""The summary's table of agents: as many columns as there is room for, most telling first to stay."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from engine.record.clean import clean_line
from tui.widgets.figures import clock, count, money
from tui.widgets.spans import Role, Row, Span, crop_row, pad, shorten

NAME_MAX = 14
"""Cells of an agent's name."""

_STATUS: dict[str, tuple[str, Role]] = {
    "ok": ("○ up", "muted"),
    "stalled": ("⊖ stalled", "warn"),
    "down": ("✖ down", "bad"),
}


@dataclass(frozen=True, slots=True)
class Column:
    """A column: heading, how a row's cell reads, and how soon it gives way (the highest first)."""

    heading: str
    text: Callable[[dict[str, Any]], str]
    gives_way: int
    role: Role = "plain"


def _known(value: float | None, text: Callable[[Any], str]) -> str:
    return "unknown" if value is None else text(value)


def _both(sent: int | None, made: int | None) -> int | None:
    return None if sent is None or made is None else sent + made


_COLUMNS = (
    Column("done", lambda a: f"{a['done']}", 0, "strong"),
    Column("replies", lambda a: f"{a['turns']}", 3),
    Column("chatter", lambda a: f"{a['chatter']}", 5),
    Column("edits", lambda a: f"{a['edits']}", 6),
    Column("refused", lambda a: _known(a["refusals"], str), 4),
    Column("denied", lambda a: _known(a["lock_denials"], str), 8),
    Column("tests failed", lambda a: f"{a['test_failures']}/{a['test_runs']}", 7),
    Column("sent", lambda a: f"{a['messages_sent']}", 9),
    Column("tokens", lambda a: _known(_both(a["input_tokens"], a["output_tokens"]), count), 1),
    Column("out", lambda a: _known(a["output_tokens"], count), 10),
    Column("cost", lambda a: _known(a["cost_usd"], money), 2),
    Column("busy", lambda a: clock(a["busy_seconds"]), 4),
)


def agent_rows(agents: Sequence[dict[str, Any]], cells: int) -> list[Row]:
    """A heading and a row per agent, in team order."""
    names = [_name(agent) for agent in agents]
    first = max([5, *map(len, names)]) + 2
    state = 10
    columns = _fitting(agents, cells - first - state)
    head: Row = [Span(pad("Agents", first), "accent"), Span(pad("", state), "muted")]
    head += [Span(f"{column.heading:>{size}}", "muted") for column, size in columns]
    rows = [crop_row(head, cells)]
    for name, agent in zip(names, agents, strict=True):
        word, role = _STATUS.get(agent["status"], (clean_line(str(agent["status"])), "warn"))
        row: Row = [Span(pad(name, first), "strong"), Span(pad(word, state), role)]
        row += [Span(f"{column.text(agent):>{size}}", column.role) for column, size in columns]
        rows.append(crop_row(row, cells))
    return rows


def _name(agent: dict[str, Any]) -> str:
    role = " lead" if agent["role"] == "lead" != str(agent["name"]).casefold() else ""
    return shorten(clean_line(agent["name"]), NAME_MAX) + role


def _fitting(agents: Sequence[dict[str, Any]], cells: int) -> list[tuple[Column, int]]:
    """The columns that fit into ``cells``, each with its width; the most dispensable are left out."""
    sized = [
        (column, 2 + max([len(column.heading), *(len(column.text(agent)) for agent in agents)]))
        for column in _COLUMNS
    ]
    while len(sized) > 1 and sum(size for _, size in sized) > cells:
        sized.remove(max(sized, key=lambda pair: pair[0].gives_way))
    return sized
