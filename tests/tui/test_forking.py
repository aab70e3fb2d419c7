"""Forking from a replay: the way from a fault to a run without it, told what it cost."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import OptionList

from engine import launch
from engine.record import events as ev
from engine.record.config import RunConfig
from engine.record.folder import RunFolder
from engine.record.journal import read
from tests.helpers.durable import config
from tests.helpers.recorded import toasts, visit
from tests.helpers.stage import Stage
from tui.screens import forking
from tui.screens.faults import FaultDialog
from tui.screens.forking import ForkDialog, Wanted, nearest_fault
from tui.screens.replay import ReplayScreen, replay_screen

TWO = "".join(
    f'[[fault]]\nkind = "slow"\ntarget = "{who}"\nat_round = {round_}\nduration_seconds = 5\n'
    for who, round_ in (("Dev1", 1), ("Dev2", 2))
)

Started = list[tuple[RunFolder, Wanted]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """A short run with two faults."""
    chosen: RunConfig = config(model="sim/claude-sonnet-4-6", strategy="decentralized", faults=TWO)
    prepared = launch.prepare(chosen, tmp_path_factory.mktemp("runs"), "parent", {})
    launch.run_here(prepared, {})
    return prepared.folder


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> Started:
    """Forks that were asked for, instead of engines."""
    asked: Started = []

    def start(folder: RunFolder, wanted: Wanted) -> RunFolder:
        asked.append((folder, wanted))
        return folder

    monkeypatch.setattr(forking, "_start", start)
    return asked


def faults(folder: RunFolder) -> list[int]:
    return [e.seq for e in read(folder.events_path).events if isinstance(e, ev.FaultStarted)]


def at(folder: RunFolder, place: str, scene: Callable[[Stage, ReplayScreen], Any]) -> None:
    async def play(stage: Stage) -> None:
        screen = stage.app.screen
        assert isinstance(screen, ReplayScreen)
        await scene(stage, screen)

    visit(lambda: replay_screen(folder, place), play)


def test_n_and_capital_n_go_from_fault_to_fault_and_say_when_there_is_no_more(folder: RunFolder) -> None:
    one, two = faults(folder)

    async def scene(stage: Stage, screen: ReplayScreen) -> None:
        places = []
        for key in ("n", "n", "n", "N", "N"):
            await stage.press(key)
            places.append(screen.replay.state.seq)
        assert places == [one, two, two, one, one]
        assert toasts(stage) == ["No fault after this moment.", "No fault before this moment."]

    at(folder, "seq:1", scene)


def test_the_fault_that_is_left_out_is_the_nearest_and_the_fork_begins_before_it(
    folder: RunFolder, started: Started
) -> None:
    _, two = faults(folder)

    async def scene(stage: Stage, screen: ReplayScreen) -> None:
        found = nearest_fault(screen.replay)
        assert found is not None
        assert found.seq == two
        await stage.press("F")
        assert isinstance(stage.app.screen, ForkDialog)
        assert "without the slow of Dev2 (round 2" in stage.text()
        await stage.press("enter")

    at(folder, f"seq:{two + 3}", scene)
    assert started == [(folder, Wanted(two - 1, without=two))]


@pytest.mark.parametrize(
    ("option", "wanted"), [("same", Wanted(30)), ("strategy-lead", Wanted(30, strategy="lead"))]
)
def test_a_fork_begins_at_the_cursor_as_the_run_was_or_under_another_strategy(
    folder: RunFolder, started: Started, option: str, wanted: Wanted
) -> None:
    async def scene(stage: Stage, screen: ReplayScreen) -> None:
        await stage.press("F")
        listing = stage.app.screen.query_one(OptionList)
        listing.highlighted = listing.get_option_index(option)
        await stage.press("enter")

    at(folder, "seq:30", scene)
    assert started == [(folder, wanted)]


def test_a_fault_is_chosen_in_the_dialog_that_the_live_screen_has(
    folder: RunFolder, started: Started
) -> None:
    async def scene(stage: Stage, screen: ReplayScreen) -> None:
        await stage.press("F")
        listing = stage.app.screen.query_one(OptionList)
        listing.highlighted = listing.get_option_index("fault")
        await stage.press("enter")
        assert isinstance(stage.app.screen, FaultDialog)
        await stage.press("escape")
        assert screen.is_current

    at(folder, "seq:30", scene)
    assert started == []


def test_what_cannot_be_forked_is_told_in_a_sentence(folder: RunFolder, tmp_path: Path) -> None:
    broken = RunFolder(tmp_path / "broken")
    broken.path.mkdir()
    lines = folder.events_path.read_bytes().splitlines(keepends=True)
    broken.events_path.write_bytes(b"".join([*lines[:40], b"{}\n", *lines[40:]]))
    broken.meta_path.write_bytes(folder.meta_path.read_bytes())

    async def scene(stage: Stage, screen: ReplayScreen) -> None:
        await stage.press("F", "enter")
        assert "cannot be forked" in toasts(stage)[-1]
        assert screen.is_current

    at(broken, "seq:9", scene)
