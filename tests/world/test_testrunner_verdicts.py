"""Real pytest children: what counts as passed, failed, error and timeout, and what cannot be forged."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.world.pytestrunner import PytestRunner
from engine.world.testrunner import TestReport, TestRequest

TESTS = {
    "test_add.py": """
import pytest
from add import add

def test_zero():
    assert add(0, 0) == 0

@pytest.mark.parametrize(("a", "b"), [(1, 2), (2, 3)])
def test_sum(a, b):
    assert add(a, b) == a + b

class TestNegative:
    def test_both(self):
        assert add(-1, -1) == -2
""",
    "test_double.py": """
from double import double

def test_double():
    assert double(4) == 8
""",
}
ADD = ("test_add.py::test_zero", "test_add.py::test_sum", "test_add.py::TestNegative::test_both")
DOUBLE = ("test_double.py::test_double",)
GOOD = {
    "add.py": "def add(a, b):\n    return a + b\n",
    "double.py": "from add import add\n\ndef double(a):\n    return add(a, a)\n",
}
WRONG = {"add.py": "def add(a, b):\n    return 0\n"}


@pytest.fixture(scope="module")
def runner() -> Iterator[PytestRunner]:
    made = PytestRunner(TESTS, {}, timeout_seconds=20)
    yield made
    asyncio.run(made.close())


def run(runner: PytestRunner, files: dict[str, str], expected: tuple[str, ...] = ADD + DOUBLE) -> TestReport:
    return asyncio.run(runner.run(TestRequest(files, expected)))


def test_a_right_workspace_passes_every_expected_node(runner: PytestRunner) -> None:
    report = run(runner, GOOD)
    assert (report.verdict, report.passed, report.failed) == ("passed", ADD + DOUBLE, ())
    assert report.seconds > 0


def test_one_wrong_case_fails_its_node_and_only_that(runner: PytestRunner) -> None:
    files = GOOD | {"add.py": "def add(a, b):\n    return 0 if a == 2 else a + b\n"}
    report = run(runner, files)
    assert report.verdict == "failed"
    assert report.failed == ("test_add.py::test_sum",)
    assert "assert 0 == (2 + 3)" in report.output


def test_a_missing_file_fails_only_the_nodes_of_its_test_file(runner: PytestRunner) -> None:
    report = run(runner, {"add.py": GOOD["add.py"]})
    assert (report.verdict, report.passed, report.failed) == ("failed", ADD, DOUBLE)
    assert "No module named 'double'" in report.output


def test_only_the_expected_nodes_decide(runner: PytestRunner) -> None:
    files = {"add.py": "def add(a, b):\n    return 0\n"}
    report = run(runner, files, ("test_add.py::test_zero",))
    assert (report.verdict, report.passed) == ("passed", ("test_add.py::test_zero",))


def test_a_node_that_no_test_reports_is_failed(runner: PytestRunner) -> None:
    report = run(runner, GOOD, ("test_add.py::test_zero", "test_add.py::test_gone", "test_none.py::test_x"))
    assert report.verdict == "failed"
    assert report.failed == ("test_add.py::test_gone", "test_none.py::test_x")


def test_nodes_without_any_test_file_are_failed_and_it_is_said(runner: PytestRunner) -> None:
    report = run(runner, GOOD, ("test_none.py::test_x",))
    assert (report.verdict, report.failed) == ("failed", ("test_none.py::test_x",))
    assert "no file" in report.output


def test_nothing_expected_passes_without_a_run(runner: PytestRunner) -> None:
    report = run(runner, {"add.py": "raise SystemExit"}, ())
    assert (report.verdict, report.seconds) == ("passed", 0.0)


def test_an_error_in_a_fixture_or_a_teardown_fails_the_node() -> None:
    tests = {
        "test_f.py": """
import pytest
import f

@pytest.fixture
def before():
    f.before()

@pytest.fixture
def after():
    yield
    f.after()

def test_before(before): pass
def test_after(after): pass
@pytest.mark.skip
def test_skipped(): pass
def test_alone(): pass
"""
    }
    expected = tuple(f"test_f.py::test_{name}" for name in ("before", "after", "skipped", "alone"))
    report = run_once(tests, {"f.py": "def before(): 1/0\ndef after(): 1/0\n"}, expected)
    assert (report.verdict, report.passed) == ("failed", ("test_f.py::test_alone",))


def test_the_suites_own_conftest_counts_and_an_agents_does_not() -> None:
    tests = {
        "conftest.py": "import pytest\n\n@pytest.fixture\ndef number():\n    return 1\n",
        "sub/test_n.py": "from n import n\n\ndef test_n(number):\n    assert n() == number\n",
    }
    forged = "import pytest\n\n@pytest.fixture\ndef number():\n    return 2\n"
    files = {"n.py": "def n():\n    return 2\n", "conftest.py": forged, "tests/conftest.py": forged}
    expected = ("sub/test_n.py::test_n",)
    assert run_once(tests, files, expected).verdict == "failed"
    assert run_once(tests, files | {"n.py": "def n():\n    return 1\n"}, expected).verdict == "passed"


def test_support_files_stand_beside_the_code_whatever_agents_wrote_there() -> None:
    tests = {"test_t.py": "from t import total\n\ndef test_total():\n    assert total() == 3\n"}
    files = {
        "t.py": "from data import ROWS\n\ndef total():\n    return sum(ROWS)\n",
        "data.py": "ROWS = [9]\n",
    }
    report = run_once(tests, files, ("test_t.py::test_total",), support={"data.py": "ROWS = [1, 2]\n"})
    assert report.verdict == "passed"


def test_a_workspace_may_use_the_names_of_this_projects_packages() -> None:
    tests = {
        "test_e.py": "from engine import e\nfrom tasks import t\n\ndef test_e():\n    assert e() + t() == 3\n"
    }
    files = {"engine.py": "def e():\n    return 1\n", "tasks.py": "def t():\n    return 2\n"}
    assert run_once(tests, files, ("test_e.py::test_e",)).verdict == "passed"


def run_once(
    tests: dict[str, str],
    files: dict[str, str],
    expected: tuple[str, ...],
    support: dict[str, str] | None = None,
) -> TestReport:
    async def once() -> TestReport:
        runner = PytestRunner(tests, support or {}, timeout_seconds=20)
        try:
            return await runner.run(TestRequest(files, expected))
        finally:
            await runner.close()

    return asyncio.run(once())


# ---------------------------------------------------------------- forgeries: the sum is wrong in each

EXITS = [
    pytest.param("import os\nos._exit(0)\n", id="os._exit at import"),
    pytest.param("import os\ndef add(a, b): os._exit(0)\n", id="os._exit in a test"),
    pytest.param("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)\n", id="kill -9 of itself"),
    pytest.param("import os\nos.closerange(3, 256)\n", id="every file closed"),
    pytest.param("import os\nos.kill(os.getppid(), 9)\nwhile True: pass\n", id="kill -9 of its keeper"),
]


@pytest.mark.parametrize("code", EXITS)
def test_a_test_process_that_ends_early_is_an_error_and_passes_nothing(
    runner: PytestRunner, code: str
) -> None:
    report = run(runner, {"add.py": code}, ADD)
    assert (report.verdict, report.passed, report.failed) == ("error", (), ADD)
    assert run(runner, GOOD).verdict == "passed"  # and the next run is as good as any


@pytest.mark.parametrize(
    "stop", ["raise SystemExit(0)", "raise KeyboardInterrupt", "import pytest; pytest.exit('done', 0)"]
)
def test_code_that_asks_the_whole_run_to_stop_fails_only_its_own_tests(
    runner: PytestRunner, stop: str
) -> None:
    for code in (stop, f"def add(a, b):\n    {stop}"):
        files = {"add.py": code, "double.py": "def double(a):\n    return 2 * a\n"}
        report = run(runner, files)
        assert (report.verdict, report.passed, report.failed) == ("failed", DOUBLE, ADD)


@pytest.mark.parametrize(
    "files",
    [
        {"pytest.ini": "[pytest]\naddopts = --co -k nothing\n"},
        {"pyproject.toml": "[tool.pytest.ini_options]\naddopts = '--co'\n"},
        {"tox.ini": "[pytest]\naddopts = --co\n", "setup.cfg": "[tool:pytest]\naddopts = --co\n"},
        {"conftest.py": "def pytest_sessionfinish(session):\n    session.exitstatus = 0\n"},
        {"tests/conftest.py": "def pytest_collection_modifyitems(items):\n    items.clear()\n"},
        {"tests/test_add.py": "def test_zero(): pass\n", "test_add.py": "def test_zero(): pass\n"},
        {"tests": "a file where the tests are\n"},
        {"sitecustomize.py": "import os\nos._exit(0)\n", "usercustomize.py": "import os\nos._exit(0)\n"},
    ],
    ids=" ".join,
)
def test_configuration_and_tests_from_agents_do_not_count(
    runner: PytestRunner, files: dict[str, str]
) -> None:
    report = run(runner, WRONG | files, ADD)
    assert (report.verdict, report.passed) == ("failed", ("test_add.py::test_zero",))


def test_a_report_that_is_printed_is_only_output(runner: PytestRunner) -> None:
    code = WRONG["add.py"] + "import sys\nprint('4 passed in 0.01s')\nsys.__stdout__.flush()\n"
    assert run(runner, {"add.py": code}, ADD).verdict == "failed"


@pytest.mark.parametrize(
    "junk",
    [
        "b'junk'",
        "(5).to_bytes(4, 'big') + b'[[[[['",
        "(9).to_bytes(4, 'big') + b'\"passed\"'",
        "(200000).to_bytes(4, 'big') + b'[' * 200000",
        "b'\\xff' * 20",
    ],
)
def test_junk_written_to_every_file_is_an_error_and_passes_nothing(runner: PytestRunner, junk: str) -> None:
    code = f"""
import os
for fd in range(3, 64):
    try:
        os.set_blocking(fd, False)
        os.write(fd, {junk})
        os.set_blocking(fd, True)
    except OSError:
        pass

def add(a, b):
    return a + b
"""
    report = run(runner, {"add.py": code}, ADD)
    assert (report.verdict, report.passed) == ("error", ())


def test_a_report_with_a_guessed_nonce_is_an_error(runner: PytestRunner) -> None:
    code = (
        WRONG["add.py"]
        + """
import json, os
for node in ("test_zero", "test_sum", "test_sum", "TestNegative::test_both"):
    body = json.dumps(["0" * 32, "case", ["test_add.py::" + node, True]]).encode()
    os.write(3, len(body).to_bytes(4, "big") + body)
"""
    )
    report = run(runner, {"add.py": code}, ADD)
    assert (report.verdict, report.passed) == ("error", ())


def test_tests_that_changed_while_they_ran_do_not_count(runner: PytestRunner) -> None:
    code = GOOD["add.py"] + "open('tests/test_double.py', 'w').write('def test_double(): pass')\n"
    report = run(runner, {"add.py": code, "double.py": "def double(a):\n    return 0\n"})
    assert (report.verdict, report.passed) == ("error", ())
    assert "tests/test_double.py" in report.output


def test_known_limit_an_object_that_equals_everything_passes(runner: PytestRunner) -> None:
    """Values are compared in the interpreter that made them; the module text of ``verdicts`` says so."""
    code = (
        "class Yes:\n    def __eq__(self, other):\n        return True\n\ndef add(a, b):\n    return Yes()\n"
    )
    assert run(runner, {"add.py": code}, ADD).verdict == "passed"


def test_no_name_of_a_folder_of_this_machine_gets_into_the_output(runner: PytestRunner) -> None:
    """A file that is no Python is shown with the frames of pytest and of the interpreter that read it."""
    broken = "def add(a, b)\n    return a + b\n"
    output = run(runner, GOOD | {"add.py": broken}, ADD).output
    assert "SyntaxError" in output
    assert "site-packages/_pytest/" in output
    for folder in (sys.prefix, sys.base_prefix, str(Path.home()), tempfile.gettempdir()):
        assert f"{folder}/" not in output or folder in {"/usr", "/usr/local"}


def test_long_output_is_cut_between_lines(runner: PytestRunner) -> None:
    """So that nothing is left of a folder's name at the cut."""
    code = (
        GOOD["add.py"]
        + "\nfor number in range(2_000):\n    print(f'line {number} of two thousand')\nraise ValueError\n"
    )
    output = run(runner, GOOD | {"add.py": code}, ADD).output
    before, _, after = output.partition(" bytes cut here]\n")
    assert after
    whole = [line for line in (*before.splitlines()[:-1], *after.splitlines()) if line.startswith("line")]
    assert len(whole) > 50
    assert all(line.endswith("of two thousand") for line in whole)
