"""A whole evening in a real terminal: watch, pause, disturb, heal, step, stop, replay."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from engine.analysis import report as reports
from engine.record.folder import RunFolder
from tests.helpers.terminal import Terminal

Open = Callable[..., Terminal]


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Open]:
    opened: list[Terminal] = []

    def open_(*words: str, columns: int = 120, rows: int = 36) -> Terminal:
        opened.append(Terminal(words, tmp_path, columns=columns, rows=rows))
        return opened[-1]

    yield open_
    for each in opened:
        each.close()


def tasks_done(text: str) -> int:
    found = re.search(r"Tasks (\d+)/20", text)
    return int(found.group(1)) if found else -1


def test_a_team_is_watched_paused_disturbed_healed_stepped_stopped_and_replayed(
    terminal: Open, tmp_path: Path
) -> None:
    live = terminal("run", "mathutils", "--speed", "5", "--run-id", "evening", "--runs-dir", str(tmp_path))
    live.wait_for(r"Tasks \d+/20")
    live.type("p")
    live.wait_for("paused")

    live.type("f")
    live.wait_for("The agent is down and its turn is lost")
    before = live.look_of("Dev1                         │")
    live.type("\r")  # crash is the first in the list; now the agents have the keyboard
    live.wait_for(lambda _: live.look_of("Dev1                         │") != before)
    live.type("\x1b[B\r")  # the second agent
    live.wait_for("Dev2 ✖ down")
    live.wait_for(r"⚡1")
    live.type("H")
    live.wait_for("is back")
    live.wait_for(lambda text: "✖ down" not in text)

    live.type("s")
    live.wait_for(lambda text: tasks_done(text) > 0 and "paused" in text)
    assert "round 1/60" in live.text
    for columns, rows in ((80, 24), (50, 12), (200, 50), (120, 36)):
        live.resize(columns, rows)
        live.wait_for(r"Tasks \d+/20" if columns > 60 else "too small")

    live.type("q")
    live.wait_for("leave it running")
    before_end = len(live.raw)
    live.type("s")
    live.wait_for(lambda _: b"not completed" in live.raw[before_end:])  # may be printed, and scrolled off
    live.type("q")
    assert live.wait() == 3
    assert b"\x1b[?1049l" in live.raw  # the user's own screen is back
    assert "Replay teamtop replay" in live.text  # the summary, printed after the screen has gone

    journal = (tmp_path / "evening" / "events.jsonl").read_text().splitlines()
    kinds = [json.loads(line)["type"] for line in journal]
    for kind in ("pause_requested", "paused", "fault_started", "agent_crashed", "agent_revived", "resumed"):
        assert kind in kinds
    assert kinds[-1] == "run_verified"

    replay = terminal("replay", "evening", "--runs-dir", str(tmp_path))
    replay.wait_for(r"seq \d+")
    replay.type("\x1b[F")  # to the end
    done = kinds.count("task_completed")
    replay.wait_for(lambda text: tasks_done(text) == done)
    replay.type("q")
    assert replay.wait() == 0


def test_a_team_left_running_is_found_again_by_watch(terminal: Open, tmp_path: Path) -> None:
    words = ["run", "svg", "--structure", "serial", "--strategy", "preassigned", "--model", "sim/perfect"]
    first = terminal(*words, "--speed", "1", "--run-id", "left", "--runs-dir", str(tmp_path))
    first.wait_for(r"Tasks \d+/20")
    first.type("p")
    first.wait_for("paused")
    first.type("q")
    first.wait_for("leave it running")
    first.type("l")
    assert first.wait() == 0

    second = terminal("watch", "left", "--runs-dir", str(tmp_path), columns=80, rows=24)
    second.wait_for("paused")
    second.type("q")
    second.wait_for("leave it running")
    second.type("s")
    second.wait()
    assert "Replay teamtop replay" in second.text
    # not its summary.json: the engine writes that after it has let go of the run
    assert reports.build(RunFolder(tmp_path / "left"))["completed"] is False
