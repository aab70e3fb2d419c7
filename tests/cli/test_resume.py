"""``teamtop resume``: what can go on goes on, what cannot is told in a sentence."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.record import events as ev
from engine.record.folder import RunFolder
from engine.record.journal import read

Teamtop = Callable[..., Any]
QUICK = ("--speed", "max", "--display", "none")


@pytest.fixture
def run(teamtop: Teamtop, tmp_path: Path) -> RunFolder:
    """A complete run of two perfect agents, called ``one``."""
    assert teamtop("run", "--model", "sim/perfect", "-n", "2", "--run-id", "one", *QUICK).code == 0
    return RunFolder(tmp_path / "runs" / "one")


def cut(folder: RunFolder, events: int, torn: int = 0) -> None:
    """Leave the first ``events`` of the journal and ``torn`` bytes of the next one."""
    lines = folder.events_path.read_bytes().splitlines(keepends=True)
    folder.events_path.write_bytes(b"".join(lines[:events]) + lines[events][:torn])


def test_a_complete_run_prints_its_report_and_is_left_as_it_is(teamtop: Teamtop, run: RunFolder) -> None:
    before = run.events_path.read_bytes()
    said = teamtop("resume", "one")
    assert (said.code, said.err) == (0, "")
    assert "completed" in said.out
    assert teamtop("resume", "one", "--json").json["verified"] is True
    assert run.events_path.read_bytes() == before


@pytest.mark.parametrize("torn", [0, 1, 40, -1])
def test_a_run_that_broke_off_goes_on_and_a_torn_record_is_dropped_with_a_note(
    teamtop: Teamtop, run: RunFolder, torn: int
) -> None:
    whole = run.events_path.read_bytes()
    cut(run, 60, torn)
    said = teamtop("resume", "one", "--display", "plain")
    assert said.code == 0
    assert ("the last record, line 61, is torn after" in said.err) == (torn != 0)
    assert run.events_path.read_bytes() == whole
    first = read(run.events_path).events[60]
    assert said.out.startswith(f"{int(first.ts) // 60:02}:{int(first.ts) % 60:02} r{first.round} ")
    report = teamtop("report", "one", "--json").json
    assert (report["status"], report["completed"], report["verified"]) == ("completed", True, True)
    assert report["real_seconds"] is None or report["real_seconds"] >= 0


def test_while_it_goes_on_an_end_before_does_not_count(teamtop: Teamtop, run: RunFolder) -> None:
    cut(run, 60)
    assert teamtop("resume", "one", "--max-rounds", "6", *QUICK).code == 3
    ended = len(read(run.events_path).events)
    assert teamtop("resume", "one", "--max-rounds", "60", *QUICK).code == 0
    cut(run, ended + 3)
    (row,) = [row for row in teamtop("list", "--json").json["runs"] if row["run_id"] == "one"]
    assert row["status"] == "broken off"
    report = teamtop("report", "one", "--json").json
    assert (report["status"], report["outcome"], report["verified"]) == ("broken off", None, None)
    assert report["wall_seconds"] is None


def test_damage_before_the_end_is_refused_with_its_place_and_nothing_is_changed(
    teamtop: Teamtop, run: RunFolder
) -> None:
    lines = run.events_path.read_bytes().splitlines(keepends=True)
    offset = sum(map(len, lines[:10]))
    lines[10] = lines[10].replace(b'"round":', b'"rounb":')
    damaged = b"".join(lines)
    run.events_path.write_bytes(damaged)
    said = teamtop("resume", "one")
    assert (said.code, said.out) == (1, "")
    assert f"line 11 (byte {offset:,}) is damaged" in said.err
    assert len(said.err.splitlines()) == 1
    assert run.events_path.read_bytes() == damaged


def test_an_invalid_last_record_is_dropped_with_a_note(teamtop: Teamtop, run: RunFolder) -> None:
    lines = run.events_path.read_bytes().splitlines(keepends=True)
    run.events_path.write_bytes(b"".join(lines[:60]) + lines[60].replace(b'"round":', b'"rounb":'))
    said = teamtop("resume", "one", *QUICK)
    assert said.code == 0
    assert "the last record, line 61" in said.err
    assert "is invalid and was dropped" in said.err


def test_a_limit_is_no_end_if_it_is_raised(teamtop: Teamtop, tmp_path: Path) -> None:
    args = ("--model", "sim/perfect", "-n", "2", "--run-id", "short", "--max-rounds", "3")
    assert teamtop("run", *args, *QUICK).code == 3
    said = teamtop("resume", "short", *QUICK)
    assert said.code == 2
    assert "has played 3 rounds of 3: raise the limit with --max-rounds" in said.err
    assert teamtop("resume", "short", "--max-rounds", "5", *QUICK).code == 3
    assert teamtop("resume", "short", "--max-rounds", "60", *QUICK).code == 0
    events = read(tmp_path / "runs" / "short" / "events.jsonl").events
    assert [e.max_rounds for e in events if isinstance(e, ev.RunResumed)] == [5, 60]
    report = teamtop("report", "short", "--json").json
    assert report["completed"]
    assert report["real_seconds"] >= 0


@pytest.mark.parametrize("rounds", ["0", "-3"])
def test_a_limit_that_cannot_be_is_refused_also_where_nothing_is_left_to_do(
    teamtop: Teamtop, run: RunFolder, rounds: str
) -> None:
    said = teamtop("resume", "one", "--max-rounds", rounds)
    assert (said.code, said.out) == (2, "")
    assert f"--max-rounds is a number from 1, not {rounds}." in said.err


@pytest.mark.parametrize("left", [None, b"", b'{"type":"run_sta'])
def test_a_run_that_had_recorded_nothing_begins_anew_and_says_so(
    teamtop: Teamtop, run: RunFolder, left: bytes | None
) -> None:
    whole = run.events_path.read_bytes()
    run.events_path.unlink()
    if left is not None:
        run.events_path.write_bytes(left)
    said = teamtop("resume", "one", *QUICK)
    assert said.code == 0
    assert said.err.splitlines()[-1] == "teamtop: one had recorded no event yet: it begins anew."
    assert run.events_path.read_bytes() == whole


def test_without_its_run_json_a_run_can_be_read_but_neither_gone_on_with_nor_forked(
    teamtop: Teamtop, run: RunFolder
) -> None:
    run.meta_path.unlink()
    assert teamtop("report", "one", "--json").json["completed"]
    assert teamtop("resume", "one").code == 0  # it is complete: its report is printed
    cut(run, 60)
    for words in (("resume", "one"), ("fork", "one", "--at", "round:2")):
        said = teamtop(*words, *QUICK)
        assert (said.code, said.out) == (1, "")
        assert "has no run.json, which says what the run was asked to be" in said.err
        assert "it can be reported, replayed and checked" in said.err


def test_a_run_may_go_on_at_another_speed(teamtop: Teamtop, run: RunFolder) -> None:
    cut(run, 40)
    said = teamtop("resume", "one", "--speed", "500", "--display", "plain")
    assert said.code == 0
    assert "operator resumed the run" in said.out
    (resumed,) = [e for e in read(run.events_path).events if isinstance(e, ev.RunResumed)]
    assert (resumed.clock, resumed.speed) == ("scaled", 500.0)
    assert run.read_meta().config.clock == "scaled"


def test_a_changed_suite_is_refused(teamtop: Teamtop, run: RunFolder) -> None:
    cut(run, 40)
    meta = json.loads(run.meta_path.read_text())
    run.meta_path.write_text(json.dumps(meta | {"suite_hash": "other"}))
    said = teamtop("resume", "one", *QUICK)
    assert said.code == 1
    assert "is not what it was when one began" in said.err


def test_an_unknown_run_is_a_usage_error_that_names_the_nearest(teamtop: Teamtop, run: RunFolder) -> None:
    said = teamtop("resume", "onee")
    assert said.code == 2
    assert '"one"' in said.err


def test_a_running_run_is_refused_with_its_pid_and_one_that_was_killed_goes_on(
    teamtop: Teamtop, tmp_path: Path
) -> None:
    said = teamtop("run", "--run-id", "live", "-n", "2", "--speed", "2", "--detach", "--json")
    pid = said.json["pid"]
    try:
        said = teamtop("resume", "live", *QUICK)
        assert said.code == 1
        assert f"run live is in use by process {pid}" in said.err
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    said = teamtop("resume", "live", "--detach", "--json", "--speed", "300")
    assert said.code == 0
    folder = RunFolder(tmp_path / "runs" / "live")
    os.waitpid(said.json["pid"], 0)
    assert teamtop("report", "live", "--json").json["status"] == "completed"
    assert any(isinstance(e, ev.RunResumed) for e in read(folder.events_path).events)


def test_a_team_that_was_interrupted_goes_on_and_completes(
    process: Callable[..., subprocess.Popen[str]], teamtop: Teamtop, tmp_path: Path
) -> None:
    started = process("run", "--run-id", "stopped", "-n", "2", "--speed", "5", "--display", "plain")
    journal = tmp_path / "runs" / "stopped" / "events.jsonl"
    while not journal.exists() or b"turn_started" not in journal.read_bytes():
        assert started.poll() is None
        time.sleep(0.02)
    started.send_signal(signal.SIGINT)
    started.communicate()
    assert started.returncode == 130
    assert teamtop("resume", "stopped", *QUICK).code == 0
