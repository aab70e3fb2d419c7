"""The browser: every saved run in a list that keeps itself up to date."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Lock
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.events import DescendantFocus, Resize
from textual.message import Message
from textual.widgets import Input

from engine.errors import TeamtopError
from engine.record.clean import clean_line
from engine.rows import RunRow
from tui.keys import Key
from tui.runlist import RunList
from tui.screens.browserkeys import FILTERING, RUNS
from tui.screens.going import LEAVE, app_of, below, go_back, go_to_replay, runs_dirs
from tui.screens.keptruns import Keeping
from tui.widgets.browser_rows import about, heading
from tui.widgets.lines import FooterLine
from tui.widgets.page import EMPTY
from tui.widgets.runtable import RunTable
from tui.widgets.titleline import DetailLines, TitleLine

LOOK_SECONDS = 2.0
"""Between two looks at the folders: a run that begins or ends shows while one still looks for it."""

FILTER_MAX = 80
"""Characters of a filter."""


class BrowserScreen(Keeping):
    """Saved runs in ``dirs``, and the samples that ship with teamtop."""

    ABOUT: ClassVar[str] = "runs"
    KEYS: ClassVar[tuple[Key, ...]] = (*RUNS, *LEAVE)
    BINDINGS: ClassVar[list[BindingType]] = [key.binding() for key in RUNS]
    CSS = """
    BrowserScreen Input { border: none; height: 1; padding: 0 1; background: $panel; display: none; }
    BrowserScreen Input.open { display: block; }
    """

    class Listed(Message):
        """A look at the folders is done."""

        def __init__(self, rows: list[RunRow], trash_bytes: int) -> None:
            super().__init__()
            self.rows = rows
            self.trash_bytes = trash_bytes

    def __init__(self, dirs: Sequence[Path]) -> None:
        super().__init__()
        self._dirs = tuple(dirs)
        self._runs = RunList(self._dirs)
        self._busy = False
        self._changed = False
        self._turn = Lock()
        self._trash_bytes = 0
        self._title = TitleLine()
        self.table = RunTable()
        self._detail = DetailLines()
        self._input = Input(
            placeholder="words to look for · !word for runs without it", max_length=FILTER_MAX
        )
        self._footer = FooterLine(lambda: FILTERING if self._input.has_focus else self.KEYS)

    def compose(self) -> ComposeResult:
        """Title, runs, what the cursor is on, filter, keys."""
        yield self._title
        yield self.table
        yield self._detail
        yield self._input
        yield self._footer

    def on_mount(self) -> None:
        """Begin to look."""
        where = clean_line(str(self._dirs[0])) if self._dirs else "runs"
        self.table.hint = (
            f"No run is saved in {where} yet.",
            "",
            "teamtop demo             is a tour of two minutes, over a recorded team",
            "teamtop run              starts a team of simulated agents, and shows it here",
            "teamtop run --help       says what can be chosen: suite, structure, agents, strategy, model",
        )
        self.table.show(EMPTY)
        self.table.focus()
        self._footer.show(EMPTY)
        self._tell()
        self._look()
        self.set_interval(LOOK_SECONDS, self._look)

    # ------------------------------------------------------------ the list

    def _look(self) -> None:
        """Look at the folders, unless the last look is still on its way or nobody sees the list."""
        with self._turn:
            if self._busy or not self.is_current:
                return
            self._busy = self._changed = True
        self.run_worker(self._read, group="list", thread=True, exit_on_error=False)

    def look_anew(self) -> None:
        """Look at the folders as they are from now on: a look that is on its way may have missed a change."""
        self._changed = True
        self._look()

    def _read(self) -> None:
        """In a thread: first the list, then what it takes on the disk, which takes longer."""
        try:
            while self._wanted():
                self.post_message(self.Listed(self._runs.look(), self._trash_bytes))
                self.post_message(self.Listed(self._runs.measure(), self._runs.trash_bytes()))
        except BaseException:
            self._busy = False
            raise

    def _wanted(self) -> bool:
        """Whether something may have changed since the last look; if not, this thread looks no more."""
        with self._turn:
            self._busy, self._changed = self._changed, False
            return self._busy

    def on_browser_screen_listed(self, event: Listed) -> None:
        """Show what there is."""
        self._trash_bytes = event.trash_bytes
        self.table.list_runs(event.rows)

    def on_resize(self, event: Resize) -> None:
        """What the cursor is on takes two lines where one is too short."""
        self._detail.set_class(event.size.width < DetailLines.ROOMY, "low")

    def on_screen_resume(self) -> None:
        """Somebody is back: what is shown may be old."""
        self._look()

    def on_run_table_moved(self, event: RunTable.Moved) -> None:
        """Say what the cursor is on."""
        self._tell()

    def _tell(self) -> None:
        self._title.say(*heading(self.table, self._trash_bytes))
        self._detail.say(about(self.table.selected, self.table.hidden))

    # ------------------------------------------------------------ keys

    def action_open(self) -> None:
        """Open what the cursor is on."""
        self.table.action_choose()

    def on_run_table_chosen(self, event: RunTable.Chosen) -> None:
        """A live run as it goes, an ended one by its summary."""
        row = event.row
        if row.status == "running":
            self.action_watch()
        elif self._readable(row):
            from tui.screens.summary import SummaryScreen

            self.app.push_screen(SummaryScreen(row.folder, self._runs.dirs))

    def action_replay(self) -> None:
        """Replay the run."""
        if (row := self.table.selected) is not None and self._readable(row):
            go_to_replay(self, row.folder)

    def action_watch(self) -> None:
        """Show the run as it goes, or as it ended."""
        row = self.table.selected
        if row is None or not self._readable(row):
            return
        self._try(lambda: app_of(self).push_live(row.folder))

    def action_mark(self) -> None:
        """Mark the run that the cursor is on, or take its mark away."""
        self.table.pick()

    def action_compare(self) -> None:
        """Compare the two marked runs, or the marked one with the one that the cursor is on."""
        chosen = list(self.table.picked.values())
        if len(chosen) == 1 and (row := self.table.selected) is not None and row.folder not in chosen:
            chosen.append(row.folder)
        bad = [row for row in self.table.listed if row.folder in chosen and row.status == "problem"]
        if bad:
            self._readable(bad[0])
            return
        if len(chosen) != 2:
            app_of(self).say("Mark two runs with space, then compare them.", "warning")
            return
        from tui.screens.compare import CompareScreen

        self.app.push_screen(CompareScreen((chosen[0], chosen[1]), self._runs.dirs))

    def action_export(self) -> None:
        """Save the summary of the run, in a form and at a place that are asked for."""
        row = self.table.selected
        if row is not None and self._readable(row):
            from tui.exporting import report_of
            from tui.screens.exporting import ask

            ask(
                self,
                row.folder,
                lambda: report_of(row.folder, runs_dirs(row.folder, self._dirs)),
                "The summary is being made …",
            )

    def _readable(self, row: RunRow) -> bool:
        """Whether anything of the run can be shown; if not, say why."""
        if row.status == "problem":
            app_of(self).say(row.problem, "warning")
            return False
        return True

    def _try(self, act: Callable[[], None]) -> None:
        """Do it, or say what is wrong: a folder can change between two looks."""
        try:
            act()
        except TeamtopError as error:
            app_of(self).say(str(error), "error")

    def action_group(self) -> None:
        """Group by the next thing."""
        self.table.group_next()

    def action_sort(self, step: int) -> None:
        """Sort by another column."""
        self.table.sort_next(step)

    def action_reverse(self) -> None:
        """Turn the order round."""
        self.table.sort_by(self.table.sort)

    def action_filter(self) -> None:
        """Ask for words."""
        self._input.add_class("open")
        self._input.focus()

    def action_keep(self) -> None:
        """Keep the filter, go on in the list."""
        self._close_input()

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        """Other keys apply while a filter is typed."""
        self._footer.show(EMPTY)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Filter as it is typed."""
        self.table.set_filter(event.value)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Keep the filter, go on in the list."""
        self._close_input()

    def action_clear(self) -> None:
        """Clear the filter; without one, back to where the person came from, if it was anywhere."""
        if self._input.value or self._input.has_focus:
            self._input.value = ""
            self._close_input()
        elif below(self.app) is not None:
            go_back(self)
        else:
            app_of(self).say("No filter is set that Escape would clear; q quits.", "warning")

    def _close_input(self) -> None:
        if not self._input.value:
            self._input.remove_class("open")
        self.table.focus()

    def action_request_quit(self) -> None:
        """Back, or out."""
        go_back(self)
