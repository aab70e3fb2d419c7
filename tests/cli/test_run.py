"""``teamtop run`` without a screen, and around one."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.control import ControlClient, Stop
from engine.launch import Prepared
from engine.record.folder import RunFolder
from tui.commands import running

Teamtop = Callable[..., Any]
Process = Callable[..., subprocess.Popen[str]]

QUICK = ("run", "--speed", "max", "--run-id", "r1")


def test_json_is_one_object_on_stdout_and_all_else_on_stderr(teamtop: Teamtop) -> None:
    said = teamtop(*QUICK, "--json")
    assert said.code == 0
    assert said.json["completed"] is True
    assert "tasks done" in said.err
    assert teamtop("report", "r1", "--json").json == said.json


def test_plain_lines_and_the_summary_are_printed(teamtop: Teamtop) -> None:
    said = teamtop(*QUICK)
    assert said.code == 0
    lines = said.out.splitlines()
    assert lines[0] == "mathutils · mixed p=0.5 · 4 agents · decentralized · sim/claude-sonnet-4-6 · seed 0"
    assert any("completes" in line for line in lines)
    assert any("20 of 20 tasks done" in line for line in lines)
    assert lines[-1].strip() == "Replay teamtop replay r1"


def test_display_none_says_nothing(teamtop: Teamtop) -> None:
    said = teamtop(*QUICK, "--display", "none")
    assert (said.code, said.out, said.err) == (0, "", "")


def test_a_run_that_leaves_tasks_open_exits_3(teamtop: Teamtop) -> None:
    said = teamtop(*QUICK, "--max-rounds", "1", "--display", "none", "--json")
    assert said.code == 3
    assert said.json["outcome"] == "max_rounds"


def test_equal_runs_write_equal_journals_and_their_caches(teamtop: Teamtop, tmp_path: Path) -> None:
    for run_id in ("one", "two"):
        assert (
            teamtop("run", "--speed", "max", "--seed", "5", "--run-id", run_id, "--display", "none").code == 0
        )
    one, two = (RunFolder(tmp_path / "runs" / run_id) for run_id in ("one", "two"))
    assert one.events_path.read_bytes() == two.events_path.read_bytes()
    assert one.summary_path.exists()
    assert len(list(one.path.glob("*.parquet"))) == 5


def test_choices_that_depend_on_others_are_resolved_in_run_json(teamtop: Teamtop, tmp_path: Path) -> None:
    teamtop(*QUICK, "--max-rounds", "1", "--display", "none")
    config = RunFolder(tmp_path / "runs" / "r1").read_meta().config
    assert (config.structure, config.clock, config.tests, config.speed) == (
        "mixed",
        "virtual",
        "simulated",
        0.0,
    )


@pytest.mark.parametrize(
    ("speed", "clock", "tests"),
    [("1", "wall", "real"), ("2.5", "scaled", "real"), ("max", "virtual", "simulated")],
)
def test_the_speed_decides_clock_and_tests(speed: str, clock: str, tests: str) -> None:
    from tui.commands.options import Speed
    from tui.commands.run_command import configure

    chosen = Speed().convert(speed, None, None)
    rest: dict[str, Any] = {"suite": "svg", "structure": "", "agents": 1, "strategy": "lead", "seed": 1}
    config = configure(model="sim/perfect", speed=chosen, tests=None, **rest)
    assert (config.clock, config.tests) == (clock, tests)


def test_simulated_models_run_twice_as_fast_as_life_and_real_ones_in_real_time() -> None:
    from tui.commands.run_command import configure

    rest: dict[str, Any] = {"suite": "svg", "structure": "", "agents": 1, "strategy": "lead", "seed": 1}
    assert configure(model="sim/perfect", speed=None, tests="simulated", **rest).speed == 2.0
    real = configure(model="ollama/llama3", speed=None, tests=None, **rest)
    assert (real.speed, real.clock, real.tests) == (1.0, "wall", "real")


@pytest.fixture
def greeter(tmp_path: Path) -> str:
    """A suite of the published form that no simulated model knows."""
    task = {
        "id": "1",
        "title": "Greet",
        "description": "Write greet().",
        "files": ["greet.py"],
        "dependencies": [],
    }
    suite = {"project": "greeter", "description": "A greeter.", "tasks": [task]}
    (tmp_path / "greeter.json").write_text(json.dumps(suite))
    (tmp_path / "test_greeter.py").write_text(
        "from greet import greet\n\n\ndef test_it():\n    assert greet()\n"
    )
    return str(tmp_path / "greeter.json")


def test_unknown_tasks_of_a_simulated_model_are_told_beforehand(teamtop: Teamtop, greeter: str) -> None:
    known = teamtop(*QUICK, "--display", "none", "--max-rounds", "1")
    line = ("run", greeter, "--speed", "max", "--display", "none", "--max-rounds", "1")
    unknown = teamtop(*line)
    assert "stubs" not in known.err
    assert "simulated models do not know every task of greeter" in unknown.err
    assert unknown.code in {0, 3}


def test_without_a_table_of_verdicts_tests_are_real_unless_asked_otherwise(
    teamtop: Teamtop, greeter: str
) -> None:
    line = ("run", greeter, "--speed", "max", "--display", "none", "--max-rounds", "1", "--json")
    assert teamtop(*line).json["config"]["tests"] == "real"
    refused = teamtop(*line, "--tests", "simulated")
    assert refused.code == 2
    assert "no table of verdicts" in refused.err


def test_an_interrupt_stops_the_team_reports_and_exits_130(process: Process, tmp_path: Path) -> None:
    team = process("run", "--speed", "2", "--tests", "simulated", "--run-id", "r1", "--display", "log")
    assert team.stdout is not None
    for line in team.stdout:  # until somebody is at work
        if "round 1 begins" in line:
            break
    team.send_signal(signal.SIGINT)
    out, err = team.communicate(timeout=180)
    assert team.returncode == 130
    assert "A person stopped the team" in out
    assert "Traceback" not in err
    assert RunFolder(tmp_path / "runs" / "r1").summary_path.exists()


def test_a_reader_that_leaves_does_not_end_the_run(process: Process, tmp_path: Path) -> None:
    team = process(*QUICK, "--display", "log")
    assert team.stdout is not None
    team.stdout.readline()
    team.stdout.close()
    assert team.stderr is not None
    assert "Traceback" not in team.stderr.read()
    team.wait(timeout=180)
    summary = json.loads(RunFolder(tmp_path / "runs" / "r1").summary_path.read_text())
    assert summary["completed"] is True


# ---------------------------------------------------------------- engine processes


def test_a_detached_team_is_watched_to_its_end(teamtop: Teamtop) -> None:
    started = teamtop(
        "run", "--speed", "5000", "--tests", "simulated", "--detach", "--json", "--run-id", "d1"
    )
    assert started.code == 0
    assert started.json["run_id"] == "d1"
    watched = teamtop("watch", "d1")
    assert watched.code == 0
    assert "20 of 20 tasks done" in watched.out
    assert teamtop("report", "d1", "--json").json["completed"] is True


def test_a_detached_team_says_how_to_watch_it(teamtop: Teamtop, tmp_path: Path) -> None:
    said = teamtop("run", "--speed", "5000", "--tests", "simulated", "--detach", "--run-id", "d1")
    assert f"teamtop watch {tmp_path / 'runs' / 'd1'}" in said.out
    folder = RunFolder(tmp_path / "runs" / "d1")
    assert running.wait_until(lambda: folder.alive() is None, 180)


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> list[RunFolder]:
    """A terminal, and a screen that a person leaves at once; the folders it was shown."""
    import tui.app

    shown: list[RunFolder] = []

    def leave(folder: RunFolder) -> int:
        shown.append(folder)
        return 0

    monkeypatch.setattr("tui.commands.options.interactive", lambda: True)
    monkeypatch.setattr(tui.app, "run_live", leave)
    return shown


def test_after_the_screen_the_summary_is_printed_and_the_run_judged(
    teamtop: Teamtop, screen: list[RunFolder], monkeypatch: pytest.MonkeyPatch
) -> None:
    import tui.app

    def until_the_end(folder: RunFolder) -> int:
        running.wait_until(lambda: folder.alive() is None, 180)
        return 0

    monkeypatch.setattr(tui.app, "run_live", until_the_end)
    line = ("run", "--speed", "5000", "--tests", "simulated", "--max-rounds", "1", "--run-id")
    said = teamtop(*line, "s1")
    assert said.code == 3
    assert "The limit of rounds was reached" in said.out
    assert teamtop(*line, "s2", "--display", "full", "--json").json["outcome"] == "max_rounds"


def test_a_team_that_is_left_running_goes_on(
    teamtop: Teamtop, screen: list[RunFolder], tmp_path: Path
) -> None:
    said = teamtop("run", "--speed", "1", "--tests", "simulated", "--run-id", "left")
    folder = RunFolder(tmp_path / "runs" / "left")
    assert (said.code, said.out) == (0, "")
    assert [shown.path for shown in screen] == [folder.path]
    assert folder.alive() is not None
    assert running.wait_until(lambda: ControlClient(folder.socket_path).send(Stop()).ok, 180)
    assert running.wait_until(lambda: folder.alive() is None, 180)


def test_an_engine_that_does_not_start_is_told_with_its_last_words(
    teamtop: Teamtop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def spawn(prepared: Prepared) -> int:
        code = "import sys; sys.exit('no \\x1b[31mdisk')"
        with prepared.folder.log_path.open("ab") as log:
            return subprocess.Popen([sys.executable, "-c", code], stderr=log).pid

    monkeypatch.setattr(running, "spawn", spawn)
    said = teamtop("run", "--detach")
    assert said.code == 1
    assert "The engine did not start: no" in said.err
    assert "\x1b" not in said.err


def test_a_team_that_was_left_running_can_be_found_again(
    teamtop: Teamtop, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    teamtop(*QUICK, "--max-rounds", "1", "--display", "none")
    folder = RunFolder(tmp_path / "runs" / "r1")
    lines = folder.events_path.read_bytes().splitlines(keepends=True)
    folder.events_path.write_bytes(b"".join(lines[:20]))
    lock = folder.hold()
    try:
        assert running.after_screen(folder, as_json=True) is None
    finally:
        lock.release()
    out, err = capfd.readouterr()
    assert out == ""
    assert f"teamtop watch {folder.path}" in err
