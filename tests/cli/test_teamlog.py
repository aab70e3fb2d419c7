"""`teamtop watch` and `teamtop import log` on lines that another program wrote."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tui.cli import main

ROOT = Path(__file__).parents[2]
LINES = [
    {"type": "run_started", "ts": 1790000000, "name": "nightly", "tasks": [{"id": "1", "title": "Parse"}]},
    {"type": "task_claimed", "ts": 1790000005, "agent": "ann", "task": "1"},
    {"type": "dance"},
    {"type": "task_completed", "ts": 1790000009, "agent": "ann", "task": "1"},
    {"type": "run_ended", "ts": 1790000010},
]


def log(path: Path) -> Path:
    path.write_text("".join(json.dumps(line) + "\n" for line in LINES))
    return path


def test_a_log_is_imported_as_a_run_that_reports(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, runs = str(log(tmp_path / "team.jsonl")), str(tmp_path / "runs")
    assert main(["import", "log", path, "--runs-dir", runs, "--run-id", "mine"]) == 0
    said = capsys.readouterr()
    assert "4 records imported" in said.out
    assert "1 record was left out; the first is line 3" in said.err
    assert main(["report", "mine", "--runs-dir", runs, "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["outcome"], report["suite"]) == ("completed", "nightly")
    assert main(["import", "log", path, "--runs-dir", runs, "--run-id", "mine"]) != 0
    assert "exists already" in capsys.readouterr().err


def test_what_holds_no_line_is_refused_and_leaves_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "x.jsonl").write_text("hello\n")
    assert main(["import", "log", str(tmp_path / "x.jsonl"), "--runs-dir", str(tmp_path / "runs")]) != 0
    assert "holds no line that can be read" in capsys.readouterr().err
    assert not (tmp_path / "runs").exists()


def test_a_log_is_watched_to_its_end(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["watch", str(log(tmp_path / "team.jsonl")), "--display", "plain"]) == 0
    said = capsys.readouterr()
    assert "ann completes 1" in said.out
    assert "1 record was left out" in said.err


def test_a_log_comes_through_a_pipe(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tui", "watch", "-", "--display", "plain"],
        input=log(tmp_path / "team.jsonl").read_bytes(),
        capture_output=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert b"ann completes 1" in done.stdout


def test_the_example_team_can_be_watched(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "team.jsonl"
    example = ROOT / "docs" / "examples" / "asyncio_team.py"
    subprocess.run(
        [sys.executable, str(example), str(path), "0.001"],
        check=True,
        timeout=180,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert main(["watch", str(path), "--display", "plain"]) == 0
    said = capsys.readouterr()
    assert "5 of 5 tasks done" in said.out
    assert said.err == ""


@pytest.mark.parametrize(
    "came", [b"", b"\x00\xff\x1b]0;x\x07" * 500, b"\n" * 50], ids=["nothing", "binary", "blank"]
)
def test_a_pipe_without_a_line_that_can_be_read_is_a_sentence_and_names_no_file_of_ours(came: bytes) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tui", "watch", "-", "--display", "plain"],
        input=came,
        capture_output=True,
        timeout=600,
        check=False,
    )
    said = done.stderr.decode()
    assert done.returncode == 1
    assert "What came through the pipe holds no event that can be read." in said
    assert "Traceback" not in said
    assert "/tmp" not in said
    assert "\x1b" not in said
