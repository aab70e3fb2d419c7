"""The trash: what lies there is listed, comes back, or is deleted for good, and nothing else ever is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from engine import store, trash
from engine.errors import TeamtopError
from engine.record.folder import RunFolder
from engine.resume import look
from tests.helpers.recorded import visit
from tests.helpers.stage import Stage
from tests.helpers.teamscript import ended
from tui.cli import main
from tui.screens.browser import BrowserScreen


@pytest.fixture
def runs(tmp_path: Path, save_run: Any, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(store, "samples_dir", lambda: None)
    for name in ("one", "two", "three"):
        save_run(tmp_path, name, ended().events)
    return tmp_path


def deleted(runs: Path, *names: str) -> list[Path]:
    return [trash.discard(RunFolder(runs / name), sample=False) for name in names]


def test_what_is_removed_is_gone_and_nothing_else(runs: Path) -> None:
    one, two = deleted(runs, "one", "two")
    trash.remove(one)
    assert trash.listing([runs]) == [two]
    assert not one.parent.exists()
    assert (runs / "three" / "events.jsonl").exists()


def test_only_what_teamtop_put_there_is_ever_removed(runs: Path, tmp_path: Path) -> None:
    (one,) = deleted(runs, "one")
    inside = runs / ".trash" / "mine" / "x"
    inside.mkdir(parents=True)
    link = runs / ".trash" / "9" / "two"
    link.parent.mkdir()
    link.symlink_to(runs / "two")
    for place in (runs / "two", inside, link, runs / "three" / "events.jsonl"):
        with pytest.raises(TeamtopError, match="stays"):
            trash.remove(place)
    assert (runs / "two" / "run.json").exists()
    assert one.exists()


def test_links_within_a_deleted_run_are_not_followed(runs: Path) -> None:
    (one,) = deleted(runs, "one")
    (one / "repo").symlink_to(runs / "two")
    trash.remove(one)
    assert (runs / "two" / "run.json").exists()


def test_a_run_that_goes_on_in_the_trash_stays(runs: Path) -> None:
    (one,) = deleted(runs, "one")
    lock = RunFolder(one).hold()
    try:
        with pytest.raises(TeamtopError, match="run by process"):
            trash.remove(one)
    finally:
        lock.release()


# ------------------------------------------------------------ the command


def teamtop(runs: Path, capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    code = main(["trash", *words, "--runs-dir", str(runs)])
    said = capsys.readouterr()
    return code, said.out + said.err


def test_the_command_lists_restores_and_empties(runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert teamtop(runs, capsys) == (0, "The trash is empty.\n")
    deleted(runs, "one", "two")
    code, said = teamtop(runs, capsys)
    assert code == 0
    assert said.index("two") < said.index("one")
    assert "2 runs" in said
    assert [row["run_id"] for row in json.loads(teamtop(runs, capsys, "--json")[1])["runs"]] == ["two", "one"]
    assert teamtop(runs, capsys, "--restore", "one") == (0, "one is back.\n")
    assert teamtop(runs, capsys, "--restore", "one\x1b[2J")[0] == 2
    code, said = teamtop(runs, capsys, "--empty")
    assert (code, "--yes" in said) == (2, True)
    code, said = teamtop(runs, capsys, "--empty", "--yes")
    assert (code, "Deleted for good: 1 run" in said) == (0, True)
    assert trash.listing([runs]) == []
    assert {path.name for path in runs.iterdir() if path.name != ".trash"} == {"one", "three"}


# ------------------------------------------------------------ the list of runs


def test_the_trash_is_emptied_by_a_key_pressed_twice(runs: Path) -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("T")
        assert "The trash is empty." in stage.text()
        await stage.press("E", "E", "escape")
        await stage.press("D")
        assert len(trash.listing([runs])) == 1
        await stage.press("T")
        await stage.press("E")
        assert "E again deletes 1 run" in stage.text()
        await stage.press("escape", "T")
        assert len(trash.listing([runs])) == 1
        await stage.press("E", "E")
        assert "deleted for good." in stage.text()

    visit(lambda: BrowserScreen([runs]), scene)
    assert trash.listing([runs]) == []
    assert sum((path / "run.json").exists() for path in runs.iterdir()) == 2


def test_enter_in_the_trash_brings_a_run_back(runs: Path) -> None:
    deleted(runs, "one", "two")

    async def scene(stage: Stage) -> None:
        await stage.press("T")
        await stage.press("down", "enter")
        assert "one is back." in stage.text()

    visit(lambda: BrowserScreen([runs]), scene)
    assert [place.name for place in trash.listing([runs])] == ["two"]


@pytest.mark.parametrize("name", ["run.lock", "events.jsonl", "engine.log", "locks", "repo"])
def test_a_run_with_a_link_where_an_engine_writes_is_deleted_but_not_gone_on_with(
    runs: Path, tmp_path_factory: pytest.TempPathFactory, name: str
) -> None:
    mine = tmp_path_factory.mktemp("mine") / "file"
    mine.write_text("precious")
    path = runs / "two" / name
    path.unlink(missing_ok=True)
    path.symlink_to(mine)
    with pytest.raises(TeamtopError, match=f"{name} is a link"):
        look(RunFolder(runs / "two"))
    deleted(runs, "two")
    assert (mine.read_text(), (runs / "two").exists()) == ("precious", False)
