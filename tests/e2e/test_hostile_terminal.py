"""The hostile corpus in a real terminal, through every panel, page and dialog: none of its bytes come out."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
import sys
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from textual.widget import Widget

import tui.screens
import tui.widgets
from engine.record import events as ev
from tests.helpers.teamscript import Script
from tests.helpers.terminal import Terminal
from tests.tui.test_hostile import CORPUS, HARMFUL, hostile
from tui.cli import main

Open = Callable[..., Terminal]

BADS = (
    CORPUS["clipboard"] + CORPUS["ansi"] + CORPUS["markup action"],
    CORPUS["title"] + CORPUS["c1"] + CORPUS["bidi"] + CORPUS["zero width"],
    CORPUS["device query"] + CORPUS["nul and controls"] + CORPUS["line ends"] + CORPUS["closing markup"],
    CORPUS["nested markup"] + CORPUS["combining"] + CORPUS["wide"],
)
"""What four agents are called, write, edit, test and say."""

OURS = re.compile(
    rb"""(?x)
    \x1b\[ [\d;:]* [mHJKABCDh]              # colours, places, erasing
    | \x1b\[\? [\d;]+ [hlu]? (?:\$p)?       # private modes, set, taken back, asked for
    | \x1b\[ [<>=] [\d;]* u                 # the kitty keyboard
    | \x1b\[\? u | \x1b\[ [\d;]* [nct]      # what the terminal can do
    | \x1b[78=>]
    | \x1b\]22;[a-z]+\x07                   # the shape of the mouse pointer
    """
)
"""Escape sequences that Textual writes of its own accord. None of them sets titles or clipboards."""


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Open]:
    opened: list[Terminal] = []

    def open_(*words: str, columns: int = 120, rows: int = 36) -> Terminal:
        opened.append(Terminal(words, tmp_path, columns=columns, rows=rows))
        return opened[-1]

    yield open_
    for each in opened:
        each.close()


def foreign(raw: bytes) -> list[str]:
    """Control, hiding and reordering characters that stand in what was written, apart from our own."""
    text = OURS.sub(b"", raw).decode("utf-8")  # strict: broken UTF-8 is foreign as well
    bad = {c for c in set(text) - {"\r", "\n", "\t"} if unicodedata.category(c) in HARMFUL}
    return [repr(text[place : place + 20]) for place, c in enumerate(text) if c in bad][:9]


def events() -> list[Any]:
    """A run of four hostile agents, the first of which replies, writes and tests a line of a megabyte."""
    s = Script()
    s.events = hostile(BADS)
    s.ts, s.round, s.turn = 9.0, 1, 90
    line = "B" * 500_000 + BADS[0] + "B" * 500_000
    s.think(BADS[0])
    turn = {"turn": s.turn, "agent": BADS[0]}
    s.reply(BADS[0], line)
    s.add(ev.FileEdited, **turn, path=BADS[0], version=2, base=1, content=line, hash="x", previous=BADS[0])
    s.add(
        ev.TestsFinished,
        **turn,
        run=9,
        verdict="failed",
        passed=(),
        failed=(BADS[0],),
        seconds=1,
        output=line,
    )
    s.add(ev.PersonAsked, **turn, text=line)
    return s.events


ESCAPE = "\x1b[27u"
"""The key as the kitty keyboard sends it: a lone byte is an escape only if nothing follows for a while."""


def look(seen: Terminal, *keys: str) -> None:
    """Press keys, each when what the one before did has been painted."""
    for key in keys:
        seen.type(ESCAPE if key == "\x1b" else key)
        seen.settle()


def test_nothing_hostile_of_a_journal_reaches_the_terminal(
    terminal: Open, tmp_path: Path, save_run: Any
) -> None:
    runs = tmp_path / "runs"
    save_run(runs, "evil\x1b]2;pwned\x07\u202e", events())
    save_run(runs, "plain", events())
    replay = terminal("replay", "plain", "--runs-dir", str(runs))
    replay.wait_for(r"seq \d+")
    look(replay, "\x1b[F")  # to the end
    replay.wait_for("End|end of|✖|⚡")
    for digit in "1234567t":
        look(replay, digit, "g", "g", digit)
    look(replay, "\t", "\r", "\x1b", "\t", "\r", "p", "\x1b", "\x1b", "1", "\r", "\r", "\x1b", "\x1b")
    look(replay, "/", "A", "\r", "\x1b", "?", "\x1b", "v", "\x1b", ":", "\x1b", "y", "u")
    look(replay, "q")  # the summary, then the replay
    replay.type("q")
    assert replay.wait() == 0
    assert foreign(_without_copies(bytes(replay.raw))) == []

    browser = terminal("--runs-dir", str(runs), columns=80, rows=24)
    browser.wait_for("broken off")
    look(browser, "\x1b[F", "/", "e", "\r", "\x1b[B", "n", "\x1b", "t", "\x1b", "D", "T", "\x1b", "u", "\r")
    browser.type("q")
    look(browser, "q", "q")
    assert browser.wait() in (0, 130)
    assert foreign(bytes(browser.raw)) == []


def _without_copies(raw: bytes) -> bytes:
    """Without what the copying key itself gave to the clipboard, which is base64."""
    return re.sub(rb"\x1b\]52;c;[A-Za-z0-9+/=]*\x07", b"", raw)


def test_nothing_hostile_is_printed(
    tmp_path: Path, save_run: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("evil\x1b]2;pwned\x07\u202e", "plain"):
        save_run(tmp_path, name, hostile(BADS))
    for words in (["list"], ["report", "plain"], ["check", "plain"]):
        main([*words, "--runs-dir", str(tmp_path)])
        said = capsys.readouterr()
        assert foreign((said.out + said.err).encode()) == []


def widgets() -> set[str]:
    """Every class of ours that is painted, apart from those that others are made from."""
    found: set[type] = set()
    for package in (tui.screens, tui.widgets):
        for module in pkgutil.iter_modules(package.__path__):
            members = vars(importlib.import_module(f"{package.__name__}.{module.name}"))
            found |= {v for v in members.values() if inspect.isclass(v) and issubclass(v, Widget)}
    return {kind.__name__ for kind in found if kind.__module__.startswith("tui.")}


def test_every_widget_shows_hostile_text_without_its_bytes(tmp_path: Path, save_run: Any) -> None:
    runs, seen = tmp_path / "runs", tmp_path / "seen"
    for name in ("one", "two"):
        save_run(runs, name, events())
    program = (sys.executable, "-m", "tests.helpers.parade")
    home = Path(__file__).parents[2]
    shown = Terminal((str(runs), str(seen)), home, program=program, columns=120, rows=36)
    try:
        assert shown.wait() == 0, shown.text
    finally:
        shown.close()
    assert foreign(_without_copies(bytes(shown.raw))) == []
    assert widgets() - set(seen.read_text().split()) == set()
