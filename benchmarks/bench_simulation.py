"""Simulated runs per second and core: drawing, playing and judging whole teams of five.

    python benchmarks/bench_simulation.py [--json] [RUNS]

CPU time of this process, so that others on the machine count less; the best of three passes over the same
seeds. "random faults" is what ``teamtop simulate`` does; "in peace" has no faults and nobody at the controls;
"playing only" leaves the invariants out; the others fix strategy and model.
"""

from __future__ import annotations

import gc
import json
import sys
import time
from collections.abc import Callable

from engine.simulation.runner import run_seed
from engine.simulation.scenario import Settings, draw
from engine.simulation.world import play

RUNS = 100
PASSES = 3
PEACE = {"faults": "", "people": False}

CELLS: dict[str, Callable[[int], object]] = {
    "random faults": lambda seed: run_seed(seed, Settings()),
    "in peace": lambda seed: run_seed(seed, Settings(**PEACE)),  # type: ignore[arg-type]  # two fields of it
    "playing only": lambda seed: play(draw(seed, Settings())),
    "preassigned, sim/claude-sonnet-4-6": lambda seed: run_seed(
        seed, Settings(strategy="preassigned", model="sim/claude-sonnet-4-6")
    ),
    "decentralized, sim/claude-sonnet-4-6": lambda seed: run_seed(
        seed, Settings(strategy="decentralized", model="sim/claude-sonnet-4-6")
    ),
    "decentralized, sim/perfect": lambda seed: run_seed(
        seed, Settings(strategy="decentralized", model="sim/perfect")
    ),
}


def measure(work: Callable[[int], object], runs: int) -> float:
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
    words = [word for word in sys.argv[1:] if word != "--json"]
    runs = int(words[0]) if words else RUNS
    gc.set_threshold(100_000, 50, 50)  # as the command's processes have it
    rates = {name: round(measure(work, runs), 1) for name, work in CELLS.items()}
    if "--json" in sys.argv:
        print(json.dumps({"runs_per_second_and_core": rates, "runs": runs}, indent=2))
        return
    print(f"{'runs per second and core':<40}{runs:>8} runs")
    for name, rate in rates.items():
        print(f"{name:<40}{rate:>8}")


if __name__ == "__main__":
    main()
