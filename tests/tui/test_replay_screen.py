"""The replay screen: every key of the transport, the same panels as live, damage, hostile text."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, cast

import pytest
from textual.widgets import Input

from engine.errors import UsageError
from engine.record import events as ev
from engine.record.folder import RunFolder
from engine.record.journal import encode
from tests.helpers.recorded import HOSTILE, HandClock, opened, shoot, toasts, typed, visit
from tests.helpers.stage import Stage, staged
from tests.helpers.teamscript import Script, ended, scripted
from tests.tui.test_snapshots import SIZES, check
from tui.replaysource import Position, ReplaySource
from tui.screens.details import TurnDialog
from tui.screens.goto import GoToDialog
from tui.screens.replay import ReplayScreen, replay_screen
from tui.screens.replaykeys import REPLAY
from tui.screens.summary import SummaryScreen
from tui.widgets.transport import Transport
from tui.widgets.transport_rows import transport_row

Scene = Callable[[Stage], Awaitable[None]]
SaveRun = Callable[..., RunFolder]


@pytest.fixture
def folder(tmp_path: Path, save_run: SaveRun) -> RunFolder:
    return save_run(tmp_path / "runs", "20261120-183000-mathutils-3f2a", ended().events)


def screen_of(stage: Stage) -> ReplayScreen:
    return next(s for s in stage.app.screen_stack if isinstance(s, ReplayScreen))


def play(folder: RunFolder, *keys: str, at: str = "seq:100") -> ReplaySource:
    """The replay's source after keys were pressed at a place (empty: at the beginning)."""
    sources: list[ReplaySource] = []

    async def scene(stage: Stage) -> None:
        sources.append(screen_of(stage).replay)
        if keys:
            await stage.press(*keys)

    visit(lambda: replay_screen(folder, at), scene)
    return sources[0]


# ---------------------------------------------------------------- keys


def test_a_replay_without_a_place_plays_at_once_and_one_with_a_place_stands_there(folder: RunFolder) -> None:
    playing = play(folder, at="")
    standing = play(folder, at="round:3")
    assert playing.playing
    assert not standing.playing
    assert isinstance(standing.recording.event(standing.state.seq), ev.RoundStarted)
    assert standing.state.round == 3


@pytest.mark.parametrize(
    ("keys", "seq"),
    [
        (("right",), 101),
        (("left",), 99),
        (("left", "left", "right"), 99),
        (("home",), 1),
        (("end",), len(ended().events)),
        (("end", "left"), len(ended().events) - 1),
        (("tab", "tab", "home"), 1),  # whatever has the keyboard
        (("tab", "right", "end"), len(ended().events)),
    ],
)
def test_keys_move_by_events_and_to_the_ends(folder: RunFolder, keys: tuple[str, ...], seq: int) -> None:
    assert play(folder, *keys).state.seq == seq


def test_brackets_move_by_rounds(folder: RunFolder) -> None:
    starts = [event.seq for event in ended().events if isinstance(event, ev.RoundStarted)]
    here = next(place for place, seq in enumerate(starts) if seq > 100)
    assert play(folder, *typed("]")).state.seq == starts[here]
    assert play(folder, *typed("[")).state.seq == starts[here - 1]
    assert play(folder, *typed("][")).state.seq == starts[here - 1]


def test_braces_move_by_turns(folder: RunFolder) -> None:
    turns = [event.seq for event in ended().events if isinstance(event, ev.TurnStarted)]
    here = next(place for place, seq in enumerate(turns) if seq > 100)
    assert play(folder, "right_curly_bracket").state.seq == turns[here]
    assert play(folder, "left_curly_bracket").state.seq == turns[here - 1]
    assert play(folder, "right_curly_bracket", "left_curly_bracket").state.seq == turns[here - 1]


def test_a_task_is_a_place_by_number_and_by_name(folder: RunFolder) -> None:
    claimed = next(e.seq for e in ended().events if isinstance(e, ev.TaskClaimed) and e.task == "5")
    assert play(folder, "colon", *typed("task:5"), "enter").state.seq == claimed
    assert play(folder, "colon", *typed("task:variance"), "enter").state.seq == claimed
    assert play(folder, "colon", *typed("task:nothing"), "enter").state.seq == 100


def test_plus_doubles_the_speed_and_minus_halves_it(folder: RunFolder) -> None:
    assert play(folder, "plus", "plus", "minus", "equals_sign").speed == 4.0
    assert play(folder, "minus", "minus", "minus").speed == 0.25


def test_space_plays_and_pauses(folder: RunFolder) -> None:
    assert play(folder, "space").playing
    assert not play(folder, "space", "space").playing


def test_playing_moves_the_panels_as_the_clock_moves(folder: RunFolder) -> None:
    clock = HandClock()

    async def scene(stage: Stage) -> None:
        screen = screen_of(stage)
        await stage.press("space")
        clock.now += 0.9
        screen.flush()
        await stage.pilot.pause()
        assert screen.replay.position == pytest.approx(0.9)
        assert "00:00/01:12" in stage.text()
        for _ in range(5):
            clock.now += 1.0
            screen.flush()
        await stage.pilot.pause()
        assert "00:05/01:12" in stage.text()
        assert "playing" in stage.text()

    visit(
        lambda: ReplayScreen(folder, Position("start"), source=ReplaySource(folder, real=clock)),
        scene,
    )


def test_the_place_of_a_go_to_can_be_typed(folder: RunFolder) -> None:
    assert play(folder, "colon", *typed("r4"), "enter").state.round == 4
    assert play(folder, "colon", *typed("seq:17"), "enter").state.seq == 17
    assert play(folder, "colon", *typed("00:30"), "enter").position == 30.0
    assert play(folder, "colon", *typed("end"), "enter").at_end
    assert play(folder, "colon", "enter").state.seq == 100
    assert play(folder, "colon", *typed("r4"), "escape").state.seq == 100


def test_a_place_that_makes_no_sense_is_explained_and_can_be_mended(folder: RunFolder) -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("colon", *typed("[/]"), "enter")
        assert "Write seq:812" in stage.text()
        stage.app.screen.query_one(Input).value = "round:99"
        await stage.press("enter")
        assert "Round 99 was not recorded: the journal holds rounds 1 to 7." in stage.text()
        stage.app.screen.query_one(Input).value = "round:2"
        await stage.press("enter")
        assert not isinstance(stage.app.screen, GoToDialog)
        assert screen_of(stage).replay.state.round == 2

    visit(lambda: replay_screen(folder, "seq:100"), scene)


def test_a_place_on_the_command_line_that_makes_no_sense_is_a_usage_error(folder: RunFolder) -> None:
    with pytest.raises(UsageError, match='--at "nowhere" is no place in a run'):
        replay_screen(folder, "nowhere")


def test_a_place_that_was_not_recorded_is_said_and_the_end_is_shown(folder: RunFolder) -> None:
    async def scene(stage: Stage) -> None:
        assert screen_of(stage).replay.at_end
        assert toasts(stage) == ["Round 77 was not recorded: the journal holds rounds 1 to 7."]

    visit(lambda: replay_screen(folder, "round:77"), scene)


def test_buttons_and_slider_take_the_mouse(folder: RunFolder) -> None:
    async def scene(stage: Stage) -> None:
        screen = screen_of(stage)
        line = screen.query_one(Transport)
        assert line.data is not None
        places = {place.action: place for place in transport_row(line.data, line.size.width)[1]}
        await stage.pilot.click(line, offset=(places["event(1)"].start, 0))
        assert screen.replay.state.seq == 101
        await stage.pilot.click(line, offset=(places["start"].start, 0))
        assert screen.replay.state.seq == 1
        await stage.pilot.click(line, offset=(places["seek"].end - 2, 0))
        assert screen.replay.at_end

    visit(lambda: replay_screen(folder, "seq:100"), scene)


def test_w_saves_the_faults_that_people_injected_as_a_plan(folder: RunFolder) -> None:
    injected = [event for event in ended().events if isinstance(event, ev.FaultStarted)]

    async def scene(stage: Stage) -> None:
        await stage.press("w")
        assert toasts(stage)[-1].startswith("Saved as a plan")
        saved = [path for path in folder.path.iterdir() if path.suffix == ".toml"]
        assert len(saved) == 1
        assert saved[0].read_text().count("[[") == len(injected) > 0

    visit(lambda: replay_screen(folder, "end"), scene)


def test_escape_never_leaves_a_replay_and_says_what_does(folder: RunFolder) -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("3", "escape", "escape", "escape")
        assert isinstance(stage.app.screen, ReplayScreen)
        assert "q leaves the replay" in toasts(stage)[-1]

    visit(lambda: replay_screen(folder, "end"), scene)


def test_panels_and_details_work_as_in_a_live_run(folder: RunFolder) -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("3")
        assert screen_of(stage).view.full == "locks"
        await stage.press("escape")
        assert screen_of(stage).view.full is None
        pane = screen_of(stage).view.panel("agent:Dev1")
        assert pane is not None
        pane.focus()
        await stage.press("enter")
        assert isinstance(stage.app.screen, TurnDialog)

    visit(lambda: replay_screen(folder, "end"), scene)


def test_u_shows_the_summary_and_q_comes_back_and_leaves(folder: RunFolder) -> None:
    async def scene(stage: Stage) -> None:
        shown = []
        for key in ("u", "q", "q"):
            await stage.press(key)
            shown.append(type(stage.app.screen))
        assert shown[:2] == [SummaryScreen, ReplayScreen]

    assert visit(lambda: replay_screen(folder, "end"), scene).app.return_code == 0


def test_every_key_has_its_own_id_and_a_tooltip(folder: RunFolder) -> None:
    async def scene(stage: Stage) -> None:
        known = {binding.id: binding for _, binding in screen_of(stage)._bindings}
        for key in REPLAY:
            assert known[key.id].tooltip == key.tooltip

    assert len({key.id for key in REPLAY}) == len(REPLAY)
    visit(lambda: replay_screen(folder, "end"), scene)


# ---------------------------------------------------------------- live and replay


def panels(lines: list[str]) -> list[str]:
    """What stands between the header and the lines below the panels."""
    top = next(y for y, line in enumerate(lines) if line.startswith("╭"))
    bottom = max(y for y, line in enumerate(lines) if line.startswith("╰"))
    return lines[top : bottom + 1]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("seq", [1, 97, len(scripted().events)])
def test_live_and_replay_show_the_same_pixels_for_the_same_prefix(
    tmp_path: Path, save_run: SaveRun, size: str, seq: int
) -> None:
    events = scripted().events
    folder = save_run(tmp_path, "run", events)
    width, height = SIZES[size]

    async def live() -> list[str]:
        async with staged(events[:seq], size=(width, height - 1), ahead=0.0) as stage:
            return stage.lines()

    async def replayed() -> list[str]:
        # Coming back from the end, so that the state was copied and folded anew.
        async with opened(lambda: replay_screen(folder, "end"), (width, height)) as stage:
            screen_of(stage).replay.seek(seq)
            screen_of(stage).paint()
            await stage.settle()
            return stage.lines()

    # The replay has one line more below the panels.
    assert panels(asyncio.run(replayed())) == panels(asyncio.run(live()))


# ---------------------------------------------------------------- damage and hostile text


def test_a_damaged_journal_plays_its_prefix_under_a_banner(tmp_path: Path, save_run: SaveRun) -> None:
    events = ended().events
    folder = save_run(tmp_path, "run", events)
    lines = [encode(event) for event in events]
    lines[60] = lines[60].replace(b"Dev", b"Xev")
    folder.events_path.write_bytes(b"".join(lines))

    async def scene(stage: Stage) -> None:
        assert "⚠ Line 61 (byte" in stage.text()
        assert "shown is what stands before it" in " ".join(stage.text().split())
        await stage.press("end")
        assert "seq 60/60" in stage.text()

    visit(lambda: replay_screen(folder, "seq:5"), scene)


def test_a_folder_without_a_usable_journal_says_so_and_does_not_fail(
    tmp_path: Path, save_run: SaveRun
) -> None:
    folder = save_run(tmp_path, "run", ended().events)
    for spoil in (lambda: folder.events_path.write_bytes(b"\0" * 900), folder.events_path.unlink):
        spoil()

        async def scene(stage: Stage) -> None:
            await stage.press(
                "space", "end", "left", "right_square_bracket", "home", "plus", "tab", "enter", "escape", "3"
            )
            assert "⚠" in stage.text()

        visit(lambda: replay_screen(folder), scene)


def test_a_damaged_run_json_does_not_keep_the_journal_from_being_replayed(
    tmp_path: Path, save_run: SaveRun
) -> None:
    folder = save_run(tmp_path, "run", ended().events)
    folder.meta_path.write_text('{"schema": 1, "run')
    assert play(folder, "end").at_end


def test_hostile_names_titles_and_ids_reach_the_screen_as_plain_harmless_text(
    tmp_path: Path, save_run: SaveRun
) -> None:
    s = Script().start(names=(f"A{HOSTILE}", "Dev2"))
    started = cast("Any", s.events[0])
    task = ev.TaskSpec(id=HOSTILE, name=HOSTILE, title=HOSTILE, description=HOSTILE, files=(HOSTILE,))
    s.events[0] = ev.RunStarted(
        **{name: getattr(started, name) for name in started.__struct_fields__}
        | {"tasks": (task,), "suite": HOSTILE, "structure": HOSTILE, "strategy": HOSTILE}
    )
    s.open_round("Dev2").think("Dev2").reply("Dev2", HOSTILE)
    s.add(ev.LockDenied, path=HOSTILE, agent="Dev2", turn=1, holder=HOSTILE, age_seconds=1.0)
    s.add(ev.FaultStarted, id=1, kind=HOSTILE, targets=(HOSTILE,), params={HOSTILE: HOSTILE}, author=HOSTILE)
    s.say("Dev2", (HOSTILE,), HOSTILE)
    folder = save_run(tmp_path, "run", s.events)

    async def scene(stage: Stage) -> None:
        for keys in (("1",), ("2",), ("3",), ("5",), ("escape",), ("u",)):
            await stage.press(*keys)
            assert not set("\x1b\x07\u202e") & set(stage.text())
        assert stage.app.is_running

    visit(lambda: replay_screen(folder, "end"), scene)


# ---------------------------------------------------------------- snapshots


@pytest.mark.parametrize("size", SIZES)
def test_a_replay_in_the_middle(folder: RunFolder, size: str) -> None:
    check(f"replay-{size}", shoot(lambda: replay_screen(folder, "round:6", 4.0), SIZES[size]))


def test_the_go_to_dialog(folder: RunFolder) -> None:
    check(
        "replay-goto-80x24",
        shoot(lambda: replay_screen(folder, "round:6"), SIZES["80x24"], "colon", *typed("r99"), "enter"),
    )
