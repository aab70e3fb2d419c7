"""The comparison screen: two saved runs side by side."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.message import Message
from textual.screen import Screen

from engine.errors import TeamtopError
from engine.record import journal
from engine.record.clean import clean_line
from engine.record.folder import RunFolder
from tui.keys import Key
from tui.screens.going import LEAVE, go_back, runs_dirs
from tui.widgets.compare_rows import Pair, compare_rows
from tui.widgets.lines import FooterLine
from tui.widgets.moment import Moment
from tui.widgets.page import EMPTY
from tui.widgets.panel import Panel
from tui.widgets.spans import Row, Span, wrap
from tui.widgets.titleline import TitleLine

COMPARE: tuple[Key, ...] = (
    Key("compare.swap", "x", "swap", "swap", "Change first and second", "runs", True),
    Key(
        "compare.first",
        "f",
        "replay(0)",
        "replay first",
        "Replay the first run from where they part",
        "runs",
        True,
    ),
    Key(
        "compare.second",
        "s",
        "replay(1)",
        "replay second",
        "Replay the second run from where they part",
        "runs",
        True,
    ),
    Key("compare.back", "escape", "back", "back", "Back to where you came from", "runs"),
)
"""Keys of the comparison."""


class CompareView(Panel):
    """The comparison as rows that scroll, or a sentence while there is none."""

    def __init__(self) -> None:
        super().__init__("compare")
        self._pair: Pair | None = None
        self._said = "Reading both journals …"
        self._laid: tuple[int, list[Row]] | None = None

    def show_pair(self, pair: Pair) -> None:
        """Show two runs."""
        self._pair, self._laid = pair, None
        self.show(EMPTY)

    def show_problem(self, sentence: str) -> None:
        """Say why there is nothing to compare."""
        self._said, self._laid = sentence, None
        self.show(EMPTY)

    def rows(self, moment: Moment, cells: int, height: int) -> list[Row]:
        """The rows that are seen."""
        if self._laid is None or self._laid[0] != cells:
            rows = (
                compare_rows(self._pair, cells)
                if self._pair is not None
                else [[Span(f" {line}")] for line in wrap(self._said, max(10, cells - 2))]
            )
            self._laid = (cells, rows)
        rows = self._laid[1]
        self.length = len(rows)
        self.top = min(self.top, self._limit)
        seen = rows[self.top : self.top + height]
        return seen + [[] for _ in range(height - len(seen))]


class CompareScreen(Screen[None]):
    """Two runs, first and second. ``dirs`` hold the one-agent runs that they are measured against."""

    ABOUT: ClassVar[str] = "compare"
    KEYS: ClassVar[tuple[Key, ...]] = (*COMPARE, *LEAVE)
    BINDINGS: ClassVar[list[BindingType]] = [key.binding() for key in COMPARE]

    class Read(Message):
        """Both runs were read, or a sentence says why not."""

        def __init__(self, pair: Pair | None, problem: str) -> None:
            super().__init__()
            self.pair = pair
            self.problem = problem

    def __init__(self, folders: tuple[RunFolder, RunFolder], dirs: Sequence[Path] = ()) -> None:
        super().__init__()
        self._folders = folders
        self._dirs = dirs
        self._pair: Pair | None = None
        self._title = TitleLine()
        self.view = CompareView()
        self._footer = FooterLine(lambda: self.KEYS)

    def compose(self) -> ComposeResult:
        """Title, comparison, keys."""
        yield self._title
        yield self.view
        yield self._footer

    def on_mount(self) -> None:
        """Begin to read."""
        self._title.say([Span("comparison of two runs", "strong")], [])
        self._footer.show(EMPTY)
        self.view.show(EMPTY)
        self.view.focus()
        self._look()

    def _look(self) -> None:
        self.run_worker(self._read, group="compare", thread=True, exit_on_error=False)

    def _read(self) -> None:
        """In a thread: read, compute, post what came of it."""
        try:
            pair: Pair | None = pair_of(self._folders, self._dirs)
            problem = ""
        except TeamtopError as error:
            pair, problem = None, str(error)
        except Exception as error:
            pair, problem = None, f"The runs could not be compared ({type(error).__name__}: {error})."
        self.post_message(self.Read(pair, clean_line(problem)))

    def on_compare_screen_read(self, event: Read) -> None:
        """Show it."""
        if event.pair is None:
            self.view.show_problem(event.problem)
        else:
            self.view.show_pair(event.pair)
        self._pair = event.pair

    def action_replay(self, which: int) -> None:
        """Replay one of the two from where they part."""
        from tui.screens.replay import replay_screen

        if self._pair is not None:
            self.app.push_screen(replay_screen(self._folders[which], f"seq:{self._pair.part_at(which)}"))

    def action_swap(self) -> None:
        """Change first and second."""
        self._folders = self._folders[::-1]
        self._look()

    def action_back(self) -> None:
        """Back to where the person came from, or out."""
        go_back(self)

    def action_request_quit(self) -> None:
        """Back, or out."""
        go_back(self)


def pair_of(folders: tuple[RunFolder, RunFolder], dirs: Sequence[Path] = ()) -> Pair:
    """Read two runs. Raises ``TeamtopError`` if one of them cannot be reported on."""
    from engine.analysis import report as reports

    built = tuple(reports.build(folder, runs_dirs(folder, dirs)) for folder in folders)
    one, other = (journal.saved(folder.events_path) for folder in folders)
    names = tuple(folder.run_id for folder in folders)
    notes = (one.note, other.note)
    return Pair((names[0], names[1]), (one.events, other.events), (built[0], built[1]), notes)
