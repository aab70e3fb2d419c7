"""The summary screen: read in a thread, renewed while tests still run, ways on and back."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Input

from engine.analysis import report as reports
from engine.analysis.exports import FORMATS
from engine.record.folder import RunFolder
from engine.record.journal import append_all
from tests.helpers.recorded import shoot, toasts, visit
from tests.helpers.stage import Stage
from tests.helpers.teamscript import ended
from tests.tui.test_snapshots import SIZES, check
from tui.screens.browser import BrowserScreen
from tui.screens.replay import ReplayScreen
from tui.screens.summary import SummaryScreen

pytestmark = pytest.mark.usefixtures("utc")


@pytest.fixture
def utc() -> Iterator[None]:
    """Times of day as in the snapshots, wherever the tests run."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", "UTC")
        time.tzset()
        yield
    time.tzset()


@pytest.fixture
def folder(tmp_path: Path, save_run: Any) -> RunFolder:
    saved: RunFolder = save_run(tmp_path / "runs", "20261120-183000-mathutils-3f2a", ended().events)
    return saved


def test_the_report_is_made_off_the_loop(folder: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    threads: list[bool] = []
    build = reports.build

    def noted(*args: Any, **kwargs: Any) -> reports.Report:
        threads.append(threading.current_thread() is threading.main_thread())
        return build(*args, **kwargs)

    monkeypatch.setattr(reports, "build", noted)

    async def scene(stage: Stage) -> None:
        assert "A person stopped the team" in stage.text()

    visit(lambda: SummaryScreen(folder), scene)
    assert threads == [False]


def test_opening_the_screens_imports_no_polars() -> None:
    code = (
        "import sys, tui.app, tui.screens.summary, tui.screens.replay, tui.screens.browser; "
        "print(sorted({'polars', 'litellm'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_the_summary_is_made_again_when_the_closing_tests_have_run(tmp_path: Path, save_run: Any) -> None:
    events = ended().events
    folder = save_run(tmp_path, "run", events[:-1])

    async def scene(stage: Stage) -> None:
        screen = stage.app.screen
        assert isinstance(screen, SummaryScreen)
        assert "verified: not tested ○" in stage.text()
        screen._look()
        await stage.settle()
        append_all(folder.events_path, events[-1:])
        screen._look()
        await stage.settle()
        assert "verified ✘ 1 test fails" in stage.text()

    visit(lambda: SummaryScreen(folder), scene)


def test_r_replays_and_q_comes_back(folder: RunFolder) -> None:
    shown: list[type] = []

    async def scene(stage: Stage) -> None:
        for key in ("r", "q", "b", "escape"):
            await stage.press(key)
            shown.append(type(stage.app.screen))

    visit(lambda: SummaryScreen(folder), scene)
    assert shown == [ReplayScreen, SummaryScreen, BrowserScreen, SummaryScreen]


@pytest.mark.parametrize("key", ["q", "escape"])
def test_q_and_escape_leave_when_there_is_nothing_to_go_back_to(folder: RunFolder, key: str) -> None:
    stage = visit(lambda: SummaryScreen(folder), lambda stage: stage.press(key))
    assert stage.app.return_code == 0
    assert not stage.app.is_running


def test_a_long_summary_scrolls_and_says_how_much_is_below(folder: RunFolder) -> None:
    top = shoot(lambda: SummaryScreen(folder), (80, 24))
    end = shoot(lambda: SummaryScreen(folder), (80, 24), "end")
    assert any("more lines ↓" in line for line in top)
    assert any("Replay teamtop replay 20261120-183000-mathutils-3f2a" in line for line in end)


@pytest.mark.parametrize("content", [b"", b"\0\0\0", b'{"type":"round_ended"}\n', None])
def test_a_run_that_cannot_be_summed_up_says_why(
    tmp_path: Path, save_run: Any, content: bytes | None
) -> None:
    folder = save_run(tmp_path, "run", ended().events)
    if content is None:
        folder.events_path.unlink()
    else:
        folder.events_path.write_bytes(content)
    text = " ".join(" ".join(shoot(lambda: SummaryScreen(folder), (120, 36))).split())
    assert "holds no" in text


def test_an_unforeseen_error_is_a_sentence_too(folder: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> reports.Report:
        raise RuntimeError("[/] something \x1b]2;odd\x07")

    monkeypatch.setattr(reports, "build", broken)
    text = "\n".join(shoot(lambda: SummaryScreen(folder), (120, 36)))
    assert "The summary could not be made (RuntimeError: [/] something" in text
    assert "\x1b" not in text


@pytest.mark.parametrize("size", SIZES)
def test_a_summary_of_a_stopped_run(folder: RunFolder, size: str) -> None:
    check(f"summary-{size}", shoot(lambda: SummaryScreen(folder), SIZES[size]))


# ---------------------------------------------------------------- saving it


@pytest.mark.parametrize("form", FORMATS)
def test_e_saves_the_summary_in_every_form_and_says_where(folder: RunFolder, form: str) -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("e", *["down"] * FORMATS.index(form), "enter")
        assert f"Saved {folder.path}/{folder.run_id}-summary.{form}" in toasts(stage)

    visit(lambda: SummaryScreen(folder), scene)
    assert (folder.path / f"{folder.run_id}-summary.{form}").stat().st_size > 500


def test_another_place_can_be_typed_and_a_wrong_one_is_a_sentence(folder: RunFolder, tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        for name in ("mine.svg", "none/mine.svg"):
            await stage.press("e", "tab")
            stage.app.screen.query_one(Input).value = str(tmp_path / name)
            await stage.press("enter")
        assert toasts(stage)[0] == f"Saved {tmp_path}/mine.svg"
        assert "cannot be written: No such file" in toasts(stage)[1]

    visit(lambda: SummaryScreen(folder), scene)


@pytest.mark.parametrize("size", SIZES)
def test_the_dialog_that_saves(folder: RunFolder, size: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.screens.exporting.place_of", lambda _: "runs/20261120-183000-mathutils-3f2a")
    check(f"export-{size}", shoot(lambda: SummaryScreen(folder), SIZES[size], "e", "down"))
