"""``python -m tests.helpers.parade RUNS SEEN``: every screen, dialog, panel and view over hostile runs.

RUNS holds two runs with hostile journals, ``one`` and ``two``. SEEN gets the names of the classes of widgets
that were painted, a line each. For a terminal whose output is looked at.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from textual.pilot import Pilot
from textual.screen import Screen

from engine.record import events as ev
from engine.record.clean import clean_line
from engine.record.folder import RunFolder
from engine.record.journal import read
from tests.helpers.stage import FakeController
from tui.app import TeamtopApp
from tui.checks import Checks
from tui.layouts import Layout
from tui.mentions import Mention
from tui.replaysource import ReplaySource
from tui.screens import members, stories
from tui.screens.arranging import LayoutDialog
from tui.screens.browser import BrowserScreen
from tui.screens.compare import CompareScreen
from tui.screens.details import HelpDialog, TurnDialog
from tui.screens.dialogs import MessageDialog, QuitDialog, TooSmall
from tui.screens.exporting import ExportDialog
from tui.screens.faults import FaultDialog
from tui.screens.findings import FindingsScreen
from tui.screens.forking import ForkDialog
from tui.screens.goto import GoToDialog
from tui.screens.limits import LimitsDialog
from tui.screens.links import LinkDialog
from tui.screens.live import LiveScreen
from tui.screens.notes import NoteDialog, PinDialog, TagsDialog
from tui.screens.replay import ReplayScreen
from tui.screens.summary import SummaryScreen
from tui.screens.tour import TourScreen
from tui.screens.trashing import TrashDialog
from tui.source import EventsSource
from tui.widgets.layout import CHOICES
from tui.widgets.viewed import ViewedPanel


def above(live: LiveScreen, runs: Path, events: list[ev.AnyEvent]) -> Iterator[Screen[Any]]:
    """What can stand above the live screen."""
    source, state = live.source, live.source.state
    bads = list(state.agents.agents)
    first, last = bads[0], bads[-1]
    folders = RunFolder(runs / "one"), RunFolder(runs / "two")
    fault = next(event for event in events if isinstance(event, ev.FaultStarted))
    for bad in bads:
        yield TurnDialog(source, bad)
        yield stories.AgentDialog(source, bad)
        yield stories.PathDialog(source, bad)
        yield stories.TaskDialog(source, bad)
        yield stories.PromptDialog(source, bad, 1)
        yield members.LeaveDialog(state, bad)
    yield stories.DeedsDialog(source, ())
    yield HelpDialog([])
    yield MessageDialog(state, first)
    yield FaultDialog(state, last, folders[0])
    yield members.JoinDialog(state)
    yield members.TaskDialog(state)
    yield members.DependencyDialog(state)
    yield LimitsDialog(state)
    yield QuitDialog()
    yield TooSmall()
    yield ExportDialog(first)
    yield PinDialog(first)
    yield NoteDialog(first, last)
    yield TagsDialog(first, (last,))
    yield LayoutDialog(live.view, (Layout(clean_line(first, 20)),), clean_line(last, 20))
    yield LinkDialog([Mention("agent", first), Mention("path", last)], live.names(state), turn=first)
    yield TrashDialog([runs])
    yield ForkDialog(_replayed(folders[0]), fault)
    yield GoToDialog(_replayed(folders[0]))
    assert source.checks is not None
    yield FindingsScreen(source.checks, lambda: len(events), lambda screen, seq: None)
    yield BrowserScreen([runs])
    yield SummaryScreen(folders[0], [runs])
    yield CompareScreen(folders, [runs])
    yield ReplayScreen(folders[0], source=_replayed(folders[0]))
    yield TourScreen(folders[0], source=_replayed(folders[0]))


def _replayed(folder: RunFolder) -> ReplaySource:
    source = ReplaySource(folder, real=lambda: 1.0)
    while source.load():
        pass
    return source


class Parade:
    """Shows all of it on an application, and keeps what was painted."""

    def __init__(self, runs: Path) -> None:
        self.runs = runs
        self.seen: set[str] = set()
        self.events: list[ev.AnyEvent] = list(read(runs / "one" / "events.jsonl").events)
        source = EventsSource(self.events, mode="live", live=True, per_poll=100_000)
        source.checks = Checks(lambda seq: self.events[:seq])
        source.checks.make(len(self.events))
        self.live = LiveScreen(source, FakeController(), RunFolder(runs / "one"))

    async def __call__(self, pilot: Pilot[Any]) -> None:
        """Walk through everything, then leave."""
        app = self.live.app
        await self._look(pilot)
        for _ in (0, 1):  # as large as the terminal is, then with rows of agents and the strip
            for key in (*CHOICES, *(f"agent:{name}" for name in self.live.source.state.agents.agents)):
                self.live.view.zoom(key)
                panel = self.live.view.panel(key)
                for view in panel.VIEWS if isinstance(panel, ViewedPanel) else ("",):
                    if isinstance(panel, ViewedPanel):
                        panel.choose(view)
                    await self._look(pilot)
                self.live.view.zoom(None)
            self.live.view.choose(None)
            await pilot.resize_terminal(80, 24)
            await self._look(pilot)
        self.live.action_search()
        await self._look(pilot)
        self.live.end_search()
        for screen in above(self.live, self.runs, self.events):
            app.push_screen(screen)
            await self._look(pilot)
            app.pop_screen()
        app.exit(0)

    async def _look(self, pilot: Pilot[Any]) -> None:
        await pilot.pause()
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()
        screen = pilot.app.screen
        for widget in (screen, *screen.query("*")):
            if widget is screen or (widget.display and widget.region):
                self.seen |= {
                    kind.__name__ for kind in type(widget).__mro__ if kind.__module__.startswith("tui.")
                }


def main() -> int:
    """Show it on this terminal."""
    runs, seen = map(Path, sys.argv[1:])
    parade = Parade(runs)
    app = TeamtopApp(lambda _: parade.live)
    app.config = replace(app.config, silent=True)  # the bell is a control byte, of our own
    app.run(auto_pilot=parade)
    if app.crashed is not None:
        raise app.crashed
    seen.write_text("\n".join(sorted(parade.seen)))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
