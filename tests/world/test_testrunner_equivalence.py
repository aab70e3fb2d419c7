"""Warm runs and a cold ``python -m pytest`` agree on every test, whatever the tests use of pytest."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from engine.world import layout
from engine.world.pytestrunner import PytestRunner
from engine.world.testrunner import TestReport, TestRequest
from tasks.suite import load

PLAIN = """
import pytest
import code_of_agents as code

@pytest.fixture(params=[1, 2])
def number(request): return request.param
@pytest.fixture(scope="module")
def shared(): return []
@pytest.fixture
def closing():
    yield
    assert code.right()
@pytest.fixture
def opening(): assert code.right()
@pytest.fixture(autouse=True)
def always(monkeypatch): monkeypatch.setenv("ALWAYS", "1")

def test_right(): assert code.right()
def test_wrong(): assert not code.right()
def test_two(number): assert number == 1 or code.right()
def test_gather_a(shared): shared.append(1); assert shared == [1]
def test_gather_b(shared): shared.append(1); assert shared == [1, 1]
def test_closing(closing): pass
def test_opening(opening): pass
def test_environment():
    import os
    assert os.environ["ALWAYS"] == "1"
    assert os.environ["PYTEST_CURRENT_TEST"].endswith("test_environment (call)")
@pytest.mark.parametrize("value", [0, 1])
@pytest.mark.usefixtures("closing")
def test_many(value): assert value in (0, 1)
class TestClass:
    up = code.right()
    def test_up(self): assert self.up
def test_exits(): raise SystemExit(0)
def test_asks_for_help(): pytest.fail("no")
async def test_nobody_awaits(): assert code.right()
def test_missing(nobody): pass
def test_leaves_a_filter():
    import warnings
    warnings.simplefilter("error")
def test_warns():
    import warnings
    warnings.warn("well")
def test_unraisable():
    import warnings
    warnings.simplefilter("error")
    class Left:
        def __del__(self): 1 / 0
    left = Left()
    del left
"""
XUNIT = """
import code_of_agents as code

def setup_module(module): module.up = 1
def setup_function(function): function.up = 1
def test_module(): assert up == 1 and test_module.up == 1
class TestClass:
    def setup_method(self): self.up = code.right()
    def teardown_method(self): assert self.up
    def test_up(self): assert self.up is code.right()
"""
LONG_WAY = """
import unittest, warnings, pytest
import code_of_agents as code

@pytest.fixture
def marking(request): request.node.add_marker(pytest.mark.xfail(strict=True))
@pytest.fixture
def asking(request): return request.getfixturevalue("tmp_path")

def test_prints(capsys): print("here"); assert capsys.readouterr().out == "here\\n"
def test_writes(capfd):
    import os
    os.write(1, b"here")
    assert capfd.readouterr().out == "here"
def test_logs(caplog):
    import logging
    logging.getLogger().warning("here")
    assert caplog.messages == ["here"]
def test_folder(tmp_path): (tmp_path / "a").write_text("a")
def test_asking(asking): assert asking.is_dir()
def test_marked(marking): assert not code.right()
def test_skips(): pytest.skip("no")
def test_gives_up(): pytest.xfail("no")
@pytest.mark.skip
def test_skipped(): pass
@pytest.mark.skipif(code.right(), reason="right")
def test_skipped_perhaps(): pass
@pytest.mark.xfail
def test_expected(): assert not code.right()
@pytest.mark.xfail(strict=True)
def test_expected_strictly(): assert code.right()
@pytest.mark.xfail(run=False)
def test_never(): pass
@pytest.mark.parametrize("a", [1, pytest.param(2, marks=pytest.mark.skip)])
def test_some(a): pass
@pytest.mark.filterwarnings("error")
def test_strict(): warnings.warn("well")
def test_warns(recwarn): warnings.warn("well"); assert len(recwarn) == 1
class TestOld(unittest.TestCase):
    def setUp(self): self.up = code.right()
    def test_up(self): self.assertTrue(self.up)
    @unittest.skip("no")
    def test_skipped(self): pass
"""
HOOKED = {
    "conftest.py": """
import pytest

def pytest_runtest_call(item):
    if "odd" in item.name: raise AssertionError("odd")
@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if "turned" in item.name: report.outcome = "failed"
    return report
""",
    "sub/test_hooked.py": "def test_odd(): pass\ndef test_turned(): pass\ndef test_plain(): pass\n",
}
TESTS = {"test_plain.py": PLAIN, "test_xunit.py": XUNIT, "test_long_way.py": LONG_WAY}
RIGHT = {"code_of_agents.py": "print('loaded')\ndef right():\n    print('asked')\n    return True\n"}
WRONG = {"code_of_agents.py": "def right():\n    return False\n"}


def cold(tests: Mapping[str, str], files: Mapping[str, str], folder: Path) -> dict[str, bool]:
    """The nodes that a fresh pytest reports, and whether each of their cases passed."""
    work = layout.lay_out(folder / "cold", files, layout.protected({}, tests))
    # A test file that cannot be imported would else keep all others from being run.
    command = [sys.executable, "-m", "pytest", "-v", "--tb=no", "--continue-on-collection-errors"]
    printed = subprocess.run(
        [*command, "--rootdir=tests", f"-c{os.devnull}", "tests"],
        cwd=work,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": ".", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    nodes: dict[str, bool] = {}
    words = "PASSED|FAILED|ERROR|SKIPPED|XFAIL|XPASS"
    for node, word in re.findall(rf"^tests/(\S+?)(?:\[.*\])? ({words})\b", printed, re.MULTILINE):
        nodes[node] = nodes.get(node, True) and word in ("PASSED", "XPASS")
    return nodes


def warm(tests: Mapping[str, str], files: Mapping[str, str], nodes: tuple[str, ...]) -> TestReport:
    async def once() -> TestReport:
        runner = PytestRunner(tests, {}, timeout_seconds=120)
        try:
            return await runner.run(TestRequest(dict(files), nodes))
        finally:
            await runner.close()

    return asyncio.run(once())


WORKSPACES = [
    pytest.param(TESTS, RIGHT, id="right"),
    pytest.param(TESTS, WRONG, id="wrong"),
    pytest.param(HOOKED, {}, id="hooks of the suite"),
]


@pytest.mark.parametrize(("tests", "files"), WORKSPACES)
def test_every_test_ends_as_in_a_fresh_pytest(
    tests: dict[str, str], files: dict[str, str], tmp_path: Path
) -> None:
    expected = cold(tests, files, tmp_path)
    assert set(expected.values()) == {True, False}
    assert len(expected) == sum(text.count("def test_") for text in tests.values())
    report = warm(tests, files, tuple(expected))
    assert report.passed == tuple(node for node, passed in expected.items() if passed)
    assert report.verdict == "failed"


@pytest.mark.parametrize("name", ["mathutils", "dataanalysis", "svg"])
def test_a_half_written_library_is_judged_as_by_a_fresh_pytest(name: str, tmp_path: Path) -> None:
    suite = load(name, "mixed")
    files = dict(suite.references)
    for number, task in enumerate(suite.tasks):
        if number % 7 == 3:
            del files[task.files[0]]
        if number % 7 == 5:
            files[task.files[0]] = "def __getattr__(name):\n    return lambda *given, **named: None\n"
    expected = cold(suite.tests, files, tmp_path)
    nodes = tuple(node for task in suite.tasks for node in task.tests)
    report = warm(suite.tests, files, nodes)
    assert 0 < len(report.passed) < len(nodes)
    assert report.passed == tuple(node for node in nodes if expected.get(node, False))


def test_what_passes_is_counted_and_what_fails_is_shown_with_what_it_printed() -> None:
    nodes = ("test_plain.py::test_right", "test_plain.py::test_wrong", "test_plain.py::test_asks_for_help")
    report = warm(TESTS, RIGHT, nodes)
    assert report.passed == nodes[:1]
    assert "2 failed, 1 passed" in report.output
    assert "assert not code.right()" in report.output
    assert report.output.count("Captured stdout call") == 1
    assert report.output.count("asked") == 1  # what passing tests printed is nobody's business
