"""The summary screen: what a run came to, in one sentence and in figures."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.message import Message
from textual.screen import Screen

from engine.errors import TeamtopError
from engine.record.clean import clean_line
from engine.record.folder import RunFolder
from tui.exporting import report_of
from tui.keys import Key
from tui.screens.going import LEAVE, app_of, below, go_back, go_to_replay, go_to_runs, runs_dirs
from tui.screens.live import LiveScreen
from tui.screens.saving import save_plan
from tui.widgets.lines import FooterLine
from tui.widgets.page import EMPTY
from tui.widgets.runcolumns import when
from tui.widgets.spans import Span
from tui.widgets.summary_figures import Report
from tui.widgets.summaryview import SummaryView
from tui.widgets.titleline import TitleLine

LOOK_SECONDS = 1.0
"""Between two looks whether the journal grew: the closing tests may still run when the team has ended."""

SUMMARY: tuple[Key, ...] = (
    Key("summary.replay", "r", "replay", "replay", "Replay the run from its beginning", "runs", True),
    Key("summary.runs", "b", "runs", "all runs", "The list of saved runs", "runs", True),
    Key(
        "summary.save",
        "w",
        "save_plan",
        "save faults",
        "Save what was injected by hand as a plan",
        "runs",
        True,
    ),
    Key(
        "summary.export",
        "e",
        "export",
        "export",
        "Save this as SVG, Markdown, JSON, CSV or Parquet",
        "runs",
        True,
    ),
    Key("summary.back", "escape", "back", "back", "Back to where you came from", "runs"),
)
"""Keys of the summary."""


class SummaryScreen(Screen[None]):
    """The summary of a run, made in a thread from its journal; made again while the journal grows.

    ``dirs`` are searched for the one-agent runs that it is measured against (default: beside the run).
    """

    ABOUT: ClassVar[str] = "summary"
    KEYS: ClassVar[tuple[Key, ...]] = (*SUMMARY, *LEAVE)
    BINDINGS: ClassVar[list[BindingType]] = [key.binding() for key in SUMMARY]

    class Built(Message):
        """The report is ready, or a sentence says why there is none. ``size`` is the journal's, in bytes."""

        def __init__(self, report: Report | None, problem: str, size: int) -> None:
            super().__init__()
            self.report = report
            self.problem = problem
            self.size = size

    def __init__(self, folder: RunFolder, dirs: Sequence[Path] = ()) -> None:
        super().__init__()
        self.folder = folder
        self.report: Report | None = None
        self._dirs = dirs
        self._read_bytes = -1
        self._busy = False
        self._title = TitleLine()
        self.view = SummaryView()
        self._footer = FooterLine(self._keys)

    def compose(self) -> ComposeResult:
        """Title, figures, keys."""
        yield self._title
        yield self.view
        yield self._footer

    def on_mount(self) -> None:
        """Begin to read."""
        self._title.say([Span(f"summary · {clean_line(self.folder.run_id)}", "strong")], [])
        self._footer.show(EMPTY)
        self.view.show(EMPTY)
        self.view.focus()
        self._look()
        self.set_interval(LOOK_SECONDS, self._look)

    # ------------------------------------------------------------ the report

    def _look(self) -> None:
        """Make the report if the journal grew since the last one."""
        if not self._busy and self._journal_size() != self._read_bytes:
            self._busy = True
            self.run_worker(self._build, group="report", thread=True, exit_on_error=False)

    def _journal_size(self) -> int:
        try:
            return self.folder.events_path.stat().st_size
        except OSError:
            return 0

    def _build(self) -> None:
        """In a thread: read, compute, post what came of it."""
        size = self._journal_size()
        report: Report | None = None
        problem = ""
        try:
            report = report_of(self.folder, runs_dirs(self.folder, self._dirs))
        except TeamtopError as error:
            problem = str(error)
        self.post_message(self.Built(report, clean_line(problem), size))

    def on_summary_screen_built(self, event: Built) -> None:
        """Show it."""
        self._busy = False
        self._read_bytes = event.size
        if event.report is None:
            self.view.show_problem(event.problem)
            return
        self.report = event.report
        self.view.show_report(event.report)
        self._footer.show(EMPTY)
        created = when(event.report["created"] or "")
        self._title.say(
            [Span(f"summary · {clean_line(self.folder.run_id)}", "strong")], [Span(created, "muted")]
        )

    # ------------------------------------------------------------ keys

    def _keys(self) -> tuple[Key, ...]:
        """What can be done; there is a plan to save only if people injected something."""
        faults = [] if self.report is None else self.report["faults"]
        by_hand = any(fault["author"] not in ("plan", "engine") for fault in faults)
        return tuple(key for key in self.KEYS if by_hand or key.id != "summary.save")

    def action_replay(self) -> None:
        """Replay the run."""
        go_to_replay(self, self.folder)

    async def action_save_plan(self) -> None:
        """Save what was injected by hand as a plan."""
        saved, said = await save_plan(self.folder)
        app_of(self).say(said, "information" if saved else "warning")

    def action_export(self) -> None:
        """Ask how and where to save the summary."""
        if (report := self.report) is None:
            app_of(self).say("There is no summary to save yet.", "warning")
            return
        from tui.screens.exporting import ask

        ask(self, self.folder, lambda: report)

    def action_runs(self) -> None:
        """The list of runs."""
        go_to_runs(self, self._dirs or (self.folder.path.parent,))

    def action_back(self) -> None:
        """Back to where the person came from, or out."""
        go_back(self)

    def action_request_quit(self) -> None:
        """Out; back to the list if the person came from there."""
        came_from: Screen[Any] | None = below(self.app)
        if came_from is None or isinstance(came_from, LiveScreen):
            app_of(self).leave()  # the run has ended: there is nothing to go back to
        else:
            go_back(self)
