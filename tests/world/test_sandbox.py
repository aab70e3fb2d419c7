"""The sandbox: what code of agents cannot do in it, on every rung that this machine has."""

from __future__ import annotations

import asyncio
import json
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from engine.world.pytestrunner import PytestRunner
from engine.world.sandbox import Sandbox, Unsandboxed
from engine.world.sandbox.attacks import ATTACKS
from engine.world.sandbox.chosen import Chosen
from engine.world.sandbox.container import Container
from engine.world.sandbox.inside import landlock, seccomp
from engine.world.sandbox.ladder import LADDER, choose, last
from engine.world.sandbox.linux import Bubblewrap, Landlock
from engine.world.sandbox.probe import Probe, probe
from engine.world.sandbox.seatbelt import Seatbelt
from engine.world.testrunner import TestReport, TestRequest
from engine.world.testslot import Limits

ROOT = Path(__file__).parents[2]
NOBODY = 65534
TCP_SINCE, SIGNALS_SINCE = 4, 6
"""Versions of Landlock that can confine these."""

on_linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="these rungs are Linux's")


def landlock_lacks() -> str:
    """Why this kernel cannot confine test processes; empty if it can."""
    try:
        version = landlock.version()
    except OSError as error:
        return f"this kernel has no Landlock, or it is off: {error}"
    if version < SIGNALS_SINCE and os.geteuid() != 0:
        return f"Landlock {version} of this kernel cannot keep signals in (version {SIGNALS_SINCE} can)"
    return "" if version >= TCP_SINCE else f"Landlock {version} of this kernel cannot keep TCP in"


def bubblewrap_lacks() -> str:
    """Why bubblewrap cannot be used here; empty if it can."""
    if (bwrap := shutil.which("bwrap")) is None:
        return "bubblewrap is not installed"
    argv = [bwrap, "--ro-bind", "/", "/", "--unshare-pid", "--unshare-net", "true"]
    tried = subprocess.run(argv, capture_output=True, text=True, check=False)
    return tried.stderr.strip() if tried.returncode else landlock_lacks()


RUNGS = [
    pytest.param(
        sandbox,
        id=sandbox.rung,
        marks=[on_linux, pytest.mark.skipif(bool(lacks), reason=lacks or "it is there")],
    )
    for sandbox, lacks in ((Landlock(), landlock_lacks()), (Bubblewrap(), bubblewrap_lacks()))
]


def run(sandbox: Sandbox, code: str, test: str, limits: Limits | None = None) -> TestReport:
    """Run ``test`` (the body of a test function) against a module of an agent's, ``mine``."""
    tests = {"test_mine.py": f"import mine\n\n\ndef test_it():\n    {test}\n"}
    runner = PytestRunner(tests, {}, sandbox, timeout_seconds=30, slots=1, limits=limits)

    async def once() -> TestReport:
        try:
            return await runner.run(TestRequest({"mine.py": code}, ("test_mine.py::test_it",)))
        finally:
            await runner.close()

    return asyncio.run(once())


@pytest.mark.parametrize("sandbox", RUNGS)
def test_every_attack_fails_and_tests_can_work(sandbox: Sandbox) -> None:
    found = probe(sandbox)
    assert (found.problem, found.open) == ("", ())
    assert set(found.found) == set(ATTACKS)


def test_without_a_sandbox_the_same_attacks_succeed(monkeypatch: pytest.MonkeyPatch) -> None:
    """What shows that the probe can fail: most of what it tries is possible for any program of the user's."""
    found = probe(Unsandboxed())
    assert not found.passed
    assert {
        "read the user's files",
        "write outside",
        "connect over TCP",
        "signal the user's processes",
    } <= set(found.open)


@on_linux
def test_as_an_unprivileged_user_every_attack_fails_too() -> None:
    """As root, the probe is repeated as nobody, with an interpreter that nobody may start."""
    if os.geteuid() != 0:
        pytest.skip("the other tests run as an unprivileged user already")
    if landlock.version() < SIGNALS_SINCE:
        pytest.skip("without root, Landlock of this kernel cannot keep signals in")
    python = next((p for p in (sys.executable, "/usr/bin/python3") if _nobody_can(p)), None)
    if python is None:
        pytest.skip("no interpreter here can be started by an unprivileged user")
    script = """
import json, sys
from engine.world.sandbox.linux import Bubblewrap, Landlock
from engine.world.sandbox.probe import probe
import shutil
rungs = [Landlock()] + ([Bubblewrap()] if shutil.which("bwrap") else [])
print(json.dumps([[p.rung, p.problem, p.open, len(p.found)] for p in map(probe, rungs)]))
"""
    said = subprocess.run(
        [python, "-c", script],
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), "HOME": "/nonexistent"},
        user=NOBODY,
        group=NOBODY,
        extra_groups=[],
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
        timeout=180,
    )
    if "namespace" in said.stdout:
        pytest.skip(f"user namespaces are off here: {said.stdout}")
    for rung, problem, got_through, tried in json.loads(said.stdout or f'["{said.stderr[-300:]}"]'):
        assert (rung, got_through, tried) == (rung, [], len(ATTACKS))
        assert problem == "" or "pytest cannot be read" in problem  # another interpreter has none


def _nobody_can(python: str) -> bool:
    try:
        tried = subprocess.run(
            [python, "-c", f"import sys; sys.path.insert(0, {str(ROOT)!r}); import engine.errors"],
            user=NOBODY,
            group=NOBODY,
            extra_groups=[],
            capture_output=True,
            check=False,
            cwd="/",
            timeout=180,
        )
    except OSError:
        return False
    return tried.returncode == 0


@pytest.mark.parametrize("sandbox", RUNGS)
def test_tests_pass_and_fail_in_it_as_they_do_outside(sandbox: Sandbox) -> None:
    right = run(sandbox, "def two(): return 2\n", "assert mine.two() == 2")
    assert (right.verdict, right.passed) == ("passed", ("test_mine.py::test_it",)), right.output
    wrong = run(sandbox, "def two(): return 3\n", "assert mine.two() == 2")
    assert wrong.verdict == "failed"


@pytest.mark.parametrize("sandbox", RUNGS)
def test_tests_may_write_start_programs_and_use_threads(sandbox: Sandbox) -> None:
    code = """
import subprocess, sys, tempfile, threading
def work():
    with tempfile.NamedTemporaryFile("w") as file:
        file.write("x")
    open("made", "w").write("x")
    thread = threading.Thread(target=lambda: None)
    thread.start()
    thread.join()
    return subprocess.run([sys.executable, "-c", "print(7)"], capture_output=True, text=True).stdout
"""
    report = run(sandbox, code, "assert mine.work() == '7\\n'")
    assert report.verdict == "passed", report.output


@pytest.mark.parametrize("sandbox", RUNGS)
@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("x = bytearray(1 << 30)\n", "MemoryError"),
        ("open('big', 'wb').truncate(1 << 30)\n", "File too large"),
    ],
)
def test_memory_and_files_are_bounded(sandbox: Sandbox, code: str, said: str) -> None:
    report = run(sandbox, code, "pass", Limits(memory_bytes=512 << 20, file_bytes=1 << 20))
    assert report.passed == ()
    assert said in report.output


@pytest.mark.parametrize("sandbox", RUNGS)
def test_what_a_run_leaves_behind_dies_with_it(sandbox: Sandbox, tmp_path: Path) -> None:
    name = f"{3600 + os.getpid() / 1e7:.7f}"
    code = f"""
import os, subprocess
if os.fork() == 0:
    os.setsid()
    subprocess.Popen(["sleep", "{name}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os._exit(0)
"""
    assert run(sandbox, code, "pass").verdict == "passed"
    left = subprocess.run(["pgrep", "-f", f"sleep {name}"], capture_output=True, text=True, check=False)
    assert left.stdout == ""


FORGERIES = {
    "ends the process at import": "import os\nos._exit(0)\n",
    "claims to equal everything": "class Any:\n    def __eq__(self, other): return True\ntwo = None\n",
    "patches the report": "import _pytest.runner, os\nos.write(3, b'forged')\n",
}


@pytest.mark.parametrize("sandbox", RUNGS)
@pytest.mark.parametrize("code", FORGERIES.values(), ids=FORGERIES)
def test_a_forged_pass_does_not_count(sandbox: Sandbox, code: str) -> None:
    report = run(sandbox, code, "assert mine.two() == 2")
    assert report.passed == ()
    assert report.verdict != "passed"


DOCKER = """#!{python}
import os, subprocess, sys
words = sys.argv[1:]
with open({log!r}, "a") as log:
    log.write(" ".join(words) + "\\n")
if words[0] == "run":
    if {broken}:
        sys.exit(125)
    command = words[words.index("teamtop-empty") + 1:]
    os.execv(command[0], command)
if words[0] == "version":
    print("27.0")
sys.exit(words[:2] == ["image", "inspect"])
"""


def docker(folder: Path, *, broken: bool = False) -> str:
    """A program that stands in for docker: it makes no container, but starts what it is told to."""
    path = folder / "docker"
    log = str(folder / "log")
    path.write_text(DOCKER.format(python=sys.executable, log=log, broken=broken))
    path.chmod(0o755)
    return str(path)


@on_linux
@pytest.mark.skipif(bool(landlock_lacks()), reason=landlock_lacks() or "it is there")
def test_a_container_is_made_of_nothing_and_told_a_path_to_call(tmp_path: Path) -> None:
    report = run(Container(docker(tmp_path)), "two = 2\n", "assert mine.two == 2")
    assert report.verdict == "passed", report.output
    said = (tmp_path / "log").read_text().splitlines()
    assert said[:2] == ["image inspect teamtop-empty", "import - teamtop-empty"]
    for flag in (
        "--network none",
        "--read-only",
        "--cap-drop ALL",
        "--pids-limit",
        "--rm",
        "no-new-privileges",
        "--ulimit nofile=",
        "--env PYTEST_DISABLE_PLUGIN_AUTOLOAD=1",
        f"--user {os.getuid()}:{os.getgid()}",
    ):
        assert flag in said[2]
    assert "--init" not in said[2].split(), "podman often has none, and the server collects orphans itself"
    assert ("--cap-add CAP_SETUID" in said[2]) == (os.geteuid() == 0), "root's server makes nobodies"
    assert "--userns" not in said[2]


def test_podman_without_root_is_told_that_the_user_stays_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    podman = Path(docker(tmp_path)).rename(tmp_path / "podman")
    words = Container(str(podman)).command(["python"], tmp_path)
    assert words[words.index("--userns") + 1] == "keep-id"
    assert "--cap-add" not in words


def test_the_program_keeps_its_way_to_the_daemon_and_gets_none_of_the_keys(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///run/mine.sock")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-very-secret")
    words = Container(docker(tmp_path)).command(["python"], tmp_path)
    program = words.index(str(tmp_path / "docker"))
    assert words[0] == "/usr/bin/env"
    assert "DOCKER_HOST=unix:///run/mine.sock" in words[1:program]
    assert "DOCKER_HOST" not in " ".join(words[program:])
    assert "sk-very-secret" not in " ".join(words)


@pytest.mark.deep  # seconds, and only where an engine for containers is
@on_linux
def test_in_a_container_that_this_machine_can_make_attacks_fail_and_tests_work() -> None:
    container = last()
    if container is None:
        pytest.skip("no docker or podman answers here")
    found = probe(container)
    if found.problem:
        pytest.skip(f"no container can be made here: {found.problem}")
    assert found.open == ()
    assert run(container, "two = 2\n", "assert mine.two == 2").verdict == "passed"
    assert run(container, "two = 3\n", "assert mine.two == 2").verdict == "failed"


@on_linux
def test_a_container_that_cannot_be_made_is_an_error(tmp_path: Path) -> None:
    report = run(Container(docker(tmp_path, broken=True)), "two = 2\n", "assert mine.two == 2")
    assert (report.verdict, report.passed) == ("error", ())


def test_a_program_without_a_daemon_is_no_rung(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert last() is None
    docker(tmp_path)
    found = last()
    assert found is not None
    assert found.rung == "container"


def test_the_profile_for_macos_lets_write_to_one_folder_and_reach_no_network(tmp_path: Path) -> None:
    command = Seatbelt().command(["python"], tmp_path)
    assert command[:2] == ["/usr/bin/sandbox-exec", "-p"]
    assert command[3:] == ["python"]
    assert "(deny default)" in command[2]
    assert "network" not in command[2]
    writable = command[2][command[2].index("file-write*") :]
    assert str(tmp_path.resolve()) in writable
    assert writable.count("subpath") == 1


def test_the_ladder_takes_the_first_rung_that_passes() -> None:
    def tried(sandbox: Sandbox) -> Probe:
        return Probe(sandbox.rung, {"mount": "mounted"} if sandbox.rung == "bubblewrap" else {})

    sandbox, probes = choose([Bubblewrap("bwrap"), Landlock()], tried)
    assert sandbox is not None
    assert sandbox.rung == "landlock"
    assert [p.verdict for p in probes] == ["agents' code could mount", "all 0 attacks failed"]


def test_a_rung_that_is_not_there_does_not_pass(tmp_path: Path) -> None:
    found = probe(Bubblewrap(str(tmp_path / "bwrap")))
    assert not found.passed
    assert "is not installed" in found.problem


def test_code_of_a_real_model_runs_nowhere_if_no_rung_passes(tmp_path: Path) -> None:
    none = Chosen(required=True, choose=lambda: (None, (Probe("landlock", {}, "the kernel has none"),)))
    report = run(none, f"open({str(tmp_path / 'ran')!r}, 'w')\n", "pass")
    assert report.verdict == "error"
    assert "no sandbox passes its probe: landlock: the kernel has none" in report.output
    assert not (tmp_path / "ran").exists()


def test_the_rung_is_told_once_and_a_simulated_team_may_do_without() -> None:
    told: list[tuple[str, dict[str, str]]] = []
    tried = (Probe("bubblewrap", {"mount": "mounted"}), Probe("landlock", {}, "the kernel has none"))
    open_ = Chosen(required=False, tell=lambda *what: told.append(what), choose=lambda: (None, tried))
    assert run(open_, "two = 2\n", "assert mine.two == 2").verdict == "passed"
    verdicts = {"bubblewrap": "agents' code could mount", "landlock": "the kernel has none"}
    assert told == [("none", verdicts)]
    assert (open_.known, open_.verdicts) == ("none", verdicts)


def test_the_filter_names_every_call_for_both_architectures(monkeypatch: pytest.MonkeyPatch) -> None:
    for machine in ("x86_64", "aarch64"):
        monkeypatch.setattr(platform, "machine", lambda machine=machine: machine)
        assert len(seccomp.program()) % 8 == 0
        assert len(seccomp.program()) // 8 > 2 * len(seccomp.FORBIDDEN)
    monkeypatch.setattr(platform, "machine", lambda: "riscv64")
    with pytest.raises(OSError, match="riscv64"):
        seccomp.program()


def test_every_rung_has_a_place_on_the_ladder() -> None:
    rungs = (Bubblewrap(""), Landlock(), Seatbelt(), Container(""))
    assert [sandbox.rung for sandbox in rungs] == list(LADDER)
