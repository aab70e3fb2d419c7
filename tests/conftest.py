"""Fixtures for all tests: plausible journals without an engine, and saved runs made of them."""

from __future__ import annotations

import heapq
import os
import random
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from engine.record import events as ev
from engine.record.config import Parent, RunConfig, RunMeta
from engine.record.folder import RunFolder
from engine.record.journal import append_all

os.environ["XDG_CONFIG_HOME"] = os.devnull  # no test, nor process of one, sees what its user has set

for name in ("NO_PROXY", "no_proxy"):  # servers of tests are on this machine, whatever proxy it has
    os.environ[name] = ",".join(filter(None, ("127.0.0.1", "localhost", os.environ.get(name))))

for name in ("COLUMNS", "LINES"):  # help is as wide as if nobody had said
    os.environ.pop(name, None)

# The same examples everywhere, however fast the machine is: there is no time in which one must be through.
settings.register_profile(
    "repeatable", derandomize=True, database=None, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("repeatable")

if (
    signal.getsignal(signal.SIGINT) is signal.SIG_IGN
):  # begun in the background of a shell; processes inherit it
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_xdist_auto_num_workers() -> int | None:
    """One worker more than there are cores: for a quarter of their time tests wait for other processes."""
    if "PYTEST_XDIST_AUTO_NUM_WORKERS" in os.environ:
        return None
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return cores + 1


MakeJournal = Callable[..., list[ev.AnyEvent]]
SaveRun = Callable[..., RunFolder]


class ScriptedTeam:
    """Writes what a small team might do: a chain of ``chain`` tasks, the rest free; chance from ``seed``.

    ``trouble`` (0 to 1) scales faults, lost mail, unknown tokens and words from a person. A list of
    ``latencies`` (seconds, taken in turn) instead of chance makes times predictable.
    """

    def __init__(
        self,
        seed: int = 0,
        *,
        agents: int = 2,
        tasks: int = 6,
        chain: int = 2,
        trouble: float = 0.0,
        latencies: tuple[float, ...] = (),
        max_rounds: int = 60,
        **started: Any,
    ) -> None:
        self.random = random.Random(seed)
        self.trouble = trouble
        self.latencies = latencies
        self.max_rounds = max_rounds
        self.events: list[Any] = []
        self.micros = 0
        self.round = 0
        self.turn = 0
        self.runs = 0
        self.names = [f"Dev{i + 1}" for i in range(agents)]
        self.down: dict[str, int] = {}
        self.owner: dict[str, str] = {}
        self.done: set[str] = set()
        self.locks: dict[str, tuple[str, int]] = {}
        self.files: dict[str, tuple[int, str]] = {}
        self.tasks = tuple(
            ev.TaskSpec(
                id=str(i),
                name=f"job_{i}",
                title=f"Job {i}",
                description=f"Do job {i}.",
                files=(f"job_{i}.py",),
                dependencies=(str(i - 1),) if 1 < i <= chain else (),
                tests=(f"test_job_{i}.py::test_it", f"test_job_{i}.py::test_again"),
            )
            for i in range(1, tasks + 1)
        )
        settings: dict[str, Any] = {
            "suite": "mathutils",
            "structure": "mixed",
            "suite_hash": "5eed",
            "brief": "Build it.",
            "p": 1 - chain / tasks,
            "tasks": self.tasks,
            "files": (),
            "team": tuple(ev.AgentSpec(name=name, model="sim/perfect") for name in self.names),
            "strategy": "decentralized",
            "seed": seed,
            "locks": "pessimistic",
            "completion": "reported",
            "tests": "simulated",
            "clock": "virtual",
            "speed": 0.0,
            "max_rounds": max_rounds,
            "lease_seconds": 30.0,
            "template": 1,
        }
        self.add(ev.RunStarted, **settings | started)

    def add(self, event: type[ev.Event], /, **fields: Any) -> None:
        seq = len(self.events) + 1
        self.events.append(event(seq=seq, ts=self.micros / 1_000_000, round=self.round, **fields))

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def play(self, verdict: ev.Verdict | None = "passed") -> list[ev.AnyEvent]:
        while len(self.done) < len(self.tasks) and self.round < self.max_rounds:
            self.play_round()
        completed = len(self.done) == len(self.tasks)
        outcome = "completed" if completed else "max_rounds"
        self.add(ev.RunEnded, outcome=outcome, wall_seconds=self.micros / 1_000_000)
        if verdict is not None:
            nodes = tuple(node for task in self.tasks for node in task.tests)
            passed, failed = (nodes, ()) if verdict == "passed" else (nodes[1:], nodes[:1])
            self.add(ev.RunVerified, verdict=verdict, passed=passed, failed=failed)
        return self.events

    def play_round(self) -> None:
        self.round += 1
        for name in [n for n, until in self.down.items() if until <= self.round]:
            self.add(ev.FaultStopped, id=self.down.pop(name), author="you")
            self.add(ev.AgentRevived, agent=name, epoch=2)
        up = [name for name in self.names if name not in self.down]
        self.add(ev.RoundStarted, agents=tuple(up))
        if self.chance(0.2 * self.trouble):
            self.mail("you", tuple(up), "operator", 0)
        heap: list[tuple[int, int, Iterator[int]]] = []
        for order, name in enumerate(up):
            self.turn += 1
            seen = ev.Seen(board=1)
            self.add(ev.TurnStarted, turn=self.turn, agent=name, epoch=1, seen=seen, request="ab")
            heap.append((self.micros, order, self.play_turn(name, self.turn)))
        while heap:
            self.micros, order, steps = heapq.heappop(heap)
            wait = next(steps, None)
            if wait is not None:
                heapq.heappush(heap, (self.micros + wait, order, steps))
        for path, (agent, token) in self.locks.items():
            self.add(ev.LockReleased, path=path, agent=agent, token=token, reason="barrier")
        self.locks.clear()
        self.add(ev.RoundEnded)

    def play_turn(self, name: str, turn: int) -> Iterator[int]:
        millis = self.random.randint(200, 40_000)
        if self.latencies:
            millis = round(self.latencies[turn % len(self.latencies)] * 1000)
        yield millis * 1000
        if self.chance(0.1 * self.trouble):
            detail = "status 500"
            self.add(ev.CallFailed, turn=turn, agent=name, attempt=1, kind="server", detail=detail)
            self.add(ev.TurnEnded, turn=turn, agent=name, outcome="failed", effects=0, detail=detail)
            return
        known = not self.chance(0.1 * self.trouble)
        self.add(
            ev.Replied,
            turn=turn,
            agent=name,
            text="Working on it.",
            finish_reason="stop",
            input_tokens=self.random.randint(500, 9_000) if known else None,
            output_tokens=self.random.randint(10, 4_000) if known else None,
            latency_seconds=millis / 1000,
            attempts=1,
            cost_usd=self.random.randint(1, 90_000) / 1e6 if known else None,
            cost_source="notional" if known else "unknown",
        )
        if self.chance(0.1 * self.trouble):
            self.down[name] = self.round + 2
            self.add(ev.FaultStarted, id=turn, kind="crash", targets=(name,), params={}, author="you")
            self.add(ev.AgentCrashed, agent=name, epoch=1, lease_until=self.micros / 1e6 + 30)
            self.add(ev.TurnEnded, turn=turn, agent=name, outcome="crashed", effects=0)
            return
        effects = 0
        own = [t for t in self.tasks if self.owner.get(t.id) == name and t.id not in self.done]
        free = [t for t in self.tasks if t.id not in self.owner]
        if not own and free:
            task = self.random.choice(free) if self.trouble else free[0]
            if set(task.dependencies) <= self.done:
                self.owner[task.id] = name
                self.add(ev.TaskClaimed, task=task.id, agent=name, turn=turn)
                own, effects = [task], effects + 1
            else:
                self.refuse(name, turn, "claim_task", task.id, "blocked")
        for task in own:
            path = task.files[0] if not self.chance(0.3 * self.trouble) else "job_1.py"
            effects += self.edit(name, turn, path)
            if self.chance(0.6):
                yield from self.test(name, turn, task)
            if not self.chance(0.3 * self.trouble):
                self.done.add(task.id)
                self.add(ev.TaskCompleted, task=task.id, agent=name, turn=turn, evidence="none")
                effects += 1
        if self.trouble and self.chance(0.3):
            self.mail(name, tuple(n for n in self.names if n != name), "broadcast", turn)
            effects += len(self.names) > 1
        self.add(ev.TurnEnded, turn=turn, agent=name, outcome="replied", effects=effects)

    def edit(self, name: str, turn: int, path: str) -> int:
        version, previous = self.files.get(path, (0, ""))
        holder, token = self.locks.get(path, ("", 0))
        if holder not in {"", name}:
            denied = {"path": path, "agent": name, "turn": turn, "holder": holder, "age_seconds": 1.5}
            self.add(ev.LockDenied, **denied)
            self.refuse(name, turn, "edit_file", path, "locked")
            return 0
        if not holder:
            self.locks[path] = (name, version + 1)
            self.add(ev.LockAcquired, path=path, agent=name, turn=turn, token=version + 1)
        self.files[path] = (version + 1, name)
        self.add(
            ev.FileEdited,
            path=path,
            agent=name,
            turn=turn,
            version=version + 1,
            base=version,
            content="x = 1\n",
            hash=f"{version:x}",
            previous=previous,
            token=token,
        )
        return 1

    def test(self, name: str, turn: int, task: ev.TaskSpec) -> Iterator[int]:
        self.runs += 1
        run, millis = self.runs, self.random.randint(100, 2_000)
        self.add(ev.TestsStarted, run=run, agent=name, turn=turn, tasks=(task.id,), tree="7ee")
        yield millis * 1000
        verdict = "failed" if self.chance(0.5 * self.trouble) else "passed"
        passed, failed = (task.tests, ()) if verdict == "passed" else ((), task.tests)
        result = {"verdict": verdict, "passed": passed, "failed": failed, "seconds": millis / 1000}
        self.add(ev.TestsFinished, run=run, agent=name, turn=turn, **result)

    def refuse(self, name: str, turn: int, action: str, object_: str, reason: ev.Refusal) -> None:
        fields = {"action": action, "object": object_, "reason": reason, "detail": "Not now."}
        self.add(ev.ActionRefused, agent=name, turn=turn, **fields)

    def mail(self, sender: str, recipients: tuple[str, ...], kind: str, turn: int) -> None:
        if not recipients:
            return
        mail_id = f"m{len(self.events)}"
        sent = {"id": mail_id, "sender": sender, "recipients": recipients, "text": "Hello.", "kind": kind}
        self.add(ev.MessageSent, **sent, turn=turn)
        for name in recipients:
            if self.chance(0.2 * self.trouble):
                self.add(ev.MessageLost, id=mail_id, recipient=name, reason="fault")
            else:
                self.add(ev.MessageDelivered, id=mail_id, recipient=name)


@pytest.fixture
def make_journal() -> MakeJournal:
    """``make_journal(seed, agents=2, tasks=6, chain=2, trouble=0.0, verdict="passed", …)`` -> events."""

    def make(seed: int = 0, *, verdict: ev.Verdict | None = "passed", **shape: Any) -> list[ev.AnyEvent]:
        return ScriptedTeam(seed, **shape).play(verdict)

    return make


@pytest.fixture
def save_run() -> SaveRun:
    """``save_run(runs_dir, run_id, events, parent=None, **config)`` -> the folder, with ``run.json``."""

    def save(
        runs_dir: Path,
        run_id: str,
        events: list[ev.AnyEvent],
        *,
        parent: Parent | None = None,
        created: str = "2026-11-20T18:00:00+00:00",
        **config: Any,
    ) -> RunFolder:
        folder = RunFolder(runs_dir / run_id)
        folder.path.mkdir(parents=True)
        started = events[0]
        assert isinstance(started, ev.RunStarted)
        chosen: dict[str, Any] = {
            "suite": started.suite,
            "structure": started.structure,
            "agents": sum(agent.role == "developer" for agent in started.team),
            "strategy": started.strategy,
            "model": started.team[0].model if started.team else "sim/perfect",
            "seed": started.seed,
            "speed": started.speed,
            "clock": started.clock,
            "completion": started.completion,
            "tests": started.tests,
        }
        meta = RunMeta(
            run_id=run_id,
            created=created,
            teamtop="0.1.0",
            python="3.11.7",
            config=RunConfig(**chosen | config),
            suite_hash=started.suite_hash,
            parent=parent,
        )
        folder.write_meta(meta)
        append_all(folder.events_path, list(events))
        return folder

    return save
