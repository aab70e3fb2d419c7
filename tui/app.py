"""The application: what every screen shares, and the ways to start it."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import sys
import termios
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, Literal

from textual.actions import ActionParseResult
from textual.app import App, SystemCommand
from textual.binding import BindingType
from textual.css.query import NoMatches
from textual.dom import DOMNode
from textual.driver import Driver
from textual.events import Resize
from textual.screen import ModalScreen, Screen
from textual.theme import Theme
from textual.widget import Widget

from engine.control import ControlClient
from engine.record.clean import clean_line
from engine.record.folder import RunFolder
from tui import config, layouts, theme
from tui.keys import APP, MOVE, TIMELINE, VIEWED, Key, bindings_of, key_name, remap
from tui.screens.dialogs import TooSmall
from tui.screens.live import LiveScreen, RunScreen
from tui.source import RunSource, TailSource
from tui.terminal import tolerant
from tui.widgets.layout import MIN_HEIGHT, MIN_WIDTH
from tui.widgets.panel import Panel

Opening = Callable[["TeamtopApp"], Screen[Any]]
"""Makes the first screen."""

Severity = Literal["information", "warning", "error"]

TOASTS_MAX = 4
"""Short messages that stand at the corner at a time: more of them would hide what they are about."""

TERMINAL_SECONDS = 2.0
"""Between two looks whether the terminal is still there."""

EXIT_COMPLETED, EXIT_OPEN, EXIT_FAILED, EXIT_INTERRUPTED = 0, 3, 1, 130
"""Exit codes as scripts know them: completed, tasks open, failure, ended by a signal."""


class TeamtopApp(App[int]):
    """teamtop on the screen. ``opening`` makes the first screen; ``crashed`` is what ended it, if any."""

    TITLE = "teamtop"
    ENABLE_COMMAND_PALETTE = True
    COMMAND_PALETTE_BINDING = "ctrl+p"
    BINDINGS: ClassVar[list[BindingType]] = [key.binding() for key in APP if key.id != "app.palette"]
    CSS = """
    Toast { max-width: 60; padding: 0 1; background: $panel; }
    """

    def __init__(self, opening: Opening) -> None:
        super().__init__()
        self._opening = opening
        self.crashed: Exception | None = None
        self.left_running = False
        self._choosing_theme = False
        self.config = config.load()
        self.layouts = layouts.load()
        spoilt = [self.layouts.problem] if self.layouts.problem else []
        self._wrong = [*self.config.problems, *spoilt, *theme.setup(self, self.config.theme)]
        if self.config.reduced_motion:
            self.animation_level = "none"
        self._map_keys()

    # ------------------------------------------------------------ life

    def get_driver_class(self) -> type[Driver]:
        """The usual driver of this platform, for a terminal that may go."""
        return tolerant(super().get_driver_class())

    def on_mount(self) -> None:
        """Open the first screen; tidy up once it stands."""
        self.push_screen(self._opening(self))
        self.call_after_refresh(_settle_collector)
        for problem in self._wrong:
            self.say(problem, "warning")
        self.theme_changed_signal.subscribe(self, self._keep_theme)
        for number in (signal.SIGTERM, signal.SIGHUP):
            self._loop_signal(number)
        if not self.is_headless and sys.stdin is not None and sys.stdin.isatty():
            self.set_interval(TERMINAL_SECONDS, self._look_for_terminal)

    def _look_for_terminal(self) -> None:
        """End when the terminal has gone without a signal, as some ssh connections do; the team goes on."""
        try:
            termios.tcgetattr(0)
        except termios.error:
            os._exit(EXIT_INTERRUPTED)  # an orderly end would wait for the terminal

    def _map_keys(self) -> None:
        """Give actions the keys that the person chose."""
        keymap: dict[str, str] = {}
        if self.config.keys:
            from tui.keymap import check

            keymap, problems = check(self.config.keys)
            self._wrong += problems
        remap(keymap)
        self.set_keymap(keymap)

    def _loop_signal(self, number: signal.Signals) -> None:
        """End cleanly on a signal, so that the terminal is left as it was."""
        import threading

        if threading.current_thread() is threading.main_thread() and not self.is_headless:
            asyncio.get_running_loop().add_signal_handler(number, self.exit, EXIT_INTERRUPTED)

    def leave(self, *, left_running: bool = False) -> None:
        """Close the application; ``left_running``: a team goes on without it."""
        self.left_running = left_running
        self.exit(0)

    def _handle_exception(self, error: Exception) -> None:
        """Keep the error for a report instead of printing it with local variables, which may hold keys.

        A dialog that opens while the application closes is never filled: to miss its parts is no error.
        """
        if self._exit and isinstance(error, NoMatches):
            return
        if self.crashed is None:
            self.crashed = error
        if self.is_headless:  # under a pilot the test is to see the error
            super()._handle_exception(error)
            return
        self._return_code = EXIT_FAILED
        self._close_messages_no_wait()

    # ------------------------------------------------------------ what screens ask for

    def push_live(self, folder: RunFolder) -> None:
        """Show a run as it goes: live if its engine runs, else what its journal holds."""
        self.push_screen(live_screen(folder))

    def open_summary(self, folder: RunFolder) -> None:
        """Show the summary of a run that has ended."""
        from tui.screens.summary import SummaryScreen

        self.push_screen(SummaryScreen(folder))

    def say(self, text: str, severity: str = "information") -> None:
        """A short message at the corner; never markup, whatever is in it. What is said again stands
        there once.
        """
        levels: dict[str, Severity] = {"warning": "warning", "error": "error"}
        sentence, shown = clean_line(text), list(self._notifications)
        again = [each for each in shown if each.message == sentence]
        rest = [each for each in shown if each.message != sentence]
        for old in (*again, *rest[: max(0, len(rest) - TOASTS_MAX + 1)]):
            self._unnotify(old, refresh=False)  # Textual has no public way to take one message away
        self.notify(sentence, severity=levels.get(severity, "information"), markup=False)

    # ------------------------------------------------------------ size

    def on_resize(self, event: Resize) -> None:
        """Stand in for every screen while the terminal is too small."""
        self.call_later(self.check_size)

    def check_size(self) -> None:
        """Put the sentence for small terminals in front, or take it away."""
        small = self.size.width < MIN_WIDTH or self.size.height < MIN_HEIGHT
        top = self.screen
        if small and isinstance(top, TooSmall):
            top.tell()
        elif small:
            self.push_screen(TooSmall())
        elif isinstance(top, TooSmall):
            self.pop_screen()

    # ------------------------------------------------------------ actions that every screen has

    async def run_action(
        self,
        action: str | ActionParseResult,
        default_namespace: DOMNode | None = None,
        namespaces: Mapping[str, DOMNode] | None = None,
    ) -> bool:
        """As usual; of a key that does nothing now, say why, for silence reads as a broken key."""
        done = await super().run_action(action, default_namespace, namespaces)
        if not done and isinstance(default_namespace, RunScreen) and isinstance(action, str):
            default_namespace.tell_hindrance(action)
        return done

    @property
    def screen_keys(self) -> tuple[Key, ...]:
        """Keys of the screen that is open below any dialog."""
        for screen in reversed(self.screen_stack):
            if (keys := getattr(screen, "KEYS", None)) is not None:
                return tuple(keys)
        return APP

    def action_help(self) -> None:
        """All keys, and what the panels show."""
        from tui.help import front_page
        from tui.screens.details import HelpDialog

        self.push_screen(HelpDialog(front_page(self.screen, self.screen_keys)))

    def action_request_quit(self) -> None:
        """Leave; a screen with something at stake asks first."""
        asks = getattr(self.screen, "action_request_quit", None)
        if asks is not None:
            asks()
        else:
            self.leave()

    def action_leave_now(self) -> None:
        """Leave where no question fits on the screen; a team that runs goes on."""
        screens = self.screen_stack
        self.leave(left_running=any(isinstance(each, LiveScreen) and each.running for each in screens))

    def action_change_theme(self) -> None:
        """Choose colours; what is chosen is kept for the next time."""
        self._choosing_theme = True
        super().action_change_theme()

    def _keep_theme(self, chosen: Theme) -> None:
        if self._choosing_theme:
            self._choosing_theme = False
            self.run_worker(self._write_theme(chosen.name), group="config", exit_on_error=False)

    async def _write_theme(self, name: str) -> None:
        try:
            await asyncio.to_thread(config.save_theme, self.config.path, name)
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or str(error)
            self.say(
                f"Theme {name} holds until you quit: {self.config.path} cannot be written ({why}).",
                "warning",
            )
        else:
            self.say(f"Theme {name}, from now on; `teamtop config --path` says where that is kept.")

    def action_help_quit(self) -> None:
        """ctrl+c, which Textual only explains, asks as q does."""
        self.action_request_quit()

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """Every action of what is in front by name, for the palette; of a dialog, those of the dialog."""
        if isinstance(screen, ModalScreen):
            for binding in bindings_of(type(screen)):
                run = self._runner(screen, binding.action)
                yield SystemCommand(
                    f"{binding.description.capitalize()} ({key_name(binding)})", binding.tooltip, run
                )
        else:
            yield from self._commands(screen)
        yield SystemCommand("Theme", "Choose colours", self.action_change_theme)
        yield SystemCommand(
            "Screenshot", "Save the screen as SVG", lambda: self.set_timer(0.1, self.deliver_screenshot)
        )

    def _commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """Actions of a screen, and of the panel that has the keyboard."""
        moment = screen.moment if isinstance(screen, RunScreen) else None
        for key in self.screen_keys:
            if key.id != "app.palette" and (moment is None or key.applies(moment)):
                yield self._command(key, screen)
        panel = screen.focused
        if isinstance(panel, Panel):
            own = {binding.id for binding in bindings_of(type(panel))}
            for key in (*VIEWED, *MOVE, *TIMELINE):
                if key.id in own or key.action.startswith("app."):
                    yield self._command(key, panel)
        if isinstance(screen, RunScreen):
            for layout in self.layouts.all:
                take = partial(screen.action_take_layout, layout.name)
                yield SystemCommand(f"Layout: {clean_line(layout.name)}", "Panels as they were saved", take)

    def _command(self, key: Key, target: Widget) -> SystemCommand:
        title = f"{key.label.capitalize()} ({key.name})"
        return SystemCommand(title, key.tooltip, self._runner(target, key.action))

    def _runner(self, target: Widget, action: str) -> Callable[[], None]:
        def run() -> None:
            self.call_later(target.run_action, action)

        return run


def _settle_collector() -> None:
    """What was built at start-up stays: take it out of the collector's way.

    Without this, full collections stop the screen for 160–240 ms now and then (measured).
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def live_screen(folder: RunFolder) -> LiveScreen:
    """The live screen of a run folder. Raises ``TeamtopError`` if it is none."""
    source = TailSource(folder, meta=folder.read_meta())
    return LiveScreen(source, ControlClient(folder.socket_path), folder)


def start(opening: Opening) -> tuple[TeamtopApp, int]:
    """Run the application until it is left; the terminal is as before, whatever happened.

    Returns the application and the exit code. Raises what went wrong inside: the command line turns that
    into a report and a sentence.
    """
    app = TeamtopApp(opening)
    try:
        code = app.run(mouse=not app.config.keyboard_only)
    except KeyboardInterrupt:
        code = EXIT_INTERRUPTED
    if app.crashed is not None:
        raise app.crashed
    return app, EXIT_INTERRUPTED if code is None else code


def run_live(folder: RunFolder) -> int:
    """Attach to a run until the person leaves; the exit code judges the run (SEMANTICS, Words)."""
    screen = live_screen(folder)
    app, code = start(lambda _: screen)
    if code != 0:
        return code
    if app.left_running:
        return EXIT_COMPLETED
    state = screen.source.state
    if state.run.phase != "ended":
        return EXIT_FAILED
    return EXIT_COMPLETED if state.completed else EXIT_OPEN


def run_watch(source: RunSource, folder: RunFolder | None = None) -> int:
    """Show a run from any source; with a folder whose engine lives, commands reach it."""
    controller = ControlClient(folder.socket_path) if folder is not None else None
    return start(lambda _: LiveScreen(source, controller, folder))[1]


def run_browser(dirs: Sequence[Path]) -> int:
    """Show the saved runs in ``dirs``."""
    from tui.screens.browser import BrowserScreen

    return start(lambda _: BrowserScreen(dirs))[1]


def run_replay(folder: RunFolder, at: str = "", speed: float = 1.0) -> int:
    """Replay a run from ``at`` (``seq:N``, ``round:R``, empty: the beginning)."""
    from tui.screens.replay import replay_screen

    screen = replay_screen(folder, at, speed)
    return start(lambda _: screen)[1]
