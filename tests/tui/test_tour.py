"""The guided tour: it plays by itself over the shipped sample, and obeys three keys."""

from __future__ import annotations

import json

import pytest

from engine.record.folder import RunFolder
from engine.store import samples_dir
from tests.helpers.recorded import HandClock, toasts, visit
from tests.helpers.stage import Stage
from tests.tui.test_snapshots import SIZES, check
from tui.replaysource import ReplaySource
from tui.screens.findings import FindingsScreen
from tui.screens.summary import SummaryScreen
from tui.screens.tour import CAPTION_ROWS, STOPS, Stop, TourScreen
from tui.widgets.spans import wrap


@pytest.fixture
def folder() -> RunFolder:
    samples = samples_dir()
    assert samples is not None
    return RunFolder(samples / "sample-team")


def tour(folder: RunFolder, clock: HandClock) -> TourScreen:
    return TourScreen(folder, source=ReplaySource(folder, real=clock))


async def pass_by(stage: Stage, clock: HandClock, seconds: float) -> None:
    clock.now += seconds
    screen = stage.app.screen
    if isinstance(screen, TourScreen):
        screen.flush()
        screen.paint()
    await stage.settle()


def test_it_goes_by_itself_past_every_stop_to_the_summary_in_two_minutes(folder: RunFolder) -> None:
    clock = HandClock()
    told: list[str] = []

    async def scene(stage: Stage) -> None:
        screen = stage.app.screen
        assert isinstance(screen, TourScreen)
        for number, stop in enumerate(STOPS):
            assert screen.place == number
            assert f"{number + 1}/{len(STOPS)} {stop.title}:" in stage.text()
            assert (screen.view.full or "") == stop.panel
            told.append(stop.title)
            await pass_by(stage, clock, stop.seconds - 0.5)
            assert screen.place == number
            await pass_by(stage, clock, 1.0)
        assert isinstance(stage.app.screen, SummaryScreen)
        speedup = json.loads(folder.summary_path.read_text())["speedup"]
        assert speedup < 1  # as the captions have it
        assert f"{speedup:.2f}×" in stage.text()
        assert "teamtop run" in toasts(stage)[-1]

    visit(lambda: tour(folder, clock), scene)
    assert len(told) == 8
    assert 100 <= sum(stop.seconds for stop in STOPS) <= 130


def test_space_goes_on_left_goes_back_and_escape_leaves(folder: RunFolder) -> None:
    async def scene(stage: Stage) -> None:
        screen = stage.app.screen
        assert isinstance(screen, TourScreen)
        seen = []
        for key in ("space", "enter", "left", "left", "left", "space"):
            await stage.press(key)
            seen.append(screen.place)
        assert seen == [1, 2, 1, 0, 0, 1]
        await stage.press("escape")
        assert not stage.app.is_running

    visit(lambda: tour(folder, HandClock()), scene)


def test_the_findings_open_from_the_last_stop_and_lead_back(folder: RunFolder) -> None:
    clock = HandClock()

    async def scene(stage: Stage) -> None:
        screen = stage.app.screen
        assert isinstance(screen, TourScreen)
        await stage.press(*["space"] * (len(STOPS) - 1))
        assert screen.replay.checks is not None
        screen.replay.checks.make(screen.replay.recording.count)
        screen.paint()
        await stage.press("c")
        opened = stage.app.screen
        assert isinstance(opened, FindingsScreen)
        await stage.press("escape")
        assert stage.app.screen == screen
        assert screen.place == len(STOPS) - 1

    visit(lambda: tour(folder, clock), scene)


def test_what_a_caption_speaks_of_is_on_the_screen(folder: RunFolder) -> None:
    clock = HandClock()

    async def scene(stage: Stage) -> None:
        screen = stage.app.screen
        assert isinstance(screen, TourScreen)
        for stop in STOPS:
            await pass_by(stage, clock, 1.0)
            if stop.panel == "locks":
                assert screen.replay.state.locks.held
            if stop.at == "fault":
                assert "Dev3" in stop.text
                assert any(f.kind == "crash" for f in screen.replay.state.faults.active.values())
            if stop.panel == "timeline":
                assert "Dev4" in stage.text()
            await stage.press("space")

    visit(lambda: tour(folder, clock), scene)


@pytest.mark.parametrize("stop", STOPS, ids=lambda stop: stop.title)
def test_every_caption_fits_into_eighty_cells(stop: Stop) -> None:
    number = STOPS.index(stop) + 1
    text = f"{number}/{len(STOPS)} {stop.title}: {stop.text}"
    assert " ".join(wrap(text, 78, CAPTION_ROWS)) == text


@pytest.mark.parametrize("size", SIZES)
def test_the_tour_at_the_fault(folder: RunFolder, size: str) -> None:
    lines: list[str] = []

    async def scene(stage: Stage) -> None:
        screen = stage.app.screen
        assert isinstance(screen, TourScreen)
        await stage.press(*["space"] * 4)
        while screen.replay.state.seq < screen.replay.target:  # a busy machine folds in several looks
            screen.flush()
            await stage.settle()
        screen.paint()
        await stage.settle()
        lines.extend(stage.lines())

    visit(lambda: tour(folder, HandClock()), scene, size=SIZES[size])
    check(f"tour-{size}", lines)
