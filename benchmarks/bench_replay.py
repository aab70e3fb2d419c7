"""Whether a replay of a long journal opens, jumps and plays without making anybody wait.

    python benchmarks/bench_replay.py [--events N] [--agents N] [--tasks N] [--jumps N] [--json]

The journal is that of a busy team (bench_screen.py), 50 events to a second of the run. The real replay screen
opens it in a pseudo-terminal of 120×36 that is drained. ``first_frame``: from the opening of the screen to
the first painted state; ``index``: until the whole journal is read and any place is near a kept state;
``jump``: from the key to the painted screen, over random places (50th and 95th percentile, maximum);
``lag``: how far the state is behind at most while it plays at ×64, which moves it eight times a second;
``memory``: resident at the end. ``cpu`` is the time of this process alone: what a machine takes that has
nothing else to do.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import tempfile
import time
from collections.abc import Callable
from itertools import islice
from pathlib import Path

from msgspec.structs import replace

from benchmarks.bench_screen import busy, in_terminal
from engine.record.folder import RunFolder
from engine.record.journal import encode

RATE = 50
"""Events in a second of the run: twenty agents whose turns take four seconds each."""

PLAY_SECONDS = 10.0


def write(path: Path, events: int, agents: int, tasks: int) -> None:
    """The journal of a team that never ends."""
    with path.open("wb") as file:
        for seq, event in enumerate(islice(busy(agents, tasks), events), start=1):
            file.write(encode(replace(event, seq=seq, ts=seq / RATE)))


def resident() -> float:
    """Megabytes of this process that are in memory."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


async def until(so: Callable[[], bool]) -> None:
    """Wait for what a thread or the screen does; looks a hundred times a second."""
    while not so():  # noqa: ASYNC110 - nobody signals it: this is what a person would see
        await asyncio.sleep(0.01)


async def drive(folder: RunFolder, jumps: int) -> dict[str, float]:
    """Open the replay of a journal, and use it."""
    from tui.app import TeamtopApp
    from tui.screens.replay import ReplayScreen

    began, began_cpu = time.perf_counter(), time.process_time()
    screen = ReplayScreen(folder)
    source = screen.replay
    app = TeamtopApp(lambda _: screen)
    figures: dict[str, float] = {}

    async def painted() -> None:
        done = asyncio.Event()
        screen.call_after_refresh(done.set)
        await done.wait()

    async def measure(_: object) -> None:
        await until(lambda: source.state.seq > 0)
        screen.paint()
        await painted()
        figures["first_frame_s"] = time.perf_counter() - began
        await until(lambda: source.loaded)
        figures["index_s"] = time.perf_counter() - began
        figures["index_cpu_s"] = time.process_time() - began_cpu
        source.pause()
        chance = random.Random(7)
        waits, works = [], []
        for _ in range(jumps):
            asked, worked = time.perf_counter(), time.process_time()
            source.seek(chance.randint(1, source.recording.count))
            screen._moved()
            while not source.reached:
                await asyncio.sleep(0)
                source.poll()
                screen.paint()
            await painted()
            waits.append(time.perf_counter() - asked)
            works.append(time.process_time() - worked)
        waits.sort()
        works.sort()
        figures["jump_p50_ms"] = 1e3 * waits[len(waits) // 2]
        figures["jump_p95_ms"] = 1e3 * waits[int(len(waits) * 0.95)]
        figures["jump_max_ms"] = 1e3 * waits[-1]
        figures["jump_cpu_p95_ms"] = 1e3 * works[int(len(works) * 0.95)]
        source.to_start()
        source.speed = 64.0
        source.playing = True
        started, behind = time.perf_counter(), 0.0
        while (passed := time.perf_counter() - started) < PLAY_SECONDS:
            behind = max(behind, passed - source.state.ts / source.speed)
            await asyncio.sleep(0.02)
        figures["lag_max_ms"] = 1e3 * behind
        figures["memory_mb"] = resident()
        app.exit(0)

    await app.run_async(auto_pilot=measure)
    return figures


def measure(events: int, agents: int, tasks: int, jumps: int) -> dict[str, float]:
    """Write, open in a pseudo-terminal, and return the figures."""
    with tempfile.TemporaryDirectory() as name:
        path, result = Path(name) / "run", Path(name) / "figures.json"
        path.mkdir()
        write(path / "events.jsonl", events, agents, tasks)
        in_terminal(lambda: result.write_text(json.dumps(asyncio.run(drive(RunFolder(path), jumps)))))
        figures: dict[str, float] = json.loads(result.read_text())
        return figures


def main() -> None:
    """Print a table, or JSON."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--events", type=int, default=400_000)
    parser.add_argument("--agents", type=int, default=20)
    parser.add_argument("--tasks", type=int, default=200)
    parser.add_argument("--jumps", type=int, default=200)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    figures = measure(asked.events, asked.agents, asked.tasks, asked.jumps)
    if asked.json:
        print(json.dumps({"benchmark": "replay", "events": asked.events, "agents": asked.agents, **figures}))
        return
    print(f"replay of {asked.events:,} events, {asked.agents} agents, {asked.tasks} tasks")
    for name, value in figures.items():
        print(f"{name:>16} {value:10.2f}")


if __name__ == "__main__":
    main()
