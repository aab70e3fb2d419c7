"""Whether the live screen bears a big team: 50 agents, 2,000 tasks, 3,000 events a second.

    python benchmarks/bench_load.py [--rate N] [--agents N] [--tasks N] [--seconds S] [--json]

A process of its own writes the journal of a busy team (screens.py); the real application follows it in a
pseudo-terminal of 120×36 that is drained. ``key``: from a key press to its action, ten times a second
(50th and 99th percentile, maximum); ``key_cpu``: what of that was work of this process, as on a machine with
nothing else to do; ``lag``: how much later than asked a task that sleeps 10 ms wakes up; ``cpu``: share of a
core; ``memory``: resident after the first third, and at the end; ``dropped``: events that are not in the
state at the end; ``equal``: whether that state is the one that folding the file gives.
"""

from __future__ import annotations

import asyncio
import pickle
import time
from multiprocessing.synchronize import Event as Stop

from benchmarks.screens import asked, percentiles, probe, resident, show, until, watched
from engine.record.folder import RunFolder
from engine.record.journal import read
from engine.record.state import RunState

KEY_SECONDS = 0.1
WARM_UP_SHARE = 1 / 3


def content(state: RunState) -> bytes:
    """All that a state holds, for a comparison within one process."""
    return pickle.dumps({name: part for name, part in vars(state).items() if name != "_handlers"})


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

    async def press() -> None:
        focus_next = app.action_focus_next
        acted = asyncio.Event()

        def noted() -> None:
            focus_next()
            acted.set()

        app.action_focus_next = noted  # type: ignore[method-assign]  # to know when a key has acted
        while True:
            acted.clear()
            pressed, worked = time.perf_counter(), time.process_time()
            app.post_message(Key("tab", "\t"))
            await acted.wait()
            keys.append(time.perf_counter() - pressed)
            works.append(time.process_time() - worked)
            await asyncio.sleep(KEY_SECONDS)

    async def measure(_: object) -> None:
        await until(lambda: source.state.seq > 0)
        probes = [asyncio.create_task(probe(lags)), asyncio.create_task(press())]
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


def main() -> None:
    """Print a table, or JSON."""
    options = asked(__doc__, rate=3_000, agents=50, tasks=2_000, seconds=60.0)

    async def work(folder: RunFolder, stop: Stop) -> dict[str, float]:
        return await watch(folder, options.seconds, stop)

    figures = watched(work, options.rate, options.agents, options.tasks)
    title = f"live screen at {options.rate:,} events/s, {options.agents} agents, {options.tasks:,} tasks"
    show(options, "load", title, figures)


if __name__ == "__main__":
    main()
