"""What the checker found, in rows: the line above the keys, and the list of findings. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from engine.record.clean import clean_line
from tui.widgets.figures import clock, many
from tui.widgets.spans import Role, Row, Span, crop_row, justify, width_of, wrap

if TYPE_CHECKING:
    from engine.analysis.consistency import Class, Finding
    from tui.checks import Verdicts

ROLES: dict[Class, Role] = {"engine": "bad", "team": "warn", "prevented": "muted"}

TITLES: dict[Class, str] = {
    "engine": "Promises that the engine broke: bugs of teamtop",
    "team": "Anomalies of the team",
    "prevented": "Attempts that the engine prevented",
}


def check_row(verdicts: Verdicts, cells: int, checking: str = "", key: str = "") -> Row:
    """``! 7 team anomalies · 12 attempts prevented · no promise broken``, loud if the engine broke a promise.

    The mark speaks of the team: what the engine prevented harmed nobody. Of an imported run nobody judges
    the engine, for it was another one. ``checking`` says what the checker is at; ``key`` opens the findings.
    """
    engine, team, prevented = (verdicts.count(class_) for class_ in ("engine", "team", "prevented"))
    if verdicts.report.source:
        judged = Span("engine not judged", "muted")
    elif engine:
        judged = Span(f"{many(engine, 'promise')} broken", "bad")
    else:
        judged = Span("no promise broken", "muted")
    counts: Row = [
        Span(many(team, "team anomaly", "team anomalies"), "warn" if team else "plain"),
        Span(f" · {many(prevented, 'attempt')} prevented · ", "muted"),
        judged,
    ]
    said = f"{checking} " if checking else f"checked to seq {verdicts.seq:,} "
    rights: tuple[Row, ...] = ([Span(said, "muted")],)
    if key and (team or prevented):
        opens: Row = [Span(key, "accent"), Span(" shows them ", "muted")]
        rights = ([*opens, Span(f" {said}", "muted")], opens)
    if not engine:
        mark = Span(" ! ", "warn") if team else Span(" ✔ ", "good")
        full = [mark, *counts]
        right: Row = next((row for row in rights if width_of([*full, *row]) < cells), [])
        return justify(full, right, cells)
    first = verdicts.violated[0]
    words = f" ✖ THE ENGINE BROKE A PROMISE: {first.name.replace('_', ' ')}, seq {first.witnesses[0]}  "
    return crop_row([Span(words, "bad"), *counts], cells)


WITNESSES = 3
"""Witnesses of a finding that the list names: what kinds there are comes before all cases of one."""


class Line(NamedTuple):
    """A row of the list; ``seq`` is the witness that it opens, null for words only."""

    row: Row
    seq: int | None = None


def finding_lines(verdicts: Verdicts, cells: int) -> list[Line]:
    """All findings: what was violated with its witnesses, then what holds and what nothing was seen of."""
    lines: list[Line] = []
    before = None
    for finding in verdicts.violated:
        if finding.class_ != before:
            lines += [Line([]), Line([Span(TITLES[finding.class_], "strong")])]
            before = finding.class_
        lines += _finding(finding, verdicts, cells)
    if not lines:
        lines += [Line([]), Line([Span("Nothing was violated.", "good")])]
    for verdict, title in (("true", "Holds"), ("unknown", "Nothing was seen of")):
        names = [f.name.replace("_", " ") for f in verdicts.report.findings if f.verdict == verdict]
        if names:
            lines.append(Line([]))
            text = f"{title}: {', '.join(dict.fromkeys(names))}"
            lines += [Line([Span(part, "muted")]) for part in wrap(text, cells)]
    return lines[1:]


def _finding(finding: Finding, verdicts: Verdicts, cells: int) -> list[Line]:
    count = f"{finding.count:,}"
    head: Row = [Span(f"{count:>6}  ", ROLES[finding.class_]), Span(finding.name.replace("_", " "), "strong")]
    lines = [Line(crop_row(head, cells), finding.witnesses[0] if finding.witnesses else None)]
    lines += [Line([Span(f"        {part}")]) for part in wrap(finding.sentence, max(20, cells - 8))]
    for seq in finding.witnesses[:WITNESSES]:
        place = verdicts.places.get(seq)
        where = "" if place is None else f"  round {place.round} · {clock(place.ts)} · "
        what = "" if place is None else f"{clean_line(place.agent, 40)} {place.kind}".strip()
        row: Row = [Span(f"        seq {seq:,}", "accent"), Span(where, "muted"), Span(what)]
        lines.append(Line(crop_row(row, cells), seq))
    if (more := finding.count - min(WITNESSES, len(finding.witnesses))) > 0:
        how = "" if finding.class_ == "prevented" else "; b in a replay goes to the next anomaly"
        lines.append(Line(crop_row([Span(f"        and {more:,} more{how}", "muted")], cells)))
    return lines
