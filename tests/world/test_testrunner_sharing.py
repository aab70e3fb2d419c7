"""Several runs at once: slots, shared verdicts, cancelling, and loops that know no sockets."""

from __future__ import annotations

import asyncio
import json
import os
import threading
from collections.abc import Callable, Coroutine, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from engine.world import layout, virtualloop
from engine.world.forkserver import Cancellation, CancelledRunError, Ended, ForkServer
from engine.world.pytestrunner import PytestRunner
from engine.world.testrunner import TestReport, TestRequest
from engine.world.warm.wire import frame

TESTS = {"test_act.py": "from act import act\n\ndef test_act():\n    assert act() == 1\n"}
EXPECTED = ("test_act.py::test_act",)
GOOD = {"act.py": "def act():\n    return 1\n"}
BAD = {"act.py": "def act():\n    return 2\n"}


class Gate:
    """Stands in for the fork server: counts runs and lets them end when told."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.running = 0
        self.most = 0
        self.total = 0
        self.cancelled = 0
        self.tested: list[str] = []
        self.compiled: set[str] = set()
        self._lock = threading.Lock()
        self._open = threading.Event()
        monkeypatch.setattr(ForkServer, "run", self._run)

    def open(self) -> None:
        self._open.set()

    def _run(self, request: Mapping[str, Any], cancellation: Cancellation) -> Ended:
        if request["compile"]:
            self.compiled.add(request["folder"])
            return Ended(0, b"", 0, b"", b"", 0)
        with self._lock:
            self.total += 1
            self.tested.append(Path(request["folder"], "act.py").read_text())
            self.running += 1
            self.most = max(self.most, self.running)
        try:
            while not self._open.wait(0.001):
                if cancellation.requested:
                    self.cancelled += 1
                    raise CancelledRunError
        finally:
            with self._lock:
                self.running -= 1
        return Ended(5, _frames(request["nonce"], ["end", 5]), 0, b"", b"", 0)


def _frames(nonce: str, *messages: list[object]) -> bytes:
    return b"".join(frame(json.dumps([nonce, *message]).encode()) for message in messages)


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    made = Gate(monkeypatch)
    yield made
    made.open()


async def until(condition: Callable[[], bool]) -> None:
    """Let the loop and the threads go on until ``condition()``."""
    async with asyncio.timeout(120):
        while not condition():  # noqa: ASYNC110 - what is waited for happens in threads
            await asyncio.sleep(0)


def test_equal_requests_at_once_share_one_run_and_later_ones_do_not(gate: Gate) -> None:
    async def main() -> None:
        runner = PytestRunner(TESTS, {}, slots=4)
        same = [asyncio.ensure_future(runner.run(TestRequest(dict(GOOD), EXPECTED))) for _ in range(5)]
        other = [asyncio.ensure_future(runner.run(TestRequest(BAD, EXPECTED)))]
        await until(lambda: gate.total == 2)
        gate.open()
        reports = await asyncio.gather(*same, *other)
        assert len({report.verdict for report in reports}) == 1
        assert gate.total == 2
        await runner.run(TestRequest(GOOD, EXPECTED))
        assert gate.total == 3
        await runner.close()

    asyncio.run(main())


def test_without_sharing_each_request_is_a_run(gate: Gate) -> None:
    gate.open()

    async def main() -> None:
        runner = PytestRunner(TESTS, {}, slots=2, share=False)
        await asyncio.gather(*(runner.run(TestRequest(GOOD, EXPECTED)) for _ in range(5)))
        await runner.close()

    asyncio.run(main())
    assert gate.total == 5


def test_no_more_runs_than_slots_at_once_and_waiting_is_told(gate: Gate) -> None:
    async def main() -> list[TestReport]:
        runner = PytestRunner(TESTS, {}, slots=2, share=False)
        runs = [asyncio.ensure_future(runner.run(TestRequest(GOOD, EXPECTED))) for _ in range(6)]
        await until(lambda: gate.running == 2)
        gate.open()
        reports = await asyncio.gather(*runs)
        await runner.close()
        return reports

    reports = asyncio.run(main())
    assert gate.most == 2
    assert reports[-1].wait_seconds > reports[0].wait_seconds >= 0
    assert all(report.seconds > 0 for report in reports)


def test_a_workspace_that_moves_on_does_not_change_a_run_that_waits(gate: Gate) -> None:
    async def main() -> None:
        runner = PytestRunner(TESTS, {}, slots=1, share=False)
        files = dict(GOOD)
        first = asyncio.ensure_future(runner.run(TestRequest(BAD, EXPECTED)))
        await until(lambda: gate.running == 1)
        second = asyncio.ensure_future(runner.run(TestRequest(files, EXPECTED)))
        await asyncio.sleep(0)
        files["act.py"] = "changed"
        gate.open()
        await asyncio.gather(first, second)
        await runner.close()

    asyncio.run(main())
    assert gate.tested == [BAD["act.py"], GOOD["act.py"]]


@pytest.mark.parametrize("run_in", [asyncio.run, virtualloop.run])
def test_one_of_two_who_share_may_leave_and_the_last_ends_the_run(
    gate: Gate, run_in: Callable[[Coroutine[Any, Any, None]], None]
) -> None:
    async def main() -> None:
        runner = PytestRunner(TESTS, {}, slots=1)
        first, second = (asyncio.ensure_future(runner.run(TestRequest(GOOD, EXPECTED))) for _ in range(2))
        await until(lambda: gate.running == 1)
        first.cancel()
        await asyncio.wait([first])
        assert (gate.running, second.done()) == (1, False)
        second.cancel()
        await until(lambda: gate.cancelled == 1)
        gate.open()
        # The slot is free again, and a new request does not meet the cancelled run.
        assert (await runner.run(TestRequest(GOOD, EXPECTED))).verdict == "failed"
        assert gate.total == 2
        await runner.close()

    run_in(main())


def test_closing_cancels_who_runs_and_who_waits(gate: Gate) -> None:
    async def main() -> None:
        runner = PytestRunner(TESTS, {}, slots=1, share=False)
        runs = [asyncio.ensure_future(runner.run(TestRequest(GOOD, EXPECTED))) for _ in range(3)]
        await until(lambda: gate.running == 1)
        await runner.close()
        await asyncio.wait(runs)
        assert all(run.cancelled() for run in runs)
        assert gate.total == 1

    virtualloop.run(main())


def test_a_cancelled_request_frees_its_slot_and_ends_its_processes(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    endless = {"act.py": f"import os\nopen({str(pipe)!r}, 'w').write(str(os.getpid()))\nwhile True: pass\n"}

    async def main() -> int:
        runner = PytestRunner(TESTS, {}, slots=1, timeout_seconds=60)
        run = asyncio.ensure_future(runner.run(TestRequest(endless, EXPECTED)))
        pid = int(await asyncio.to_thread(pipe.read_text))
        run.cancel()
        assert (await runner.run(TestRequest(GOOD, EXPECTED))).verdict == "passed"
        await runner.close()
        return pid

    with pytest.raises(ProcessLookupError):
        os.kill(asyncio.run(main()), 0)


def test_warming_prepares_every_slot_before_the_first_run(gate: Gate) -> None:
    gate.open()

    async def main() -> None:
        runner = PytestRunner(TESTS, {}, slots=3)
        await runner.warm()
        assert (len(gate.compiled), gate.total) == (3, 0)
        gate.compiled.clear()
        await asyncio.gather(*(runner.run(TestRequest({"n": str(n)}, EXPECTED)) for n in range(6)))
        assert gate.compiled == set()
        await runner.close()
        with pytest.raises(asyncio.CancelledError):
            await runner.warm()

    asyncio.run(main())


def test_a_folder_that_cannot_be_removed_is_never_used_again(
    gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate.open()
    monkeypatch.setattr(layout, "remove", lambda run: None)
    folders: list[str] = []
    lay_out = layout.lay_out

    def noted(run: Path, files: Mapping[str, str], fixed: Mapping[str, bytes]) -> Path:
        folders.append(run.name)
        return lay_out(run, files, fixed)

    monkeypatch.setattr(layout, "lay_out", noted)

    async def main() -> None:
        runner = PytestRunner(TESTS, {}, slots=1)
        for _ in range(2):
            assert (await runner.run(TestRequest(GOOD, EXPECTED))).verdict == "failed"
        await runner.close()

    asyncio.run(main())
    assert len(folders) == len(set(folders)) == 4


def test_runs_work_on_a_virtual_loop_and_take_no_time_there() -> None:
    async def main() -> tuple[list[TestReport], float]:
        runner = PytestRunner(TESTS, {}, slots=2)
        requests = [TestRequest(files, EXPECTED) for files in (GOOD, BAD, GOOD)]
        reports = await asyncio.gather(*(runner.run(request) for request in requests))
        await runner.close()
        return reports, asyncio.get_running_loop().time()

    reports, passed = virtualloop.run(main())
    assert [report.verdict for report in reports] == ["passed", "failed", "passed"]
    assert passed == 0.0
