"""Whatever a key does is in the palette, in the help and in the keymap; whatever is seen has its own help."""

from __future__ import annotations

import asyncio
import importlib
import inspect
import pkgutil
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from textual.screen import ModalScreen, Screen

import tui.screens
from engine.record.folder import RunFolder
from tests.helpers.recorded import visit
from tests.helpers.stage import Stage, staged
from tests.helpers.teamscript import ended, scripted
from tui import config, keymap
from tui.help import PANEL_HELP, about, dialog_page, front_page
from tui.keys import bindings_of
from tui.screens.arranging import LayoutDialog
from tui.screens.browser import BrowserScreen
from tui.screens.compare import CompareScreen
from tui.screens.details import HelpDialog, TurnDialog
from tui.screens.dialogs import Dialog, MessageDialog, QuitDialog
from tui.screens.exporting import ExportDialog
from tui.screens.faults import FaultDialog
from tui.screens.links import LinkDialog
from tui.screens.notes import TagsDialog
from tui.screens.replay import ReplayScreen
from tui.screens.stories import AgentDialog, PathDialog, PromptDialog, TaskDialog
from tui.screens.summary import SummaryScreen
from tui.screens.trashing import TrashDialog
from tui.viewhelp import VIEW_HELP
from tui.widgets.layout import CHOICES

BASES = {
    "Dialog",
    "PageDialog",
    "StoryDialog",
    "RunScreen",
    "Reading",
    "WithLayouts",
    "FormDialog",
    "Keeping",
}
"""Classes that nobody has in front: others are made from them."""


def classes() -> list[type[Screen[Any]]]:
    found = []
    for module in pkgutil.iter_modules(tui.screens.__path__):
        members = vars(importlib.import_module(f"tui.screens.{module.name}"))
        found += [
            value
            for value in members.values()
            if inspect.isclass(value) and issubclass(value, Screen) and value.__module__.endswith(module.name)
        ]
    return [kind for kind in found if kind.__name__ not in BASES]


@pytest.mark.parametrize("kind", classes(), ids=lambda kind: kind.__name__)
def test_every_screen_page_and_dialog_has_help_of_its_own(kind: type[Screen[Any]]) -> None:
    title, text = VIEW_HELP[getattr(kind, "ABOUT", "")]
    assert title
    assert len(text) > 60


def test_no_help_is_left_over_and_every_panel_has_some() -> None:
    assert {getattr(kind, "ABOUT", "") for kind in classes()} == set(VIEW_HELP) - {"trash"} | {"trash"}
    assert set(CHOICES) == set(PANEL_HELP)
    for word in ("Amdahl", "section 3", "section 4"):
        assert word in VIEW_HELP["summary"][1]


def test_every_dialog_is_known_to_the_keymap() -> None:
    titles = {f"the dialog “{VIEW_HELP[about_of(k)][0]}”" for k in classes() if issubclass(k, Dialog)}
    assert titles == set(keymap.dialogs())


def about_of(kind: type[Screen[Any]]) -> str:
    return str(getattr(kind, "ABOUT", ""))


def tooltips(kinds: Iterable[type]) -> set[str]:
    return {binding.tooltip for kind in kinds for binding in bindings_of(kind)}


def offered(stage: Stage) -> set[str]:
    return {command.help for command in stage.app.get_system_commands(stage.app.screen)}


def seen_in_help(screen: Screen[Any], stage: Stage) -> str:
    modal = isinstance(screen, ModalScreen)
    page = dialog_page(screen) if modal else front_page(screen, stage.app.screen_keys)
    return "\n".join(part.label + part.text for part in page)


def applies(stage: Stage) -> set[str]:
    """Tooltips of what the keys of the screen can do at this moment."""
    screen = stage.app.screen
    moment = getattr(screen, "moment", None)
    return {
        key.tooltip
        for key in getattr(screen, "KEYS", ())
        if key.id != "app.palette" and (moment is None or key.applies(moment))
    }


def look(stage: Stage) -> None:
    """Whatever the keyboard does here is in the palette and in the help, with words to it."""
    screen = stage.app.screen
    ours = [
        active.binding
        for active in screen.active_bindings.values()
        if active.binding.id and not active.binding.id.startswith(("app.", "input."))
    ]
    assert ours
    text = seen_in_help(screen, stage)
    for binding in ours:
        assert binding.tooltip, binding
        assert binding.tooltip in text, f"not in the help of {screen}: {binding}"
        assert binding.id in keymap.named(), f"nobody can remap {binding}"
    commands = offered(stage)
    if isinstance(screen, ModalScreen):
        assert tooltips([type(screen)]) <= commands
    else:
        assert applies(stage) <= commands
        focused = screen.focused
        if focused is not None:
            assert tooltips([type(focused)]) <= commands
    assert about(screen) in VIEW_HELP


def play(scene: Callable[[Stage], Awaitable[None]]) -> None:
    async def run() -> None:
        async with staged(scripted().events) as stage:
            await scene(stage)

    asyncio.run(run())


def test_the_live_screen_its_panels_and_its_dialogs_offer_all_that_they_do() -> None:
    async def scene(stage: Stage) -> None:
        for panel in CHOICES:
            stage.live.view.zoom(panel)
            await stage.rest()
            look(stage)
            stage.live.view.zoom(None)
        source, state = stage.source, stage.source.state
        for dialog in (
            *(TurnDialog(source, "Dev1"), AgentDialog(source, "Dev1"), PathDialog(source, "add.py")),
            *(PromptDialog(source, "Dev1", 1), TaskDialog(source, "1"), HelpDialog([])),
            *(
                FaultDialog(state),
                MessageDialog(state),
                QuitDialog(),
                ExportDialog("."),
                LinkDialog([], stage.live.names(state)),
            ),
            *(TagsDialog("x", ()), TrashDialog(()), LayoutDialog(stage.live.view, (), "")),
        ):
            stage.app.push_screen(dialog)
            await stage.settle()
            look(stage)
            stage.app.pop_screen()

    play(scene)


@pytest.mark.parametrize("kind", ["browser", "summary", "replay", "compare"])
def test_other_screens_offer_all_that_they_do(kind: str, tmp_path: Path, save_run: Any) -> None:
    folder: RunFolder = save_run(tmp_path, "one", ended().events)
    other: RunFolder = save_run(tmp_path, "two", ended().events)
    screens: dict[str, Callable[[], Screen[Any]]] = {
        "browser": lambda: BrowserScreen([tmp_path]),
        "summary": lambda: SummaryScreen(folder, [tmp_path]),
        "replay": lambda: ReplayScreen(folder),
        "compare": lambda: CompareScreen((folder, other), [tmp_path]),
    }

    async def scene(stage: Stage) -> None:
        look(stage)
        await stage.press("f1")
        assert isinstance(stage.app.screen, HelpDialog)
        assert VIEW_HELP[about(stage.app.screen_stack[-2])][0] in stage.text()

    visit(screens[kind], scene)


def test_f1_says_what_a_dialog_is_about_and_question_mark_what_a_page_is() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("m", "f1")
        assert VIEW_HELP["message"][0] in stage.text()
        assert "Close without doing anything" in stage.text()
        await stage.press("f1")
        assert isinstance(stage.app.screen, MessageDialog)
        await stage.press("escape", "enter")
        page = stage.app.screen
        await stage.press("question_mark")
        assert VIEW_HELP[about(page)][0] in stage.text()
        assert "What the page says" in stage.text()

    play(scene)


def test_the_help_of_a_screen_begins_with_the_panel_that_has_the_keyboard() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("4", "question_mark")
        lines = stage.text()
        assert lines.index("Measured speedup over completed tasks") < lines.index("The live screen")

    play(scene)


def test_an_action_of_a_panel_and_one_of_a_dialog_run_from_the_palette() -> None:
    async def scene(stage: Stage) -> None:
        def run(title: str) -> None:
            commands = {each.title: each for each in stage.app.get_system_commands(stage.app.screen)}
            commands[title].callback()

        await stage.press("1")
        run("Next view (g)")
        await stage.settle()
        assert "by status" in stage.text()
        await stage.press("m")
        run("Cancel (esc)")
        await stage.settle()
        assert stage.app.screen is stage.live

    play(scene)


def test_keys_of_panels_and_dialogs_can_be_chosen_too(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "teamtop" / "config.toml"
    file.parent.mkdir()
    file.write_text('[keys]\n"quit.stop" = "x"\n"view.next" = "f7"\n"turn.prompt" = "left"\n')
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    problems = keymap.check(config.load().keys)[1]
    assert problems == [
        "turn.prompt = “left” is left out: on the dialog “A turn” left is turn.before already."
    ]

    async def scene(stage: Stage) -> None:
        await stage.press("1", "f7")
        assert "by status" in stage.text()
        await stage.press("q", "s")
        assert isinstance(stage.app.screen, QuitDialog)
        await stage.press("x")
        assert [type(command).__name__ for command in stage.controller.sent] == ["Stop"]

    play(scene)
