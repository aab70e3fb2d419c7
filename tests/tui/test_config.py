"""``config.toml``: what it can say, what is told when it says something wrong, and what it changes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.helpers.recorded import toasts, visit
from tests.helpers.stage import Stage
from tests.helpers.teamscript import ended
from tui import config, keymap
from tui.app import TeamtopApp, start
from tui.screens.browser import BrowserScreen

Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))

    def put(text: str) -> Path:
        path = tmp_path / "teamtop" / "config.toml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        return path

    return put


@pytest.fixture
def runs(tmp_path: Path, save_run: Any) -> Path:
    for number in range(3):
        save_run(tmp_path / "runs", f"run-{number}", ended().events, created=f"2026-11-1{number}T18:30:00")
    return tmp_path / "runs"


# ---------------------------------------------------------------- the file


def test_without_a_file_nothing_is_set_and_nothing_is_wrong(write: Write) -> None:
    found = config.load()
    assert (found.found, found.theme, found.keys, found.problems) == (False, "", {}, ())


def test_the_file_stands_where_xdg_says_or_below_the_home() -> None:
    assert config.path_of({"XDG_CONFIG_HOME": "/x", "HOME": "/h"}) == Path("/x/teamtop/config.toml")
    for environ in ({"HOME": "/h"}, {"HOME": "/h", "XDG_CONFIG_HOME": "relative"}):
        assert config.path_of(environ) == Path("/h/.config/teamtop/config.toml")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("theme = 3", "theme is the name of a theme"),
        ("reduced_motion = 1", "reduced_motion is true or false"),
        ("keys = 3", "write [keys], and below it"),
        ("[keys]\n'team.pause' = []", "is a text in quotes"),
        ("[run]\nunsafe-tests = 1", "[run] unsafe-tests cannot be set here"),
        ("colour = 'red'", "colour is no setting"),
        ("theme = ", "is no TOML"),
        ("x = " + "[" * 20_000, "is no TOML"),
        ("x" * 70_000, "is longer than"),
    ],
)
def test_what_is_wrong_is_one_sentence_and_the_default_holds(write: Write, text: str, words: str) -> None:
    write(text)
    found = config.load()
    assert len(found.problems) == 1
    assert words in found.problems[0]
    assert (found.theme, found.reduced_motion, found.keys, found.defaults) == ("", False, {}, {})


@given(st.binary(max_size=80))
def test_no_file_whatever_is_in_it_keeps_anybody_from_starting(raw: bytes) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = config.path_of({"XDG_CONFIG_HOME": folder})
        path.parent.mkdir()
        path.write_bytes(raw)
        config.load({"XDG_CONFIG_HOME": folder})


# ---------------------------------------------------------------- keys


def test_the_keys_as_they_come_clash_on_no_screen() -> None:
    known = {key.id: key for keys in keymap.screens().values() for key in keys}
    same = {name: key.keys for name, key in known.items() if name != "app.palette"}
    assert keymap.check(same) == (same, [])


@pytest.mark.parametrize(
    ("name", "keys", "words"),
    [
        ("runs.fly", "p", "names no key"),
        ("runs.sort", "", "is no key"),
        ("runs.sort", "hyper", "is no key"),
        ("runs.sort", "a,b,d,e,f", "is no key"),
        ("runs.sort", "q", "on the list of runs q is app.quit already"),
        ("app.quit", "space", "already"),
    ],
)
def test_a_key_that_cannot_be_is_told_and_left_out(name: str, keys: str, words: str) -> None:
    kept, problems = keymap.check({name: keys})
    assert kept == {}
    assert len(problems) == 1
    assert words in problems[0]


def test_two_actions_can_change_keys_and_signs_have_names() -> None:
    swapped = {"runs.sort": "o", "runs.reverse": "s"}
    assert keymap.check(swapped) == (swapped, [])
    assert keymap.check({"runs.sort": "§, ctrl+t"})[0] == {"runs.sort": "section_sign,ctrl+t"}


def test_a_chosen_key_does_it_stands_in_footer_and_help_and_the_old_one_does_nothing(
    write: Write, runs: Path
) -> None:
    write("[keys]\n'runs.group' = 'x'\n'runs.fly' = 'y'")

    async def scene(stage: Stage) -> None:
        table = next(s for s in stage.app.screen_stack if isinstance(s, BrowserScreen)).table
        assert "runs.fly names no key" in toasts(stage)[0]
        assert " x group" in stage.text()
        await stage.press("v")
        assert table.group == ""
        await stage.press("x")
        assert table.group == "suite"
        await stage.press("question_mark")
        assert "x  Group by suite" in " ".join(stage.text().split("\n")).replace("   ", "  ")

    visit(lambda: BrowserScreen([runs]), scene)


def test_theme_and_motion_are_as_the_file_says_and_a_wrong_theme_is_told(write: Write, runs: Path) -> None:
    seen: list[tuple[str, str, int]] = []

    async def scene(stage: Stage) -> None:
        seen.append((stage.app.theme, stage.app.animation_level, len(toasts(stage))))

    write('theme = "teamtop-contrast"\nreduced_motion = true')
    visit(lambda: BrowserScreen([runs]), scene)
    write('theme = "plaid"')
    visit(lambda: BrowserScreen([runs]), scene)
    assert seen == [("teamtop-contrast", "none", 0), ("teamtop-dark", "full", 1)]


@pytest.mark.parametrize("only", [True, False])
def test_the_mouse_can_be_left_to_the_terminal(
    write: Write, runs: Path, monkeypatch: pytest.MonkeyPatch, only: bool
) -> None:
    asked: list[bool] = []

    def run(_: TeamtopApp, *, mouse: bool) -> int:
        asked.append(mouse)
        return 0

    monkeypatch.setattr(TeamtopApp, "run", run)
    write(f"keyboard_only = {str(only).lower()}")
    assert start(lambda _: BrowserScreen([runs]))[1] == 0
    assert asked == [not only]
