"""What the benchmarks of the screen share: a busy journal, a terminal to watch it in, ways to measure."""

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
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from multiprocessing.synchronize import Event as Stop
from pathlib import Path

from msgspec.structs import replace

from engine.record import events as ev
from engine.record.folder import RunFolder
from engine.record.journal import encode

COLUMNS, LINES = 120, 36
TASKS = 20


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


def resident() -> float:
    """Megabytes of this process that are in memory."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


async def until(so: Callable[[], bool]) -> None:
    """Wait for what a thread or the screen does; looks a hundred times a second."""
    while not so():  # noqa: ASYNC110 - nobody signals it: this is what a person would see
        await asyncio.sleep(0.01)


def percentiles(name: str, seconds: list[float]) -> dict[str, float]:
    """Middle, 99th percentile and maximum, in milliseconds."""
    ordered = sorted(seconds)
    picked = {"p50": len(ordered) // 2, "p99": int(len(ordered) * 0.99), "max": -1}
    return {f"{name}_{which}_ms": 1e3 * ordered[place] for which, place in picked.items()}


async def probe(lags: list[float]) -> None:
    """Note, again and again, how much later than asked a task that sleeps 10 ms wakes up."""
    while True:
        asked = time.perf_counter()
        await asyncio.sleep(0.01)
        lags.append(time.perf_counter() - asked - 0.01)


@contextmanager
def place() -> Iterator[tuple[RunFolder, Path]]:
    """A run's folder, and a file beside it for the figures."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "run"
        path.mkdir()
        yield RunFolder(path), Path(name) / "figures.json"


def on_terminal(work: Callable[[], Awaitable[dict[str, float]]], result: Path) -> dict[str, float]:
    """Do the work in a child with a terminal of its own, and return the figures that it leaves in a file."""

    async def done() -> dict[str, float]:
        return await work()

    in_terminal(lambda: result.write_text(json.dumps(asyncio.run(done()))))
    figures: dict[str, float] = json.loads(result.read_text())
    return figures


def watched(
    watch: Callable[[RunFolder, Stop], Awaitable[dict[str, float]]], rate: int, agents: int, tasks: int
) -> dict[str, float]:
    """Have a process of its own feed a journal, ``watch`` it in a terminal, and return the figures."""
    with place() as (folder, result):
        folder.alive = os.getpid  # type: ignore[method-assign]  # the feeder is no engine and holds no lock
        stop = multiprocessing.Event()
        feeder = multiprocessing.Process(target=feed, args=(folder.events_path, rate, agents, stop, tasks))
        feeder.start()
        figures = on_terminal(lambda: watch(folder, stop), result)
        stop.set()
        feeder.join()
        return figures


def asked(doc: str | None, **options: int | float) -> argparse.Namespace:
    """The command's options, each with its usual value, and ``--json``."""
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, usual in options.items():
        parser.add_argument(f"--{name}", type=type(usual), default=usual)
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def show(options: argparse.Namespace, name: str, title: str, figures: Mapping[str, float]) -> None:
    """Print the figures, as a table or as JSON with the options that they are of."""
    if options.json:
        given = {key: value for key, value in vars(options).items() if key != "json"}
        print(json.dumps({"benchmark": name, **given, **figures}))
        return
    print(title)
    for figure, value in figures.items():
        print(f"{figure:>16} {value:10.2f}")
