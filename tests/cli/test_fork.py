"""``teamtop fork``: at a place, with a change, in pairs; what cannot be is told in a sentence."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.record import events as ev
from engine.record.folder import RunFolder
from engine.record.journal import read
from engine.strategies import STRATEGIES

Teamtop = Callable[..., Any]
QUICK = ("--display", "none")

PLAN = '[[fault]]\nkind = "crash"\ntarget = "Dev2"\nat_round = 2\nduration_seconds = 60\n'


@pytest.fixture
def run(teamtop: Teamtop, tmp_path: Path) -> RunFolder:
    """A complete run, disturbed by a plan, called ``one``."""
    plan = tmp_path / "plan.toml"
    plan.write_text(PLAN)
    said = teamtop("run", "-n", "3", "--run-id", "one", "--speed", "max", "--faults", str(plan), *QUICK)
    assert said.code == 0
    return RunFolder(tmp_path / "runs" / "one")


@pytest.mark.parametrize("at", ["seq:1", "round:2", "round:3", "00:30", "end"])
def test_a_fork_without_a_change_is_the_run_itself(teamtop: Teamtop, run: RunFolder, at: str) -> None:
    said = teamtop("fork", "one", "--at", at, "--run-id", "two", *QUICK)
    assert (said.code, said.err) == (0, "")
    assert (run.path.parent / "two" / "events.jsonl").read_bytes() == run.events_path.read_bytes()
    assert teamtop("report", "two", "--json").json["parent"]["run_id"] == "one"


MANY = """
[[fault]]
kind = "crash"
target = "critical-path-owner"
at_round = 2
duration_seconds = 40
[[fault]]
kind = "drop_messages"
target = "all"
at_seconds = 9
duration_seconds = 60
probability = 0.5
[[fault]]
kind = "corrupt"
target = "Dev1"
at_round = 1
[[fault]]
kind = "slow"
target = "slowest"
at_seconds = 20
duration_seconds = 30
"""


@pytest.mark.parametrize("strategy", list(STRATEGIES))
def test_a_null_fork_of_a_run_with_many_faults_is_the_run_itself_under_every_strategy(
    teamtop: Teamtop, tmp_path: Path, strategy: str
) -> None:
    plan = tmp_path / "many.toml"
    plan.write_text(MANY)
    words = ("--strategy", strategy, "--seed", "7", "--speed", "max", "--faults", str(plan))
    assert teamtop("run", "-n", "4", "--run-id", "one", *words, *QUICK).code in (0, 3)
    journal = tmp_path / "runs" / "one" / "events.jsonl"
    faults = [e.seq for e in read(journal).events if isinstance(e, ev.FaultStarted)]
    assert len(faults) >= 2
    for number, at in enumerate(("round:2", f"seq:{faults[-1]}")):
        assert teamtop("fork", "one", "--at", at, "--run-id", f"two{number}", *QUICK).code in (0, 3)
        assert (tmp_path / "runs" / f"two{number}" / "events.jsonl").read_bytes() == journal.read_bytes()


def test_the_fault_is_left_out_and_its_cost_can_be_read(teamtop: Teamtop, run: RunFolder) -> None:
    fault = next(e.seq for e in read(run.events_path).events if isinstance(e, ev.FaultStarted))
    change = ("--at", f"seq:{fault - 1}", "--without", str(fault))
    said = teamtop("fork", "one", *change, "--run-id", "calm", "--json", *QUICK)
    assert said.code == 0
    assert said.json["faults"] == []
    assert said.json["parent"] == {"run_id": "one", "seq": fault - 1}
    said = teamtop("fork", "one", *change, "--seeds", "3")
    assert said.code == 0
    sentence, _, _, *table = said.out.splitlines()
    assert sentence.startswith("Over 3 pairs, a run without event ")
    assert [line.split()[0] for line in table] == ["wall", "tokens", "anomalies", "3"]
    assert "3 of 3 pairs" in said.err
    found = teamtop("fork", "one", *change, "--seeds", "2", "--json").json
    assert [pair["seed"] for pair in found["pairs"]] == [0, 1_000_003]
    whole = teamtop("report", "one", "--json").json["wall_seconds"]
    assert found["pairs"][0]["without"]["wall_seconds"] == whole
    assert sorted(path.name for path in run.path.parent.iterdir()) == ["calm", "one"]


def test_a_fault_is_added_and_the_fork_may_run_at_another_speed(teamtop: Teamtop, run: RunFolder) -> None:
    said = teamtop(
        *("fork", "one", "--at", "round:2", "--run-id", "slow", "--speed", "2000", *QUICK),
        *("--fault", "slow:Dev1,factor=2,duration_seconds=5", "--fault", "drop_messages:Dev3"),
    )
    assert said.code == 0
    events = read(run.path.parent / "slow" / "events.jsonl").events
    kinds = [e.kind for e in events if isinstance(e, ev.FaultStarted)]
    assert sorted(kinds) == ["crash", "drop_messages", "slow"]
    (resumed,) = [e for e in events if isinstance(e, ev.RunResumed)]
    assert (resumed.clock, resumed.speed) == ("scaled", 2000.0)


def test_the_team_is_changed_and_the_report_and_the_list_say_what_it_became(
    teamtop: Teamtop, run: RunFolder
) -> None:
    change = ("--strategy", "lead", "--model", "Dev1=sim/perfect,Lead=sim/perfect")
    said = teamtop("fork", "one", "--at", "round:2", "--run-id", "led", "--json", *change, *QUICK)
    assert said.code == 0
    assert (said.json["strategy"], said.json["agents"]) == ("lead", 3)
    models = {each["name"]: each["model"] for each in said.json["agents_table"]}
    assert models["Dev1"] == models["Lead"] == "sim/perfect"
    assert models["Dev2"] == "sim/claude-sonnet-4-6"
    listed = {each["run_id"]: each["strategy"] for each in teamtop("list", "--json").json["runs"]}
    assert listed["led"] == "lead"
    assert teamtop("check", "led").code == 0
    found = teamtop("fork", "one", "--at", "round:2", *change, "--seeds", "2", "--json").json
    assert found["pairs"][0]["with"]["wall_seconds"] == said.json["wall_seconds"]


def test_a_fork_that_takes_up_a_quorum_in_mid_run_reports_it(teamtop: Teamtop, run: RunFolder) -> None:
    change = ("--strategy", "quorum", "--run-id", "votes")
    said = teamtop("fork", "one", "--at", "round:2", *change, "--json", *QUICK)
    assert said.json["copies"]["quorum"] == [2, 3]
    assert said.code == 0, "what was done badly before it can be mended, though it has no versions"
    assert any("2 of 3 versions agree" in note for note in said.json["notes"])


def test_variables_that_runs_are_begun_with_change_no_fork(
    teamtop: Teamtop, run: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = {"MODEL": "sim/gpt-5.2", "STRATEGY": "lead", "SEEDS": "0..9"}
    for name, value in settings.items():
        monkeypatch.setenv(f"TEAMTOP_{name}", value)
    assert teamtop("fork", "one", "--at", "round:2", "--run-id", "two", *QUICK).code == 0
    assert (run.path.parent / "two" / "events.jsonl").read_bytes() == run.events_path.read_bytes()


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        (("--at", "seq:99999"), "fork it at one of them, not at 99999"),
        (("--at", "nowhere:3"), "--at does not say where"),
        (("--at", "seq:9", "--fault", "cras:Dev2"), 'Did you mean "crash"?'),
        (("--at", "seq:9", "--fault", "slow:Dev1,factor"), "write KIND:TARGET,key=value"),
        (("--at", "seq:9", "--fault", "crash:Dex"), "Dex"),
        (("--at", "seq:9", "--fault", "crash:"), "names no target"),
        (("--at", "seq:9", "--fault", "crash:Dev1,on=round_started"), "strikes at the fork, so leave on out"),
        (("--at", "seq:9", "--without", "2"), "--without takes what a person did"),
        (("--at", "end", "--without", "2"), "is before the fork; fork earlier: --at seq:1."),
        (("--at", "seq:9", "--without", "99999"), "--without names event 99999"),
        (("--at", "seq:9", "--seeds", "3"), "give --fault, --without, --strategy or --model"),
        (("--at", "seq:9", "--seeds", "3", "--fault", "disk_full"), "disk_full stops the engine"),
        (
            ("--at", "seq:9", "--seeds", "2", "--fault", "slow", "--run-id", "a"),
            "leave out --run-id, or --seeds",
        ),
        (("--at", "seq:9", "--seeds", "2", "--fault", "slow", "--speed", "9"), "plays them without waiting"),
        (("--at", "seq:9", "--seeds", "2", "--fault", "slow", "--detach"), "leave out --detach, or --seeds"),
        (("--at", "round:99"), "fork it at one up to there, not at round 99"),
        (("--at", "seq:9", "--strategy", "led"), 'Did you mean "lead"?'),
        (("--at", "seq:9", "--model", "sim/perfct"), 'Did you mean "sim/perfect"?'),
        (("--at", "seq:9", "--model", "Dev9=sim/perfect"), "There is no agent 'Dev9'"),
        (("--at", "seq:9", "--model", "Dev1=,"), "write NAME, Dev1=NAME,Dev2=NAME, or"),
        (("--at", "seq:9", "--run-id", "one"), "exists already"),
    ],
)
def test_what_cannot_be_is_a_usage_error_and_leaves_nothing_behind(
    teamtop: Teamtop, run: RunFolder, args: tuple[str, ...], sentence: str
) -> None:
    said = teamtop("fork", "one", *args, *QUICK)
    assert (said.code, said.out) == (2, "")
    assert sentence in said.err
    assert len(said.err.splitlines()) == 1
    assert [path.name for path in run.path.parent.iterdir()] == ["one"]


def test_a_fork_can_be_detached_and_is_an_engine_of_its_own(teamtop: Teamtop, run: RunFolder) -> None:
    said = teamtop("fork", "one", "--at", "round:2", "--run-id", "away", "--detach", "--json")
    assert said.code == 0
    os.waitpid(said.json["pid"], 0)
    assert (run.path.parent / "away" / "events.jsonl").read_bytes() == run.events_path.read_bytes()
