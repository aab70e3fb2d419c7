"""A round in which everybody tests, against the same tests as cold processes, one after the other.

    python benchmarks/bench_tests.py [--json] [--repeat N] [--no-sandbox]

Twenty agents of a real run (wall clock, journal, locks and workspace on disk) reply after 0.5 s, each edits
the file of its own task of ``mathutils mixed`` and runs all tests, in the sandbox that runs of teams have on
this machine. The workspace starts empty, so that the
first to test sees one file and the last sees twenty: twenty different trees, of which none can share a
verdict. The same twenty trees are then tested by one ``python -m pytest`` process after the other, once as
pytest starts here (with whatever plugins are installed) and once without plugins.

``round`` is from the first prompt to the barrier, the reply included; the serial rounds are 0.5 s and the sum
of their processes. Each figure is the median of the repetitions. The rest of the table tells where the gain
comes from: what one run takes (warm processes), and what a round takes with one slot and with one per core.

``runs`` takes all tests of each shipped suite with its reference solution: one run in the warm sandbox, one
as a cold process, in turns, so that other work on the machine meets both. Its gains are ratios of medians;
those in CPU time say the same on a busy machine. The CPU time of a warm run is that of all processes that it
takes, ours included.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from engine.models.base import Hear, Message, Reply, unheard
from engine.record import events as ev
from engine.record.config import RunConfig
from engine.record.writer import FileStore
from engine.run import Run, Seams
from engine.setup import check
from engine.world import layout
from engine.world.clock import Clock
from engine.world.lockfiles import LockFiles
from engine.world.locks import Locks
from engine.world.pytestrunner import PytestRunner
from engine.world.sandbox import Sandbox, Unsandboxed
from engine.world.sandbox.chosen import best
from engine.world.testrunner import TestReport, TestRequest
from engine.world.warm import processes
from engine.world.workspace import DiskStore, Workspace
from tasks.model import Suite
from tasks.suite import load

AGENTS = 20
REPLY_SECONDS = 0.5
SUITES = ("mathutils", "dataanalysis", "svg")
RUNS = 5
"""Runs of each suite, of each kind, in turns."""

KINDS = ("warm", "plain", "without_plugins")


class Tester:
    """Answers after half a second: edits one file, runs all tests."""

    name = "bench/tester"
    real = False

    def __init__(self, path: str, content: str) -> None:
        self._text = f'<edit_file path="{path}">\n{content}</edit_file>\n<run_tests/>\n'

    async def complete(self, messages: Sequence[Message], hear: Hear = unheard) -> Reply:
        """The one reply."""
        await asyncio.sleep(REPLY_SECONDS)
        return Reply(self._text, 100, 10)


class Recording(PytestRunner):
    """Keeps what was asked and answered, and leaves out the closing verification, which is no agent's."""

    async def run(self, request: TestRequest) -> TestReport:
        """As any runner, for the tests of the round."""
        asked: list[tuple[TestRequest, TestReport]] = self.__dict__.setdefault("asked", [])
        if len(asked) == AGENTS:
            return TestReport("passed", request.expected, (), 0.0)
        report = await super().run(request)
        asked.append((request, report))
        return report


async def play(
    suite: Suite, folder: Path, sandbox: Sandbox, *, slots: int | None, warm: bool
) -> tuple[float, Recording]:
    """One round; its seconds, and the runner with what it was asked."""
    config = RunConfig(
        suite=suite.name,
        structure=suite.structure,
        agents=AGENTS,
        strategy="decentralized",
        model="sim/perfect",
        seed=1,
        speed=1.0,
        clock="wall",
        max_rounds=1,
    )
    _, start, _ = check(config, {})
    models = {
        spec.name: Tester(task.files[0], suite.references[task.files[0]])
        for spec, task in zip(start.team, suite.tasks, strict=True)
    }
    tests = Recording(suite.tests, suite.support, sandbox, slots=slots)
    clock = Clock("wall")
    seams = Seams(
        store=FileStore(folder / "events.jsonl"),
        clock=clock,
        workspace=Workspace(DiskStore(folder / "repo"), {}, threaded=True),
        locks=Locks(LockFiles(folder / "locks")),
        tests=tests,
        models=models,
    )
    run = Run(start, seams)
    wall: list[float] = []
    run.bus.listen(lambda event: wall.append(event.wall_seconds) if isinstance(event, ev.RunEnded) else None)
    warming = asyncio.ensure_future(tests.warm()) if warm else None
    await run.play()
    if warming is not None:
        await warming
    return wall[0], tests


def cold(suite: Suite, request: TestRequest, *, plugins: bool) -> tuple[float, bool]:
    """Seconds of one ``python -m pytest`` on one tree, and whether it passed."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")}
    if not plugins:
        environment["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    files = dict.fromkeys(f"{layout.TESTS}/{node.partition('::')[0]}" for node in request.expected)
    with tempfile.TemporaryDirectory() as name:
        work = layout.lay_out(Path(name) / "run", request.files, layout.protected(suite.support, suite.tests))
        before = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", *files],
            cwd=work,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,
        )
        return time.perf_counter() - before, done.returncode == 0


def cpu_below(pid: int) -> float:
    """CPU seconds of a process, of all below it, and of those that they have collected."""
    ticks = 0
    for each in (pid, *processes.descendants(pid)):
        with contextlib.suppress(OSError):
            ticks += sum(map(int, Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()[11:15]))
    return ticks / os.sysconf("SC_CLK_TCK")


def cpu_of_children() -> float:
    """CPU seconds of all child processes that have ended, and of theirs."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


async def runs(sandbox: Sandbox) -> dict[str, float]:
    """Seconds of a warm run and of cold ones, by suite: medians, and means of CPU seconds."""
    figures: dict[str, float] = {}
    for name in SUITES:
        suite = load(name, "mixed")
        nodes = tuple(node for task in suite.tasks for node in task.tests)
        request = TestRequest(dict(suite.references), nodes)
        runner = PytestRunner(suite.tests, suite.support, sandbox, slots=1, share=False)
        await runner.warm()
        server = runner._server._process  # what it costs is nobody else's business
        assert server is not None
        taken: dict[str, list[float]] = {kind: [] for kind in KINDS}
        cpu = dict.fromkeys(KINDS, 0.0)
        try:
            for _ in range(RUNS):
                before, cpu_before = time.perf_counter(), cpu_below(server.pid) + time.process_time()
                report = await runner.run(request)
                taken["warm"].append(time.perf_counter() - before)
                cpu["warm"] += cpu_below(server.pid) + time.process_time() - cpu_before
                assert report.verdict == "passed", report.output
                for kind in KINDS[1:]:
                    cpu_before = cpu_of_children()
                    seconds, passed = cold(suite, request, plugins=kind == "plain")
                    assert passed
                    taken[kind].append(seconds)
                    cpu[kind] += cpu_of_children() - cpu_before
        finally:
            await runner.close()
        figures |= {f"{name}_{kind}": median(values) for kind, values in taken.items()}
        figures |= {f"{name}_{kind}_cpu": seconds / RUNS for kind, seconds in cpu.items()}
    return figures


def measure(repeat: int, sandbox: Sandbox) -> dict[str, float]:
    """All figures, in seconds; rounds are medians of ``repeat``."""
    suite = load("mathutils", "mixed")
    cores = os.cpu_count() or 1
    rounds: dict[str, list[float]] = {}
    single: list[float] = []
    for _ in range(repeat):
        for name, slots, warm in (
            ("round", None, True),
            ("round_lazy", None, False),
            ("round_one_slot", 1, True),
        ):
            with tempfile.TemporaryDirectory() as folder:
                seconds, tests = asyncio.run(play(suite, Path(folder), sandbox, slots=slots, warm=warm))
            rounds.setdefault(name, []).append(seconds)
            asked: list[tuple[TestRequest, TestReport]] = tests.__dict__["asked"]
            assert len({frozenset(request.files) for request, _ in asked}) == AGENTS
            if slots == 1:
                single += [report.seconds for _, report in asked]
    figures = {"agents": float(AGENTS), "cores": float(cores), "reply": REPLY_SECONDS}
    figures |= {name: median(values) for name, values in rounds.items()} | {
        "one_warm_run": median(single),
    }
    for name, plugins in (("plain", True), ("without_plugins", False)):
        times, passed = zip(*(cold(suite, request, plugins=plugins) for request, _ in asked), strict=True)
        assert list(passed) == [report.verdict == "passed" for _, report in asked], "verdicts differ"
        figures[f"one_cold_run_{name}"] = median(times)
        figures[f"serial_round_{name}"] = REPLY_SECONDS + sum(times)
        figures[f"gain_over_{name}"] = figures[f"serial_round_{name}"] / figures["round"]
    return figures | asyncio.run(runs(sandbox))


ROWS = (
    ("round", "round, processes started while the models think"),
    ("round_lazy", "round, processes started by the first test"),
    ("round_one_slot", "round with one slot instead of one per core"),
    ("one_warm_run", "one test run with one slot"),
    ("serial_round_plain", "serial round, python -m pytest as it starts here"),
    ("one_cold_run_plain", "one such process"),
    ("serial_round_without_plugins", "serial round, the same without installed plugins"),
    ("one_cold_run_without_plugins", "one such process"),
)


def main() -> None:
    """Print a table, or JSON."""
    parser = argparse.ArgumentParser(description="A round in which 20 agents run all tests.")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--no-sandbox", action="store_true")
    options = parser.parse_args()
    sandbox = (None if options.no_sandbox else best()[0]) or Unsandboxed()
    figures = measure(options.repeat, sandbox)
    if options.json:
        print(json.dumps({"benchmark": "tests", "sandbox": sandbox.rung, **figures}))
        return
    print(f"{AGENTS} agents, replies of {REPLY_SECONDS} s, all run the tests of mathutils mixed;", end=" ")
    print(f"{figures['cores']:.0f} cores; sandbox: {sandbox.rung}; seconds")
    for key, label in ROWS:
        print(f"{figures[key]:>8.3f}  {label}")
    print(f"{figures['gain_over_plain']:>7.1f}x  faster than plain cold processes one after the other")
    print(f"{figures['gain_over_without_plugins']:>7.1f}x  faster than those without installed plugins")
    for name in SUITES:
        for unit, words in (("", ""), ("_cpu", " in CPU time")):
            warm, plain, bare = (figures[f"{name}_{kind}{unit}"] for kind in KINDS)
            print(f"{warm:>8.3f}  one run of all tests of {name}{words}", end="; ")
            print(f"cold {plain:.3f} ({plain / warm:.1f}x)", end=", ")
            print(f"without plugins {bare:.3f} ({bare / warm:.1f}x)")


if __name__ == "__main__":
    main()
