"""The browser under a person's fingers, over real folders: broken, live, growing, gone."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Input

from engine import store
from engine.analysis import report as reports
from engine.record.folder import RunFolder
from engine.rows import RunRow
from tests.helpers.recorded import HOSTILE, shoot, toasts, typed, visit
from tests.helpers.stage import Stage
from tests.helpers.teamscript import ended, scripted
from tests.tui.test_snapshots import SIZES, check
from tui import runlist
from tui.runlist import RunList
from tui.screens import browser
from tui.screens.browser import BrowserScreen
from tui.screens.browserkeys import RUNS
from tui.screens.live import LiveScreen
from tui.screens.replay import ReplayScreen
from tui.screens.summary import SummaryScreen

SAMPLES = store.samples_dir()

pytestmark = pytest.mark.usefixtures("utc", "no_samples")


@pytest.fixture
def utc() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", "UTC")
        time.tzset()
        yield
    time.tzset()


@pytest.fixture
def no_samples(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only what the test saved, taking the same space on every disk."""
    monkeypatch.setattr(runlist, "used_bytes", lambda path: 81_000)
    monkeypatch.setattr(store, "samples_dir", lambda: None)


@pytest.fixture
def runs(tmp_path: Path, save_run: Any, make_journal: Any) -> Path:
    """A team and the one-agent run it is measured against, runs that stopped or broke off, broken folders."""
    folder = tmp_path / "runs"
    shape: dict[str, Any] = {"tasks": 8, "chain": 4, "latencies": (2.0, 3.0)}

    def save(name: str, events: Any, day: int, **config: Any) -> RunFolder:
        saved: RunFolder = save_run(folder, name, events, created=f"2026-11-{day}T18:30:00+00:00", **config)
        return saved

    saved = [
        save("20261117-183000-mathutils-0001", make_journal(1, agents=1, **shape), 17),
        save("20261118-183000-mathutils-0004", make_journal(1, agents=4, **shape), 18),
        save("20261119-183000-mathutils-3f2a", ended().events, 19),
    ]
    for one in saved:
        reports.write_caches(one, [folder])
    save("20261120-183000-mathutils-77aa", scripted().events, 20)
    (folder / "20261101-cut").mkdir()
    (folder / "20261101-cut" / "run.json").write_text('{"schema": 1, "run')
    (folder / "20261102-newer").mkdir()
    (folder / "20261102-newer" / "run.json").write_text('{"schema": 99}')
    return folder


def browser_of(stage: Stage) -> BrowserScreen:
    return next(s for s in stage.app.screen_stack if isinstance(s, BrowserScreen))


def names(stage: Stage) -> list[str]:
    return [row.run_id[-4:] for row in browser_of(stage).table.shown]


# ---------------------------------------------------------------- the list


def test_runs_stand_newest_first_and_broken_folders_last_each_with_its_sentence(runs: Path) -> None:
    async def scene(stage: Stage) -> None:
        assert names(stage) == ["77aa", "3f2a", "0004", "0001", "-cut", "ewer"]
        text = stage.text()
        assert "✘ unreadable: run.json is damaged" in text
        assert "run.json has schema 99, newer than 1" in text
        assert "✘ broken off 13/20" in text
        assert "■ ended early 13/20" in text
        assert "✔ verified" in text

    visit(lambda: BrowserScreen([runs]), scene)


def test_s_goes_through_the_columns_and_o_turns_the_order_round(runs: Path) -> None:
    seen: list[tuple[str, bool]] = []

    async def scene(stage: Stage) -> None:
        for key in ("s", "o", "s", "S"):
            await stage.press(key)
            table = browser_of(stage).table
            seen.append((table.sort, table.backwards))

    visit(lambda: BrowserScreen([runs]), scene)
    assert seen == [("suite", False), ("suite", True), ("structure", False), ("suite", False)]


def test_a_click_on_a_heading_sorts_by_it_and_again_the_other_way_round(runs: Path) -> None:
    async def scene(stage: Stage) -> None:
        table = browser_of(stage).table
        head = next(line for line in stage.lines() if "speedup" in line)
        for _ in range(2):
            await stage.pilot.click(table, offset=(head.index("speedup") + 2, 0))
            await stage.settle()
        assert (table.sort, table.backwards) == ("speedup", True)
        assert names(stage)[:2] == ["0004", "0001"]

    visit(lambda: BrowserScreen([runs]), scene)


def test_the_filter_works_while_it_is_typed_and_letters_are_no_keys_then(runs: Path) -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("slash", *typed("!verified"))
        assert names(stage) == ["77aa", "3f2a", "-cut", "ewer"]
        assert "4 match “!verified”" in stage.text()
        assert "enter keep" in stage.text()
        await stage.press("enter", "down")
        assert browser_of(stage).table.cursor == 1
        await stage.press("escape")
        assert len(names(stage)) == 6
        assert not browser_of(stage).query_one(Input).has_class("open")
        await stage.press("escape")  # one too many
        assert stage.app.is_running
        assert "q quits" in toasts(stage)[-1]

    visit(lambda: BrowserScreen([runs]), scene)


def test_a_filter_that_nothing_passes_says_how_to_clear_it(runs: Path) -> None:
    text = "\n".join(
        shoot(lambda: BrowserScreen([runs]), (120, 36), "slash", *typed("[/]zz"), "enter", "enter", "r", "w")
    )
    assert "None of 6 runs matches “[/]zz”." in text
    assert "Escape clears the filter." in text


def test_an_empty_folder_says_what_to_type(tmp_path: Path) -> None:
    text = "\n".join(
        shoot(lambda: BrowserScreen([tmp_path / "none"]), (120, 36), "enter", "r", "w", "s", "o")
    )
    assert "teamtop run " in text
    assert "0 runs" in text
    assert text.splitlines()[0].endswith("teamtop demo is a tour, teamtop run a team")


def test_the_first_list_of_all_says_that_it_shows_samples_and_where_to_begin(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "samples_dir", lambda: SAMPLES)
    assert SAMPLES is not None
    folders = [tmp_path / "none", SAMPLES]
    first = shoot(lambda: BrowserScreen(folders), (80, 24))[0].rstrip()
    assert "saved runs · 3 samples" in first
    assert first.endswith("teamtop demo is a tour, teamtop run a team")


def test_the_cursor_stays_on_its_run_when_others_come_and_go(runs: Path, save_run: Any) -> None:
    async def scene(stage: Stage) -> None:
        browser = browser_of(stage)
        await stage.press("down", "down")
        save_run(runs, "20261121-000000-mathutils-9999", ended().events, created="2026-11-21T00:00:00+00:00")
        browser.look_anew()
        await stage.settle()
        chosen = browser.table.selected
        assert names(stage)[0] == "9999"
        assert chosen is not None
        assert chosen.run_id.endswith("0004")
        shutil.rmtree(chosen.folder.path)
        browser.look_anew()
        await stage.settle()
        assert "0004" not in names(stage)
        assert browser.table.selected is not None

    visit(lambda: BrowserScreen([runs]), scene)


def test_a_long_list_scrolls_with_the_cursor_and_says_how_many_are_below(
    tmp_path: Path, save_run: Any
) -> None:
    for number in range(60):
        save_run(tmp_path, f"run-{number:02}", scripted().events[:3], created=f"2026-11-20T18:{number:02}:00")

    async def scene(stage: Stage) -> None:
        table = browser_of(stage).table
        assert "… 42 more ↓" in stage.text()
        for key, place in (("pagedown", 19), ("end", 59), ("up", 58), ("home", 0)):
            await stage.press(key)
            mark = table.marked()
            assert table.cursor == place
            assert mark is not None
            row = stage.lines()[1 + mark[0]]
            assert f"11-20 18:{59 - place:02}" in row

    visit(lambda: BrowserScreen([tmp_path]), scene, size=(80, 24))


def test_below_the_list_stands_what_the_columns_have_no_room_for(runs: Path) -> None:
    lines = shoot(lambda: BrowserScreen([runs]), (80, 24), "down", "down")
    first = next(n for n, line in enumerate(lines) if line.startswith(" 20261118-183000-mathutils-0004"))
    detail = "".join(lines[first : first + 2])
    assert "seed 1" in detail
    assert "decentralized" in detail
    assert "size " in detail
    assert "…" not in detail, "two lines have room for it"
    assert "enter open" in lines[first + 2]


# ---------------------------------------------------------------- ways on


@pytest.mark.parametrize(
    ("keys", "screen"),
    [
        (("down", "enter"), SummaryScreen),
        (("down", "r"), ReplayScreen),
        (("down", "w"), LiveScreen),
        (("enter",), SummaryScreen),  # broken off: what was recorded
        (("end", "enter"), BrowserScreen),  # unreadable
        (("end", "r"), BrowserScreen),
        (("end", "w"), BrowserScreen),
    ],
)
def test_keys_open_a_run_and_q_comes_back(runs: Path, keys: tuple[str, ...], screen: type) -> None:
    async def scene(stage: Stage) -> None:
        await stage.press(*keys)
        assert isinstance(stage.app.screen, screen)
        if keys[0] == "end":
            assert len(toasts(stage)) == 1
            assert "run.json" in toasts(stage)[0]

    visit(lambda: BrowserScreen([runs]), scene)


@pytest.mark.parametrize("key", ["enter", "r"])
def test_q_comes_back_to_the_list(runs: Path, key: str) -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("down", key, "q")
        assert isinstance(stage.app.screen, BrowserScreen)
        assert browser_of(stage).table.cursor == 1

    visit(lambda: BrowserScreen([runs]), scene)


def test_enter_on_a_live_run_shows_it_as_it_goes(runs: Path) -> None:
    folder = RunFolder(runs / "20261120-183000-mathutils-77aa")

    async def scene(stage: Stage) -> None:
        assert "1 live" in stage.text()
        assert "▶ live 13/20" in stage.text()
        await stage.press("enter")
        assert isinstance(stage.app.screen, LiveScreen)

    with folder.hold():
        visit(lambda: BrowserScreen([runs]), scene)


def test_two_clicks_open_a_run(runs: Path) -> None:
    async def scene(stage: Stage) -> None:
        await stage.pilot.click(browser_of(stage).table, offset=(5, 2), times=2)
        await stage.settle()
        assert isinstance(stage.app.screen, SummaryScreen)
        assert stage.app.screen.folder.run_id.endswith("3f2a")

    visit(lambda: BrowserScreen([runs]), scene)


def test_a_run_that_vanishes_while_one_looks_is_a_sentence(
    runs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(browser, "LOOK_SECONDS", 3600.0)  # the list must not notice before the person does

    async def scene(stage: Stage) -> None:
        shutil.rmtree(runs)
        await stage.press("w")
        shown = [type(stage.app.screen)]
        assert "is not the folder of a run" in toasts(stage)[0]
        await stage.press("enter")
        assert [*shown, type(stage.app.screen)] == [BrowserScreen, SummaryScreen]
        assert "holds no journal" in " ".join(stage.text().split())  # wherever the path makes it wrap

    visit(lambda: BrowserScreen([runs]), scene)


def test_every_key_has_its_own_id_and_a_tooltip() -> None:
    assert len({key.id for key in RUNS}) == len(RUNS)
    assert all(key.tooltip for key in RUNS)


def test_hostile_folders_reach_the_screen_as_plain_harmless_text(tmp_path: Path, save_run: Any) -> None:
    fields = ("suite", "structure", "strategy", "model")
    name = "[@click=app.quit]x[\u202e] [bold"
    save_run(tmp_path, name, ended().events, **dict.fromkeys(fields, HOSTILE))
    (tmp_path / f"{name}\x1b]2;x\x07").mkdir()

    async def scene(stage: Stage) -> None:
        for key in ("down", "up", "r", "q", "enter", "q", "end", "r"):
            await stage.press(key)
            assert not set("\x1b\x07\u202e") & set(stage.text())
        assert stage.app.is_running

    visit(lambda: BrowserScreen([tmp_path]), scene)


# ---------------------------------------------------------------- the look at the folders


def test_a_look_reads_again_only_what_changed(runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    described: list[str] = []
    row = store.RunsStore.row

    def noted(self: store.RunsStore, folder: RunFolder) -> RunRow:
        described.append(folder.run_id[-4:])
        return row(self, folder)

    monkeypatch.setattr(store.RunsStore, "row", noted)
    listing = RunList([runs])
    first = listing.look()
    described.clear()
    assert listing.look() == first
    assert described == []
    with (runs / "20261120-183000-mathutils-77aa" / "events.jsonl").open("ab") as file:
        file.write(b"x")
    listing.look()
    assert described == ["77aa"]


def test_an_engine_that_dies_without_a_word_is_noticed(runs: Path) -> None:
    folder = RunFolder(runs / "20261120-183000-mathutils-77aa")
    listing = RunList([runs])

    def status() -> str:
        return next(row.status for row in listing.look() if row.folder.path == folder.path)

    with folder.hold():
        assert status() == "running"
        assert status() == "running"
    assert status() == "broken off"


# ---------------------------------------------------------------- snapshots


def test_e_saves_the_summary_of_the_run_that_the_cursor_is_on(runs: Path) -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("down", "e", "down", "enter")
        assert (
            f"Saved {runs}/20261119-183000-mathutils-3f2a/20261119-183000-mathutils-3f2a-summary.md"
            in toasts(stage)
        )
        await stage.press("G", "e")
        assert "unreadable" in stage.text()
        assert "run.json has schema 99" in toasts(stage)[-1]
        assert isinstance(stage.app.screen, BrowserScreen)

    visit(lambda: BrowserScreen([runs]), scene)
    saved = runs / "20261119-183000-mathutils-3f2a" / "20261119-183000-mathutils-3f2a-summary.md"
    assert "mathutils" in saved.read_text()


@pytest.mark.parametrize("size", SIZES)
def test_a_list_of_runs(runs: Path, size: str) -> None:
    check(f"browser-{size}", shoot(lambda: BrowserScreen([runs]), SIZES[size], "down", "down"))
