"""Tests that a change may have broken run first."""

from __future__ import annotations

import asyncio

from engine.world.affected import Affected
from engine.world.pytestrunner import PytestRunner
from engine.world.testrunner import TestReport, TestRequest

TESTS = {
    "test_add.py": "from add import add\n\n\ndef test_it():\n    assert add(1, 2) == 3\n",
    "test_sub.py": "import time\nfrom sub import sub\n\n\ndef test_it():\n    assert sub(3, 1) == 2\n",
}
NODES = ("test_add.py::test_it", "test_sub.py::test_it")


def test_files_that_speak_of_what_changed_come_first() -> None:
    affected = Affected(TESTS)
    assert affected.first("a", {"add.py": "1", "sub.py": "1"}) == ()
    assert affected.first("a", {"add.py": "1", "sub.py": "2"}) == ("test_sub.py",)
    assert affected.first("a", {"add.py": "1", "sub.py": "2"}) == ()
    assert affected.first("a", {"sub.py": "2"}) == ("test_add.py",)
    assert affected.first("b", {"sub.py": "2"}) == ()


def test_in_a_run_that_is_stopped_the_affected_tests_have_been_run() -> None:
    """The first file's tests hang; what the change is about has passed before, and is told."""
    hangs = "import time\n\n\ndef add(a, b):\n    time.sleep(60)\n"
    right = "def sub(a, b):\n    return a - b\n"
    wrong = "def sub(a, b):\n    return a\n"

    async def twice() -> list[TestReport]:
        # long enough for any machine to come as far as the test that hangs
        runner = PytestRunner(TESTS, {}, timeout_seconds=6, slots=1)
        try:
            return [
                await runner.run(TestRequest({"add.py": hangs, "sub.py": code}, NODES, agent="a"))
                for code in (wrong, right)
            ]
        finally:
            await runner.close()

    before, after = asyncio.run(twice())
    assert (before.verdict, before.passed) == ("timeout", ())
    assert (after.verdict, after.passed) == ("timeout", ("test_sub.py::test_it",))
