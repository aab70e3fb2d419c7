"""What a turn costs the engine: a model that answers at once, the journal on disk, real lock files.

    python benchmarks/bench_engine.py [--json]

Each agent edits the files of its preassigned tasks in turn, one edit and one completion (refused once the
task is done) per turn; one task is never completed, so that every run plays its full number of rounds. What
is measured is everything between two replies: prompt, scanning, rules, locks, events, state, journal,
barrier, workspace. Real pytest runs are no part of it (bench_tests.py measures those). Wall time is the best
of some repetitions, for others share the machine; CPU time of the whole process stands beside it.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from engine.models.base import Hear, Message, Reply, unheard
from engine.record.config import RunConfig
from engine.record.writer import FileStore
from engine.restore import Past
from engine.run import Run, Seams
from engine.setup import check
from engine.strategies.preassigned import Preassigned
from engine.world.clock import Clock
from engine.world.lockfiles import LockFiles
from engine.world.locks import Locks
from engine.world.testrunner import TestReport, TestRequest
from engine.world.workspace import DiskStore, Workspace
from tasks.model import Suite

TASKS = (20, 200, 2_000)
AGENTS = (1, 5, 20, 100)
TURNS = 2_000
"""Turns per cell, about: enough that start-up does not show."""
REPETITIONS = 3


class Instant:
    """Answers at once: its tasks over and over, without ever completing ``spared``."""

    name = "bench/instant"
    real = False

    def __init__(self, suite: Suite, own: Sequence[str], spared: str) -> None:
        self._replies = ["Nothing to do."] if not own else []
        for task in own:
            path = suite.by_id[task].files[0]
            edit = f'Next.\n<edit_file path="{path}">\n{suite.references[path]}</edit_file>\n'
            self._replies.append(edit + (f'<complete_task id="{task}"/>' if task != spared else ""))
        self._next = 0

    async def complete(self, messages: Sequence[Message], hear: Hear = unheard) -> Reply:
        """The next reply."""
        self._next += 1
        return Reply(self._replies[self._next % len(self._replies)], 100, 10)


class NoTests:
    """Stands in for the closing verification."""

    external = False

    async def run(self, request: TestRequest) -> TestReport:
        """Everything passes."""
        return TestReport("passed", request.expected, (), 0.0)

    async def close(self) -> None:
        """Nothing to free."""


async def _play(suite: Suite, config: RunConfig, folder: Path) -> tuple[float, float]:
    _, start, _ = check(config, {})
    own: dict[str, list[str]] = {}
    names = [spec.name for spec in start.team]
    for task, agent in Preassigned().before_run(start.tasks, names):
        own.setdefault(agent, []).append(task)
    clock = Clock("wall")
    seams = Seams(
        store=FileStore(folder / "events.jsonl"),
        clock=clock,
        workspace=Workspace(DiskStore(folder / "repo"), {}, threaded=True),
        locks=Locks(LockFiles(folder / "locks")),
        tests=NoTests(),
        models={name: Instant(suite, own.get(name, ()), suite.tasks[-1].id) for name in names},
    )
    run = Run(start, seams, past=Past(shown=False))
    before, cpu_before = time.perf_counter(), time.process_time()
    await run.play()
    turns = run.team.last_turn
    wall, cpu = time.perf_counter() - before, time.process_time() - cpu_before
    return 1_000 * wall / turns, 1_000 * cpu / turns


def measure(tasks: int, agents: int) -> tuple[float, float]:
    """Milliseconds per turn: wall time and CPU time, each the best of the repetitions."""
    from tasks.suite import load

    suite = load(f"synthetic:tasks={tasks},p=0.9")
    rounds = max(2, TURNS // agents)
    config = RunConfig(
        suite=f"synthetic:tasks={tasks},p=0.9",
        structure="",
        agents=agents,
        strategy="preassigned",
        model="sim/perfect",
        seed=1,
        speed=1.0,
        clock="wall",
        max_rounds=rounds,
    )
    times = []
    for _ in range(REPETITIONS):
        with tempfile.TemporaryDirectory() as name:
            times.append(asyncio.run(_play(suite, config, Path(name))))
    return min(wall for wall, _ in times), min(cpu for _, cpu in times)


def main() -> None:
    """Print a table, or JSON."""
    cells = {(tasks, agents): measure(tasks, agents) for tasks in TASKS for agents in AGENTS}
    if "--json" in sys.argv:
        rows = [
            {"tasks": tasks, "agents": agents, "wall_ms_per_turn": wall, "cpu_ms_per_turn": cpu}
            for (tasks, agents), (wall, cpu) in cells.items()
        ]
        print(json.dumps({"benchmark": "engine", "rows": rows}))
        return
    print("engine overhead per turn, ms wall (ms CPU); journal, locks and workspace on disk")
    print(f"{'tasks':>8}" + "".join(f"{agents:>12} ag" for agents in AGENTS))
    for tasks in TASKS:
        row = (cells[tasks, agents] for agents in AGENTS)
        print(f"{tasks:>8}" + "".join(f"{wall:>7.3f} ({cpu:.3f})" for wall, cpu in row))


if __name__ == "__main__":
    main()
