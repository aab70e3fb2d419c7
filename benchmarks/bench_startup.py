"""How fast teamtop starts, and how much memory it takes.

    python benchmarks/bench_startup.py [--json] [--repeat N]

``help``: ``teamtop --help`` as a process of its own, and which heavy modules it loaded (none is the aim).
``first frame``: from the start of ``teamtop replay sample-team`` in a terminal of 120×36 to the moment at
which the task board stands on the screen. ``memory``: the peak of what the screen and the engine process
behind it hold together over a run of five simulated agents (``teamtop run -n 5``), and the peak of each;
pages that several processes share are divided among them (Linux: PSS). ``working`` is the same while the team
works, ``at the end`` includes the summary, for which both load polars. Times are medians of the repetitions,
with the fastest one.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import json
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median

REPO = Path(__file__).parents[1]
COLUMNS, LINES = 120, 36
HEAVY = {"litellm", "polars", "textual", "asyncio", "msgspec", "rich"}
SAMPLE = "sample-team"
BOARD = b"Tasks"
"""Stands in the title of the task board, and nowhere before the first frame."""

PATIENCE_SECONDS = 60.0
"""A start that takes longer has failed."""


class Terminal:
    """A command in a pseudo-terminal that is read by nobody but us."""

    def __init__(self, *args: str, **settings: str) -> None:
        self.started = time.perf_counter()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            environ = {**os.environ, "TERM": "xterm-256color", "PYTHONPATH": str(REPO), **settings}
            os.execve(sys.executable, [sys.executable, "-m", "tui", *args], environ)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))

    def read(self, seconds: float) -> bytes:
        """Return what was written within the time; empty if nothing was, or at the end."""
        if not select.select([self.fd], [], [], seconds)[0]:
            return b""
        with contextlib.suppress(OSError):  # the other side is gone
            return os.read(self.fd, 1 << 16)
        return b""

    def wait_for(self, mark: bytes) -> float:
        """Return the seconds from the start to the mark on the screen."""
        seen = b""
        while mark not in seen:
            if time.perf_counter() - self.started > PATIENCE_SECONDS:
                raise TimeoutError(f"{mark!r} never came; the last bytes were {seen[-200:]!r}")
            seen += self.read(0.01)
        return time.perf_counter() - self.started

    def close(self) -> None:
        """End the command and collect it."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        os.close(self.fd)
        os.waitpid(self.pid, 0)


def held(pid: int) -> int:
    """Memory of a process in bytes, shared pages by share; 0 once it is gone."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) << 10 for line in lines if line.startswith("Pss:"))


def measure_help() -> tuple[float, list[str]]:
    """Seconds of ``teamtop --help``, and the heavy modules that it loaded."""
    environ = {**os.environ, "PYTHONPATH": str(REPO)}
    started = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "tui", "--help"], env=environ, check=True, stdout=subprocess.DEVNULL
    )
    seconds = time.perf_counter() - started
    code = f"import sys; from tui.cli import main; main(['--help']); print(*({HEAVY} & sys.modules.keys()))"
    said = subprocess.run(
        [sys.executable, "-c", code], env=environ, check=True, capture_output=True, text=True
    )
    return seconds, said.stdout.splitlines()[-1].split()


def measure_first_frame() -> tuple[float, int]:
    """Seconds until the board of a sample is on the screen, and the bytes that the screen holds then."""
    terminal = Terminal("replay", SAMPLE)
    try:
        return terminal.wait_for(BOARD), held(terminal.pid)
    finally:
        terminal.close()


def measure_run() -> dict[str, dict[str, int]]:
    """Peaks of bytes over a run of five agents, while it works and with its end: each process, and both."""
    peaks = {phase: {"screen": 0, "engine": 0, "together": 0} for phase in ("working", "at the end")}
    with tempfile.TemporaryDirectory() as runs:
        terminal = Terminal("run", "-n", "5", "--speed", "20", "--run-id", "bench", TEAMTOP_RUNS_DIR=runs)
        try:
            terminal.wait_for(BOARD)
            folder = Path(runs) / "bench"
            engine = int((folder / "run.lock").read_text())
            for _ in _while_running(terminal, engine):
                phase = "at the end" if b'{"type":"run_ended"' in _tail(folder) else "working"
                screen, team = held(terminal.pid), held(engine)
                for name, size in (("screen", screen), ("engine", team), ("together", screen + team)):
                    peaks[phase][name] = max(peaks[phase][name], size)
        finally:
            terminal.close()
    return peaks


def _tail(folder: Path) -> bytes:
    with (folder / "events.jsonl").open("rb") as file:
        file.seek(max(0, file.seek(0, os.SEEK_END) - (1 << 16)))
        return file.read()


def _while_running(terminal: Terminal, engine: int) -> Iterator[None]:
    """Keep the screen flowing until the engine has ended."""
    end = time.perf_counter() + 2 * PATIENCE_SECONDS
    while held(engine) and time.perf_counter() < end:
        terminal.read(0.05)
        yield


def main() -> None:
    """Measure and print a table, or one JSON object."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--repeat", type=int, default=7)
    asked = parser.parse_args()
    helps = [measure_help() for _ in range(asked.repeat)]
    frames = [measure_first_frame() for _ in range(asked.repeat)]
    memory = measure_run()
    result = {
        "benchmark": "startup",
        "help_seconds": {"median": median(s for s, _ in helps), "best": min(s for s, _ in helps)},
        "help_heavy_modules": sorted({name for _, names in helps for name in names}),
        "first_frame_seconds": {"median": median(s for s, _ in frames), "best": min(s for s, _ in frames)},
        "replay_bytes": max(size for _, size in frames),
        "run_bytes": memory,
    }
    if asked.json:
        print(json.dumps(result))
        return
    mega = 1 << 20
    print(f"teamtop --help         {_times(helps)}, heavy modules: {result['help_heavy_modules'] or 'none'}")
    print(f"first frame of replay  {_times(frames)}, {max(size for _, size in frames) / mega:.0f} MiB")
    for phase, peaks in memory.items():
        sizes = ", ".join(f"{name} {size / mega:.0f} MiB" for name, size in peaks.items())
        print(f"5 agents, {phase:<12} {sizes}")


def _times(rows: Sequence[tuple[float, object]]) -> str:
    seconds = [row[0] for row in rows]
    return f"{median(seconds):.3f} s (best {min(seconds):.3f})"


if __name__ == "__main__":
    main()
