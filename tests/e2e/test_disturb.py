"""Disturb it, in a real terminal: kill an agent by key, see its work return, and read what the fault cost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.record.journal import read
from tests.helpers.terminal import Terminal


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    # A minute of the run's clock takes twelve seconds: enough for a busy machine to pause it.
    words = [
        "run",
        "mathutils",
        "-n",
        "5",
        "--strategy",
        "preassigned",
        "--structure",
        "serial",
        "--speed",
        "5",
    ]
    opened = Terminal([*words, "--tests", "simulated", "--run-id", "hurt", "--runs-dir", "runs"], tmp_path)
    yield opened
    opened.close()


def kinds(tmp_path: Path, run: str) -> list[str]:
    record = read(tmp_path / "runs" / run / "events.jsonl")  # which an engine may be writing at
    return [type(event).__name__ for event in record.events]


def test_the_owner_of_the_critical_path_is_killed_and_a_fork_without_that_tells_its_cost(
    terminal: Terminal, tmp_path: Path
) -> None:
    terminal.wait_for(r"Tasks \d+/20")
    terminal.type("p")
    terminal.wait_for("paused")
    terminal.type("f")
    terminal.wait_for("critical-path-owner")
    terminal.wait_for(r"crash an agent +Dev1 +│")  # the first frame may lack what the cursor is on
    terminal.wait_for("The agent is down and its turn is lost")
    before = terminal.look_of("Dev1                         │")
    terminal.type("\r")  # crash is the first in the list; now the targets have the keyboard
    terminal.wait_for(lambda _: terminal.look_of("Dev1                         │") != before)
    terminal.type("\x1b[F\r")  # the last target
    terminal.wait_for("✖ down")
    terminal.wait_for("⚡1")
    terminal.type("p")

    # Its tasks return to the team, and the summary comes by itself when all is done.
    terminal.wait_for("20 of 20")
    events = kinds(tmp_path, "hurt")
    assert events.index("AgentCrashed") < events.index("TaskReleased") < len(events)
    terminal.type("\x1b[F")  # to the faults
    terminal.wait_for("agent-seconds lost")
    terminal.wait_for(r"\d+ tasks? redone")

    terminal.type("r")
    terminal.wait_for("playing")
    terminal.type("n")
    terminal.wait_for("✖ down|⚡1")
    terminal.type("F")
    terminal.wait_for("without the crash of Dev")
    terminal.type("\r")
    terminal.wait_for(r"The crash of Dev\d (cost|saved) ")
    (fork,) = {path.name for path in (tmp_path / "runs").iterdir()} - {"hurt"}
    assert "AgentCrashed" not in kinds(tmp_path, fork)
    terminal.type("q")
    assert terminal.wait() == 0
