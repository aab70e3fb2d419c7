"""What agents' code finds around itself: nothing of the user's environment, nothing of other runs."""

from __future__ import annotations

import asyncio
import json
import os
import stat
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from engine.world.pytestrunner import PytestRunner
from engine.world.sandbox import Sandbox, Unsandboxed
from engine.world.testrunner import TestReport, TestRequest

CANARY = "sk-canary-3f9c1d"
TESTS = {"test_look.py": "from look import look\n\ndef test_look():\n    look()\n"}
EXPECTED = ("test_look.py::test_look",)


def run(code: str, sandbox: Sandbox | None = None) -> TestReport:
    async def once() -> TestReport:
        runner = PytestRunner(TESTS, {}, sandbox, timeout_seconds=20)
        try:
            return await runner.run(TestRequest({"look.py": code}, EXPECTED))
        finally:
            await runner.close()

    return asyncio.run(once())


def look(tmp_path: Path, expression: str, sandbox: Sandbox | None = None) -> Any:
    """The value of ``expression``, evaluated in a test."""
    notes = tmp_path / "notes"
    code = f"""
import json, os, stat, subprocess, sys

def look():
    with open({str(notes)!r}, "w") as file:
        json.dump({expression}, file)
"""
    report = run(code, sandbox)
    assert report.verdict == "passed", report.output
    return json.loads(notes.read_text())


def test_no_key_of_the_user_is_in_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", CANARY)
    monkeypatch.setenv("PYTEST_ADDOPTS", "--collect-only")
    monkeypatch.setenv("PYTHONPATH", CANARY)
    seen = look(tmp_path, "dict(os.environ)")
    assert CANARY not in json.dumps(seen)
    known = {"PATH", "HOME", "TMPDIR", "LANG", "TZ", "LC_CTYPE", "LD_LIBRARY_PATH", "PYTHONHOME"}
    known |= {"PYTHONHASHSEED", "PYTHONDONTWRITEBYTECODE", "PYTHONUTF8", "PYTEST_DISABLE_PLUGIN_AUTOLOAD"}
    assert set(seen) - known == {"TEAMTOP_TESTS", "PYTEST_CURRENT_TEST", "PYTEST_VERSION"}
    assert seen["PYTHONHASHSEED"] == "0"


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_no_key_is_in_the_starting_environment_of_the_processes_above(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The engine's own process is further up; only a sandbox can hide that one."""
    monkeypatch.setenv("ANTHROPIC_API_KEY", CANARY)
    server = "int(open(f'/proc/{os.getppid()}/stat').read().rpartition(')')[2].split()[1])"
    read = "open(f'/proc/{pid}/environ', errors='replace').read()"
    found = look(tmp_path, f"[[pid, {read}] for pid in (os.getpid(), os.getppid(), {server})]")
    assert len({pid for pid, _ in found}) == 3
    assert not any(CANARY in text for _, text in found)
    assert all("TEAMTOP_TESTS=" in text for _, text in found)


def test_a_run_has_a_home_and_a_temporary_folder_of_its_own(tmp_path: Path) -> None:
    home, temporary, work, created = look(
        tmp_path,
        "[os.environ['HOME'], os.environ['TMPDIR'], os.getcwd(), __import__('tempfile').mkdtemp()]",
    )
    assert Path(home).parent == Path(temporary).parent == Path(work).parent
    assert Path(created).parent == Path(temporary)
    assert Path(home) != Path.home()


def test_only_the_usual_files_and_the_report_are_open(tmp_path: Path) -> None:
    state = "os.fstat(fd)"
    opened = "[fd for fd in range(256) if os.path.exists(f'/dev/fd/{fd}')]"
    found = look(tmp_path, f"[[stat.S_IFMT({state}.st_mode), {state}.st_ino] for fd in {opened}]")
    kinds = {kind for kind, _ in found}
    assert kinds <= {stat.S_IFCHR, stat.S_IFREG, stat.S_IFIFO}, "a socket of the engine's is open"
    # pytest's capture puts files in the place of 1 and 2, and keeps what they were.
    assert len({number for kind, number in found if kind == stat.S_IFIFO}) == 2


def test_programs_that_tests_start_do_not_get_the_report(tmp_path: Path) -> None:
    code = "import os; os.write(3, b'x')"
    assert look(tmp_path, f"subprocess.run([sys.executable, '-c', {code!r}], stderr=-3).returncode") == 1


def test_the_project_is_not_on_the_path_of_tests(tmp_path: Path) -> None:
    checkout = str(Path(__file__).parents[2])
    assert checkout not in look(tmp_path, "sys.path")
    assert look(tmp_path, "[name for name in sys.modules if name.partition('.')[0] == 'engine']") == []


def test_nothing_can_be_read_from_the_terminal(tmp_path: Path) -> None:
    assert look(tmp_path, "os.read(0, 1).decode()") == ""


def test_the_run_folder_is_for_its_user_only(tmp_path: Path) -> None:
    assert look(tmp_path, "[os.stat(p).st_mode & 0o077 for p in ('.', '..', '../..')]") == [0, 0, 0]


# ---------------------------------------------------------------- the seam of the sandbox


class Marked(Unsandboxed):
    """Shows where a sandbox acts: it wraps the command line and enters in the test process."""

    rung = "marked"

    def __init__(self, script: Path) -> None:
        self.child_script = script

    def command(self, argv: Sequence[str], folder: Path) -> Sequence[str]:
        return ["/usr/bin/env", f"CONFINED={folder}", *argv]


def test_a_sandbox_wraps_the_server_and_enters_each_test_process(tmp_path: Path) -> None:
    script = tmp_path / "enter.py"
    script.write_text("import os\n\ndef enter(folder):\n    os.environ['ENTERED'] = folder\n")
    confined, entered, work = look(
        tmp_path, "[os.environ['CONFINED'], os.environ['ENTERED'], os.getcwd()]", Marked(script)
    )
    assert entered == work
    assert Path(confined) in Path(work).parents
    assert Unsandboxed().rung == "none"


def test_a_sandbox_that_cannot_be_entered_is_an_error_and_runs_nothing(tmp_path: Path) -> None:
    script = tmp_path / "enter.py"
    script.write_text("def enter(folder):\n    raise OSError('no such confinement')\n")
    report = run(f"open({str(tmp_path / 'ran')!r}, 'w')\ndef look(): pass\n", Marked(script))
    assert (report.verdict, report.passed) == ("error", ())
    assert "no such confinement" in report.output
    assert not (tmp_path / "ran").exists()


def test_a_server_that_cannot_start_is_an_error_that_says_why(tmp_path: Path) -> None:
    script = tmp_path / "enter.py"
    script.write_text("raise ImportError('this sandbox needs a newer kernel')\n")
    report = run("def look(): pass\n", Marked(script))
    assert (report.verdict, report.passed) == ("error", ())
    assert "this sandbox needs a newer kernel" in report.output


def test_a_command_that_does_not_exist_is_an_error_that_says_so() -> None:
    class Absent(Unsandboxed):
        def command(self, argv: Sequence[str], folder: Path) -> Sequence[str]:
            return [os.path.join(folder, "absent"), *argv]

    report = run("def look(): pass\n", Absent())
    assert report.verdict == "error"
    assert "absent" in report.output
