"""The engine for real: its process, its socket, its locks, what it leaves on disk, what it dies of."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest

from engine import control, launch
from engine.control import ControlClient
from engine.errors import TeamtopError
from engine.record import events as ev
from engine.record.config import RunConfig
from engine.record.folder import RunFolder
from engine.record.journal import Tail, read
from engine.record.state import RunState
from engine.run import Outcome
from engine.world.lockfiles import LockFiles

PATIENCE = 180.0
"""Seconds after which a test gives up: the machine may be busy, and nothing here measures speed."""

SPEED = 10.0

E = TypeVar("E", bound=ev.Event)


def config(**more: Any) -> RunConfig:
    """A long run of two agents that finish a task a second, but ``SPEED`` times faster: half a minute."""
    chosen: dict[str, Any] = {
        "suite": "synthetic:tasks=400,p=0.9",
        "structure": "",
        "agents": 2,
        "strategy": "decentralized",
        "model": "sim/perfect",
        "seed": 3,
        "speed": SPEED,
        "clock": "scaled",
        "tests": "simulated",
        "max_rounds": 10_000,
    }
    return RunConfig(**chosen | more)


def until(found: Callable[[], Any], what: str) -> Any:
    """Look again and again until there is something; polling, because the other side is another process."""
    deadline = time.monotonic() + PATIENCE
    while not (seen := found()):
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.01)
    return seen


class Watched:
    """A run seen through its journal and steered through its socket, as a screen does it."""

    def __init__(self, folder: RunFolder) -> None:
        self.folder = folder
        self.client = ControlClient(folder.socket_path)
        self.events: list[ev.AnyEvent] = []
        self.state = RunState()
        self._tail = Tail(folder.events_path)

    def look(self) -> None:
        for event in self._tail.poll():
            self.events.append(event)
            self.state.apply(event)

    def seq(self) -> int:
        self.look()
        return self.state.seq

    def of(self, kind: type[E]) -> list[E]:
        self.look()
        return [event for event in self.events if isinstance(event, kind)]

    def until(self, kind: type[E], count: int = 1) -> E:
        return until(lambda: len(self.of(kind)) >= count, kind.__name__) and self.of(kind)[count - 1]

    def do(self, command: control.AnyCommand) -> ev.AnyEvent:
        """Give a command and return the event that records it."""
        answer = self.client.send(command)
        assert answer.ok, answer.detail
        until(lambda: self.seq() >= answer.seq, "the event of the command")
        return self.events[answer.seq - 1]


class InThread(Watched):
    """A run in a thread of this process."""

    def __init__(self, folder: Path, **more: Any) -> None:
        self.prepared = launch.prepare(config(**more), folder, "run", {})
        super().__init__(self.prepared.folder)
        self.outcome: Outcome | None = None
        self.error: Exception | None = None
        self._thread = threading.Thread(target=self._run)
        self._thread.start()
        self.until(ev.RoundEnded)

    def _run(self) -> None:
        try:
            self.outcome = launch.run_here(self.prepared, {}, attended=True)
        except Exception as error:
            self.error = error

    def end(self) -> None:
        self.client.send(control.Stop())
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive()
        self.look()
        if self.error is not None:
            raise self.error


@pytest.fixture
def live(tmp_path: Path) -> Iterator[InThread]:
    run = InThread(tmp_path)
    yield run
    run.end()


# ------------------------------------------------------------ steering


def test_pause_step_resume_and_stop_work_over_the_socket_and_paused_time_is_cut_out(tmp_path: Path) -> None:
    live = InThread(tmp_path)
    asked = live.do(control.Pause(author="ann", why="coffee"))
    assert isinstance(asked, ev.PauseRequested)
    assert (asked.author, asked.why) == ("ann", "coffee")
    paused = live.until(ev.Paused)
    time.sleep(0.3)  # 3 s of the run's time, if it went on
    live.look()
    assert live.events[-1] == paused
    assert live.state.run.phase == "paused"

    resumed = live.do(control.Step(author="ann"))
    assert resumed.ts == paused.ts
    again = live.until(ev.Paused, 2)
    ended = [event.round for event in live.of(ev.RoundEnded) if resumed.seq < event.seq < again.seq]
    assert len(ended) == 1
    live.do(control.Step())
    third = live.until(ev.Paused, 3)
    assert third.round == again.round + 1
    assert third.ts >= again.ts + 1.0

    assert live.do(control.Resume()).ts == third.ts
    live.until(ev.RoundEnded, len(live.of(ev.RoundEnded)) + 2)
    live.end()
    assert live.outcome == "stopped"
    wall = live.of(ev.RunEnded)[0].wall_seconds
    meta = live.folder.read_meta()
    assert meta.real_seconds is not None
    assert meta.real_seconds - wall / SPEED >= 0.25  # the pause passed outside, not on the run's clock
    assert not live.folder.socket_path.exists()
    assert live.folder.alive() is None


def test_every_fault_can_be_injected_and_healed_over_the_socket(live: InThread) -> None:
    kinds: dict[str, dict[str, float | str]] = {
        "crash": {},
        "stall": {},
        "slow": {"factor": 2.0},
        "drop_messages": {"probability": 0.5},
        "corrupt": {"mode": "empty"},
        "api_errors": {"status": 500.0, "probability": 0.2},
    }
    for number, (kind, params) in enumerate(kinds.items(), 1):
        begun = live.do(control.Inject(author="ann", why="to see", kind=kind, target="Dev2", params=params))
        assert isinstance(begun, ev.FaultStarted)
        assert (begun.id, begun.kind, begun.author, begun.targets) == (number, kind, "ann", ("Dev2",))
        assert begun.params.items() >= params.items()
        if kind == "corrupt":
            until(lambda: live.of(ev.FaultStopped)[-1].author == "engine", "the fault to strike")
            continue
        healed = live.do(control.Heal(author="bob", fault=number))
        assert isinstance(healed, ev.FaultStopped)
        assert (healed.id, healed.author) == (number, "bob")
    assert live.of(ev.AgentCrashed)[0].agent == "Dev2"
    assert live.of(ev.AgentRevived)[0].epoch == 2
    turns = len([turn for turn in live.of(ev.TurnStarted) if turn.agent == "Dev2"])
    until(
        lambda: len([t for t in live.of(ev.TurnStarted) if t.agent == "Dev2"]) > turns, "Dev2 to work again"
    )


def test_words_of_a_person_reach_one_agent_or_all(live: InThread) -> None:
    one = live.do(control.Say(author="ann", text="Only you.", to="Dev1"))
    every = live.do(control.Say(author="ann", text="All of you."))
    assert isinstance(one, ev.MessageSent)
    assert isinstance(every, ev.MessageSent)
    assert (one.sender, one.kind, one.recipients) == ("ann", "operator", ("Dev1",))
    assert every.recipients == ("Dev1", "Dev2")
    until(lambda: len(live.of(ev.MessageDelivered)) == 3, "the mail")


def test_a_command_without_effect_is_answered_with_a_sentence_and_recorded(live: InThread) -> None:
    answer = live.client.send(control.Inject(author="ann", kind="crush", target="Dev1"))
    assert (answer.ok, answer.detail) == (False, "inject: there is no fault 'crush'. Did you mean \"crash\"?")
    refused = live.until(ev.ControlRefused)
    assert (refused.author, refused.command, refused.detail) == ("ann", "inject", answer.detail)


def test_two_people_can_steer_at_once(live: InThread) -> None:
    def say(author: str) -> None:
        for number in range(5):
            assert (
                ControlClient(live.folder.socket_path).send(control.Say(author=author, text=str(number))).ok
            )

    people = [threading.Thread(target=say, args=(name,)) for name in ("ann", "bob")]
    for person in people:
        person.start()
    for person in people:
        person.join(PATIENCE)
    until(lambda: len(live.of(ev.MessageSent)) == 10, "ten messages")
    for name in ("ann", "bob"):
        assert [m.text for m in live.of(ev.MessageSent) if m.sender == name] == ["0", "1", "2", "3", "4"]


def test_a_team_whose_agents_are_all_down_waits_for_a_person(live: InThread) -> None:
    live.do(control.Inject(kind="crash", target="all"))
    until(
        lambda: len(live.of(ev.TaskReleased)) >= 0 and live.state.agents.agents["Dev2"].status == "down",
        "a crash",
    )
    before = len(live.of(ev.RoundStarted))
    live.do(control.Heal())
    until(lambda: len(live.of(ev.RoundStarted)) > before, "a new round")


# ------------------------------------------------------------ the process


@pytest.fixture
def processes() -> Iterator[list[int]]:
    """Engine processes that are killed in the end, whatever the test came to."""
    started: list[int] = []
    yield started
    for pid in started:
        try:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
        except (ProcessLookupError, ChildProcessError):
            pass


def spawned(folder: Path, processes: list[int], **more: Any) -> Watched:
    prepared = launch.prepare(config(**more), folder, "run", os.environ)
    processes.append(launch.spawn(prepared))
    run = Watched(prepared.folder)
    run.until(ev.TurnStarted)
    return run


def test_after_kill_9_the_journal_can_be_read_and_everything_is_free_at_once(
    tmp_path: Path, processes: list[int]
) -> None:
    plan = '[[fault]]\nkind = "slow"\ntarget = "Dev2"\nat_round = 1\nfactor = 900.0\n'
    run = spawned(tmp_path, processes, faults=plan)  # Dev1 edits at once and waits for Dev2 at the barrier
    held = run.until(ev.LockAcquired)
    [pid] = processes
    assert run.folder.alive() == pid
    mine = LockFiles(run.folder.locks)
    assert not mine.acquire(held.path)
    with pytest.raises(TeamtopError, match=f"run run is in use by process {pid}; stop it first"):
        run.folder.hold()
    assert run.do(control.Say(text="Recorded before I am answered."))
    before = read(run.folder.events_path)

    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    assert run.folder.alive() is None
    assert mine.acquire(held.path)
    mine.close()
    run.folder.hold().release()
    after = read(run.folder.events_path)
    assert after.events[: len(before.events)] == before.events
    assert not after.damaged
    assert any(isinstance(event, ev.MessageSent) for event in after.events)
    assert RunState.of(after.events).locks.held != {}  # it died with it: that is what the record says
    assert not run.client.send(control.Pause()).ok


def test_sigterm_stops_the_team_gracefully(tmp_path: Path, processes: list[int]) -> None:
    run = spawned(tmp_path, processes)
    [pid] = processes
    assert os.getsid(pid) == pid  # a session of its own: closing the terminal does not reach it
    os.kill(pid, signal.SIGTERM)
    _, status = os.waitpid(pid, 0)
    assert os.waitstatus_to_exitcode(status) == 0
    assert run.until(ev.RunEnded).outcome == "stopped"
    assert run.of(ev.StopRequested)[0].why == "signal"
    assert run.until(ev.RunVerified).verdict == "failed"
    assert run.folder.log_path.read_bytes() == b""
    assert run.folder.read_meta().real_seconds is not None


def test_no_folder_of_the_person_stands_in_for_the_engines_code(
    tmp_path: Path, processes: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("engine", "tasks", "asyncio"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("raise SystemExit('not the real one')\n")
    monkeypatch.chdir(tmp_path)
    run = spawned(tmp_path / "runs", processes)
    assert run.until(ev.RoundEnded)


def test_an_engine_that_cannot_start_says_why_in_its_log(tmp_path: Path) -> None:
    prepared = launch.prepare(config(), tmp_path, "run", {})
    lock = prepared.folder.hold()
    done = subprocess.run(
        [sys.executable, "-m", "engine", str(prepared.folder.path)],
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
        cwd=Path(__file__).parents[2],
    )
    lock.release()
    assert done.returncode == 1
    assert done.stderr == f"run run is in use by process {os.getpid()}; stop it first.\n"


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks at processes as Linux shows them")
def test_a_run_whose_folder_is_deleted_under_it_ends_with_a_sentence(tmp_path: Path) -> None:
    prepared = launch.prepare(config(clock="virtual", speed=0.0, tests="simulated"), tmp_path, "gone", {})

    def delete(event: ev.AnyEvent) -> None:
        if isinstance(event, ev.RoundEnded) and prepared.folder.path.exists():
            shutil.rmtree(prepared.folder.path)

    with pytest.raises(TeamtopError, match=r"gone.*No such file or directory"):
        launch.run_here(prepared, {}, delete)


def test_an_engine_leaves_no_process_behind(tmp_path: Path, processes: list[int]) -> None:
    run = spawned(tmp_path, processes, suite="mathutils", structure="parallel", tests="real")
    run.until(ev.RoundEnded)
    run.do(control.Stop())
    [pid] = processes
    children = descendants(pid)
    _, status = os.waitpid(pid, 0)
    assert os.waitstatus_to_exitcode(status) == 0
    assert run.until(ev.RunVerified)
    until(lambda: not any(runs(child) for child in children), "the last of its processes to end")


def descendants(pid: int) -> list[int]:
    """Process ids of children, their children, and so on (Linux)."""
    parents: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parents.setdefault(int(fields[1]), []).append(int(stat.parent.name))
    found = [pid]
    for one in found:
        found += parents.get(one, [])
    return found[1:]


def runs(pid: int) -> bool:
    """Whether the process is there and no zombie (Linux)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


# ------------------------------------------------------------ secrets


SUITE = """
format = 1
name = "spy"
title = "A spy"
brief = "Look around."
[structures]
all = ["look"]
[task.look]
title = "Look"
description = "Look around."
files = ["look.py"]
tests = ["test_look.py"]
"""

SPY = """
import os, pathlib, subprocess, sys
found = [repr(dict(os.environ)), subprocess.run(["env"], capture_output=True, text=True).stdout]
for name in ("environ", "cmdline"):
    for process in ("self", str(os.getppid())):
        try:
            found.append(pathlib.Path(f"/proc/{process}/{name}").read_bytes().decode(errors="replace"))
        except OSError:
            pass
print(*found)
pathlib.Path("stolen.txt").write_text("".join(found))
def look():
    raise AssertionError("".join(found))
"""


def test_a_key_in_the_environment_is_in_no_file_of_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from engine.models import registry
    from tests.helpers.scripted import ScriptedModel, done

    canary = "sk-canary-4711-do-not-show"
    for name in ("ANTHROPIC_API_KEY", "OPENAI_API_KEY", "TEAMTOP_SECRET", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, canary)
    suite = tmp_path / "spy"
    (suite / "tests").mkdir(parents=True)
    (suite / "suite.toml").write_text(SUITE)
    (suite / "tests" / "test_look.py").write_text("from look import look\ndef test_it():\n    look()\n")
    reply = done("1", "other.py").replace(
        "</edit_file>", f'</edit_file><edit_file path="look.py">{SPY}</edit_file><run_tests/>', 1
    )

    def create(name: str, **settings: Any) -> ScriptedModel:
        return ScriptedModel("Dev1", lambda *_: reply, settings["sleep"])

    monkeypatch.setattr(registry, "create", create)
    chosen = config(suite=str(suite), agents=1, clock="virtual", speed=0.0, tests="real", max_rounds=1)
    prepared = launch.prepare(chosen, tmp_path / "runs", "run", os.environ)
    assert launch.run_here(prepared, os.environ) == "completed"
    events = read(prepared.folder.events_path).events
    tested = next(event for event in events if isinstance(event, ev.TestsFinished))
    assert tested.verdict == "failed"
    assert "environ" in tested.output or "PATH" in tested.output  # the spy did look
    files = [path for path in (tmp_path / "runs").rglob("*") if path.is_file()]
    assert len(files) > 4
    for path in files:
        assert canary.encode() not in path.read_bytes(), path
    assert json.loads(prepared.folder.meta_path.read_bytes())["config"]["suite"] == str(suite)
