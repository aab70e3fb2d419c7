"""The findings of the checker, and the way from each witness into the replay."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.events import Click
from textual.message import Message
from textual.screen import Screen

from engine.errors import TeamtopError
from tui.checks import Checks, Verdicts
from tui.keys import Key
from tui.screens.going import LEAVE, app_of, go_back
from tui.widgets.check_rows import Line, check_row, finding_lines
from tui.widgets.lines import FooterLine
from tui.widgets.moment import Moment
from tui.widgets.page import EMPTY
from tui.widgets.panel import Panel
from tui.widgets.spans import ELLIPSIS, Row, Span, fit, plain
from tui.widgets.titleline import TitleLine

LOOK_SECONDS = 0.5
"""Between two looks whether the journal went on."""

FINDINGS: tuple[Key, ...] = (
    Key("findings.open", "enter", "open", "replay there", "Replay the run at this witness", "view", True),
    Key("findings.back", "escape,c", "back", "back", "Back to where you came from", "view", show="esc"),
)
"""Keys of the findings."""


class FindingsList(Panel):
    """Findings with their witnesses; the cursor goes from witness to witness."""

    class Chosen(Message):
        """A witness is to be looked at."""

        def __init__(self, seq: int) -> None:
            super().__init__()
            self.seq = seq

    def __init__(self) -> None:
        super().__init__("findings")
        self.verdicts: Verdicts | None = None
        self.cursor = 0
        self._laid: tuple[Verdicts | None, int] | None = None
        self._lines: list[Line] = []

    def tell(self, verdicts: Verdicts) -> None:
        """Show these from now on; the cursor stays at its place in the list."""
        self.verdicts = verdicts
        self.show(EMPTY)

    def rows(self, moment: Moment, cells: int, height: int) -> list[Row]:
        """The lines that are seen."""
        if self._laid != (self.verdicts, cells):
            self._laid = (self.verdicts, cells)
            self._lines = (
                [Line([Span("Checking …", "muted")])]
                if self.verdicts is None
                else finding_lines(self.verdicts, cells - 2)
            )
            self.length = len(self._lines)
            self.cursor = self._nearest(self.cursor)
        self.top = min(self.top, max(0, self.length - height))
        rows = [[Span(" "), *line.row] for line in self._lines[self.top : self.top + height]]
        rows += [[] for _ in range(height - len(rows))]
        below = self.length - self.top - height
        if below > 0:
            rows[-1] = fit([Span(f" … {below + 1} more lines ↓", "muted")], cells)
        return rows

    def _nearest(self, place: int) -> int:
        witnesses = [index for index, line in enumerate(self._lines) if line.seq is not None]
        return min(witnesses, key=lambda index: abs(index - place), default=0)

    @property
    def selected(self) -> int | None:
        """The seq of the witness that the cursor is on."""
        return self._lines[self.cursor].seq if self.cursor < len(self._lines) else None

    def marked(self) -> tuple[int, int, int] | None:
        """The cursor's row."""
        if self.selected is None or not 0 <= self.cursor - self.top < self.size.height:
            return None
        return self.cursor - self.top, 0, self.size.width

    def action_move(self, step: int) -> None:
        """On to another witness; beyond the last one to the words below."""
        ahead = range(self.cursor + 1, self.length) if step > 0 else range(self.cursor - 1, -1, -1)
        witnesses = [index for index in ahead if self._lines[index].seq is not None]
        height = self.size.height
        if witnesses:
            self.cursor = witnesses[min(abs(step), len(witnesses)) - 1]
            if self.cursor <= self.top:
                self.top = max(0, self.cursor - 2)  # with the heading above
            elif self.cursor >= self.top + height - 1:
                self.top = min(self.cursor - height + 2, self._limit)
        else:
            self.top = min(self._limit, max(0, self.top + step))
        self.repaint()
        self.refresh()

    def on_click(self, event: Click) -> None:
        """The cursor goes to the witness under the mouse; a second click opens it."""
        place = event.y + self.top
        if place < len(self._lines) and self._lines[place].seq is not None:
            self.cursor = place
            self.refresh()
            if event.chain == 2:
                self.choose()

    def choose(self) -> None:
        """Open what the cursor is on."""
        if self.selected is not None:
            self.post_message(self.Chosen(self.selected))


class FindingsScreen(Screen[None]):
    """What the checker found up to ``seq()``; ``show`` opens the replay at a witness."""

    ABOUT: ClassVar[str] = "findings"
    KEYS: ClassVar[tuple[Key, ...]] = (*FINDINGS, *LEAVE)
    BINDINGS: ClassVar[list[BindingType]] = [key.binding() for key in FINDINGS]

    def __init__(
        self, checks: Checks, seq: Callable[[], int], show: Callable[[Screen[Any], int], None]
    ) -> None:
        super().__init__()
        self._checks = checks
        self._seq = seq
        self._open = show
        self._title = TitleLine()
        self.list = FindingsList()
        self._footer = FooterLine(lambda: self.KEYS)

    def compose(self) -> ComposeResult:
        """Counts, findings, keys."""
        yield self._title
        yield self.list
        yield self._footer

    def on_mount(self) -> None:
        """Show what is known, and look for more."""
        self._footer.show(EMPTY)
        self.list.show(EMPTY)
        self.list.focus()
        self._look()
        self.set_interval(LOOK_SECONDS, self._look)

    def _look(self) -> None:
        verdicts = self._checks.verdicts
        if verdicts is not None and verdicts is not self.list.verdicts:
            room, bare = max(20, self.size.width - 21), max(20, self.size.width - 12)
            rows = [check_row(verdicts, cells) for cells in (room, bare)]
            whole = [row for row in rows if not plain(row).endswith(ELLIPSIS)]
            self._title.say([Span("findings", "strong")], (whole or rows)[0])
            self.list.tell(verdicts)
        seq = self._seq()
        if self._checks.begin(seq):
            self.run_worker(lambda: self._checks.make(seq), thread=True, group="checks", exit_on_error=False)

    def on_findings_list_chosen(self, event: FindingsList.Chosen) -> None:
        """Look at a witness."""
        try:
            self._open(self, event.seq)
        except TeamtopError as error:
            app_of(self).say(str(error), "error")

    def action_open(self) -> None:
        """Look at the witness under the cursor."""
        self.list.choose()

    def action_back(self) -> None:
        """Back."""
        go_back(self)

    def action_request_quit(self) -> None:
        """Back: nothing is at stake."""
        go_back(self)
