"""The guided tour: a recorded run that plays by itself, and captions that say what to look at."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, NamedTuple

from textual.binding import BindingType
from textual.widget import Widget

from engine.faults.catalogue import FAULTS
from engine.record.folder import RunFolder
from tui.jumps import What
from tui.keys import Key
from tui.replaysource import Position, ReplaySource
from tui.screens.going import app_of
from tui.screens.replay import ReplayScreen
from tui.widgets.moment import Moment
from tui.widgets.panel import Painted
from tui.widgets.spans import Row, Span, crop_row, wrap

CAPTION_ROWS = 3
"""Rows of a caption: 80 cells are enough for every one of them."""


class Stop(NamedTuple):
    """A place of the tour: the round it begins in (0: where it is), the speed, the panel, what it says.

    ``at``: it begins at the first fault or conflict. ``seconds`` are real ones.
    """

    round: int
    speed: float
    panel: str
    seconds: float
    title: str
    text: str
    at: What | None = None


STOPS: tuple[Stop, ...] = (
    Stop(
        1,
        1,
        "",
        14,
        "A team at work",
        "Four agents build a library of twenty tasks. This is a recording; the live screen looks the same. "
        "The first line says how far they are, how fast, and what it costs.",
    ),
    Stop(
        0,
        1,
        "tasks",
        15,
        "The task board",
        "Who owns what, and why a task waits. Half of these tasks are a chain: each needs the one before, so "
        "no team can do them side by side. That is what bounds the speedup.",
    ),
    Stop(
        0,
        1,
        "agents",
        15,
        "The agents",
        "What each one does now: thinking, editing, testing, waiting for the others. Refused edits and "
        "claims stand there, too. In a run of yours enter opens a whole prompt and reply.",
    ),
    Stop(
        0,
        0.25,  # the round ends soon, and its locks go
        "locks",
        15,
        "The locks",
        "Agents want the same files. Who holds one keeps the others out until the round ends; denials are "
        "work that was paid for and thrown away.",
        at="conflict",
    ),
    Stop(
        2,
        2,
        "",
        15,
        "A fault",
        "Dev3 has crashed. Its tasks return to the board when its lease is over, and others take them up. "
        f"In a team of yours, f does this: {len(FAULTS)} kinds of fault, on whom you like.",
        at="fault",
    ),
    Stop(
        5,
        4,
        "speedup",
        15,
        "Speedup and its bounds",
        "Measured against one agent. Amdahl's law and the task graph bound it; replies that do many tasks at "
        "once pass them early. The chain takes that back: in the end this team is slower than one.",
    ),
    Stop(
        7,
        4,
        "timeline",
        15,
        "The timeline",
        "One lane for each agent: thinking, testing, waiting, down. Bands are faults. Where the lanes wait "
        "for one another is where the speedup went.",
    ),
    Stop(
        0,
        16,
        "",
        14,
        "The checker",
        "While a team works, over sixty predicates judge its history: lost updates, stale reads, work "
        "without tests. The line above counts what was found; c opens it.",
    ),
)
"""Two minutes in all; the summary comes after the last one."""

TOUR: tuple[Key, ...] = (
    Key("tour.next", "space,enter,right", "next", "next", "On to the next thing", "replay", True),
    Key("tour.back", "left", "previous", "back", "Back to the thing before", "replay", True),
    Key("tour.leave", "escape,q,ctrl+c", "leave_tour", "quit", "Quit the tour", "replay", True, show="esc"),
)
"""Keys of the tour; it needs no others."""


class Caption(Painted):
    """What to look at: a title and a sentence or two."""

    DEFAULT_CSS: ClassVar[str] = f"Caption {{ height: {CAPTION_ROWS}; background: $panel; }}"

    def __init__(self) -> None:
        super().__init__()
        self._stop, self._place = STOPS[0], 0

    def tell(self, place: int) -> None:
        """Speak of this stop from now on."""
        self._stop, self._place = STOPS[place], place
        self.repaint()

    def rows(self, moment: Moment, cells: int, height: int) -> list[Row]:
        """The words, as many rows as there are."""
        head = f"{self._place + 1}/{len(STOPS)} {self._stop.title}: "
        lines = wrap(head + self._stop.text, max(20, cells - 2), height)
        rows: list[Row] = []
        for number, line in enumerate(lines):
            lead = head if number == 0 and line.startswith(head.rstrip()) else ""
            rows.append(crop_row([Span(" "), Span(lead, "accent"), Span(line[len(lead) :], "strong")], cells))
        return rows + [[] for _ in range(height - len(rows))]


class TourScreen(ReplayScreen):
    """The tour over a recorded run. It goes on by itself; tests give a ``source`` whose clock they move."""

    ABOUT: ClassVar[str] = "tour"
    KEYS: ClassVar[tuple[Key, ...]] = TOUR
    BINDINGS: ClassVar[list[BindingType]] = [key.binding() for key in TOUR]

    def __init__(self, folder: RunFolder, *, source: ReplaySource | None = None) -> None:
        super().__init__(folder, source=source)
        self.place = 0
        self._caption = Caption()
        self._until: float | None = None

    def extra_lines(self) -> Iterable[Widget]:
        """The caption, and the transport that shows where in the run this is."""
        yield self._caption
        yield self.transport

    def on_mount(self) -> None:
        """Begin. Textual calls the handlers of the classes above as well."""
        self._go(0)

    def paint(self) -> None:
        """Paint, and go on when it is time."""
        super().paint()
        self._caption.show(self.moment)
        if self._until is not None and self.is_current and self.replay.outside >= self._until:
            self.action_next()

    def _go(self, place: int) -> None:
        """Show this stop; its time runs from when its moment is on the screen."""
        stop = STOPS[place]
        self.place = place
        if stop.round:
            self.replay.go(Position("round", stop.round))
        first = self.replay.recording.jump(stop.at, 0, 1) if stop.at is not None else None
        if first is not None:
            self.replay.seek(first)
        self.replay.speed, self.replay.playing = stop.speed, True
        if self.view.full != (stop.panel or None):
            self.view.zoom(stop.panel or None)
        self._caption.tell(place)
        self._until = self.replay.outside + stop.seconds

    def action_next(self) -> None:
        """The next stop; after the last one the summary, and the tour is over."""
        if self.place + 1 < len(STOPS):
            self._go(self.place + 1)
            self._moved()
            return
        from tui.screens.summary import SummaryScreen

        self._until = None
        self.replay.pause()
        self.app.switch_screen(SummaryScreen(self.folder) if self.folder is not None else self)
        app_of(self).say("The summary. e saves it as a picture, ? explains, q quits. Your turn: teamtop run")

    def action_previous(self) -> None:
        """Back to the stop before."""
        self._go(max(0, self.place - 1))
        self._moved()

    def action_leave_tour(self) -> None:
        """Out."""
        app_of(self).leave()
