"""The timeline as rows: one lane per agent, a cell for each stretch of time. Pure.

A cell shows what its agent did for most of its time, but never hides that it was down. Marks stand above
that: what failed, was refused or done in the cell's time. Times are nanoseconds on the run's clock.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from engine.record.clean import clean_line
from engine.record.state import Lane, RunState
from engine.record.state.lanes import Doing, MarkKind, nanos
from tui.widgets.figures import clock
from tui.widgets.moment import Moment
from tui.widgets.spans import Role, Row, Span, cells_of, crop_row, pad, shorten, width_of

LANES_LEAST = 4
"""Lanes that are seen before the legend takes any room."""

NAME = 8
"""Cells of an agent's name and the blank behind it, at most."""

GLYPHS: dict[Doing, tuple[str, Role]] = {
    "calling": ("▓", "measured"),
    "applying": ("▓", "measured"),
    "retrying": ("↻", "bad"),
    "testing": ("▒", "accent"),
    "queueing": ("q", "warn"),
    "waiting": ("░", "muted"),
    "idle": ("·", "faint"),
    "locked": ("L", "warn"),
    "opening": (" ", "faint"),
    "down": ("✖", "bad"),
    "absent": (" ", "faint"),
}

LEGEND: tuple[tuple[Doing, str], ...] = (
    ("calling", "thinking"),
    ("testing", "testing"),
    ("queueing", "waits for tests"),
    ("waiting", "barrier"),
    ("idle", "nothing to do"),
    ("locked", "lock"),
    ("retrying", "call failed"),
    ("down", "down"),
)

MARKS: dict[MarkKind, tuple[str, Role]] = {
    "failed": ("✘", "bad"),
    "refused": ("⊘", "warn"),
    "done": ("✔", "good"),
}
"""In the order in which one hides the others within a cell; an anomaly hides all of them."""

NOTES_SHOWN = 2
"""Notes whose words are shown below the lanes, the latest that are seen."""

ANOMALY: tuple[str, Role] = ("!", "bad")
"""What the checker found, in the lane of whoever's event made it complete."""


@dataclass(frozen=True, slots=True)
class Window:
    """The time that is seen: [``start``, ``start + width``) ns."""

    start: int
    width: int

    @property
    def end(self) -> int:
        """Where it ends."""
        return self.start + self.width

    def cell(self, at: int, cells: int) -> int:
        """The cell that ``at`` falls into; may lie outside of 0 … ``cells`` - 1."""
        return (at - self.start) * cells // self.width


def whole(moment: Moment) -> Window:
    """All of the run so far, from the first prompt on."""
    first = nanos(moment.state.metrics.first_prompt or 0.0)
    return Window(first, max(nanos(1.0), nanos(moment.now) - first))


def timeline_rows(moment: Moment, window: Window, cells: int, height: int, top: int = 0) -> list[Row]:
    """Legend, lanes from the ``top``-th on as far as there is room, axis with rounds, and the fault bands."""
    state = moment.state
    size = min(
        NAME if cells < 100 else 2 * NAME, max((len(name) for name in state.lanes.lanes), default=4) + 1
    )
    inner = max(8, cells - size)
    faults = [*_faults(moment, window, inner), *_notes(moment, window, inner)]
    rows = _legend(cells)
    if height - 2 - len(rows) - len(faults) < min(LANES_LEAST, len(state.lanes.lanes)):
        rows = []  # lanes before what explains them: the help does so, too
    least = min(LANES_LEAST, len(state.lanes.lanes))
    faults = faults[max(0, len(faults) - max(0, height - 2 - least)) :]  # so do bands, then the axis
    tail = [_rounds(state, window, inner), _where(moment, window)][: max(0, height - least)]
    room = max(1, height - len(tail) - len(rows) - len(faults))
    now, found = nanos(moment.now), _anomalies(moment)
    rows += [
        [
            Span(pad(lane.agent, size - 1) + " ", "strong"),
            *lane_row(lane, window, inner, now, found.get(lane.agent, ())),
        ]
        for lane in list(state.lanes.lanes.values())[top : top + room]
    ]
    hidden = len(state.lanes.lanes) - room - top
    if hidden > 0:
        rows[-1] = [Span(f"… {hidden + 1} more agents ↓", "muted")]
    rows += [crop_row([Span(" " * size), *row], cells) for row in (*faults, *tail)]
    return rows[:height]


def _anomalies(moment: Moment) -> dict[str, list[int]]:
    """When anomalies were complete, by agent."""
    found: dict[str, list[int]] = {}
    if moment.verdicts is not None:
        for seq in moment.verdicts.anomalies:
            if (place := moment.verdicts.places.get(seq)) is not None and seq <= moment.state.seq:
                found.setdefault(clean_line(place.agent, 40), []).append(nanos(place.ts))
    return found


def lane_row(lane: Lane, window: Window, cells: int, now: int, anomalies: Sequence[int] = ()) -> Row:
    """One agent's lane: equal neighbours are one span of text."""
    doings = _doings(lane, window, cells, now)
    glyphs = [GLYPHS[doing] if doing is not None else (" ", "faint") for doing in doings]
    for mark in reversed(lane.marks):
        if mark.at < window.start:
            break
        place = window.cell(mark.at, cells)
        if 0 <= place < cells and _weight(MARKS[mark.kind]) < _weight(glyphs[place]):
            glyphs[place] = MARKS[mark.kind]
    for at in anomalies:
        if 0 <= (place := window.cell(at, cells)) < cells:
            glyphs[place] = ANOMALY
    row: Row = []
    for text, role in glyphs:
        if row and row[-1].role == role:
            row[-1] = Span(row[-1].text + text, role)
        else:
            row.append(Span(text, role))
    return row


def _weight(glyph: tuple[str, Role]) -> int:
    marks = list(MARKS.values())
    return marks.index(glyph) if glyph in marks else len(marks)


def _doings(lane: Lane, window: Window, cells: int, now: int) -> list[Doing | None]:
    """What each cell shows; null where the lane has nothing (before it began, after now)."""
    most: list[dict[Doing, int]] = [{} for _ in range(cells)]
    first = max(0, bisect_right(lane.spans, window.start, key=lambda span: span.end))
    spans = [(span.start, span.end, span.doing) for span in lane.spans[first:] if span.start < window.end]
    if now > lane.since:
        spans.append((lane.since, now, lane.doing))
    for start, end, doing in spans:
        begin, stop = max(start, window.start), min(end, window.end)
        if begin >= stop:
            continue
        a, b = window.cell(begin, cells), min(cells - 1, window.cell(stop - 1, cells))
        for cell in range(a, b + 1):
            left = window.start + cell * window.width // cells
            right = window.start + (cell + 1) * window.width // cells
            share = min(stop, right) - max(begin, left)
            most[cell][doing] = most[cell].get(doing, 0) + max(1, share)
    return [_winner(parts) for parts in most]


def _winner(parts: dict[Doing, int]) -> Doing | None:
    if "down" in parts:
        return "down"
    return max(parts.items(), key=lambda part: part[1])[0] if parts else None


def _legend(cells: int) -> list[Row]:
    """All signs with their words, in as many rows as they take."""
    signs = [(*GLYPHS[doing], word) for doing, word in LEGEND]
    signs += [(*MARKS[kind], word) for kind, word in _MARK_WORDS.items()]
    signs.append((*ANOMALY, "anomaly"))
    rows: list[Row] = [[]]
    for glyph, role, word in signs:
        if rows[-1] and width_of(rows[-1]) + len(word) + 2 > cells:
            rows.append([])
        rows[-1] += [Span(f"{glyph} ", role), Span(f"{word}  ", "muted")]
    return [crop_row([*row[:-1], Span(row[-1].text.rstrip(), "muted")], cells) for row in rows]


_MARK_WORDS: dict[MarkKind, str] = {"failed": "tests failed", "refused": "refused", "done": "done"}


def _rounds(state: RunState, window: Window, cells: int) -> Row:
    """``│r1      │r2``: where rounds begin, as far as their numbers have room."""
    text = [" "] * cells
    free = 0
    for row in () if "rounds" in state.run.gaps else state.metrics.rounds:
        place = window.cell(nanos(row.started), cells)
        label = f"│r{row.round}"
        if free <= place and 0 <= place < cells:
            for offset, character in enumerate(label[: cells - place]):
                text[place + offset] = character
            free = place + len(label)
    return [Span("".join(text), "muted")]


def _faults(moment: Moment, window: Window, cells: int) -> list[Row]:
    """A band for each fault that was active within the window, the latest three."""
    rows: list[Row] = []
    for fault in reversed(moment.state.faults.all()):
        start, end = nanos(fault.started), nanos(fault.stopped if fault.stopped is not None else moment.now)
        if start >= window.end or end < window.start or len(rows) == 3:
            continue
        a = max(0, window.cell(start, cells))
        b = min(cells, max(a + 1, window.cell(end, cells) + 1))
        rows.append(_band(f"⚡ {fault.kind} {', '.join(fault.targets)}", a, b, cells))
    return rows[::-1]


def _notes(moment: Moment, window: Window, cells: int) -> list[Row]:
    """A sign for each note that is seen, with its words; the latest two of them."""
    seen = [note for note in moment.notes if window.start <= nanos(note.ts) < window.end][-NOTES_SHOWN:]
    places = [min(cells - 1, max(0, window.cell(nanos(note.ts), cells))) for note in seen]
    return [
        _band(
            f"{shorten(note.text, cells // 2)} ({note.author})",
            place,
            place + 1,
            cells,
            sign="✎",
            role="accent",
        )
        for note, place in zip(seen, places, strict=True)
    ]


def _band(label: str, start: int, end: int, cells: int, *, sign: str = "━", role: Role = "warn") -> Row:
    """A fault from cell ``start`` to ``end``, its name behind, before or within it, where there is room."""
    size = cells_of(label) + 1
    if size <= cells - end:
        return [Span(" " * start), Span(sign * (end - start), role), Span(f" {label}", "muted")]
    if size <= start:
        return [Span(" " * (start - size) + label + " ", "muted"), Span(sign * (end - start), role)]
    inside = shorten(label, max(0, end - start - 1))
    return [Span(" " * start), Span(f"{inside} " + "━" * max(0, end - start - cells_of(inside) - 1), "warn")]


def _where(moment: Moment, window: Window) -> Row:
    """``00:12 to 01:30 · at 01:12: 3 thinking, 1 down``."""
    counts: dict[str, int] = {}
    words = dict(LEGEND)
    for lane in moment.state.lanes.lanes.values():
        word = words.get(lane.doing, "")
        if word:
            counts[word] = counts.get(word, 0) + 1
    now = ", ".join(f"{number} {word}" for word, number in counts.items())
    seen = f"{clock(window.start / 1e9)} to {clock(window.end / 1e9)}"
    return [Span(seen), Span(f" · at {clock(moment.now)}: {now or 'nobody works'}", "muted")]
