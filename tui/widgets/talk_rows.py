"""What was said and what people did, in the order in which it happened."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from engine.record.state import Act, RunState
from tui.widgets.spans import Role, Row, Span, wrap

ENTRIES_SHOWN = 300
"""Latest entries in the talk panel: as far back as anybody scrolls while a team runs."""


class Entry(NamedTuple):
    """Something said or done; ``key`` tells entries apart; ``kind`` and ``names`` are for searching."""

    ts: float
    key: str
    round: int
    who: str
    text: str
    role: Role
    quoted: bool
    kind: str = "mail"
    names: tuple[str, ...] = ()


def entries(state: RunState, pins: Sequence[Act] = ()) -> list[Entry]:
    """Mail between agents, acts of people, and what people wrote later (``pins``), oldest first."""
    found = [
        Entry(
            mail.ts,
            f"m{mail.id}",
            mail.round,
            f"{mail.sender} → {_to(mail.kind, mail.recipients)}",
            mail.text + (f" (lost for {', '.join(mail.lost)})" if mail.lost else ""),
            "bad" if mail.lost else "speech",
            True,
            "fault" if mail.lost else "mail",
            (mail.sender, *mail.recipients),
        )
        for mail in state.mail.messages
        if mail.kind != "operator"  # what people say is among their acts
    ]
    found += [
        Entry(
            asked.ts,
            f"q{asked.seq}",
            asked.round,
            f"{asked.agent} asks people",
            asked.text + (f" ({asked.closed})" if asked.closed else ""),
            "warn" if not asked.closed else "speech",
            True,
            "question",
            (asked.agent,),
        )
        for asked in state.mail.questions
    ]
    found += [
        Entry(
            act.ts, f"a{act.seq}", act.round, act.author, act.text, "accent", False, _kind(act), (act.author,)
        )
        for act in state.run.acts
    ]
    found += [
        Entry(
            pin.ts,
            f"n{pin.seq} {pin.text}",
            pin.round,
            pin.author,
            f"noted later: “{pin.text}”",
            "accent",
            False,
            "person",
            (pin.author,),
        )
        for pin in pins
        if pin.seq <= state.seq
    ]
    found.sort(key=lambda entry: entry.ts)
    return found[-ENTRIES_SHOWN:]


def _kind(act: Act) -> str:
    """For searching: what people did, or a fault that they began or ended."""
    return "fault" if act.text.startswith(("injected ", "healed ")) else "person"


def _to(kind: str, recipients: tuple[str, ...]) -> str:
    if kind in ("broadcast", "synthesis"):
        return "all"
    return ", ".join(recipients) or "nobody"


def entry_rows(entry: Entry, cells: int, limit: int | None = 3, label: str = "") -> list[Row]:
    """``r7 Dev2 → all “…”``, wrapped; ``label`` instead of the round."""
    label = (label or f"r{entry.round}") + " "
    text = " ".join(entry.text.split())
    text = f"“{text}”" if entry.quoted else text
    lines = wrap(f"{entry.who} {text}", max(10, cells - len(label)), limit) or [""]
    cut = min(len(entry.who), len(lines[0]))
    rows: list[Row] = [
        [Span(label, "muted"), Span(lines[0][:cut], "strong"), Span(lines[0][cut:], entry.role)]
    ]
    rows += [[Span(" " * len(label)), Span(line, entry.role)] for line in lines[1:]]
    return rows
