"""Whether the live screen bears a big team: 50 agents, 2,000 tasks, 3,000 events a second.

    python benchmarks/bench_load.py [--rate N] [--agents N] [--tasks N] [--seconds S] [--json]

A process of its own writes the journal of a busy team (bench_screen.py); the real application follows it in a
pseudo-terminal of 120×36 that is drained. ``key``: from a key press to its action, ten times a second
(50th and 99th percentile, maximum); ``key_cpu``: what of that was work of this process, as on a machine with
nothing else to do; ``lag``: how much later than asked a task that sleeps 10 ms wakes up; ``cpu``: share of a
core; ``memory``: resident after the first third, and at the end; ``dropped``: events that are not in the
state at the end; ``equal``: whether that state is the one that folding the file gives.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import os
import pickle
import tempfile
import time
from multiprocessing.synchronize import Event as Stop
from pathlib import Path

from benchmarks.bench_replay import resident, until
from benchmarks.bench_screen import feed, in_terminal
from engine.record.folder import RunFolder
from engine.record.journal import read
from engine.record.state import RunState

KEY_SECONDS = 0.1
WARM_UP_SHARE = 1 / 3


def content(state: RunState) -> bytes:
    """All that a state holds, for a comparison within one process."""
    return pickle.dumps({name: part for name, part in vars(state).items() if name != "_handlers"})


def percentiles(name: str, seconds: list[float]) -> dict[str, float]:
    """Middle, 99th percentile and maximum, in milliseconds."""
    ordered = sorted(seconds)
    picked = {"p50": len(ordered) // 2, "p99": int(len(ordered) * 0.99), "max": -1}
    return {f"{name}_{which}_ms": 1e3 * ordered[place] for which, place in picked.items()}


async def watch(folder: RunFolder, seconds: float, stop: Stop) -> dict[str, float]:
    """Run the application on the journal, press keys, and measure it from within."""
    from textual.events import Key

    from tui.app import TeamtopApp
    from tui.screens.live import LiveScreen
    from tui.source import TailSource

    source = TailSource(folder)
    app = TeamtopApp(lambda _: LiveScreen(source))
    lags: list[float] = []
    keys: list[float] = []
    works: list[float] = []
    figures: dict[str, float] = {}

    async def probe() -> None:
        while True:
            asked = time.perf_counter()
            await asyncio.sleep(0.01)
            lags.append(time.perf_counter() - asked - 0.01)

    async def press() -> None:
        focus_next = app.action_focus_next
        acted = asyncio.Event()

        def noted() -> None:
            focus_next()
            acted.set()

        app.action_focus_next = noted  # type: ignore[method-assign]  # to know when a key has acted
        while True:
            acted.clear()
            asked, worked = time.perf_counter(), time.process_time()
            app.post_message(Key("tab", "\t"))
            await acted.wait()
            keys.append(time.perf_counter() - asked)
            works.append(time.process_time() - worked)
            await asyncio.sleep(KEY_SECONDS)

    async def measure(_: object) -> None:
        await until(lambda: source.state.seq > 0)
        probes = [asyncio.create_task(probe()), asyncio.create_task(press())]
        await asyncio.sleep(seconds * WARM_UP_SHARE)
        figures["memory_warm_mb"] = resident()
        cpu, wall = time.process_time(), time.monotonic()
        await asyncio.sleep(seconds * (1 - WARM_UP_SHARE))
        for task in probes:
            task.cancel()
        figures.update(
            percentiles("key", keys)
            | percentiles("key_cpu", works)
            | percentiles("lag", lags)
            | {
                "cpu_percent": 100 * (time.process_time() - cpu) / (time.monotonic() - wall),
                "memory_mb": resident(),
                "behind_percent": 100 * source.behind,
            }
        )
        stop.set()
        await asyncio.sleep(1.0)  # the feeder looks a hundred times a second
        await until(lambda: source.behind == 0)
        app.exit(0)

    await app.run_async(auto_pilot=measure)
    while source.poll():
        pass
    events = read(folder.events_path).events
    figures["events"] = len(events)
    figures["dropped"] = len(events) - source.state.seq
    figures["equal"] = content(source.state) == content(RunState.of(events))
    return figures


def measure(rate: int, agents: int, tasks: int, seconds: float) -> dict[str, float]:
    """Feed, watch in a pseudo-terminal, and return the figures."""
    with tempfile.TemporaryDirectory() as name:
        path, result = Path(name) / "run", Path(name) / "figures.json"
        path.mkdir()
        stop = multiprocessing.Event()
        feeder = multiprocessing.Process(target=feed, args=(path / "events.jsonl", rate, agents, stop, tasks))

        def on_terminal() -> None:
            folder = RunFolder(path)
            folder.alive = os.getpid  # type: ignore[method-assign]  # the feeder holds no lock
            result.write_text(json.dumps(asyncio.run(watch(folder, seconds, stop))))

        feeder.start()
        in_terminal(on_terminal)
        stop.set()
        feeder.join()
        figures: dict[str, float] = json.loads(result.read_text())
        return figures


def main() -> None:
    """Print a table, or JSON."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rate", type=int, default=3_000)
    parser.add_argument("--agents", type=int, default=50)
    parser.add_argument("--tasks", type=int, default=2_000)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    figures = measure(asked.rate, asked.agents, asked.tasks, asked.seconds)
    if asked.json:
        print(json.dumps({"benchmark": "load", "rate": asked.rate, "agents": asked.agents, **figures}))
        return
    print(f"live screen at {asked.rate:,} events/s, {asked.agents} agents, {asked.tasks:,} tasks")
    for name, value in figures.items():
        print(f"{name:>16} {value:10.1f}")


if __name__ == "__main__":
    main()
