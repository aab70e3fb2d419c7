"""A replay of a run that goes on: it reads what comes, follows the present, holds still, comes back to it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from engine.record import events as ev
from engine.record.folder import RunFolder
from engine.record.journal import append_all, encode
from tests.helpers.recorded import HandClock, visit
from tests.helpers.stage import Stage
from tests.helpers.teamscript import ended
from tests.tui.test_snapshots import SIZES, check
from tui.replaysource import Position, ReplaySource
from tui.screens.live import LiveScreen
from tui.screens.replay import ReplayScreen, replay_screen
from tui.source import ALIVE_SECONDS, TailSource
from tui.widgets.agents import AgentPane

SaveRun = Callable[..., RunFolder]

EVENTS = ended().events
HALF = 150

EVERY_SECONDS = 2.0
"""Between two checks here."""


@pytest.fixture
def folder(tmp_path: Path, save_run: SaveRun) -> RunFolder:
    return save_run(tmp_path / "runs", "20261120-183000-mathutils-3f2a", EVENTS[:HALF])


def read(source: ReplaySource) -> ReplaySource:
    while source.load():
        pass
    source.poll()
    return source


def screen_of(stage: Stage) -> ReplayScreen:
    return next(s for s in stage.app.screen_stack if isinstance(s, ReplayScreen))


async def grow(stage: Stage, folder: RunFolder, events: list[ev.Event]) -> None:
    """The engine writes, and the screen looks twice: it reads in a thread, then shows."""
    append_all(folder.events_path, events)
    for _ in range(2):
        screen_of(stage).flush()
        await stage.settle()


# ---------------------------------------------------------------- the source


def test_what_is_written_meanwhile_is_read_while_the_replay_stands_where_it_was(folder: RunFolder) -> None:
    with folder.hold():
        source = read(ReplaySource(folder))
        source.seek(100)
        grown = [source.grown]
        append_all(folder.events_path, EVENTS[HALF:])
        grown.append(source.grown)
        assert grown == [False, True]
        read(source)
        assert (source.recording.count, source.state.seq, source.grown) == (len(EVENTS), 100, False)
        assert source.loaded


def test_who_stands_in_the_present_goes_on_with_it_until_told_to_stand_still(folder: RunFolder) -> None:
    with folder.hold():
        source = read(ReplaySource(folder))
        source.to_present()
        append_all(folder.events_path, EVENTS[HALF:200])
        read(source)
        assert (source.state.seq, source.following, source.position) == (200, True, EVENTS[199].ts)
        source.toggle()
        append_all(folder.events_path, EVENTS[200:])
        read(source)
        assert (source.state.seq, source.following, source.playing) == (200, False, False)


def test_playing_that_reaches_the_present_goes_on_with_it(folder: RunFolder) -> None:
    clock = HandClock()
    with folder.hold():
        source = read(ReplaySource(folder, real=clock))
        source.seek(HALF - 1)
        source.change_speed(6)
        source.toggle()
        clock.now += 1.0
        source.poll()
        assert (source.following, source.playing) == (True, False)
        append_all(folder.events_path, EVENTS[HALF:])
        assert read(source).state.seq == len(EVENTS)


@pytest.mark.parametrize("move", [lambda s: s.step(-1), lambda s: s.step_round(-1), lambda s: s.seek(3)])
def test_any_move_leaves_the_present(folder: RunFolder, move: Callable[[ReplaySource], None]) -> None:
    with folder.hold():
        source = read(ReplaySource(folder))
        source.to_present()
        move(source)
        place = source.state.seq
        append_all(folder.events_path, EVENTS[HALF:])
        assert read(source).state.seq == place < HALF


def test_the_end_of_a_run_that_is_over_is_no_present(folder: RunFolder) -> None:
    source = read(ReplaySource(folder))
    source.to_present()
    source.poll()
    assert (source.state.seq, source.following) == (HALF, False)
    source.toggle()
    assert source.playing
    assert source.state.seq == 1


def test_when_the_engine_has_gone_its_last_words_are_read_and_the_replay_stands(folder: RunFolder) -> None:
    clock = HandClock()
    with folder.hold():
        source = read(ReplaySource(folder, real=clock))
        source.to_present()
        append_all(folder.events_path, EVENTS[HALF:])
    clock.now += ALIVE_SECONDS
    source.poll()
    assert source.following  # there is more to read
    read(source)
    assert (source.state.seq, source.following, source.going) == (len(EVENTS), False, False)


def test_half_a_line_waits_for_its_end_and_is_torn_only_once_nobody_writes(folder: RunFolder) -> None:
    clock = HandClock()
    line = encode(EVENTS[HALF])
    with folder.hold():
        source = read(ReplaySource(folder, real=clock))
        source.to_present()
        with folder.events_path.open("ab") as file:
            file.write(line[:20])
        assert source.grown
        read(source)
        assert (source.state.seq, source.grown, source.note) == (HALF, False, "")
        with folder.events_path.open("ab") as file:
            file.write(line[20:] + encode(EVENTS[HALF + 1])[:9])
        assert read(source).state.seq == HALF + 1
    clock.now += ALIVE_SECONDS
    source.poll()
    assert "is torn after 9 bytes and was dropped" in source.note


# ---------------------------------------------------------------- the screen


def test_capital_l_returns_to_the_present_and_the_header_says_what_the_team_does(folder: RunFolder) -> None:
    async def scene(stage: Stage) -> None:
        assert "replay, team goes on" in stage.lines()[0]
        assert "paused" in stage.lines()[-2]
        await stage.press("L")
        assert screen_of(stage).replay.state.seq == HALF
        assert "replay, live" in stage.lines()[0]
        await grow(stage, folder, EVENTS[HALF:200])
        assert screen_of(stage).replay.state.seq == 200
        assert "live" in stage.lines()[-2]
        await stage.press("space")
        await grow(stage, folder, EVENTS[200:])
        assert screen_of(stage).replay.state.seq == 200
        assert "replay, team has stopped" in stage.lines()[0]
        assert f"200/{len(EVENTS)}" in stage.lines()[-2]

    with folder.hold():
        visit(lambda: replay_screen(folder, "seq:100"), scene)


def test_the_present_shows_the_end_of_every_panel_again(folder: RunFolder) -> None:
    async def scene(stage: Stage) -> None:
        pane = next(p for p in screen_of(stage).view.panels if isinstance(p, AgentPane))
        pane.focus()
        await stage.press("up", "up")
        assert not pane.follow
        await stage.press("L")
        assert pane.follow

    with folder.hold():
        visit(lambda: replay_screen(folder, "end"), scene)


def test_a_run_that_is_over_has_no_present_to_go_to(folder: RunFolder) -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("L")
        assert screen_of(stage).replay.state.seq == 100
        assert " L live" not in stage.lines()[-1]

    visit(lambda: replay_screen(folder, "seq:100"), scene)


def test_from_a_live_screen_one_looks_back_and_returns_to_the_team(folder: RunFolder) -> None:
    async def scene(stage: Stage) -> None:
        live = stage.app.screen
        assert isinstance(live, LiveScreen)
        live.flush()
        await stage.settle()
        await stage.press("R")
        assert screen_of(stage).replay.state.seq == HALF
        assert not screen_of(stage).replay.playing
        await stage.press("left_square_bracket", "L")
        assert stage.app.screen is live

    with folder.hold():
        visit(lambda: LiveScreen(TailSource(folder, meta=folder.read_meta()), None, folder), scene)


@pytest.mark.parametrize("size", SIZES)
def test_pictures_of_a_replay_in_the_past_of_a_run_that_goes_on(folder: RunFolder, size: str) -> None:
    shown: list[str] = []

    async def scene(stage: Stage) -> None:
        shown[:] = stage.lines()

    with folder.hold():
        visit(lambda: replay_screen(folder, "seq:100"), scene, size=SIZES[size])
    check(f"replay-going-{size}", shown)


# ---------------------------------------------------------------- anomalies


def test_anomalies_of_the_whole_journal_are_marked_wherever_the_replay_stands(
    tmp_path: Path, save_run: SaveRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.checks.EVERY_SECONDS", EVERY_SECONDS)
    clock = HandClock()
    folder = save_run(tmp_path / "runs", "run", EVENTS)
    source = ReplaySource(folder, real=clock)

    async def scene(stage: Stage) -> None:
        for _ in range(2):  # what is shown is checked first, then the whole
            clock.now += EVERY_SECONDS
            screen_of(stage).flush()
            await stage.settle()
        assert source.anomalies
        slider = stage.lines()[-2]
        assert slider.count("!") >= 1
        await stage.press("b")
        assert source.state.seq == source.anomalies[0]
        await stage.press("end", "B")
        assert source.state.seq == source.anomalies[-1]

    visit(lambda: ReplayScreen(folder, Position("start"), source=source), scene)
