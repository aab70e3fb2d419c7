"""What barriers cost: five agents with the latencies of the simulated models, in lockstep and running ahead.

    python benchmarks/bench_barrier.py [--seeds N] [--json]

Undisturbed decentralized teams in virtual time with simulated tests, the same seeds for every barrier. Two
questions. Makespan / ideal: every agent takes twelve turns on a suite that is too large to end; ideal is the
time of all replies over five agents, as if nobody ever waited. It stands beside the figures of a simulation
with the paper's latencies. And whole runs of the mathutils suite: run-clock seconds to the end, tokens, and
writes from prompts that a teammate's write had overtaken (aged reads), per 100 turns, without locks.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from statistics import fmean, median

from engine.analysis.consistency import History
from engine.analysis.consistency.reads import aged_read
from engine.models import registry
from engine.record import events as ev
from engine.record.config import RunConfig
from engine.record.writer import MemoryStore
from engine.run import Run, Seams
from engine.setup import check
from engine.world import virtualloop
from engine.world import workspace as world
from engine.world.clock import Clock
from engine.world.locks import Locks, NoLockFiles
from engine.world.simulatedtests import SimulatedTests
from engine.world.testrunner import TestReport, TestRequest, TestRunner
from tasks.verdicts import table

AGENTS = 5
TURNS = 12
BARRIERS = {"round": "2.1–3.0", "stale:1": "1.6–2.4", "stale:2": "1.4–2.1", "none": "1.3–1.7"}
"""What was expected of makespan / ideal, for the three models of the paper."""

MODELS = ("sim/claude-sonnet-4-6", "sim/gemini-3-flash", "sim/gpt-5.2")
LARGE = "synthetic:tasks=600,p=0.95"
"""So large that five agents do not end it in twelve turns, whatever they do."""


class NoTests:
    """Stands in for tests where only latencies matter."""

    external = False

    async def run(self, request: TestRequest) -> TestReport:
        """Everything passes."""
        return TestReport("passed", request.expected, (), 0.0)

    async def close(self) -> None:
        """Nothing to close."""


@dataclass(frozen=True, slots=True)
class Shape:
    """Which runs are compared."""

    suite: str
    structure: str
    max_rounds: int
    locks: str


FIXED = Shape(LARGE, "", TURNS, "none")
WHOLE = Shape("mathutils", "mixed", 200, "none")


def play(shape: Shape, model: str, barrier: str, seed: int) -> list[ev.Event]:
    """The events of one run."""
    config = RunConfig(
        suite=shape.suite,
        structure=shape.structure,
        agents=AGENTS,
        strategy="decentralized",
        model=model,
        seed=seed,
        speed=0.0,
        clock="virtual",
        max_rounds=shape.max_rounds,
        locks=shape.locks,  # type: ignore[arg-type]  # one of its words
        tests="real" if shape is FIXED else "simulated",
        barrier=barrier,
    )
    suite, start, _ = check(config, {})
    events: list[ev.Event] = []
    tests: TestRunner = NoTests()
    if shape is WHOLE:
        tests = SimulatedTests(table(suite.name), [path for task in suite.tasks for path in task.files])

    async def main() -> None:
        clock = Clock("virtual")
        seams = Seams(
            store=MemoryStore(),
            clock=clock,
            workspace=world.Workspace(world.MemoryStore(), suite.support),
            locks=Locks(NoLockFiles()),
            tests=tests,
            models={s.name: registry.create(s.model, seed=seed, sleep=clock.sleep) for s in start.team},
        )
        run = Run(start, seams)
        run.bus.listen(events.append)
        await run.play()

    virtualloop.run(main(), seed=seed)
    return events


def makespan(events: list[ev.Event]) -> float:
    """Time of the run over that of all replies shared by all agents."""
    busy = sum(event.latency_seconds for event in events if isinstance(event, ev.Replied))
    turns = sum(isinstance(event, ev.TurnStarted) for event in events)
    assert turns == AGENTS * TURNS, f"{turns} turns were taken"
    return _wall(events) / (busy / AGENTS)


def _wall(events: list[ev.Event]) -> float:
    return next(event.wall_seconds for event in events if isinstance(event, ev.RunEnded))


def fixed(model: str, barrier: str, seeds: int) -> list[float]:
    """Makespan / ideal of every seed."""
    return [makespan(play(FIXED, model, barrier, seed)) for seed in range(seeds)]


def whole(model: str, barrier: str, seeds: int) -> dict[str, float]:
    """Means over whole runs."""
    seconds, tokens, aged, turns = [], [], 0, 0
    for seed in range(seeds):
        events = play(WHOLE, model, barrier, seed)
        replies = [event for event in events if isinstance(event, ev.Replied)]
        seconds.append(_wall(events))
        tokens.append(sum((reply.input_tokens or 0) + (reply.output_tokens or 0) for reply in replies))
        aged += aged_read(History(events)).count
        turns += len(replies)
    return {
        "seconds": fmean(seconds),
        "tokens": fmean(tokens),
        "turns": turns / seeds,
        "aged_reads_per_100_turns": 100 * aged / turns,
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    result: dict[str, dict[str, object]] = {}
    for barrier, expected in BARRIERS.items():
        ratios = {model: median(fixed(model, barrier, asked.seeds)) for model in MODELS}
        runs = {model: whole(model, barrier, asked.seeds) for model in MODELS}
        result[barrier] = {"expected": expected, "makespan_over_ideal": ratios, "runs": runs}
        if not asked.json:
            span = f"{min(ratios.values()):.2f}–{max(ratios.values()):.2f}"
            print(f"{barrier:8} makespan / ideal {span} (expected {expected})")
            for model, found in runs.items():
                print(
                    f"         {model:22} {found['seconds']:6.0f} s {found['turns']:5.0f} turns "
                    f"{found['tokens'] / 1000:6.0f} k tokens {found['aged_reads_per_100_turns']:5.1f} aged "
                    "reads per 100 turns"
                )
    if asked.json:
        print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
