"""The same seed gives the same journal, byte for byte: twice, anywhere, under any hash seed."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine import launch
from engine.record.config import RunConfig
from engine.strategies import STRATEGIES

MODELS = ("sim/claude-sonnet-4-6", "sim/gemini-3-flash", "sim/gpt-5.2", "sim/perfect")

PLAN = """
[[fault]]
kind = "crash"
target = "Dev2"
at_round = 2
duration_seconds = 40
[[fault]]
kind = "stall"
target = "Dev1"
at_seconds = 30
duration_seconds = 10
[[fault]]
kind = "api_errors"
at_round = 3
probability = 0.5
duration_seconds = 60
[[fault]]
kind = "drop_messages"
at_round = 1
probability = 0.3
[[fault]]
kind = "corrupt"
target = "Dev3"
at_round = 2
"""


def config(model: str, strategy: str, seed: int = 7, **more: object) -> RunConfig:
    chosen: dict[str, object] = {
        "suite": "mathutils",
        "structure": "mixed",
        "agents": 3,
        "strategy": strategy,
        "model": model,
        "seed": seed,
        "speed": 0.0,
        "clock": "virtual",
        "tests": "simulated",
    }
    return RunConfig(**chosen | more)  # type: ignore[arg-type]  # the fields of a configuration


def cells() -> Iterator[RunConfig]:
    for model in MODELS:
        for strategy in STRATEGIES:
            yield config(model, strategy)
    yield config(MODELS[0], "decentralized", faults=PLAN, locks="optimistic")
    yield config(
        MODELS[1],
        "decentralized",
        faults=PLAN,
        locks="none",
        completion="verified",
        suite="svg",
        max_rounds=8,
    )
    yield config(MODELS[2], "lead", faults=PLAN, suite="dataanalysis", structure="serial")


def journal(folder: Path, run_id: str, chosen: RunConfig) -> bytes:
    prepared = launch.prepare(chosen, folder, run_id, {})
    launch.run_here(prepared, {})
    return prepared.folder.events_path.read_bytes()


def digests(folder: Path) -> list[str]:
    return [
        hashlib.sha256(journal(folder, f"run{number}", chosen)).hexdigest()
        for number, chosen in enumerate(cells())
    ]


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The digests of all cells, in this process."""
    return digests(tmp_path_factory.mktemp("here"))


def test_the_same_seed_gives_the_same_bytes_twice_whatever_the_run_is_called(
    tmp_path: Path, here: list[str]
) -> None:
    for number, chosen in enumerate(cells()):
        again = journal(tmp_path / "elsewhere" / str(number), f"another-name-{number}", chosen)
        assert hashlib.sha256(again).hexdigest() == here[number], chosen


def test_all_cells_differ_from_each_other(here: list[str]) -> None:
    assert len(set(here)) == len(here)


@pytest.mark.parametrize("hash_seed", ["1", "4242"])
def test_another_process_under_another_hash_seed_writes_the_same_bytes(
    tmp_path: Path, here: list[str], hash_seed: str
) -> None:
    program = (
        "import importlib.util, json, sys, pathlib\n"
        "spec = importlib.util.spec_from_file_location('cells', sys.argv[1])\n"
        "cells = importlib.util.module_from_spec(spec)\n"
        "spec.loader.exec_module(cells)\n"
        "print(json.dumps(cells.digests(pathlib.Path(sys.argv[2]))))\n"
    )
    environ = os.environ | {"PYTHONHASHSEED": hash_seed, "TZ": "Asia/Kathmandu", "PYTHONMALLOC": "malloc"}
    done = subprocess.run(
        [sys.executable, "-c", program, __file__, str(tmp_path / "runs")],
        capture_output=True,
        text=True,
        env=environ,
        cwd=Path(__file__).parents[2],
        check=False,
        timeout=100,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == here


def test_another_seed_gives_another_journal(tmp_path: Path) -> None:
    seeds = [journal(tmp_path, str(seed), config(MODELS[0], "decentralized", seed)) for seed in range(4)]
    assert len(set(seeds)) == 4
    seq = [[line.split(b'"seq"')[0] for line in seed.splitlines()] for seed in seeds]
    assert seq[0] != seq[1]  # not only the seed's number in the first event differs


def test_no_event_holds_where_or_when_or_under_what_name_the_run_took_place(tmp_path: Path) -> None:
    name = "a-name-found-nowhere"
    data = journal(tmp_path / "a-folder-found-nowhere", name, config(MODELS[0], "decentralized"))
    assert name.encode() not in data
    assert b"a-folder-found-nowhere" not in data
    assert os.fsencode(Path.home()) not in data
    numbers = {
        value
        for line in data.splitlines()
        for key, value in json.loads(line).items()
        if key != "check" and isinstance(value, int)
    }
    assert not any(value > 1e9 for value in numbers)  # no time since the epoch
