"""The start path: what ``--help`` loads, what every flag's variable is called, what the help promises."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest

from engine.models import registry
from engine.record import events as ev
from engine.record import journal
from engine.strategies import STRATEGIES
from tui.cli import COMMANDS, cli

Teamtop = Callable[..., Any]
Process = Callable[..., subprocess.Popen[str]]

HEAVY = ("litellm", "polars", "textual", "pytest", "rich", "msgspec", "portalocker", "asyncio")


@pytest.mark.parametrize("args", [["--help"], ["run", "--help"], ["--version"]])
def test_help_loads_nothing_that_takes_time(environ: dict[str, str], args: list[str]) -> None:
    code = (
        f"import sys, json; from tui.cli import main; main({args!r}); print(json.dumps(sorted(sys.modules)))"
    )
    said = subprocess.run(
        [sys.executable, "-c", code], env=environ, capture_output=True, text=True, check=True
    )
    loaded = set(json.loads(said.stdout.splitlines()[-1]))
    assert loaded & set(HEAVY) == set()


@pytest.mark.parametrize(
    ("args", "never"),
    [
        (["list"], {"litellm", "polars", "textual"}),
        (["suites"], {"litellm", "polars", "textual"}),
        (["report", "none"], {"litellm", "textual"}),
        (
            ["run", "--model", "anthropic/claude-sonnet-4-6", "--display", "none"],
            {"litellm", "polars", "textual"},
        ),
        (["run", "--speed", "max", "--max-rounds", "1", "--display", "none"], {"litellm", "textual"}),
    ],
)
def test_commands_without_a_screen_load_no_screen_and_no_litellm(
    environ: dict[str, str], args: list[str], never: set[str]
) -> None:
    code = (
        f"import sys, json; from tui.cli import main; main({args!r}); print(json.dumps(sorted(sys.modules)))"
    )
    said = subprocess.run(
        [sys.executable, "-c", code], env=environ, capture_output=True, text=True, check=True
    )
    loaded = set(json.loads(said.stdout.splitlines()[-1]))
    assert loaded & never == set()


def _options() -> list[tuple[str, click.Option]]:
    context = click.Context(cli)
    commands = [("teamtop", cli), *((name, cli.get_command(context, name)) for name in COMMANDS)]
    return [
        (name, param)
        for name, command in commands
        for param in (command.params if command else [])
        if isinstance(param, click.Option) and not param.is_eager
    ]


def test_every_flag_has_a_variable_called_like_it() -> None:
    odd = {
        f"{name} {max(option.opts, key=len)}": option.envvar
        for name, option in _options()
        if option.envvar != "TEAMTOP_" + max(option.opts, key=len).lstrip("-").replace("-", "_").upper()
    }
    # settings of runs may be real models, a speed of max, or whatever else is not meant for these
    simulated = ("faults", "suite", "structure", "agents", "strategy", "model")
    forked = ("fault", "without", "strategy", "model", "seeds")
    own = {"simulate": simulated, "fork": forked}
    assert odd == {"replay --speed": "TEAMTOP_REPLAY_SPEED"} | {
        f"{name} --{flag}": f"TEAMTOP_{name}_{flag}".upper() for name, flags in own.items() for flag in flags
    }
    assert all(option.show_envvar for _, option in _options())


def test_the_command_line_that_scripts_use_is_there() -> None:
    flags = {
        "run": "--structure -n --strategy --model --seed --speed --max-rounds --locks --completion --faults "
        "--tests --unsafe-tests --runs-dir --run-id --detach --display --json",
        "replay": "--at --speed",
        "watch": "--display",
        "report": "--json",
        "simulate": "--seeds --faults --suite --structure -n --strategy --model --jobs --json",
        "paper": "--json --figure --svg --runs-dir",
        "list": "--json",
        "suites": "",
    }
    context = click.Context(cli)
    for name, wanted in flags.items():
        command = cli.get_command(context, name)
        assert command is not None
        known = {flag for param in command.params for flag in param.opts}
        assert set(wanted.split()) <= known


def test_variables_set_flags_and_flags_win(teamtop: Teamtop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEAMTOP_SPEED", "max")
    monkeypatch.setenv("TEAMTOP_MAX_ROUNDS", "1")
    monkeypatch.setenv("TEAMTOP_MODEL", "sim/gpt-5.2")
    monkeypatch.setenv("TEAMTOP_AGENTS", "3")
    monkeypatch.setenv("TEAMTOP_JSON", "1")
    report = teamtop("run", "-n", "2", "--display", "none").json
    assert (report["model"], report["agents"], report["rounds"]) == ("sim/gpt-5.2", 2, 1)
    assert report["config"]["clock"] == "virtual"


def test_settings_of_a_dotenv_file_count_but_less_than_the_environment(
    teamtop: Teamtop, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TEAMTOP_NO_DOTENV")
    monkeypatch.setenv("TEAMTOP_AGENTS", "3")
    for name in ("TEAMTOP_SPEED", "TEAMTOP_SEED"):
        monkeypatch.setenv(name, "")  # so that monkeypatch takes back what the command sets
        monkeypatch.delenv(name)
    (tmp_path / ".env").write_text("TEAMTOP_SPEED=max\nTEAMTOP_SEED=11\nTEAMTOP_AGENTS=5\n")
    report = teamtop("run", "--max-rounds", "1", "--display", "none", "--json").json
    assert (report["seed"], report["agents"], report["config"]["clock"]) == (11, 3, "virtual")


def test_the_help_of_run_names_what_there_is(teamtop: Teamtop) -> None:
    text = " ".join(teamtop("run", "--help").out.split()).replace("- ", "-")  # lines may end in a name
    for name in (*STRATEGIES, *registry.SIMULATED):
        assert name in text
    assert f"default: {registry.DEFAULT}" in text


def test_the_version_is_told(teamtop: Teamtop) -> None:
    said = teamtop("--version")
    assert (said.code, said.out.startswith("teamtop")) == (0, True)


def test_without_a_terminal_the_bare_command_lists_runs(teamtop: Teamtop) -> None:
    said = teamtop()
    assert said.code == 0
    assert said.out


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no device that is always full")
def test_an_output_that_takes_nothing_more_is_said(process: Process) -> None:
    with open("/dev/full", "w") as full:
        done = process("list", stdout=full)
        assert done.communicate()[1] == (
            "teamtop: the output, or a file: No space left on device; free some, or raise its limit.\n"
        )
    assert done.returncode == 1


def test_no_file_takes_the_place_of_an_output_that_was_closed(
    tmp_path: Path, environ: dict[str, str]
) -> None:
    closing = (
        "import os, sys; os.close(1); os.execv(sys.executable, [sys.executable, '-m', 'tui'] + sys.argv[1:])"
    )
    run = ("run", "mathutils", "-n", "1", "--max-rounds", "1", "--speed", "max", "--tests", "simulated")
    args = (*run, "--display", "log", "--run-id", "r", "--runs-dir", str(tmp_path))
    done = subprocess.run(
        [sys.executable, "-c", closing, *args], env=environ, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (3, "")
    read = journal.read(tmp_path / "r" / "events.jsonl")
    assert (read.note, type(read.events[-1])) == ("", ev.RunVerified)


@pytest.mark.parametrize("error", [MemoryError(), RuntimeError("can't start new thread")])
def test_a_machine_that_gives_no_more_is_said_to_be_one(
    teamtop: Teamtop, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr("tui.commands.list_command.print_runs", fail)
    said = teamtop()
    assert said.code == 1
    assert said.err == "teamtop: there is no more memory for it, or no more threads: end something else.\n"
