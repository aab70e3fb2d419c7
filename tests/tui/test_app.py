"""The application around the screens: sizes, palette, colours, the ways it ends."""

from __future__ import annotations

import asyncio
import gc
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from textual.app import App

from engine.errors import TeamtopError
from engine.record import events as ev
from engine.record.config import RunConfig, RunMeta
from engine.record.folder import RunFolder
from engine.record.journal import append_all
from tests.helpers.stage import Stage, staged
from tests.helpers.teamscript import Script, ended, scripted
from tui import app as application
from tui.app import TeamtopApp, live_screen, run_live, start
from tui.screens.dialogs import MessageDialog, TooSmall
from tui.screens.live import LiveScreen
from tui.screens.members import TaskDialog
from tui.screens.summary import SummaryScreen
from tui.theme import DARK, LIGHT, ink_for

REPO = Path(__file__).parents[2]


def saved(tmp_path: Path, events: list[Any]) -> RunFolder:
    """A run on disk whose engine is gone."""
    folder = RunFolder(tmp_path / "run-1")
    folder.path.mkdir()
    config = RunConfig(
        suite="mathutils",
        structure="mixed",
        agents=4,
        strategy="decentralized",
        model="sim/claude-sonnet-4-6",
        seed=7,
        speed=10.0,
        clock="scaled",
    )
    folder.write_meta(
        RunMeta(
            run_id="run-1",
            created="2026-11-20T12:00:00Z",
            teamtop="0.1.0",
            python="3.11",
            config=config,
            suite_hash="5u1te",
        )
    )
    append_all(folder.events_path, events)
    return folder


# ---------------------------------------------------------------- sizes


def test_a_terminal_that_is_too_small_says_what_it_needs_and_recovers() -> None:
    async def scene() -> None:
        async with staged(scripted().events) as stage:
            await stage.resize(59, 20)
            assert "terminal too small: needs 60×16, is 59×20" in stage.text()
            await stage.resize(30, 5)
            assert isinstance(stage.app.screen, TooSmall)
            await stage.resize(80, 24)
            assert isinstance(stage.app.screen, LiveScreen)
            assert "Tasks 13/20 done" in stage.text()

    asyncio.run(scene())


@pytest.mark.parametrize("key", ["q", "ctrl+c"])
def test_a_terminal_that_is_too_small_can_be_left_and_the_team_goes_on(key: str) -> None:
    async def scene() -> Stage:
        async with staged(scripted().events, size=(40, 10)) as stage:
            assert isinstance(stage.app.screen, TooSmall)
            await stage.press(key)
        return stage

    stage = asyncio.run(scene())
    assert stage.app.return_code == 0
    assert stage.app.left_running
    assert stage.controller.sent == []


def test_a_dialog_survives_a_terminal_that_was_too_small() -> None:
    async def scene() -> None:
        async with staged(scripted().events) as stage:
            await stage.press("m", "h")
            await stage.resize(40, 10)
            await stage.resize(100, 30)
            await stage.press("i", "enter")
            assert [getattr(command, "text", "") for command in stage.controller.sent] == ["hi"]

    asyncio.run(scene())


def test_a_storm_of_resizes_while_events_arrive_harms_nothing() -> None:
    sizes = [(120, 36), (60, 16), (1, 1), (200, 50), (59, 16), (80, 24), (300, 90), (20, 40), (99, 26)]

    async def scene() -> None:
        async with staged(scripted().events[:40], size=(120, 36)) as stage:
            rest = scripted().events[40:]
            for number, (width, height) in enumerate(sizes * 2):
                await stage.pilot.resize_terminal(width, height)
                stage.source.add(rest[number * 5 : number * 5 + 5])
                stage.live.flush()
            stage.source.add(rest[number * 5 + 5 :])
            await stage.resize(120, 36)
            stage.live.flush()
            await stage.settle()
            assert isinstance(stage.app.screen, LiveScreen)
            assert "Tasks 13/20 done" in stage.text()

    asyncio.run(scene())


def test_a_run_that_ends_while_the_terminal_is_too_small_is_summed_up_when_it_is_large_again(
    tmp_path: Path,
) -> None:
    folder = saved(tmp_path, ended().events)
    seen: list[type] = []

    async def scene() -> None:
        async with staged(scripted().events) as stage:
            stage.live.folder = folder
            await stage.resize(40, 10)
            await stage.feed(ended().events[len(scripted().events) :])
            await stage.settle()
            seen.append(type(stage.app.screen))
            await stage.resize(100, 30)
            stage.live.flush()
            await stage.settle()
            seen.append(type(stage.app.screen))
            await stage.press("escape")
            seen.append(type(stage.app.screen))

    asyncio.run(scene())
    assert seen == [TooSmall, SummaryScreen, LiveScreen]


def test_a_dialog_that_opens_while_the_application_closes_is_no_error() -> None:
    async def scene() -> Stage:
        async with staged(scripted().events) as stage:
            stage.app.leave()
            stage.app.push_screen(TaskDialog(stage.source.state))
        return stage

    stage = asyncio.run(scene())
    assert stage.app.crashed is None
    assert stage.app.return_code == 0


def test_what_stood_over_the_sentence_for_small_terminals_leaves_a_working_screen() -> None:
    async def scene() -> None:
        async with staged(scripted().events) as stage:
            await stage.resize(40, 10)
            await stage.app.push_screen(MessageDialog(stage.source.state))
            await stage.resize(100, 30)
            await stage.press("escape")
            assert isinstance(stage.app.screen, LiveScreen)

    asyncio.run(scene())


@pytest.mark.parametrize("size", [(60, 16), (61, 40), (400, 16), (100, 28)])
def test_odd_sizes_are_filled_to_the_last_cell(size: tuple[int, int]) -> None:
    async def scene() -> None:
        async with staged(scripted().events, size=size) as stage:
            lines = stage.lines()
            assert len(lines) == size[1]
            assert lines[1].startswith(" ⚡")  # Dev3 is down
            assert lines[2].startswith("╭")
            assert lines[2].endswith("╮")
            assert lines[-2].startswith("╰")
            assert lines[-2].endswith("╯")

    asyncio.run(scene())


# ---------------------------------------------------------------- palette and keys


def palette(stage: Stage) -> list[str]:
    return [command.title for command in stage.app.get_system_commands(stage.app.screen)]


def test_the_palette_has_every_action_that_applies() -> None:
    async def scene() -> None:
        async with staged(scripted().events) as stage:
            titles = palette(stage)
            for title in ("Pause (p)", "Step (s)", "Fault (f)", "Message (m)", "Heal all (H)", "Quit (q)"):
                assert title in titles
            assert {"Tasks (1)", "Theme", "Screenshot", "Help (?)"} <= set(titles)

    asyncio.run(scene())


def test_the_palette_of_an_ended_run_cannot_steer() -> None:
    async def scene() -> None:
        async with staged(ended().events) as stage:
            assert "Pause (p)" not in palette(stage)

    asyncio.run(scene())


def test_a_command_of_the_palette_does_what_its_key_does() -> None:
    async def scene() -> None:
        async with staged(scripted().events) as stage:
            commands = {c.title: c.callback for c in stage.app.get_system_commands(stage.app.screen)}
            commands["Step (s)"]()
            await stage.settle()
            assert [type(command).__name__ for command in stage.controller.sent] == ["Step"]

    asyncio.run(scene())


def test_a_click_on_a_key_in_the_footer_presses_it() -> None:
    async def scene() -> None:
        async with staged(scripted().events) as stage:
            footer = stage.lines()[-1]
            await stage.pilot.click(offset=(footer.index("s step") + 2, 35))
            await stage.settle()
            assert [type(command).__name__ for command in stage.controller.sent] == ["Step"]

    asyncio.run(scene())


# ---------------------------------------------------------------- colours


@pytest.mark.parametrize("theme", [DARK.name, LIGHT.name, "nord", "solarized-light", "ansi-dark"])
def test_every_role_has_ink_in_every_theme(theme: str) -> None:
    app: App[int] = TeamtopApp(lambda _: LiveScreen(_source()))
    app.theme = theme
    ink = ink_for(app)
    assert ink["good"].color is not None
    assert ink["good"].color != ink["bad"].color
    assert ink["muted"].dim or ink["muted"].color is not None


def _source() -> Any:
    from tui.source import EventsSource

    return EventsSource([])


def test_no_color_never_gets_a_theme_that_turns_black_on_black(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEXTUAL_THEME", "ansi-dark")
    assert TeamtopApp(lambda _: LiveScreen(_source())).theme == "ansi-dark"
    monkeypatch.setenv("NO_COLOR", "1")
    assert TeamtopApp(lambda _: LiveScreen(_source())).theme == DARK.name


def test_without_colour_states_are_told_by_glyph_and_word(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")

    async def scene() -> None:
        async with staged(scripted().events) as stage:
            text = stage.text()
            for words in ("✖ down", "◐ testing", "○ idle", "waits 8", "free", "lease 14 s", "▶ ×10"):
                assert words in text
            colours = {
                segment.style.color.triplet
                for strip in stage.app.screen._compositor.render_strips()
                for segment in strip
                if segment.style is not None and segment.style.color is not None
            }
            assert all(c is not None and c.red == c.green == c.blue for c in colours)

    asyncio.run(scene())


def test_changing_the_theme_repaints_in_its_colours() -> None:
    async def scene() -> None:
        async with staged(scripted().events) as stage:
            stage.app.theme = LIGHT.name
            await stage.settle()
            backgrounds = {
                segment.style.bgcolor.triplet.hex
                for strip in stage.app.screen._compositor.render_strips()
                for segment in strip
                if segment.style is not None
                and segment.style.bgcolor is not None
                and segment.style.bgcolor.triplet is not None
            }
            assert LIGHT.background in backgrounds
            assert DARK.background not in backgrounds

    asyncio.run(scene())


# ---------------------------------------------------------------- beginning and end


def test_what_was_built_at_start_is_kept_from_the_collector() -> None:
    before = (gc.get_freeze_count(), gc.get_threshold())

    async def scene() -> None:
        async with staged(scripted().events) as stage:
            await stage.settle()
            assert gc.get_threshold() == (50_000, 20, 50)
            assert gc.get_freeze_count() > before[0]

    try:
        asyncio.run(scene())
    finally:
        gc.unfreeze()
        gc.set_threshold(*before[1])


def test_a_folder_that_is_no_run_is_an_error_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(TeamtopError, match="is not the folder of a run"):
        live_screen(RunFolder(tmp_path))


def leaving(monkeypatch: pytest.MonkeyPatch, **flags: bool) -> None:
    """Let the application end as soon as it has run, as if a person had left it."""

    def run(self: TeamtopApp, *, mouse: bool) -> int:
        screen = self._opening(self)
        assert isinstance(screen, LiveScreen)
        while screen.source.poll():
            pass
        self.left_running = flags.get("left_running", False)
        return 0

    monkeypatch.setattr(TeamtopApp, "run", run)


def test_leaving_a_run_that_ended_with_open_tasks_is_exit_code_3(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    leaving(monkeypatch)
    assert run_live(saved(tmp_path, ended().events)) == 3


def test_leaving_a_completed_run_is_exit_code_0(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    s = Script().start(tasks=1).open_round("Dev1").think("Dev1").work("Dev1", 1).close_round()
    s.add(ev.RunEnded, outcome="completed", wall_seconds=s.ts)
    leaving(monkeypatch)
    assert run_live(saved(tmp_path, s.events)) == 0


def test_leaving_a_team_at_work_is_exit_code_0(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    leaving(monkeypatch, left_running=True)
    assert run_live(saved(tmp_path, scripted().events)) == 0


def test_an_engine_that_died_is_exit_code_1(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    leaving(monkeypatch)
    assert run_live(saved(tmp_path, scripted().events)) == 1


def test_what_crashed_the_screen_is_raised_once_the_terminal_is_restored(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def run(self: TeamtopApp, *, mouse: bool) -> None:
        self._handle_exception(ZeroDivisionError("inside a handler"))

    monkeypatch.setattr(TeamtopApp, "run", run)
    with pytest.raises(ZeroDivisionError, match="inside a handler"):
        start(lambda _: LiveScreen(_source()))


def test_a_crash_leaves_nothing_to_print_on_the_terminal() -> None:
    app = TeamtopApp(lambda _: LiveScreen(_source()))
    try:
        raise RuntimeError("boom")
    except RuntimeError as error:
        app._handle_exception(error)
    assert app._exit_renderables == []
    assert app.return_code == 1
    assert str(app.crashed) == "boom"


def test_an_interrupt_is_exit_code_130(monkeypatch: pytest.MonkeyPatch) -> None:
    def run(self: TeamtopApp, *, mouse: bool) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(TeamtopApp, "run", run)
    assert start(lambda _: LiveScreen(_source()))[1] == application.EXIT_INTERRUPTED


LOOK = """
import asyncio
from tests.helpers.teamscript import scripted
from tui.app import TeamtopApp
from tui.screens.live import LiveScreen
from tui.screens.members import TaskDialog
from tui.screens.summary import SummaryScreen
from tui.source import EventsSource

async def look():
    app = TeamtopApp(lambda _: LiveScreen(EventsSource(scripted().events)))
    async with app.run_test():
        print(app.theme, app.screen.styles.background.brightness)

asyncio.run(look())
"""


@pytest.mark.parametrize(("theme", "dark"), [("teamtop-light", False), ("teamtop-dark", True)])
def test_the_theme_of_the_environment_colours_the_background_too(theme: str, dark: bool) -> None:
    """Textual begins with TEXTUAL_THEME when it is imported, before our themes are known."""
    environment = {**os.environ, "TEXTUAL_THEME": theme}
    command = [sys.executable, "-c", LOOK]
    said = subprocess.run(command, env=environment, cwd=REPO, capture_output=True, text=True, check=True)
    name, brightness = said.stdout.split()
    assert name == theme
    assert (float(brightness) < 0.5) is dark
