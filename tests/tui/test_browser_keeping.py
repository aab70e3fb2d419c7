"""What the browser does to saved runs: groups, tags, notes, trash, space."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from engine import runnotes, store
from engine.record.folder import RunFolder
from engine.rows import RunRow
from tests.helpers.recorded import shoot, toasts, typed, visit
from tests.helpers.stage import Stage
from tests.helpers.teamscript import ended, scripted
from tests.tui.test_snapshots import SIZES, check
from tui import runlist
from tui.screens.browser import BrowserScreen
from tui.widgets.runcolumns import Fitted, fitting
from tui.widgets.rungroups import Group


@pytest.fixture(autouse=True)
def bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "samples_dir", lambda: None)
    monkeypatch.setattr(runlist, "used_bytes", lambda path: 81_000)


@pytest.fixture
def runs(tmp_path: Path, save_run: Any) -> Path:
    kinds = [("mathutils", "lead"), ("svg", "lead"), ("mathutils", "preassigned"), ("svg", "decentralized")]
    for day, (suite, strategy) in enumerate(kinds, 10):
        created = f"2026-11-{day}T18:30:00"
        save_run(tmp_path, f"run-{day}", ended().events, created=created, suite=suite, strategy=strategy)
    return tmp_path


def table(stage: Stage) -> Any:
    return next(s for s in stage.app.screen_stack if isinstance(s, BrowserScreen)).table


def names(stage: Stage) -> list[str]:
    return [row.run_id for row in table(stage).shown]


def test_v_groups_by_suite_strategy_and_model_and_the_cursor_passes_over_headings(runs: Path) -> None:
    async def scene(stage: Stage) -> None:
        seen = []
        for _ in range(4):
            await stage.press("v")
            seen.append([line.name for line in table(stage).lines if isinstance(line, Group)])
        assert seen == [
            ["svg · mixed", "mathutils · mixed"],
            ["decentralized", "preassigned", "lead"],
            ["sim/claude-sonnet-4-6"],
            [],
        ]
        await stage.press("v", "home")
        assert names(stage) == ["run-13", "run-11", "run-12", "run-10"]
        for name in ("run-13", "run-11", "run-12", "run-10"):
            assert table(stage).selected.run_id == name
            row, _, _ = table(stage).marked()
            assert f"11-{name[-2:]} 18:30" in stage.lines()[1 + row]
            await stage.press("down")
        assert "▾ svg · mixed  2 runs · 162 kB" in stage.text()
        assert "by suite" in stage.lines()[0]

    visit(lambda: BrowserScreen([runs]), scene)


def test_tags_and_note_are_written_shown_and_found(runs: Path) -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("t", *typed("odd baseline"), "enter")
        await stage.press("n", *typed("the slow one"), "enter")
        assert runnotes.read(RunFolder(runs / "run-13")) == runnotes.Notes(
            ("baseline", "odd"), "the slow one"
        )
        assert "run-13: #baseline #odd." in toasts(stage)
        assert "#baseline #odd · “the slow one”" in stage.text()
        await stage.press("slash", *typed("#odd slow"), "enter")
        assert names(stage) == ["run-13"]

    visit(lambda: BrowserScreen([runs]), scene)


def test_tags_go_on_all_marked_runs_and_a_bad_one_is_told_in_the_dialog(runs: Path) -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("space", "space", "t", *typed("x" * 25), "enter")
        assert "is too long: 24 characters" in stage.text()
        await stage.press("escape", "t", *typed("pair"), "enter")
        assert [row.run_id for row in table(stage).listed if row.tags] == ["run-12", "run-13"]
        assert "2 runs: #pair." in toasts(stage)

    visit(lambda: BrowserScreen([runs]), scene)


def test_a_run_that_runs_is_neither_written_on_nor_deleted(runs: Path) -> None:
    folder = RunFolder(runs / "run-13")

    async def scene(stage: Stage) -> None:
        await stage.press("t", *typed("odd"), "enter", "D")
        assert len([said for said in toasts(stage) if "is run by process" in said]) == 2

    with folder.hold():
        visit(lambda: BrowserScreen([runs]), scene)
    assert folder.exists()


def test_delete_and_undo_step_by_step_also_in_a_new_session(runs: Path) -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("space", "space", "D")
        assert names(stage) == ["run-11", "run-10"]
        assert "2 runs moved to the trash; u brings it back." in toasts(stage)
        assert "81 kB in the trash" in stage.lines()[0]
        await stage.press("D")
        assert names(stage) == ["run-10"]
        await stage.press("u")
        assert names(stage) == ["run-11", "run-10"]

    async def again(stage: Stage) -> None:
        await stage.press("u", "u")
        assert names(stage) == ["run-13", "run-12", "run-11", "run-10"]
        await stage.press("u")
        assert "There is nothing in the trash." in toasts(stage)

    visit(lambda: BrowserScreen([runs]), scene)
    visit(lambda: BrowserScreen([runs]), again)


def test_hostile_notes_reach_the_screen_as_plain_text(runs: Path) -> None:
    notes = b'{"tags": ["[/]\\u001b]2;x\\u0007"], "note": "[@click=app.quit]x\\u202e[bold"}'
    (runs / "run-13" / "notes.json").write_bytes(notes)

    async def scene(stage: Stage) -> None:
        for key in ("v", "t", "escape", "n", "escape"):
            await stage.press(key)
            assert not set("\x1b\x07\u202e") & set(stage.text())
        assert stage.app.is_running

    visit(lambda: BrowserScreen([runs]), scene, size=(200, 50))


def test_a_thousand_runs_are_laid_out_once_not_at_every_key(
    tmp_path: Path, save_run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    laid: list[int] = []

    def noted(rows: Sequence[RunRow], cells: int) -> list[Fitted]:
        laid.append(cells)
        return fitting(rows, cells)

    monkeypatch.setattr("tui.widgets.runtable.fitting", noted)
    for number in range(5):
        save_run(tmp_path, f"run-{number}", scripted().events[:3])

    async def scene(stage: Stage) -> None:
        laid.clear()
        await stage.press("down", "down", "up", "end", "home")
        assert laid == []

    visit(lambda: BrowserScreen([tmp_path]), scene)


@pytest.mark.parametrize("size", SIZES)
def test_grouped_runs(runs: Path, size: str) -> None:
    runnotes.write(RunFolder(runs / "run-12"), runnotes.Notes(("odd",), "look again"), sample=False)
    check(f"grouped-{size}", shoot(lambda: BrowserScreen([runs]), SIZES[size], "v", "down", "down"))
