"""Simulated runs per second and core: drawing, playing and judging whole teams.

    python benchmarks/bench_simulation.py [--json] [--five] [RUNS]

CPU time of this process, so that others on the machine count less; the best of three passes over the same
seeds. "random faults" is what ``teamtop simulate`` does; "in peace" has no faults and nobody at the controls;
"playing only" leaves the invariants out; the others fix strategy and model. Teams are of one to eight
developers, five mostly; with ``--five`` all are of five, and there is a row for every strategy.
"""

from __future__ import annotations

import gc
import json
import sys
import time
from collections.abc import Callable
from functools import partial

from engine.simulation.runner import run_seed
from engine.simulation.scenario import Settings, draw
from engine.simulation.world import play
from engine.strategies import STRATEGIES

RUNS = 100
PASSES = 3
SONNET = "sim/claude-sonnet-4-6"

Work = Callable[[int], object]


def _simulated(settings: Settings) -> Work:
    return lambda seed: run_seed(seed, settings)


MIXED: dict[str, Work] = {
    "random faults": _simulated(Settings()),
    "in peace": _simulated(Settings(faults="", people=False)),
    "playing only": lambda seed: play(draw(seed, Settings())),
    f"preassigned, {SONNET}": _simulated(Settings(strategy="preassigned", model=SONNET)),
    f"decentralized, {SONNET}": _simulated(Settings(strategy="decentralized", model=SONNET)),
    "decentralized, sim/perfect": _simulated(Settings(strategy="decentralized", model="sim/perfect")),
}


def _by_turns(settings: tuple[Settings, ...], seed: int) -> object:
    return run_seed(seed, settings[seed % len(settings)])


def _fives() -> dict[str, Work]:
    """Teams of five developers; a lead is extra."""
    teams = {name: Settings(agents=5, strategy=name) for name in STRATEGIES}
    peace = tuple(Settings(agents=5, strategy=name, faults="", people=False) for name in STRATEGIES)
    return {
        "every strategy, random faults": partial(_by_turns, tuple(teams.values())),
        "every strategy, in peace": partial(_by_turns, peace),
        **{f"{name}, random faults": _simulated(team) for name, team in teams.items()},
    }


def measure(work: Work, runs: int) -> float:
    """Runs per second of CPU time."""
    for seed in range(5):
        work(seed)  # loads what is read once
    best = float("inf")
    for _ in range(PASSES):
        began = time.process_time()
        for seed in range(1_000, 1_000 + runs):
            work(seed)
        best = min(best, time.process_time() - began)
    return runs / best


def main() -> None:
    """Print the table."""
    words = [word for word in sys.argv[1:] if not word.startswith("--")]
    cells = _fives() if "--five" in sys.argv else MIXED
    runs = int(words[0]) if words else RUNS
    gc.set_threshold(100_000, 50, 50)  # as the command's processes have it
    rates = {name: round(measure(work, runs), 1) for name, work in cells.items()}
    if "--json" in sys.argv:
        print(json.dumps({"runs_per_second_and_core": rates, "runs": runs}, indent=2))
        return
    print(f"{'runs per second and core':<40}{runs:>8} runs")
    for name, rate in rates.items():
        print(f"{name:<40}{rate:>8}")


if __name__ == "__main__":
    main()
