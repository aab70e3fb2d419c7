"""``teamtop simulate``: counts, violations with a command that has them again, exit codes."""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from engine.faults.plan import parse
from tests.simulation.mutants import MUTANTS
from tui.cli import main

REPO = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _plain(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in list(os.environ):
        if name.startswith("TEAMTOP_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("TEAMTOP_NO_DOTENV", "1")
    monkeypatch.chdir(tmp_path)


def simulate(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = main(["simulate", *words])
    said = capsys.readouterr()
    return code, said.out, said.err


def test_the_json_counts_runs_events_and_faults_by_kind(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = simulate(capsys, "--seeds", "10..17", "--jobs", "1", "--json")
    facts: dict[str, Any] = json.loads(out)
    assert (code, err) == (0, "")
    assert (facts["seeds"], facts["runs"], facts["violations"]) == ([10, 17], 8, [])
    assert facts["events"] > 800
    assert sum(facts["outcomes"].values()) == 8
    assert sum(facts["faults"].values()) > 0
    cells = facts["coverage"]
    assert len(cells["cells"]) == cells["reached"] == cells["of"] - len(cells["missed"])
    assert sum(cells["cells"].values()) >= sum(facts["faults"].values())
    assert len(facts["digest"]) == 64


STORM = """
[[fault]]
kind = "slow"
at_round = 1
[[fault]]
kind = "crash"
target = "Dev2"
at_round = 1
duration_seconds = 2
[[fault]]
kind = "drop_messages"
at_seconds = 3
"""


def test_a_violation_is_shrunk_saved_and_had_again_by_the_printed_command(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    MUTANTS["revive_in_the_old_epoch"](monkeypatch)
    Path("storm.toml").write_text(STORM)
    words = ("--seeds", "3", "--faults", "storm.toml", "--no-people", "--jobs", "1")
    code, out, _ = simulate(capsys, *words, "--json")
    assert code == 1
    (found,) = json.loads(out)["violations"]
    plan = parse(found["plan"], "plan")
    assert [entry.kind for entry in plan] == ["crash"]
    again = shlex.split(found["reproduce"])
    assert again[:2] == ["teamtop", "simulate"]
    assert parse(Path(again[again.index("--faults") + 1]).read_text(), "file") == plan
    code, out, _ = simulate(capsys, *again[2:])
    assert code == 1
    assert f"✖ seed {found['seed']} " in out
    assert found["found"][0]["name"] in out


def test_a_person_reads_seed_plan_and_command(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    MUTANTS["keep_locks_at_the_barrier"](monkeypatch)
    code, out, _ = simulate(capsys, "--seeds", "0..9", "--jobs", "1")
    assert code == 1
    seed = out.partition("✖ seed ")[2].partition(" ")[0]
    assert "lock_leak" in out
    assert f"again: teamtop simulate --seeds {seed}..{seed} --faults none" in out
    assert "pairs of a fault and a phase of a turn reached." in out
    assert "with violations." in out


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--seeds", "9..5"), "holds no seed"),
        (("--seeds", "a..b"), "--seeds is a number"),
        (("--faults", "nowhere.toml"), "no fault plan and no file"),
        (("-n", "many"), "-n is a number from 1 to"),
        (("-n", "0"), "-n is a number from 1 to"),
        (("--model", "openai/gpt"), "Only simulated models"),
        (("--strategy", "leed"), "lead"),
        (("--jobs", "-1"), "--jobs"),
    ],
)
def test_wrong_words_are_usage_errors(
    capsys: pytest.CaptureFixture[str], words: tuple[str, ...], says: str
) -> None:
    code, out, err = simulate(capsys, *words)
    assert (code, out) == (2, "")
    assert says in err
    assert len(err.strip().splitlines()) == 1


def test_processes_share_the_seeds_and_count_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    words = ("--seeds", "0..15", "--strategy", "preassigned", "--model", "sim/perfect", "--json")
    one, two = (json.loads(simulate(capsys, *words, "--jobs", jobs)[1]) for jobs in ("1", "2"))
    for facts in (one, two):
        del facts["seconds"], facts["runs_per_second"]
    assert one == two


def test_ctrl_c_ends_workers_and_prints_what_was_done(tmp_path: Path) -> None:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("TEAMTOP_")}
    process = subprocess.Popen(
        [sys.executable, "-m", "tui", "simulate", "--seeds", "0..999999", "--jobs", "2", "--json"],
        cwd=tmp_path,
        env=environ | {"TEAMTOP_NO_DOTENV": "1", "PYTHONPATH": str(REPO)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    while not _busy(process.pid):
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGINT)
    try:
        out, err = process.communicate(timeout=180)
    finally:
        with contextlib.suppress(ProcessLookupError):
            if process.returncode is None:
                os.killpg(process.pid, signal.SIGKILL)  # or they play on, long after this test has failed
    assert process.returncode == 130, err
    assert json.loads(out)["violations"] == []
    assert err == ""
    assert _gone(process.pid)


def _gone(group: int) -> bool:
    """Whether the processes of the group end, as they should at once."""
    for _ in range(3_600):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False


def _busy(pid: int) -> bool:
    """Whether the workers have started: the parent has children of its own."""
    return bool(Path(f"/proc/{pid}/task/{pid}/children").read_text().split())
