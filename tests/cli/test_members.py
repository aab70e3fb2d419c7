"""Commands that change a running team, and teams of several models."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.errors import UsageError
from engine.record import events as ev
from engine.record.journal import read
from engine.record.state import RunState
from engine.teamfile import parse
from tui.cli import main
from tui.commands.run_command import configure


def run(tmp_path: Path, *args: str) -> int:
    return main(
        ["run", "mathutils", "--speed", "max", "--display", "none", "--runs-dir", str(tmp_path), *args]
    )


def report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    capsys.readouterr()
    assert main(["report", "r", "--json", "--runs-dir", str(tmp_path)]) == 0
    found: dict[str, object] = json.loads(capsys.readouterr().out)
    return found


def test_models_by_name_with_one_for_the_others(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path, "--run-id", "r", "-n", "3", "--model", "sim/perfect,Dev3=sim/gpt-5.2") in (0, 3)
    found = report(tmp_path, capsys)
    assert found["model"] == "2 × sim/perfect, 1 × sim/gpt-5.2"
    assert found["baseline_source"] == "estimated"
    assert any("different models" in note for note in found["notes"])  # type: ignore[attr-defined]  # JSON


@pytest.mark.parametrize("model", ["sim/perfect,sim/gpt-5.2", "Dev1=", "Dev1=sim/perfect,Dev1=sim/gpt-5.2"])
def test_models_that_cannot_be_read_are_a_usage_error(tmp_path: Path, model: str) -> None:
    assert run(tmp_path, "--model", model) == 2


def test_a_team_file_names_the_team_and_sets_its_size(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "team.toml"
    file.write_text(
        '[[agent]]\nname = "Ann"\nmodel = "sim/gpt-5.2"\n[[agent]]\ncount = 2\n[[agent]]\nrole = "lead"\n'
    )
    assert run(
        tmp_path, "--run-id", "r", "--team", str(file), "--strategy", "lead", "--model", "sim/perfect"
    ) in (0, 3)
    found = report(tmp_path, capsys)
    names = [agent["name"] for agent in found["agents_table"]]  # type: ignore[attr-defined]  # JSON
    assert names == ["Lead", "Ann", "Dev1", "Dev2"]
    assert found["agents"] == 3
    assert found["model"] == "3 × sim/perfect, 1 × sim/gpt-5.2"
    assert run(tmp_path, "--team", str(file)) == 2  # decentralized teams have no lead


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "[[agent]]"),
        ("x", "no TOML"),
        ("agent = 3", "[[agent]]"),
        ("agent = [3]", "agent 1 is no table"),
        ("[[agent]]\nnam = 'x'", "no key 'nam'"),
        ("[[agent]]\nname = 3", "name is a text"),
        ("[[agent]]\nname = 'all'", "stands for something else"),
        ("[[agent]]\nname = 'A'\n[[agent]]\nname = 'a'", "agent 2: a is of the team already"),
        ("[[agent]]\ncount = 0", "count is a number"),
        ("[[agent]]\nrole = 'boss'", "role is developer or lead"),
        ("[[agent]]\nrole = 'lead'", "needs a developer"),
        ("[[agent]]\nrole = 'lead'\nname = 'Bob'", "called Lead"),
    ],
)
def test_a_team_file_that_cannot_be_is_refused_with_place_and_key(text: str, words: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse(text, "team.toml")
    assert words in str(caught.value)
    assert str(caught.value).startswith("team.toml")


def test_a_run_that_is_not_live_takes_nobody_in(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path, "--run-id", "r", "-n", "1", "--model", "sim/perfect") == 0
    capsys.readouterr()
    for words in (
        ["add", "agent", "r"],
        ["remove", "agent", "r", "Dev1"],
        ["say", "r", "Hello."],
        ["add", "dependency", "r", "1", "2"],
    ):
        assert main([*words, "--runs-dir", str(tmp_path)]) == 1
        said = capsys.readouterr().err
        assert "r is not running" in said
        assert "teamtop fork r --at round:N` with one that is over" in said


def test_a_running_team_and_its_graph_are_changed_by_command_and_stay_so_after_a_kill(
    teamtop: Callable[..., Any], tmp_path: Path
) -> None:
    words = ("--run-id", "live", "-n", "3", "--model", "sim/perfect", "--speed", "0.1")
    pid = teamtop("run", *words, "--detach", "--json").json["pid"]
    try:
        for said in (
            teamtop("add", "agent", "live", "--name", "Ann"),
            teamtop("say", "live", "Tests first.", "--to", "Dev1"),
            teamtop("add", "task", "live", "--title", "Report", "--file", "report.py"),
            teamtop("add", "dependency", "live", "21", "20"),
            teamtop("remove", "agent", "live", "Dev2", "--why", "too slow"),
        ):
            assert (said.code, said.err) == (0, "")
            assert said.out.startswith("Done: event ")
        for refused, sentence in (
            (("remove", "agent", "live", "Dev2"), "There is no agent 'Dev2'"),
            (("add", "agent", "live", "--name", "Ann"), "Ann is of the team already; choose another name."),
            (("add", "dependency", "live", "20", "21"), "a cycle: 21 → 20 → 21"),
            (("say", "live", "Hello?", "--to", "Dev9"), "There is no agent 'Dev9'"),
            (("say", "live", " "), "give a text"),
        ):
            said = teamtop(*refused)
            assert (said.code, said.out) == (1, "")
            assert sentence in said.err
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    assert teamtop("resume", "live", "--speed", "max", "--display", "none").code == 0
    events = read(tmp_path / "runs" / "live" / "events.jsonl").events
    (left,) = [e for e in events if isinstance(e, ev.AgentLeft)]
    assert (left.agent, left.why) == ("Dev2", "too slow")
    asked = {e.agent for e in events[left.seq :] if isinstance(e, ev.TurnStarted)}
    assert asked == {"Dev1", "Dev3", "Ann"}
    (mail,) = [e for e in events if isinstance(e, ev.MessageSent) and e.kind == "operator"]
    assert (mail.text, mail.recipients) == ("Tests first.", ("Dev1",))
    board = RunState.of(events).board.tasks
    assert board["21"].status == "done"
    assert board["21"].dependencies == ("20",)


def test_one_model_is_one_model_however_it_is_written() -> None:
    usual = {"suite": "mathutils", "structure": "", "speed": 0.0, "tests": None, "strategy": "lead"}
    models = "Dev1=sim/perfect,Dev2=sim/perfect"
    config = configure(**usual, model=models, agents=2, seed=0)  # type: ignore[arg-type]  # from one table
    assert config.team_models == ("sim/perfect", "sim/perfect")
