"""Whether a replay of a long journal opens, jumps and plays without making anybody wait.

    python benchmarks/bench_replay.py [--events N] [--agents N] [--tasks N] [--jumps N] [--json]

The journal is that of a busy team (screens.py), 50 events to a second of the run. The real replay screen
opens it in a pseudo-terminal of 120×36 that is drained. ``first_frame``: from the opening of the screen to
the first painted state; ``index``: until the whole journal is read and any place is near a kept state;
``jump``: from the key to the painted screen, over random places (50th and 95th percentile, maximum);
``lag``: how far the state is behind at most while it plays at ×64, which moves it eight times a second;
``memory``: resident at the end. ``cpu`` is what a machine takes that has nothing else to do: of a jump the
time of the screen's own thread, else that of the process.
"""

from __future__ import annotations

import asyncio
import random
import time
from itertools import islice
from pathlib import Path

from msgspec.structs import replace

from benchmarks.screens import asked, busy, on_terminal, place, resident, show, until
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
            began_jump, worked = time.perf_counter(), time.thread_time()
            source.seek(chance.randint(1, source.recording.count))
            screen._moved()
            while not source.reached:
                await asyncio.sleep(0)
                source.poll()
                screen.paint()
            await painted()
            waits.append(time.perf_counter() - began_jump)
            works.append(time.thread_time() - worked)
        waits.sort()
        works.sort()
        figures["jump_p50_ms"] = 1e3 * waits[len(waits) // 2]
        figures["jump_p95_ms"] = 1e3 * waits[int(len(waits) * 0.95)]
        figures["jump_max_ms"] = 1e3 * waits[-1]
        figures["jump_cpu_p50_ms"] = 1e3 * works[len(works) // 2]
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


def main() -> None:
    """Print a table, or JSON."""
    options = asked(__doc__, events=400_000, agents=20, tasks=200, jumps=200)
    with place() as (folder, result):
        write(folder.events_path, options.events, options.agents, options.tasks)
        figures = on_terminal(lambda: drive(folder, options.jumps), result)
    title = f"replay of {options.events:,} events, {options.agents} agents, {options.tasks} tasks"
    show(options, "replay", title, figures)


if __name__ == "__main__":
    main()
