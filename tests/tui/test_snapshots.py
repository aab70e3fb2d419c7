"""The screen as text at three sizes, compared with what it was when a person last looked at it.

``TEAMTOP_SNAPSHOTS=update pytest tests/tui/test_snapshots.py`` writes them anew; look at the difference.
"""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Any

import pytest

from engine.analysis.laws import Baseline
from engine.record import events as ev
from tests.helpers.stage import staged
from tests.helpers.teamscript import Script, ended, scripted

FOLDER = Path(__file__).parent / "snapshots"

SIZES = {"80x24": (80, 24), "120x36": (120, 36), "200x50": (200, 50)}

BASELINE = Baseline("runs", "run 3f2a", ("3f2a",), 200.0, tuple(10.0 * (k + 1) for k in range(20)))


def check(name: str, lines: list[str]) -> None:
    """Compare with the file, or write it."""
    path = FOLDER / f"{name}.txt"
    text = "\n".join(lines) + "\n"
    if os.environ.get("TEAMTOP_SNAPSHOTS") == "update":
        FOLDER.mkdir(exist_ok=True)
        path.write_text(text)
    assert text == path.read_text()


def shoot(events: list[Any], size: tuple[int, int], *keys: str, **kwargs: Any) -> list[str]:
    """The screen after some keys, with the clock standing still."""

    async def run() -> list[str]:
        async with staged(events, size=size, **kwargs) as stage:
            if keys:
                await stage.press(*keys)
            await stage.settle()
            return stage.lines()

    return asyncio.run(run())


@pytest.mark.parametrize("size", SIZES)
def test_a_live_run(size: str) -> None:
    check(f"live-{size}", shoot(scripted().events, SIZES[size]))


@pytest.mark.parametrize("size", SIZES)
def test_a_run_against_a_saved_baseline_that_was_stopped(size: str) -> None:
    check(f"stopped-{size}", shoot(ended().events, SIZES[size], baseline=BASELINE))


@pytest.mark.parametrize("size", SIZES)
def test_before_the_first_event(size: str) -> None:
    check(f"empty-{size}", shoot([], SIZES[size]))


@pytest.mark.parametrize("size", SIZES)
def test_a_paused_run_of_twelve_agents(size: str) -> None:
    s = Script().start(agents=12).open_round(*(f"Dev{i}" for i in range(1, 13)))
    for number in range(1, 13):
        s.think(f"Dev{number}")
    s.at(6.0).work("Dev7", 11, "I take subtract.").work("Dev12", 12)
    s.add(ev.PauseRequested, author="you").add(ev.Paused)
    check(f"twelve-{size}", shoot(s.events, SIZES[size]))


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("fault", ("f", "down", "down", "down")),
        ("message", ("m",)),
        ("quit", ("q",)),
        ("help", ("question_mark",)),
        ("turn", ("enter",)),
        ("tasks", ("1",)),
        ("agents", ("2",)),
        ("speedup", ("4",)),
        ("talk", ("5",)),
    ],
)
def test_dialogs_and_panels_on_a_small_terminal(name: str, keys: tuple[str, ...]) -> None:
    check(f"{name}-80x24", shoot(scripted().events, SIZES["80x24"], *keys))


def test_a_terminal_that_is_too_small() -> None:
    check("too-small-50x12", shoot(scripted().events, (50, 12)))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("rounds", ("6",)),
        ("cost", ("7",)),
        ("locks-full", ("3",)),
        ("by-status", ("1", "g")),
        ("graph", ("1", "g", "g")),
    ],
)
def test_panels_in_full_screen(name: str, keys: tuple[str, ...], size: str) -> None:
    check(f"{name}-{size}", shoot(scripted().events, SIZES[size], *keys))
