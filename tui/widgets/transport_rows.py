"""The transport line of a replay as words: buttons, speed, a slider with marks, where it stands. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from tui.recording import Mark
from tui.replaysource import ReplaySource
from tui.widgets.figures import clock
from tui.widgets.spans import Role, Row, Span, crop_row, width_of

SLIDER_MIN = 8
"""Cells below which a slider says nothing; the words keep their place then."""

ROUND_GAP = 3
"""Cells that the marks of rounds keep between each other; denser rounds are marked every 2nd, 5th, …"""


class Button(NamedTuple):
    """A glyph that acts; ``alt`` is how it looks while playing."""

    glyph: str
    action: str
    tooltip: str
    alt: str = ""


BUTTONS = (
    Button("⇤", "start", "To the start (Home)"),
    Button("«", "round(-1)", "Back to where the round began ([)"),
    Button("‹", "event(-1)", "One event back (←)"),
    Button("▶", "play", "Play or pause (space)", "‖"),
    Button("›", "event(1)", "One event on (→)"),
    Button("»", "round(1)", "On to the next round (])"),
    Button("⇥", "end", "To the end (End)"),
)


SIGNS: dict[str, tuple[str, Role]] = {"anomaly": ("!", "bad"), "note": ("✎", "accent")}
"""Marks of one cell on the slider; a fault's bolt takes two, and hides them."""


class MarkAt(NamedTuple):
    """A mark on the slider: its share of the way (0 to 1)."""

    share: float
    kind: str


@dataclass(frozen=True, slots=True)
class TransportData:
    """All that the line shows. Times are run-clock seconds; ``share`` is how far the slider stands (0 to 1).
    ``round`` is null where rounds were not recorded.

    ``loading`` is the share of the journal that is yet to be read; ``follows``: it goes on with the present.
    """

    playing: bool
    speed: float
    share: float
    seq: int
    count: int
    round: int | None
    position: float
    end: float
    marks: tuple[MarkAt, ...] = ()
    loading: float = 0.0
    follows: bool = False


class Place(NamedTuple):
    """Where something stands in the line: cells ``start`` up to ``end``, and what it does."""

    start: int
    end: int
    action: str


ROUNDS_MARKED = 500
"""Rounds that are handed to the slider at most: more than it has cells on any screen."""


class Marks:
    """The marks of a replay's slider, worked out again only when there are others."""

    def __init__(self) -> None:
        self._key: tuple[object, ...] = ()
        self._known: tuple[MarkAt, ...] = ()

    def of(self, source: ReplaySource) -> tuple[MarkAt, ...]:
        """Where they stand; all move while the journal grows."""
        recording, count = source.recording, source.recording.count
        key = (count, source.anomalies, source.pins)
        if key != self._key:
            marks = [*recording.marks, *(Mark(seq, "anomaly", 0) for seq in source.anomalies)]
            marks += [Mark(min(pin.seq, count), "note", pin.round) for pin in source.pins]
            self._known = tuple(MarkAt(_share(source, mark), mark.kind) for mark in _seen(marks))
            self._key = key
        return self._known


def data_of(source: ReplaySource, marks: Marks | None = None) -> TransportData:
    """What the line shows of a replay; ``marks`` are those of its slider, kept from one time to the next."""
    recording = source.recording
    count, end = recording.count, recording.end
    return TransportData(
        playing=source.playing,
        speed=source.speed,
        share=share_of(source, source.target, source.position),
        seq=source.target,
        count=count,
        round=None if "rounds" in source.state.run.gaps else source.state.round,
        position=source.position,
        end=end,
        marks=(marks or Marks()).of(source),
        loading=source.behind,
        follows=source.following,
    )


def _seen(marks: list[Mark]) -> list[Mark]:
    """All faults, anomalies and notes, and of very many rounds only so many as can be told apart."""
    step = max(1, len(marks) // ROUNDS_MARKED)
    return [mark for place, mark in enumerate(marks) if mark.kind != "round" or place % step == 0]


def _share(source: ReplaySource, mark: Mark) -> float:
    return share_of(source, mark.seq, source.recording.time(mark.seq))


def share_of(source: ReplaySource, seq: int, seconds: float) -> float:
    """How far a place is along the slider: by time, or by events in a run that took no time."""
    begin, end = source.recording.time(1), source.recording.end
    if end > begin:
        return min(1.0, max(0.0, (seconds - begin) / (end - begin)))
    return seq / source.recording.count if source.recording.count else 0.0


def speed_text(speed: float) -> str:
    """``×4``, ``×0.25``."""
    return f"×{speed:g}"


def transport_row(data: TransportData, cells: int) -> tuple[Row, list[Place]]:
    """The line in ``cells``, and where its buttons and its slider (action ``seek``) stand."""
    row: Row = [Span(" ")]
    places: list[Place] = []
    for button in BUTTONS:
        glyph = button.alt if (data.playing or data.follows) and button.alt else button.glyph
        start = width_of(row)
        row.append(Span(f"{glyph} ", "accent" if button.alt else "plain"))
        places.append(Place(start, start + 2, button.action))
    row += [Span(" "), *_status(data)]
    narrow = cells < 100
    right = _where(data, narrow=narrow)
    room = cells - width_of(row) - width_of(right) - 2
    if room >= SLIDER_MIN:
        row.append(Span(" "))
        places.append(Place(width_of(row), width_of(row) + room, "seek"))
        row += [*slider(data, room), Span(" ")]
    else:
        row.append(Span("  "))
    return crop_row([*row, *right], cells), places


def _status(data: TransportData) -> Row:
    """The state in a word of one width, so that nothing moves when it changes."""
    moving = data.playing or data.follows
    word = f"{'live' if data.follows else 'playing' if data.playing else 'paused':7} "
    return [Span(word, "good" if moving else "warn"), Span(f"{speed_text(data.speed):5}", "strong")]


def _where(data: TransportData, *, narrow: bool) -> Row:
    seq, count = f"{data.seq:,}", f"{data.count:,}"
    many = f"{count}+" if data.loading else count
    of = Span(f"/{many}", "muted")
    dot = Span(" · ", "muted")
    label = [] if narrow else [Span("seq ", "muted")]
    times = [Span(clock(data.position), "strong"), Span(f"/{clock(data.end)} ", "muted")]
    number = Span(f"{'r' if narrow else 'round '}{data.round}", "strong")
    round_ = [] if data.round is None else [number, dot]
    return [*round_, *label, Span(f"{seq:>{len(count)}}", "strong"), of, dot, *times]


def slider(data: TransportData, cells: int) -> Row:
    """``├━━┿━━━◆──┼──⚡─!┤`` in ``cells``: what was played is heavy, rounds and trouble are marked."""
    inner = cells - 2
    at = _cell(data.share, inner)
    glyphs: list[tuple[str, Role]] = [("━", "accent") if x < at else ("─", "faint") for x in range(inner)]
    for x in _round_cells(data.marks, inner):
        glyphs[x] = ("┿", "accent") if x < at else ("┼", "muted")
    for mark in data.marks:
        if mark.kind in SIGNS:
            glyphs[_cell(mark.share, inner)] = SIGNS[mark.kind]
    for mark in data.marks:
        if mark.kind == "fault":
            x = min(_cell(mark.share, inner), inner - 2)
            if glyphs[x][0] and glyphs[x + 1][0] != "⚡":  # a bolt takes two cells
                glyphs[x], glyphs[x + 1] = ("⚡", "warn"), ("", "warn")
    if glyphs[at][0] == "⚡":
        glyphs[at + 1] = ("─", "faint")
    elif not glyphs[at][0]:
        glyphs[at - 1] = ("━", "accent")
    glyphs[at] = ("◆", "strong")
    return [Span("├", "muted"), *(Span(text, role) for text, role in glyphs if text), Span("┤", "muted")]


def _cell(share: float, inner: int) -> int:
    return round(min(1.0, max(0.0, share)) * (inner - 1))


def _round_cells(marks: tuple[MarkAt, ...], inner: int) -> list[int]:
    """Cells of the marks of rounds, of every k-th round if all would stand too close."""
    cells = [_cell(mark.share, inner) for mark in marks if mark.kind == "round"][1:]  # the first is the start
    for step in (1, 2, 5, 10, 20, 50, 100):
        chosen = cells[step - 1 :: step]
        if len(chosen) * ROUND_GAP <= inner:
            return chosen
    return []


def share_at(x: int, place: Place) -> float:
    """The share of the way that cell ``x`` of the line stands for, on the slider at ``place``."""
    inner = place.end - place.start - 2
    return min(1.0, max(0.0, (x - place.start - 1) / max(1, inner - 1)))
