"""Simulated verdicts: a pure function of file contents and a table."""

from __future__ import annotations

import asyncio
import hashlib
from typing import ClassVar

import pytest

from engine.world.simulatedtests import SimulatedTests
from engine.world.testrunner import TestReport, TestRequest

RIGHT = {"a.py": "right a", "b.py": "right b", "c.py": "right c"}
EXPECTED = ("a::1", "a::2", "b::1", "c::1")


class Table:
    """b builds on a; c stands alone. A variant of a breaks one test of a and, through it, b's."""

    known: ClassVar = {
        ("a.py", "right a"): frozenset[str](),
        ("a.py", "wrong a"): frozenset({"a::2", "b::1"}),
        ("b.py", "right b"): frozenset[str](),
        ("c.py", "right c"): frozenset[str](),
        ("c.py", "wrong c"): frozenset({"c::1"}),
    }

    def broken(self, path: str, content_sha256: str) -> frozenset[str] | None:
        for (known, content), nodes in self.known.items():
            if (known, hashlib.sha256(content.encode()).hexdigest()) == (path, content_sha256):
                return nodes
        return None

    def missing(self, path: str) -> frozenset[str]:
        return {
            "a.py": frozenset({"a::1", "a::2", "b::1"}),
            "b.py": frozenset({"b::1"}),
            "c.py": frozenset({"c::1"}),
        }[path]


class Real:
    """A real runner that knows one answer."""

    external = True

    def __init__(self) -> None:
        self.closed = False

    async def run(self, request: TestRequest) -> TestReport:
        return TestReport("timeout", (), request.expected, 3.0)

    async def close(self) -> None:
        self.closed = True


def run(files: dict[str, str], expected: tuple[str, ...] = EXPECTED) -> TestReport:
    return asyncio.run(SimulatedTests(Table(), RIGHT).run(TestRequest(files, expected)))


def test_right_files_pass_in_no_time() -> None:
    report = run(RIGHT)
    assert (report.verdict, report.passed, report.failed) == ("passed", EXPECTED, ())
    assert (report.seconds, report.wait_seconds) == (0.0, 0.0)


@pytest.mark.parametrize(
    ("changes", "failed"),
    [
        ({"a.py": "wrong a"}, ("a::2", "b::1")),
        ({"c.py": "wrong c"}, ("c::1",)),
        ({"a.py": "wrong a", "c.py": "wrong c"}, ("a::2", "b::1", "c::1")),
        ({"a.py": None}, ("a::1", "a::2", "b::1")),
        ({"b.py": None, "c.py": "wrong c"}, ("b::1", "c::1")),
        ({"a.py": "nobody knows"}, ("a::1", "a::2", "b::1")),
        ({"c.py": "\udcff"}, ("c::1",)),
    ],
)
def test_wrong_missing_and_unknown_files_break_what_builds_on_them(
    changes: dict[str, str | None], failed: tuple[str, ...]
) -> None:
    files = {path: text for path, text in (RIGHT | changes).items() if text is not None}
    report = run(files)
    assert (report.verdict, report.failed) == ("failed", failed)
    assert report.passed == tuple(node for node in EXPECTED if node not in failed)
    assert all(node in report.output for node in failed)


def test_only_the_expected_nodes_decide() -> None:
    assert run(RIGHT | {"a.py": "wrong a"}, ("a::1", "c::1")).verdict == "passed"


def test_files_that_no_task_asks_for_do_not_matter() -> None:
    assert run(RIGHT | {"notes.txt": "anything", "conftest.py": "anything"}).verdict == "passed"


def test_unknown_content_is_run_for_real_where_that_is_possible() -> None:
    real = Real()
    simulated = SimulatedTests(Table(), RIGHT, real)

    async def main() -> tuple[TestReport, TestReport]:
        known = await simulated.run(TestRequest(RIGHT, EXPECTED))
        unknown = await simulated.run(TestRequest(RIGHT | {"a.py": "nobody knows"}, EXPECTED))
        await simulated.close()
        return known, unknown

    known, unknown = asyncio.run(main())
    assert (known.verdict, known.seconds) == ("passed", 0.0)
    assert (unknown.verdict, unknown.seconds) == ("timeout", 3.0)
    assert real.closed


def test_a_file_that_changes_and_changes_back_is_judged_anew_each_time() -> None:
    simulated = SimulatedTests(Table(), RIGHT)

    async def main() -> list[str]:
        steps = [RIGHT, RIGHT | {"a.py": "wrong a"}, RIGHT, RIGHT]
        return [(await simulated.run(TestRequest(files, EXPECTED))).verdict for files in steps]

    assert asyncio.run(main()) == ["passed", "failed", "passed", "passed"]
    assert simulated.external is False
