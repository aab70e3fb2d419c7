"""Notes pinned to moments: written live and in replays, shown where they belong; who did what to a run."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from engine import runnotes
from engine.control import Pin
from engine.record import events as ev
from engine.record.folder import RunFolder
from tests.helpers.recorded import HOSTILE, toasts, typed, visit
from tests.helpers.stage import Stage, staged
from tests.helpers.teamscript import ended, scripted
from tests.tui.test_snapshots import SIZES, check
from tui.deeds import deeds_story
from tui.screens.replay import ReplayScreen, replay_screen
from tui.screens.stories import DeedsDialog
from tui.widgets.spans import plain
from tui.widgets.transport_rows import transport_row

SaveRun = Callable[..., RunFolder]

NOTE = "Dev3 waits here for nothing"


@pytest.fixture
def folder(tmp_path: Path, save_run: SaveRun) -> RunFolder:
    return save_run(tmp_path / "runs", "20261120-183000-mathutils-3f2a", ended().events)


def screen_of(stage: Stage) -> ReplayScreen:
    return next(s for s in stage.app.screen_stack if isinstance(s, ReplayScreen))


def pin(folder: RunFolder, seq: int, text: str = NOTE, author: str = "ann") -> None:
    event = ended().events[seq - 1]
    runnotes.pin(folder, runnotes.Pin(seq, event.ts, event.round, author, text), sample=False)


# ---------------------------------------------------------------- writing


def test_capital_m_in_a_live_run_sends_the_note_to_the_engine() -> None:
    async def scene() -> None:
        async with staged(scripted().events) as stage:
            await stage.press("M", *typed("look"), "enter")
            assert stage.controller.sent == [Pin(text="look")]
            assert any("Noted as event" in said for said in toasts(stage))
            await stage.press("M", "enter")
            assert len(stage.controller.sent) == 1

    asyncio.run(scene())


def test_a_note_in_a_replay_is_kept_beside_the_journal_and_shown_at_once(folder: RunFolder) -> None:
    journal = folder.events_path.read_bytes()

    async def scene(stage: Stage) -> None:
        await stage.press("M", *typed("odd"), "enter")
        assert "✎ operator: odd" in stage.text()
        assert "noted later: “odd”" in stage.text()
        await stage.press("left")
        assert "✎ operator: odd" not in stage.text()
        assert "noted later" not in stage.text()
        await stage.press("home")
        transport = screen_of(stage).transport
        assert transport.data is not None
        assert "note" in {mark.kind for mark in transport.data.marks}
        assert "✎" in plain(transport_row(transport.data, 120)[0])

    visit(lambda: replay_screen(folder, "seq:100"), scene, size=(200, 50))
    event = ended().events[99]
    assert runnotes.read(folder).pins == (runnotes.Pin(100, event.ts, event.round, "operator", "odd"),)
    assert folder.events_path.read_bytes() == journal


def test_a_replay_of_a_run_that_goes_on_says_where_notes_are_written(folder: RunFolder) -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("M")
        assert any("M in its live screen" in said for said in toasts(stage))

    with folder.hold():
        visit(lambda: replay_screen(folder, "seq:100"), scene)
    assert not folder.notes_path.exists()


def test_what_cannot_be_written_is_said(folder: RunFolder) -> None:
    (folder.path / "run.json").write_text("{")

    async def scene(stage: Stage) -> None:
        await stage.press("M", *typed("odd"), "enter")
        assert any("run.json" in said for said in toasts(stage))

    visit(lambda: replay_screen(folder, "seq:100"), scene)


# ---------------------------------------------------------------- reading


def test_full_stop_and_comma_go_from_note_to_note_of_the_run_and_of_later(
    tmp_path: Path, save_run: SaveRun
) -> None:
    events = ended().events
    events[99] = ev.NotePinned(
        seq=100, ts=events[99].ts, round=events[99].round, author="bob", text="seen live"
    )
    folder = save_run(tmp_path / "runs", "run", events)
    pin(folder, 40)
    pin(folder, 150)
    seen: list[int] = []

    async def scene(stage: Stage) -> None:
        for key in ("full_stop", "full_stop", "full_stop", "full_stop", "comma", "comma", "comma"):
            await stage.press(key)
            seen.append(screen_of(stage).replay.state.seq)
        assert any("No note before this moment" in said for said in toasts(stage))

    visit(lambda: replay_screen(folder, "seq:1"), scene)
    assert seen == [40, 100, 150, 150, 100, 40, 40]


def test_notes_stand_below_the_lanes_of_the_timeline(folder: RunFolder) -> None:
    pin(folder, 60)

    async def scene(stage: Stage) -> None:
        await stage.press("t")
        row = next(line for line in stage.lines() if NOTE in line)
        assert "✎" in row
        assert "(ann)" in row

    visit(lambda: replay_screen(folder, "seq:100"), scene)


@pytest.mark.parametrize("size", SIZES)
def test_pictures_of_a_note_at_its_moment(folder: RunFolder, size: str) -> None:
    pin(folder, 60)
    pin(folder, 100, "and here it goes on")
    shown: list[str] = []

    async def scene(stage: Stage) -> None:
        shown[:] = stage.lines()

    visit(lambda: replay_screen(folder, "seq:100"), scene, size=SIZES[size])
    check(f"replay-notes-{size}", shown)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_notes_are_text_wherever_they_are_shown(folder: RunFolder, text: str) -> None:
    kept = runnotes.Pin(100, 20.0, 3, text[:200], text[:400])
    folder.notes_path.write_bytes(msgspec.json.encode(runnotes.Notes(pins=(kept,))))

    async def scene(stage: Stage) -> None:
        await stage.press("t", "t", "P")
        assert stage.text().isprintable() or "\n" in stage.text()
        assert not any(ord(character) < 32 and character != "\n" for character in stage.text())

    visit(lambda: replay_screen(folder, "seq:100"), scene)


# ---------------------------------------------------------------- who did what


def test_every_act_that_has_an_author_is_told_by_author() -> None:
    events = (
        scripted().add(ev.PauseRequested, author="ann").add(ev.Paused).add(ev.Resumed, author="bob").events
    )
    page = [(p.label, p.text, p.role) for p in deeds_story(events, ())]
    headings = [text for _, text, role in page if role == "strong"]
    assert headings[-1] == "Notes on moments"
    assert {"ann", "bob"} < set(headings)
    after = page[next(i for i, (_, text, _) in enumerate(page) if text == "bob") + 1]
    assert after[1] == "resumed the team"


def test_capital_p_tells_who_did_what_live_and_in_a_replay(folder: RunFolder) -> None:
    pin(folder, 60)

    async def scene(stage: Stage) -> None:
        await stage.press("P")
        assert isinstance(stage.app.screen, DeedsDialog)
        await stage.settle()
        assert "Who did what to the run" in stage.text()
        assert "operator" in stage.text()
        await stage.press("end")
        assert f"ann: “{NOTE}” (event 60)" in stage.text()

    visit(lambda: replay_screen(folder, "end"), scene)
