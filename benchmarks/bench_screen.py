"""Whether the live screen keeps up: loop lag while a journal grows by 1,000 events a second.

    python benchmarks/bench_screen.py [--rate N] [--agents N] [--seconds S] [--json]

A process of its own appends events of a busy team (replies, claims, edits, refusals, tests, messages) to a
journal; the real application follows it in a pseudo-terminal of 120×36 that is drained. ``lag``: how much
later than asked a task that sleeps 10 ms wakes up (50th and 99th percentile, maximum), ``cpu``: share of one
core, ``behind``: share of the journal that was not folded at the end.
"""

from __future__ import annotations

import asyncio
import time
from multiprocessing.synchronize import Event as Stop

from benchmarks.screens import COLUMNS, LINES, TASKS, asked, percentiles, probe, show, watched
from engine.record.folder import RunFolder

WARM_UP_SECONDS = 2.0
"""Start-up is measured elsewhere (bench_startup.py)."""


async def watch(folder: RunFolder, seconds: float) -> dict[str, float]:
    """Run the application on the journal and measure it from within."""
    from tui.app import TeamtopApp
    from tui.screens.live import LiveScreen
    from tui.source import TailSource

    source = TailSource(folder)
    app = TeamtopApp(lambda _: LiveScreen(source))
    lags: list[float] = []
    figures: dict[str, float] = {}

    async def measure(_: object) -> None:
        await asyncio.sleep(WARM_UP_SECONDS)
        probing = asyncio.create_task(probe(lags))
        cpu, wall = time.process_time(), time.monotonic()
        await asyncio.sleep(seconds)
        probing.cancel()
        figures.update(
            percentiles("lag", lags)
            | {
                "cpu_percent": 100 * (time.process_time() - cpu) / (time.monotonic() - wall),
                "events": float(source.state.seq),
                "behind_percent": 100 * source.behind,
            }
        )
        app.exit(0)

    await app.run_async(auto_pilot=measure)
    return figures


def main() -> None:
    """Print a table, or JSON."""
    options = asked(__doc__, rate=1_000, agents=5, seconds=10.0)

    async def work(folder: RunFolder, _: Stop) -> dict[str, float]:
        return await watch(folder, options.seconds)

    figures = watched(work, options.rate, options.agents, TASKS)
    title = f"live screen at {options.rate} events/s, {options.agents} agents, {COLUMNS}×{LINES}"
    show(options, "screen", title, figures)


if __name__ == "__main__":
    main()
