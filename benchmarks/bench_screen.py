"""Whether the live screen keeps up: loop lag while a journal grows by 1,000 events a second.

    python benchmarks/bench_screen.py [--rate N] [--agents N] [--seconds S] [--json]

A process of its own appends events of a busy team (replies, claims, edits, refusals, tests, messages) to a
journal; the real application follows it in a pseudo-terminal of 120×36 that is drained. ``lag``: how much
later than asked a task that sleeps 10 ms wakes up (50th and 99th percentile, maximum), ``cpu``: share of one
core, ``behind``: share of the journal that was not folded at the end.
"""

from __future__ import annotations

import argparse
import asyncio
import fcntl
import json
import multiprocessing
import os
import pty
import struct
import tempfile
import termios
import time
from collections.abc import Callable, Iterator
from multiprocessing.synchronize import Event as Stop
from pathlib import Path

from msgspec.structs import replace

from engine.record import events as ev
from engine.record.folder import RunFolder
from engine.record.journal import encode

COLUMNS, LINES = 120, 36
TASKS = 20
WARM_UP_SECONDS = 2.0
"""Start-up is measured elsewhere (bench_startup.py)."""


def team(agents: int, tasks: int = TASKS) -> ev.RunStarted:
    """The first event of a run that nobody plays."""
    return ev.RunStarted(
        suite="bench",
        structure="mixed",
        suite_hash="",
        brief="",
        p=0.5,
        tasks=tuple(
            ev.TaskSpec(
                id=str(n), name=f"task{n}", title=f"Task {n}", description="", files=(f"f{n}.py",), tests=()
            )
            for n in range(1, tasks + 1)
        ),
        files=(),
        team=tuple(ev.AgentSpec(name=f"Dev{n}", model="bench/none") for n in range(1, agents + 1)),
        strategy="decentralized",
        seed=0,
        locks="pessimistic",
        completion="reported",
        tests="simulated",
        clock="wall",
        speed=1.0,
        max_rounds=1_000_000,
        lease_seconds=30.0,
        template=1,
    )


def busy(agents: int, tasks: int = TASKS) -> Iterator[ev.Event]:
    """Endless rounds of a team that does everything at once."""
    yield team(agents, tasks)
    names = tuple(f"Dev{n}" for n in range(1, agents + 1))
    turn = 0
    seen = ev.Seen(board=1)
    for round_ in range(1, 1_000_000):
        yield ev.RoundStarted(round=round_, agents=names)
        for name in names:
            turn += 1
            task, path = str(turn % tasks + 1), f"f{turn % tasks + 1}.py"
            yield ev.TurnStarted(round=round_, turn=turn, agent=name, epoch=1, seen=seen, request="")
            yield ev.Replied(
                round=round_,
                turn=turn,
                agent=name,
                text=f"Number {turn}: the next link of the chain is mine, and what follows from it.",
                finish_reason="stop",
                input_tokens=900,
                output_tokens=90,
                latency_seconds=1.0,
                attempts=1,
                cost_usd=0.001,
                cost_source="notional",
            )
            yield ev.TaskClaimed(round=round_, turn=turn, agent=name, task=task)
            yield ev.LockAcquired(round=round_, turn=turn, agent=name, path=path, token=turn)
            yield ev.FileEdited(
                round=round_,
                turn=turn,
                agent=name,
                path=path,
                version=turn,
                base=0,
                content="def f():\n    return 1\n",
                hash="0" * 64,
                previous=names[0],
                token=turn,
            )
            yield ev.LockDenied(
                round=round_, turn=turn, agent=name, path="f1.py", holder=names[0], age_seconds=3.0
            )
            yield ev.MessageSent(
                round=round_,
                turn=turn,
                id=f"m{turn}",
                sender=name,
                recipients=names[:1],
                text="ok",
                kind="message",
            )
            yield ev.MessageDelivered(round=round_, id=f"m{turn}", recipient=names[0])
            yield ev.LockReleased(round=round_, agent=name, path=path, token=turn, reason="barrier")
            yield ev.TurnEnded(round=round_, turn=turn, agent=name, outcome="replied", effects=2)
        yield ev.RoundEnded(round=round_)


def feed(path: Path, rate: int, agents: int, stop: Stop, tasks: int = TASKS) -> None:
    """Append ``rate`` events a second until told to stop."""
    events = busy(agents, tasks)
    began, seq = time.monotonic(), 0
    with path.open("ab", buffering=0) as file:
        while not stop.is_set():
            due = int((time.monotonic() - began) * rate)
            lines = []
            while seq < due:
                seq += 1
                lines.append(encode(replace(next(events), seq=seq, ts=seq / rate)))
            file.write(b"".join(lines))
            time.sleep(0.01)


async def watch(folder: RunFolder, seconds: float) -> dict[str, float]:
    """Run the application on the journal and measure it from within."""
    from tui.app import TeamtopApp
    from tui.screens.live import LiveScreen
    from tui.source import TailSource

    source = TailSource(folder)
    app = TeamtopApp(lambda _: LiveScreen(source))
    lags: list[float] = []
    figures: dict[str, float] = {}

    async def probe() -> None:
        while True:
            asked = time.perf_counter()
            await asyncio.sleep(0.01)
            lags.append(time.perf_counter() - asked - 0.01)

    async def measure(_: object) -> None:
        await asyncio.sleep(WARM_UP_SECONDS)
        probing = asyncio.create_task(probe())
        cpu, wall = time.process_time(), time.monotonic()
        await asyncio.sleep(seconds)
        probing.cancel()
        ordered = sorted(lags)
        figures.update(
            lag_p50_ms=1e3 * ordered[len(ordered) // 2],
            lag_p99_ms=1e3 * ordered[int(len(ordered) * 0.99)],
            lag_max_ms=1e3 * ordered[-1],
            cpu_percent=100 * (time.process_time() - cpu) / (time.monotonic() - wall),
            events=float(source.state.seq),
            behind_percent=100 * source.behind,
        )
        app.exit(0)

    await app.run_async(auto_pilot=measure)
    return figures


def on_terminal(path: Path, seconds: float, result: Path) -> None:
    """In a child with a terminal of its own: watch, and leave the figures in a file."""
    folder = RunFolder(path)
    folder.alive = os.getpid  # type: ignore[method-assign]  # the feeder is no engine and holds no lock
    result.write_text(json.dumps(asyncio.run(watch(folder, seconds))))


def in_terminal(work: Callable[[], object]) -> None:
    """Do something in a child with a pseudo-terminal of 120×36, drained until the child ends."""
    pid, fd = pty.fork()
    if pid == 0:
        os.environ |= {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
        try:
            work()
        finally:
            os._exit(0)
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
    try:
        while os.read(fd, 1 << 16):
            pass
    except OSError:
        pass  # the child has closed its terminal
    os.waitpid(pid, 0)


def measure(rate: int, agents: int, seconds: float) -> dict[str, float]:
    """Feed, watch in a pseudo-terminal, and return the figures."""
    with tempfile.TemporaryDirectory() as name:
        path, result = Path(name) / "run", Path(name) / "figures.json"
        path.mkdir()
        stop = multiprocessing.Event()
        feeder = multiprocessing.Process(target=feed, args=(path / "events.jsonl", rate, agents, stop))
        feeder.start()
        in_terminal(lambda: on_terminal(path, seconds, result))
        stop.set()
        feeder.join()
        figures: dict[str, float] = json.loads(result.read_text())
        return figures


def main() -> None:
    """Print a table, or JSON."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rate", type=int, default=1_000)
    parser.add_argument("--agents", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    figures = measure(asked.rate, asked.agents, asked.seconds)
    if asked.json:
        print(json.dumps({"benchmark": "screen", "rate": asked.rate, "agents": asked.agents, **figures}))
        return
    print(f"live screen at {asked.rate} events/s, {asked.agents} agents, {COLUMNS}×{LINES}")
    for name, value in figures.items():
        print(f"{name:>16} {value:10.1f}")


if __name__ == "__main__":
    main()
