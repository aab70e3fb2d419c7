"""Ways between screens: back to the one below, to the list of runs, out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from textual.screen import Screen

from engine.record.folder import RunFolder
from tui.keys import APP, Key

if TYPE_CHECKING:
    from textual.app import App

    from tui.app import TeamtopApp

LEAVE: tuple[Key, ...] = tuple(
    replace(key, tooltip="Back to where you came from; out of teamtop from the first screen")
    if key.id == "app.quit"
    else key
    for key in APP
)
"""Keys of the application on screens that have nothing at stake: ``q`` needs no question."""


def app_of(screen: Screen[Any]) -> TeamtopApp:
    """The application, by its own type."""
    return cast("TeamtopApp", screen.app)


def below(app: App[Any]) -> Screen[Any] | None:
    """The screen that a person came from; null if this one was opened first."""
    stack = [screen for screen in app.screen_stack if hasattr(screen, "KEYS")]
    return stack[-2] if len(stack) > 1 else None


def go_back(screen: Screen[Any]) -> None:
    """Return to where the person came from, or leave."""
    if below(screen.app) is None:
        app_of(screen).leave()
    else:
        screen.dismiss()


def go_to_runs(screen: Screen[Any], dirs: Sequence[Path]) -> None:
    """Go to the list of runs: back to it if it is open, else open it."""
    from tui.screens.browser import BrowserScreen

    stack = screen.app.screen_stack
    if any(isinstance(other, BrowserScreen) for other in stack):
        while not isinstance(screen.app.screen, BrowserScreen):
            screen.app.pop_screen()
        return
    screen.app.push_screen(BrowserScreen(dirs))


def go_to_replay(screen: Screen[Any], folder: RunFolder) -> None:
    """Replay a run from its beginning."""
    from tui.screens.replay import replay_screen

    screen.app.push_screen(replay_screen(folder))


def runs_dirs(folder: RunFolder, dirs: Sequence[Path]) -> tuple[Path, ...]:
    """Where to look for other runs: ``dirs``, or the folder that the run is in; and the shipped samples."""
    from engine.store import RunsStore

    return RunsStore(tuple(dirs) or (folder.path.parent,)).dirs
