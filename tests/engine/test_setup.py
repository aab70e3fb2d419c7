"""Before a run: every bad input is one sentence, and nothing that matters is left behind."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from engine import launch, setup
from engine.errors import TeamtopError, UsageError
from engine.record import events as ev
from engine.record.config import RunConfig
from engine.record.journal import read
from engine.world.sandbox.linux import Landlock
from engine.world.sandbox.probe import Probe
from tasks import suite as suites


def config(**more: Any) -> RunConfig:
    chosen: dict[str, Any] = {
        "suite": "synthetic:tasks=4,p=0.5",
        "structure": "",
        "agents": 2,
        "strategy": "decentralized",
        "model": "sim/perfect",
        "seed": 1,
        "speed": 0.0,
        "clock": "virtual",
        "tests": "simulated",
    }
    return RunConfig(**chosen | more)


def refused(runs: Path, run_id: str = "run", environ: dict[str, str] | None = None, **more: Any) -> str:
    """The sentence with which the run is refused; nothing may be left of it."""
    with pytest.raises(UsageError) as wrong:
        launch.prepare(config(**more), runs, run_id, environ or {})
    assert not runs.exists() or list(runs.iterdir()) == []
    assert wrong.value.exit_code == 2
    said = str(wrong.value)
    assert "\n" not in said
    assert said.isprintable()
    return said


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"suite": "mathutil"}, 'Did you mean "mathutils"?'),
        ({"suite": "mathutils", "structure": "mixd"}, 'Did you mean "mixed"?'),
        ({"suite": "synthetic:tasks=0,p=0.5"}, "tasks"),
        ({"suite": "/nowhere/at/all.json"}, "/nowhere/at/all.json"),
        ({"suite": "a\x00b\x1b[2J"}, "There is no suite"),
        ({"strategy": "decentralised"}, 'Did you mean "decentralized"?'),
        ({"model": "sim/perfct"}, 'Did you mean "sim/perfect"?'),
        ({"model": "anthropic/claude-sonnet-4-6", "clock": "wall", "speed": 1.0}, "ANTHROPIC_API_KEY"),
        ({"models": {"Dev1": "sim/gpt"}}, 'Did you mean "sim/gpt-5.2"?'),
        ({"agents": 0}, "A team has 1 to 200 agents, not 0."),
        ({"agents": 201}, "A team has 1 to 200 agents, not 201."),
        ({"max_rounds": 0}, "--max-rounds is a number from 1, not 0."),
        (
            {"faults": "[[fault]]\nkind = 'crash'\n"},
            "the fault plan: fault 1: give ",
        ),
        ({"faults": "[[fault]]\nkind = 'crash'\ntarget='Dev3'\nat_round = 1\n"}, "Dev3"),
        ({"faults": "[[fault]]\nkind = 'crash'\ntarget='lead'\nat_round = 1\n"}, "lead"),
    ],
)
def test_what_leads_nowhere_is_refused_with_the_nearest_name(
    tmp_path: Path, wrong: dict[str, Any], said: str
) -> None:
    assert said in refused(tmp_path / "runs", **wrong)


def test_a_real_model_needs_real_time_and_a_sandbox_or_leave_to_run_its_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real: dict[str, Any] = {"model": "ollama/llama3", "clock": "wall", "speed": 1.0, "suite": "mathutils"}
    assert "use --speed 1." in refused(tmp_path / "runs", **real | {"clock": "scaled", "speed": 10.0})
    assert "use --speed 1." in refused(tmp_path / "runs", **real | {"clock": "virtual", "speed": 0.0})
    monkeypatch.setattr(setup, "best", lambda: (Landlock(), ()))
    assert launch.prepare(
        config(**real | {"tests": "real"}), tmp_path / "confined", "safe", {}
    ).meta.sandbox == ("unused")
    monkeypatch.setattr(setup, "best", lambda: (None, (Probe("landlock", {}, "the kernel has none"),)))
    said = refused(tmp_path / "runs", **real | {"tests": "real"})
    assert "no sandbox can be had here (landlock: the kernel has none)" in said
    assert "add --unsafe-tests" in said
    allowed = config(**real | {"tests": "real", "unsafe_tests": True})
    assert launch.prepare(allowed, tmp_path / "runs", "run", {}).start.tests == "real"


@pytest.mark.parametrize(
    "run_id", ["", ".", "..", ".hidden", "a/b", "a b", "é", "x" * 129, "a\nb", "a\x00b", "-\u202e"]
)
def test_a_run_id_is_a_plain_name(tmp_path: Path, run_id: str) -> None:
    assert "is no run id" in refused(tmp_path / "runs", run_id)


def test_a_run_id_is_taken_once(tmp_path: Path) -> None:
    launch.prepare(config(), tmp_path, "run", {})
    with pytest.raises(UsageError, match="exists already: choose another --run-id"):
        launch.prepare(config(), tmp_path, "run", {})


@pytest.mark.parametrize("seed", [2**63, 2**64, -(2**63) - 1, 10**40])
def test_a_seed_that_no_journal_could_hold_is_refused(tmp_path: Path, seed: int) -> None:
    assert "seed" in refused(tmp_path / "runs", seed=seed)


@pytest.mark.parametrize("seed", [0, -1, 2**63 - 1, -(2**63)])
def test_any_other_seed_works(tmp_path: Path, seed: int) -> None:
    prepared = launch.prepare(config(seed=seed), tmp_path, "run", {})
    assert launch.run_here(prepared, {}) == "completed"
    first = read(prepared.folder.events_path).events[0]
    assert isinstance(first, ev.RunStarted)
    assert first.seed == seed


# ------------------------------------------------------------ places that cannot hold a run


def failed(runs: Path) -> str:
    with pytest.raises(TeamtopError) as wrong:
        launch.prepare(config(), runs, "run", {})
    assert "\n" not in str(wrong.value)
    return str(wrong.value)


def test_a_runs_folder_that_is_a_file_or_in_one_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert failed(tmp_path / "file") == f"{tmp_path / 'file'} is not a folder: choose another --runs-dir."
    assert "Not a directory" in failed(tmp_path / "file" / "runs")


def test_a_full_disk_is_found_before_the_team_starts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Usage:
        free = 5 << 20

    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage)
    assert failed(tmp_path) == (
        f"{tmp_path} has 5 MiB free and a run needs 32: free space or choose another --runs-dir."
    )
    assert list(tmp_path.iterdir()) == []


def test_a_folder_whose_description_cannot_be_written_is_not_left_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, data: bytes) -> None:
        path.with_name("draft").write_bytes(data[:9])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("engine.record.folder.write_whole", full)
    assert failed(tmp_path) == f"{tmp_path / 'run' / 'run.json'} cannot be written: No space left on device."
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("clock", ["virtual", "scaled"])
@pytest.mark.parametrize("in_the_way", ["events.jsonl", "repo", "locks", "run.lock"])
def test_what_stands_in_the_way_of_the_runs_files_is_one_sentence(
    tmp_path: Path, clock: str, in_the_way: str
) -> None:
    prepared = launch.prepare(
        config(clock=clock, speed=0.0 if clock == "virtual" else 1000.0), tmp_path, "run", {}
    )
    path = prepared.folder.path / in_the_way
    if in_the_way in ("repo", "locks"):
        path.touch()
    else:
        path.mkdir()
    with pytest.raises(TeamtopError) as wrong:
        launch.run_here(prepared, {})
    assert str(path) in str(wrong.value)
    assert "\n" not in str(wrong.value)
    assert prepared.folder.alive() is None


# ------------------------------------------------------------ what is prepared


def test_the_description_holds_what_was_asked_and_what_it_was_made_with(tmp_path: Path) -> None:
    chosen = config(faults='[[fault]]\nkind = "slow"\nat_round = 9\n', models={"Dev2": "sim/gpt-5.2"})
    prepared = launch.prepare(chosen, tmp_path / "deep" / "runs", "run", {})
    meta = prepared.folder.read_meta()
    assert meta == prepared.meta
    assert (meta.config, meta.run_id, meta.schema) == (chosen, "run", 1)
    assert json.loads(prepared.folder.meta_path.read_bytes())["suite_hash"] == prepared.suite.content_hash
    assert [spec.model for spec in prepared.start.team] == ["sim/perfect", "sim/gpt-5.2"]
    assert sorted(path.name for path in prepared.folder.path.iterdir()) == ["run.json"]


def test_the_first_event_holds_the_whole_graph(tmp_path: Path) -> None:
    prepared = launch.prepare(config(suite="dataanalysis", structure="serial"), tmp_path, "run", {})
    start, suite = prepared.start, prepared.suite
    assert [task.id for task in start.tasks] == [task.id for task in suite.tasks]
    assert start.p == suite.p == pytest.approx(0.2)
    assert [file.path for file in start.files] == list(suite.support)


def test_a_prepared_run_can_be_opened_by_another_process(tmp_path: Path) -> None:
    prepared = launch.prepare(config(), tmp_path, "run", {})
    again = launch.reopen(prepared.folder.path, {})
    assert again.folder.path == prepared.folder.path
    assert (again.meta, again.suite, again.start) == (prepared.meta, prepared.suite, prepared.start)


def test_a_suite_that_changed_meanwhile_is_not_run(tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    shutil.copytree(suites.folder("mathutils"), mine)
    toml = (mine / "suite.toml").read_text()
    (mine / "suite.toml").write_text(toml.replace('name = "mathutils"', 'name = "mine"', 1))
    prepared = launch.prepare(config(suite=str(mine), tests="real"), tmp_path / "runs", "run", {})
    text = (mine / "suite.toml").read_text()
    (mine / "suite.toml").write_text(text.replace('title = "', 'title = "New ', 1))
    with pytest.raises(TeamtopError, match="is not what it was"):
        launch.reopen(prepared.folder.path, {})


@pytest.mark.parametrize("content", ["", "{}", "[]", "\xff", '{"schema": 1}', "{" * 5000])
def test_a_damaged_description_is_said_with_what_can_still_be_read(tmp_path: Path, content: str) -> None:
    prepared = launch.prepare(config(), tmp_path, "run", {})
    prepared.folder.meta_path.write_text(content, encoding="latin-1")
    with pytest.raises(TeamtopError, match=r"run\.json is damaged .*events\.jsonl may still be whole"):
        launch.reopen(prepared.folder.path, {})


def test_a_description_of_a_newer_version_and_none_at_all_are_told_apart(tmp_path: Path) -> None:
    prepared = launch.prepare(config(), tmp_path, "run", {})
    prepared.folder.meta_path.write_text('{"schema": 99}')
    with pytest.raises(TeamtopError, match="has schema 99, newer than 1: update teamtop"):
        launch.reopen(prepared.folder.path, {})
    with pytest.raises(TeamtopError, match=r"is not the folder of a run: it has no run\.json"):
        launch.reopen(tmp_path, {})


def test_texts_of_a_suite_that_no_journal_can_hold_are_refused_or_mended_but_end_in_no_traceback(
    tmp_path: Path,
) -> None:
    suite = {
        "project": "P\ud800",
        "description": "half \udfff",
        "tasks": [
            {"id": 1, "title": "T\ud83d", "description": "D\ude00", "files": ["a.py"], "dependencies": []}
        ],
    }
    (tmp_path / "odd.json").write_text(json.dumps(suite))
    (tmp_path / "test_odd.py").write_text("from a import a\ndef test_a():\n    assert a\n")
    try:
        prepared = launch.prepare(
            config(suite=str(tmp_path / "odd.json"), tests="real", max_rounds=1), tmp_path / "runs", "run", {}
        )
    except UsageError as wrong:
        said = str(wrong)
        assert said.isprintable()
        return
    launch.run_here(prepared, {})
    assert read(prepared.folder.events_path).events


def test_a_suite_that_was_given_as_a_path_is_found_from_any_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (suites.folder("mathutils") / "suite.toml").read_text()
    shutil.copytree(suites.folder("mathutils"), tmp_path / "here" / "mine")
    renamed = text.replace('name = "mathutils"', 'name = "mine"', 1)
    (tmp_path / "here" / "mine" / "suite.toml").write_text(renamed)
    monkeypatch.chdir(tmp_path / "here")
    asked = config(suite="mine", structure="mixed", tests="real", clock="wall", speed=1.0)
    prepared = launch.prepare(asked, tmp_path / "runs", "one", {})
    assert prepared.meta.config.suite == str(tmp_path / "here" / "mine")
    monkeypatch.chdir(tmp_path)
    assert launch.reopen(prepared.folder.path, {}).suite.name == "mine"
