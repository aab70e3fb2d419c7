"""Processes of test runs: none outlives its run, its time, its server or the engine."""

from __future__ import annotations

import asyncio
import contextlib
import os
import select
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from engine.world.pytestrunner import PytestRunner
from engine.world.testrunner import TestReport, TestRequest
from engine.world.testslot import Limits

ROOT = Path(__file__).parents[2]
TESTS = {"test_act.py": "from act import act\n\ndef test_act():\n    assert act() == 1\n"}
EXPECTED = ("test_act.py::test_act",)
GOOD = "def act():\n    return 1\n"

WRITE_PIDS = """
import os, pathlib, signal, sys, time

def parent_of(pid):
    return int(pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])

def tell(*pids):
    with open(PIPE, "a") as pipe:
        pipe.write(" ".join(map(str, pids)) + "\\n")

def daemon():
    # A grandchild in a session of its own, without its parent, that no longer dies with anybody.
    reading, writing = os.pipe()
    if os.fork() == 0:
        os.setsid()
        if pid := os.fork():
            os.write(writing, str(pid).encode())
            os._exit(0)
        os.chdir("/")
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)
        while True:
            time.sleep(60)
    return int(os.read(reading, 20))
"""

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="orphans can be found on Linux only")

Run = Callable[..., TestReport]


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    made = tmp_path / "pids"
    os.mkfifo(made)
    return made


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    return tmp_path / "notes"


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture
def run(temporary: Path) -> Iterator[Run]:
    made: list[PytestRunner] = []

    def run_once(code: str, *, timeout: float = 20, limits: Limits | None = None) -> TestReport:
        runner = PytestRunner(TESTS, {}, timeout_seconds=timeout, limits=limits)
        made.append(runner)

        async def once() -> TestReport:
            try:
                return await runner.run(TestRequest({"act.py": code}, EXPECTED))
            finally:
                await runner.close()

        return asyncio.run(once())

    yield run_once
    assert list(temporary.iterdir()) == []


def alive(pid: int) -> bool:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    return False


def await_end(*pids: int) -> None:
    """Wait until the processes have ended; an end that never comes is a failure after minutes."""
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            fd = os.pidfd_open(pid)
            try:
                assert select.select([fd], [], [], 180)[0], f"process {pid} lives on"
            finally:
                os.close(fd)


def read_pids(pipe: Path) -> list[int]:
    return [int(word) for word in pipe.read_text().split()]


def with_pipe(pipe: Path, code: str) -> str:
    return f"PIPE = {str(pipe)!r}\n{WRITE_PIDS}\n{code}"


async def run_and_look(
    code: str, notes: Path, seconds: float = 20
) -> tuple[TestReport, list[int], list[int]]:
    """A run, the process ids that its code told, and those of them that lived when it was over."""
    runner = PytestRunner(TESTS, {}, timeout_seconds=seconds)
    try:
        report = await runner.run(TestRequest({"act.py": with_pipe(notes, code)}, EXPECTED))
        pids = read_pids(notes)
        return report, pids, [pid for pid in pids if alive(pid)]
    finally:
        await runner.close()


# ---------------------------------------------------------------- time


def test_a_test_that_never_returns_is_a_timeout_that_says_where(run: Run) -> None:
    # Long enough for any machine to come as far as the test.
    report = run("import time\n\ndef act():\n    time.sleep(600)\n", timeout=5)
    assert (report.verdict, report.passed, report.failed) == ("timeout", (), EXPECTED)
    assert "stopped after 5 s in test_act.py::test_act" in report.output


def test_a_file_that_never_ends_importing_is_a_timeout_even_if_it_ignores_signals(run: Run) -> None:
    code = """
import signal
for number in range(1, 32):
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass
while True:
    signal.pause()
"""
    assert run(code, timeout=0.5).verdict == "timeout"


def test_after_a_timeout_nothing_of_the_run_lives(notes: Path, temporary: Path) -> None:
    code = "def act():\n    tell(os.getpid(), daemon())\n    while True: signal.pause()\n"
    report, pids, living = asyncio.run(run_and_look(code, notes, seconds=5.0))
    assert report.verdict == "timeout"
    assert len(pids) == 2
    assert living == []
    assert list(temporary.iterdir()) == []


def test_daemons_die_with_a_run_that_passed(notes: Path, temporary: Path) -> None:
    code = "def act():\n    tell(*[daemon() for _ in range(8)])\n    return 1\n"
    report, pids, living = asyncio.run(run_and_look(code, notes))
    assert report.verdict == "passed"
    assert len(pids) == 8
    assert living == []


def test_a_daemon_that_holds_the_output_open_delays_nothing(run: Run) -> None:
    code = """
import os, time

def act():
    if os.fork() == 0:
        time.sleep(600)
    return 1
"""
    assert run(code).verdict == "passed"


# ---------------------------------------------------------------- attacks on the processes above


def test_a_daemon_dies_although_its_keeper_was_killed(notes: Path, temporary: Path) -> None:
    code = "tell(daemon())\nos.kill(os.getppid(), signal.SIGKILL)\nwhile True: signal.pause()\n"
    report, pids, _ = asyncio.run(run_and_look(code, notes))
    assert report.verdict == "error"
    assert len(pids) == 2  # it is tried twice
    await_end(*pids)


def test_a_killed_server_is_started_again(notes: Path, temporary: Path) -> None:
    async def main() -> list[TestReport]:
        runner = PytestRunner(TESTS, {}, timeout_seconds=20)
        killer = with_pipe(notes, "os.kill(parent_of(os.getppid()), signal.SIGKILL)\n" + GOOD)
        try:
            return [await runner.run(TestRequest({"act.py": code}, EXPECTED)) for code in (killer, GOOD)]
        finally:
            await runner.close()

    # The run that killed it goes on: its keeper needs no server.
    assert [report.verdict for report in asyncio.run(main())] == ["passed", "passed"]
    assert list(temporary.iterdir()) == []


def test_killing_server_and_keeper_is_an_error_and_leaves_nothing(notes: Path, temporary: Path) -> None:
    code = """
server, keeper = parent_of(os.getppid()), os.getppid()
tell(server, keeper, os.getpid(), daemon())
os.kill(server, signal.SIGKILL)
os.kill(keeper, signal.SIGKILL)
while True: signal.pause()
"""
    report, pids, _ = asyncio.run(run_and_look(code, notes))
    assert (report.verdict, report.passed) == ("error", ())
    assert "ended twice without a result" in report.output
    await_end(*pids)
    assert list(temporary.iterdir()) == []


def test_a_stopped_keeper_is_a_timeout(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.world.forkserver.GRACE_SECONDS", 0.5)
    code = "import os, signal\nos.kill(os.getppid(), signal.SIGSTOP)\n" + GOOD
    report = run(code, timeout=0.5)
    assert (report.verdict, report.passed) == ("timeout", ())


def test_a_stopped_server_is_replaced(notes: Path, temporary: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.world.forkserver.KEEPER_SECONDS", 4.0)

    async def main() -> list[str]:
        runner = PytestRunner(TESTS, {}, timeout_seconds=20)
        stopper = with_pipe(notes, "os.kill(parent_of(os.getppid()), signal.SIGSTOP)\n" + GOOD)
        try:
            codes = (stopper, GOOD, GOOD)
            return [(await runner.run(TestRequest({"act.py": code}, EXPECTED))).verdict for code in codes]
        finally:
            await runner.close()

    assert asyncio.run(main()) == ["passed", "passed", "passed"]


# ---------------------------------------------------------------- the end of the engine

ENGINE = """
import asyncio, sys
from engine.world.pytestrunner import PytestRunner
from engine.world.testrunner import TestRequest

async def main():
    runner = PytestRunner({tests!r}, {{}}, timeout_seconds=60)
    await runner.run(TestRequest({{"act.py": {code!r}}}, {expected!r}))

asyncio.run(main())
"""


def test_when_the_engine_is_killed_its_test_processes_and_folders_go_too(pipe: Path, temporary: Path) -> None:
    code = with_pipe(
        pipe,
        "tell(parent_of(os.getppid()), os.getppid(), os.getpid(), daemon())\nwhile True: signal.pause()\n",
    )
    script = ENGINE.format(tests=TESTS, code=code, expected=EXPECTED)
    environment = os.environ | {"TMPDIR": str(temporary), "PYTHONPATH": str(ROOT)}
    engine = subprocess.Popen([sys.executable, "-c", script], env=environment)
    pids = read_pids(pipe)
    assert len(pids) == 4
    assert list(temporary.iterdir())
    engine.send_signal(signal.SIGKILL)
    engine.wait()
    await_end(*pids)
    assert list(temporary.iterdir()) == []


def test_closing_ends_what_runs_and_removes_the_folder(pipe: Path, temporary: Path) -> None:
    code = with_pipe(
        pipe, "tell(parent_of(os.getppid()), os.getppid(), os.getpid())\nwhile True: signal.pause()\n"
    )

    async def main() -> list[int]:
        runner = PytestRunner(TESTS, {}, timeout_seconds=60)
        running = asyncio.ensure_future(runner.run(TestRequest({"act.py": code}, EXPECTED)))
        pids = await asyncio.to_thread(read_pids, pipe)
        await runner.close()
        with pytest.raises(asyncio.CancelledError):
            await running
        with pytest.raises(RuntimeError, match="closed"):
            await runner.run(TestRequest({}, EXPECTED))
        await runner.close()
        return pids

    pids = asyncio.run(main())
    assert len(pids) == 3
    assert not any(alive(pid) for pid in pids)
    assert list(temporary.iterdir()) == []


def test_where_processes_cannot_be_listed_the_process_group_is_killed() -> None:
    script = """
import os, signal, sys
from pathlib import Path
from engine.world.warm import processes

processes._PROC = Path("/nowhere")
assert processes.descendants(os.getppid()) == []
reading, writing = os.pipe()
if (pid := os.fork()) == 0:
    os.setsid()
    os.fork()
    os.write(writing, b"x")
    while True:
        signal.pause()
os.close(writing)
os.read(reading, 1)
processes.kill_children(pid)
assert os.read(reading, 2) in (b"x", b"")
assert os.read(reading, 1) == b"", "somebody still holds the pipe"
"""
    subprocess.run([sys.executable, "-c", script], env={"PYTHONPATH": str(ROOT)}, check=True, timeout=180)


# ---------------------------------------------------------------- what a run may use


def test_long_output_is_cut_in_the_middle_and_it_is_said(run: Run) -> None:
    code = "import sys\n\ndef act():\n    print('first' + 'x' * 3_000_000 + 'last')\n    return 0\n"
    report = run(code)
    assert report.verdict == "failed"
    assert "bytes cut here]" in report.output
    assert len(report.output) < 10_000
    assert "1 failed" in report.output


def test_output_past_pytests_capture_is_bounded_too(run: Run) -> None:
    code = """
import os, stat

def act():
    for fd in range(4, 32):
        if os.path.exists(f"/dev/fd/{fd}") and stat.S_ISFIFO(os.fstat(fd).st_mode):
            for _ in range(64):
                os.write(fd, b"y" * 65536)
    return 1
"""
    report = run(code)
    assert report.verdict == "passed"
    assert "bytes cut here]" in report.output
    assert len(report.output) < 10_000


@pytest.mark.parametrize(
    ("use", "limits"),
    [
        ("bytearray(300 * 1024**2)", Limits(memory_bytes=256 * 1024**2)),
        ("open('big', 'wb').write(b'x' * 2_000_000)", Limits(file_bytes=1_000_000)),
        ("[os.open('/dev/null', 0) for _ in range(100)]", Limits(open_files=64)),
    ],
)
def test_a_test_that_uses_more_than_the_limits_fails(run: Run, use: str, limits: Limits) -> None:
    code = f"import os\n\ndef act():\n    {use}\n    return 1\n"
    assert run(code).verdict == "passed"
    assert run(code, limits=limits).verdict == "failed"


def test_a_folder_without_permissions_is_removed_all_the_same(run: Run) -> None:
    code = """
import os

def act():
    os.makedirs("a/b/c")
    for folder in ("a/b/c", "a/b", "a", ".", ".."):
        os.chmod(folder, 0o500)
    return 1
"""
    assert run(code).verdict == "passed"
