"""Where agent time went, as rows of a summary: a bar for each cause, and what it cost in speedup. Pure."""

from __future__ import annotations

from typing import Any

from engine.analysis.accounting.causes import CAUSES, Cause, about
from engine.record.clean import clean_line
from tui.widgets.figures import clock
from tui.widgets.spans import Role, Row, Span, crop_row, pad, wrap
from tui.widgets.summary_figures import Report

BAR = 20
"""Cells of a bar that stands for all of the time."""

SHOWN = 0.005
"""Causes below half a per cent are left out: their bar would be empty, their share 0%."""

NAMED = 4
"""Parts of the serial fraction that are named: the steps above have all of them."""

_ROLES: dict[Cause, Role] = {"useful": "good", "repair": "good", "bookkeeping": "plain", "own_tests": "plain"}


def role_of(cause: Cause) -> Role:
    """How a cause is drawn: what helps, what is neither, what is lost."""
    return _ROLES.get(cause, "warn")


def account_rows(report: Report, cells: int) -> list[Row]:
    """The account of a run, and the way from the ideal speedup to the measured one; empty without any."""
    account = report.get("accounting")  # summaries of older versions have none
    if not account or not account["team_ns"]:
        return []
    losses = account["losses"]
    lost = {step["cause"]: step["speedup_lost"] for step in losses["waterfall"]}
    compared = losses["source"] == "runs" and account["agents"] > 1
    title = f"Where {account['agents']} × {clock(account['wall_ns'] / 1e9)} of agent time went"
    head: Row = [Span(pad(title, 27 + BAR + 6), "accent")]
    if compared:
        head.append(Span(f"speedup: {account['agents']:.2f}× ideal", "muted"))
    rows: list[Row] = [[Span(line)] for line in wrap(clean_line(account["sentence"]), cells)]
    rows.append(crop_row(head, cells))
    for cause in sorted(CAUSES, key=lambda c: (c != "useful", -account["shares"][c])):
        share, cost = account["shares"][cause], lost.get(cause, 0.0)
        if share >= SHOWN or (compared and abs(cost) >= SHOWN):
            title = about(cause, imported=account.get("imported", False)).title
            rows.append(crop_row(_row(title, cause, share, cost if compared else None), cells))
    if compared:
        measured = f"{'= ' + format(losses['speedup'], '.2f') + '×':>{27 + BAR + 15}}"
        rows.append(crop_row([Span(measured, "strong"), Span(" measured", "muted")], cells))
        rows += [[Span(line, "muted")] for line in wrap(_karp_flatt(account), cells)]
    for note in account.get("notes", ()):
        rows += [[Span(line, "muted")] for line in wrap(clean_line(note), cells)]
    return rows


def _karp_flatt(account: dict[str, Any]) -> str:
    """The serial fraction e, with the largest causes' parts of it; nothing where it is unknown."""
    parts: dict[Cause, float] | None = account["losses"]["karp_flatt_parts"]
    if not parts:
        return ""
    named = sorted((cause for cause in CAUSES if abs(parts[cause]) >= SHOWN), key=lambda c: -abs(parts[c]))
    told = [
        f"{parts[cause]:.2f} {about(cause, imported=account.get('imported', False)).title}"
        for cause in named[:NAMED]
    ]
    rest = sum(parts[cause] for cause in named[NAMED:])
    told += [f"{rest:.2f} the rest"] if len(named) > NAMED else []
    return f"Serial fraction (Karp and Flatt) {account['losses']['karp_flatt']:.2f}: {', '.join(told)}."


def _row(title: str, cause: Cause, share: float, cost: float | None) -> Row:
    full = round(share * BAR)
    row: Row = [
        Span(pad(title, 27), "muted"),
        Span("█" * full, role_of(cause)),
        Span("░" * (BAR - full), "faint"),
        Span(f" {share:4.0%} "),
    ]
    if cost is not None:
        seen = abs(cost) >= SHOWN
        row.append(Span((f"{-cost:+.2f}" if seen else "0.00").rjust(9), "plain" if seen else "faint"))
    return row
