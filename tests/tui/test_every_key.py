"""Every key of the live screen, its panels and dialogs, and of the summary does something that is seen.

What it does is tested beside each; this holds that no key is bound to nothing, now and after changes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual.screen import Screen

from engine.record.folder import RunFolder
from tests.helpers.recorded import toasts, visit
from tests.helpers.stage import Stage, staged
from tests.helpers.teamscript import ended, scripted
from tui.app import TOASTS_MAX
from tui.checks import Checks
from tui.keys import APP, HOLD, MOVE, READ, TEAM, TIMELINE, VIEW, VIEWED
from tui.replaysource import parse_position
from tui.screens.arranging import LayoutDialog
from tui.screens.details import HelpDialog, TurnDialog
from tui.screens.dialogs import MessageDialog, QuitDialog
from tui.screens.exporting import ExportDialog
from tui.screens.faults import FaultDialog
from tui.screens.going import LEAVE
from tui.screens.replay import ReplayScreen, replay_screen
from tui.screens.replaykeys import REPLAY
from tui.screens.stories import AgentDialog, DeedsDialog, PathDialog, PromptDialog, TaskDialog
from tui.screens.summary import SUMMARY, SummaryScreen
from tui.widgets.panel import Panel

BEFORE: dict[str, tuple[str, ...]] = {
    "view.back": ("1",),
    "view.present": ("space",),
    "read.copy_turn": ("tab",),
    "read.fault": ("N",),
    "read.conflict": ("X", "X"),
    "read.failure": ("E", "E"),
    "move.up": ("down",),
    "move.page_up": ("end",),
    "move.home": ("end",),
    "time.in": ("t",),
    "time.out": ("t", "i"),
    "time.earlier": ("t", "i"),
    "time.later": ("t", "i", "h"),
}
"""What has to be so for a key to have something to do: keys that are pressed first."""

ELSEWHERE = {
    "app.suspend": "needs a terminal: tests/e2e/test_clean_terminal.py",
    "read.anomaly": "needs findings: tests/tui/test_findings.py",
    "read.anomaly_back": "needs findings: tests/tui/test_findings.py",
    "layout.forget": "needs a saved layout: tests/tui/test_layouts.py",
    "story.read": "needs a journal that has grown: tests/tui/test_stories.py",
}
"""Keys that a stage without a terminal and a run like this cannot show, and where they are tested."""

LIVE_KEYS = [
    (key.id, name)
    for key in (*TEAM, *VIEW, *READ, *HOLD, *MOVE, *TIMELINE, *VIEWED, *APP)
    if key.id not in ELSEWHERE
    for name in key.keys.split(",")
]


def seen(stage: Stage) -> tuple[object, ...]:
    """All that a person could notice, and what the engine was told."""
    focused = stage.app.screen.focused
    marked = focused.marked() if isinstance(focused, Panel) else None
    stack = [type(screen).__name__ for screen in stage.app.screen_stack]
    return stack, stage.text(), id(focused), marked, list(stage.controller.sent), toasts(stage)


async def reset(stage: Stage) -> None:
    """The live screen as it is at first."""
    while stage.app.screen is not stage.live:
        stage.app.pop_screen()
    stage.controller.sent.clear()
    live = stage.live
    live.end_search()
    live.view.zoom(None)
    live.action_present()
    if (board := live.view.panel("tasks")) is not None:
        board.focus()
        board.action_home()
    await stage.rest()
    stage.app.clear_notifications()


async def press(stage: Stage, name: str, *first: str) -> bool:
    for key in first:
        await stage.press(key)
    stage.app.clear_notifications()
    await stage.rest()
    before = seen(stage)
    await stage.press(name)
    return seen(stage) != before


def test_every_key_of_the_live_screen_and_its_panels_does_something() -> None:
    async def run() -> list[tuple[str, str]]:
        idle = []
        async with staged(scripted().events, size=(120, 36)) as stage:
            stage.source.checks = checks = Checks(stage.source.upto)
            checks.make(stage.source.state.seq)
            for key_id, name in LIVE_KEYS:
                await reset(stage)
                if not await press(stage, name, *BEFORE.get(key_id, ())):
                    idle.append((key_id, name))
        return idle

    assert asyncio.run(run()) == []


DIALOGS: dict[str, tuple[Callable[[Stage], Screen[Any]], dict[str, tuple[str, ...]]]] = {
    "fault": (lambda s: FaultDialog(s.source.state), {}),
    "message": (lambda s: MessageDialog(s.source.state), {}),
    "quit": (lambda s: QuitDialog(), {}),
    "layout": (lambda s: LayoutDialog(s.live.view, (), ""), {}),
    "export": (lambda s: ExportDialog("."), {}),
    "help": (lambda s: HelpDialog([]), {}),
    "turn": (lambda s: TurnDialog(s.source, "Dev1"), {"turn.after": ("left",)}),
    "agent": (lambda s: AgentDialog(s.source, "Dev1"), {}),
    "file": (lambda s: PathDialog(s.source, "add.py"), {}),
    "task": (lambda s: TaskDialog(s.source, "1"), {}),
    "prompt": (lambda s: PromptDialog(s.source, "Dev1", 1), {"prompt.before": ("right",)}),
    "deeds": (lambda s: DeedsDialog(s.source, ()), {}),
}


@pytest.mark.deep
@pytest.mark.parametrize("name", DIALOGS)
def test_every_key_of_a_dialog_does_something(name: str) -> None:
    make, before = DIALOGS[name]

    async def run() -> list[str]:
        idle = []
        async with staged(scripted().events, size=(120, 36)) as stage:
            kind = type(make(stage))
            bindings = {
                (binding.id, key)
                for base in kind.__mro__
                for binding in vars(base).get("BINDINGS", ())
                if getattr(binding, "id", None) and base.__module__.startswith("tui.")
                if binding.id not in ELSEWHERE
                for key in binding.key.split(",")
            }
            assert bindings
            for key_id, key in sorted(bindings):
                await reset(stage)
                stage.app.push_screen(make(stage))
                await stage.settle()
                if not await press(stage, key, *before.get(key_id, ())):
                    idle.append(f"{key_id} {key}")
        return idle

    assert asyncio.run(run()) == []


@pytest.mark.parametrize(
    "key", [key for key in (*SUMMARY, *LEAVE) if key.id != "app.suspend"], ids=lambda k: k.id
)
def test_every_key_of_the_summary_does_something(key: Any, tmp_path: Path, save_run: Any) -> None:
    folder: RunFolder = save_run(tmp_path, "ended", ended().events)

    async def scene(stage: Stage) -> None:
        assert await press(stage, key.keys.split(",")[0]) or not stage.app.is_running

    visit(lambda: SummaryScreen(folder, [tmp_path]), scene)


STILL: dict[str, tuple[list[Any], bool]] = {
    "an ended run": (ended().events, True),
    "a recording": (scripted().events, False),
    "a run that is yet to begin": ([], True),
}
"""Runs in which many keys have nothing to do, and whether an engine is there."""


@pytest.mark.parametrize("kind", STILL)
def test_a_key_that_does_not_apply_says_why(kind: str) -> None:
    events, live = STILL[kind]
    keys = [key for key in (*TEAM, *VIEW, *READ, *HOLD) if "(" not in key.action]  # panels say it themselves

    async def run() -> dict[str, list[str]]:
        said = {}
        async with staged(events, size=(80, 24), live=live) as stage:
            for key in keys:
                if key.applies(stage.live.moment):
                    continue
                await reset(stage)
                before = seen(stage)
                await stage.press(key.keys.split(",")[0])
                assert seen(stage)[:1] == before[:1]
                assert not stage.controller.sent
                said[key.id] = toasts(stage)
        return said

    said = asyncio.run(run())
    assert "team.pause" in said
    assert {key: len(words) for key, words in said.items()} == dict.fromkeys(said, 1)
    assert all(words[0].endswith(".") and len(words[0]) < 90 for words in said.values())


@pytest.mark.parametrize("at", ["seq:1", "end"])
def test_every_key_of_a_replay_does_something_at_either_end(at: str, tmp_path: Path, save_run: Any) -> None:
    folder: RunFolder = save_run(tmp_path, "ended", ended().events)
    idle = []

    async def scene(stage: Stage) -> None:
        home = stage.app.screen
        for key in REPLAY:
            for name in key.keys.split(","):
                while stage.app.screen is not home:
                    stage.app.pop_screen()
                assert isinstance(home, ReplayScreen)
                home.end_search()
                home.view.zoom(None)
                home.replay.go(parse_position(at))
                home.replay.pause()
                await stage.rest()
                if not await press(stage, name):
                    idle.append((key.id, name))

    visit(lambda: replay_screen(folder, at), scene, size=(80, 24))
    assert idle == []


def test_what_is_said_again_stands_there_once_and_no_more_than_leaves_the_screen_free() -> None:
    async def run() -> tuple[list[str], list[str]]:
        async with staged(ended().events, size=(80, 24)) as stage:
            await stage.press("p", "p", "p")
            once = toasts(stage)
            for number in range(2 * TOASTS_MAX):
                stage.app.say(f"sentence {number}")
                await stage.rest()
            return once, toasts(stage)

    once, many = asyncio.run(run())
    assert len(once) == 1
    assert many == [f"sentence {number}" for number in range(TOASTS_MAX, 2 * TOASTS_MAX)]


@pytest.mark.parametrize(("keys", "word"), [("o", "whole run"), ("h", "whole run"), ("i" * 12, "One second")])
def test_the_timeline_says_where_it_cannot_be_moved_or_zoomed(keys: str, word: str) -> None:
    async def run() -> list[str]:
        async with staged(scripted().events, size=(80, 24)) as stage:
            await stage.press("t", *keys)
            return toasts(stage)

    said = asyncio.run(run())
    assert len(said) == 1
    assert word in said[0]
