"""The engine keeps its promises over many seeds, and a seed means the same run everywhere."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from engine.simulation.runner import run_seed
from engine.simulation.scenario import Settings, draw
from engine.simulation.schedulers import SCHEDULERS
from engine.simulation.world import play
from engine.strategies import STRATEGIES

REPO = Path(__file__).parents[2]


def test_no_promise_is_broken_without_faults() -> None:
    settings = Settings(faults="", people=False)
    results = [run_seed(seed, settings) for seed in range(20)]
    outcomes = [result.outcome for result in results]
    assert set(outcomes) <= {"completed", "stopped"}
    assert outcomes.count("stopped") < 5, "only a limit that was drawn stops a team that nobody disturbs"
    assert not any(result.violations or result.faults for result in results)


def test_a_seed_played_twice_gives_the_same_journal() -> None:
    results = [run_seed(seed, Settings(), twice=True) for seed in range(500, 512)]
    assert [result.violations for result in results] == [()] * 12


def test_other_seeds_are_other_runs() -> None:
    drawn = [draw(seed, Settings()) for seed in range(40)]
    assert {scenario.scheduler for scenario in drawn} == set(SCHEDULERS)
    assert {scenario.start.strategy for scenario in drawn} == set(STRATEGIES)
    assert {scenario.start.locks for scenario in drawn} == {"pessimistic", "optimistic", "none"}
    assert len({play(scenario).journal for scenario in drawn[:5]}) == 5


@pytest.mark.parametrize("first", range(0, 240, 80))
def test_no_promise_is_broken_under_random_faults_and_a_seed_is_the_same_run_under_any_hash_seed(
    first: int,
) -> None:
    words = ("--seeds", f"{first}..{first + 79}", "--jobs", "1")
    one, other = (simulated(*words, environ={"PYTHONHASHSEED": seed}) for seed in ("1", "20261121"))
    assert one["violations"] == []
    assert (one["digest"], one["runs"]) == (other["digest"], 80)
    assert sum(one["faults"].values()) > 160


def simulated(*words: str, environ: dict[str, str] | None = None) -> dict[str, Any]:
    """What ``teamtop simulate`` prints, in a process of its own."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("TEAMTOP_")}
    said = subprocess.run(
        [sys.executable, "-m", "tui", "simulate", *words, "--json"],
        cwd=REPO,
        env=clean | {"PYTHONHASHSEED": "random", "TEAMTOP_NO_DOTENV": "1"} | (environ or {}),
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.returncode in (0, 1), said.stderr
    facts: dict[str, Any] = json.loads(said.stdout)
    return facts


@pytest.mark.deep
@pytest.mark.timeout(3_000)
def test_ten_thousand_seeds_break_no_promise_and_reach_every_fault_in_every_phase(tmp_path: Path) -> None:
    facts = simulated("--seeds", "0..9999", "--save", str(tmp_path))
    assert facts["violations"] == []
    assert facts["runs"] == 10_000
    assert facts["coverage"]["missed"] == []


@pytest.mark.deep
@pytest.mark.timeout(1_200)
def test_two_hundred_seeds_played_twice_agree_under_any_hash_seed_and_allocator(
    tmp_path: Path,
) -> None:
    words = ("--seeds", "1000..1199", "--twice", "--save", str(tmp_path))
    one = simulated(*words, "--jobs", "1")
    other = simulated(*words, "--jobs", "2", environ={"PYTHONMALLOC": "malloc"})
    assert one["digest"] == other["digest"]
    assert one["violations"] == other["violations"] == []
