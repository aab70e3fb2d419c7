"""Forking from a replay: what is to be different, and the new run on the screen."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, Literal, TypeAlias

from textual.app import ComposeResult
from textual.content import Content
from textual.screen import Screen
from textual.widgets import OptionList, Static

from engine.control import AnyCommand
from engine.errors import TeamtopError
from engine.record import events as ev
from engine.record.clean import clean_line
from engine.record.folder import RunFolder
from engine.strategies import STRATEGIES
from tui.replaysource import ReplaySource
from tui.screens.dialogs import Dialog, options
from tui.screens.going import app_of
from tui.widgets.figures import clock

_ABOUT = {
    "same": "On the virtual clock it comes again byte for byte; on other clocks ties may fall otherwise.",
    "without": "From here, or from just before the fault; the new run's summary says what it cost.",
    "fault": "The next dialog asks which, and whom it strikes.",
}
"""What the ways are that are no strategies."""

Choice: TypeAlias = tuple[Literal["same", "without", "fault", "strategy"], str]
"""What is to be different, and for a strategy its name."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A fork that was asked for: at event ``at``, with what changed."""

    at: int
    without: int | None = None
    commands: tuple[AnyCommand, ...] = ()
    strategy: str | None = None


class ForkDialog(Dialog[Choice]):
    """Asks what is to be different from here on."""

    ABOUT: ClassVar[str] = "fork"
    DEFAULT_CSS: ClassVar[str] = "ForkDialog #about { height: 2; margin-top: 1; }"

    def __init__(self, replay: ReplaySource, fault: ev.FaultStarted | None) -> None:
        super().__init__()
        self._replay = replay
        self._fault = fault
        self.heading = f"Fork at seq {replay.target:,}, round {replay.state.round}"

    def parts(self) -> ComposeResult:
        """The ways to go on."""
        strategy = self._replay.state.run.strategy
        items = [("same", "nothing changed: the run again from here")]
        if self._fault is not None:
            items.insert(0, ("without", f"without the {fault_text(self._fault)}"))
        items.append(("fault", "with a fault more, or one healed …"))
        items += [(f"strategy-{name}", f"under strategy {name}") for name in STRATEGIES if name != strategy]
        yield OptionList(*options(*items))
        yield Static(id="about")
        yield Static(Content("enter fork · esc cancel"), classes="hint")

    def on_mount(self) -> None:
        """Choose at once."""
        listing = self.query_one(OptionList)
        listing.highlighted = 0
        listing.focus()

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Say what the way at the cursor is; the lines have no room for it."""
        kind, _, name = (event.option_id or "").partition("-")
        self.query_one("#about", Static).update(
            Content(clean_line(STRATEGIES[name].title if kind == "strategy" else _ABOUT[kind]))
        )

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Enter on a way."""
        kind, _, name = (event.option_id or "same").partition("-")
        kinds: dict[str, Choice] = {
            "same": ("same", ""),
            "without": ("without", ""),
            "fault": ("fault", ""),
            "strategy": ("strategy", name),
        }
        self.dismiss(kinds[kind])


def fault_text(fault: ev.FaultStarted) -> str:
    """``crash of Dev3 (round 4, 01:12)``."""
    whom = ", ".join(fault.targets) if len(fault.targets) <= 3 else f"{len(fault.targets)} agents"
    kind = fault.kind.replace("_", " ")
    return clean_line(f"{kind} of {whom or 'the run'} (round {fault.round}, {clock(fault.ts)})", 120)


def nearest_fault(replay: ReplaySource) -> ev.FaultStarted | None:
    """The fault that struck nearest to where the replay stands; null if none struck."""
    recording, place = replay.recording, replay.target
    marks = [mark.seq for mark in tuple(recording.marks) if mark.kind == "fault"]
    seq = min(marks, key=lambda each: (abs(each - place), each), default=None)
    event = recording.event(seq) if seq is not None else None
    return event if isinstance(event, ev.FaultStarted) else None


def fork_from(screen: Screen[Any], folder: RunFolder, replay: ReplaySource) -> None:
    """Ask what is to be different, then let the run live on and show it live."""
    if not replay.recording.count:
        app_of(screen).say("Nothing is read yet that could be forked.", "warning")
        return
    at, fault = replay.target, nearest_fault(replay)

    def go(wanted: Wanted) -> None:
        app_of(screen).say("The fork begins …")
        screen.run_worker(partial(_begin, screen, folder, wanted), thread=True, exit_on_error=False)

    def injected(command: AnyCommand | None) -> None:
        if command is not None:
            go(Wanted(at, commands=(command,)))

    def chosen(choice: Choice | None) -> None:
        if choice is None:
            return
        kind, name = choice
        if kind == "without" and fault is not None:
            go(Wanted(min(at, fault.seq - 1), without=fault.seq))
        elif kind == "fault":
            from tui.screens.faults import FaultDialog

            screen.app.push_screen(FaultDialog(replay.state), injected)
        else:
            go(Wanted(at, strategy=name or None))

    screen.app.push_screen(ForkDialog(replay, fault), chosen)


def _begin(screen: Screen[Any], folder: RunFolder, wanted: Wanted) -> None:
    """In a thread: make the fork, start its engine, and have it shown."""
    app = app_of(screen)
    try:
        started = _start(folder, wanted)
    except TeamtopError as error:
        app.call_from_thread(app.say, str(error), "error")
        return
    app.call_from_thread(app.push_live, started)


def _start(folder: RunFolder, wanted: Wanted) -> RunFolder:
    from engine import fork, launch, resume
    from engine.store import new_run_id
    from engine.teamchange import TeamChange
    from tui.commands.running import start_engine

    suite = folder.read_meta().config.suite
    prepared = fork.prepare(
        folder,
        lambda _: wanted.at,
        runs_dir=_home(folder),
        run_id=new_run_id(suite, datetime.now().astimezone()),
        faults=wanted.commands,
        without=wanted.without,
        team=TeamChange(strategy=wanted.strategy),
        environ=launch.environment(),
    )
    start_engine(prepared, resume.look(prepared.folder))
    return prepared.folder


def _home(folder: RunFolder) -> Path:
    """Where the fork of a run is kept: beside it, but never among the samples that ship with teamtop."""
    from engine.store import samples_dir

    beside = folder.path.resolve().parent
    return Path(os.environ.get("TEAMTOP_RUNS_DIR", "runs")) if beside == samples_dir() else folder.path.parent
