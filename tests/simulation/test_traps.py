"""What would make a simulated run depend on more than its seed raises, or is nowhere in the sources."""

# ruff: noqa: PLW0108 - names have to be looked up when the trap is set, not before

from __future__ import annotations

import ast
import asyncio
import contextlib
import datetime
import gc
import os
import random
import secrets
import socket
import subprocess
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

from engine.simulation import world
from engine.simulation.invariants import judge
from engine.simulation.scenario import Settings, draw
from engine.simulation.traps import Forbidden, SimulationLoop, guard
from engine.simulation.witness import WatchedModel
from engine.world import virtualloop

REPO = Path(__file__).parents[2]

REACHES: dict[str, Callable[[], object]] = {
    "time.time": lambda: time.time(),
    "time.monotonic": lambda: time.monotonic(),
    "time.perf_counter": lambda: time.perf_counter(),
    "time.sleep": lambda: time.sleep(0),
    "datetime.now": lambda: datetime.datetime.now(datetime.UTC),
    "datetime.utcnow": lambda: datetime.datetime.utcnow(),  # noqa: DTZ003 - that is what is trapped
    "datetime.today": lambda: datetime.datetime.today(),  # noqa: DTZ002 - as above
    "random.random": lambda: random.random(),
    "random.choice": lambda: random.choice("ab"),
    "random.shuffle": lambda: random.shuffle([1, 2]),
    "an unseeded generator": lambda: random.SystemRandom().random(),
    "uuid4": lambda: uuid.uuid4(),
    "uuid1": lambda: uuid.uuid1(),
    "os.urandom": lambda: os.urandom(4),
    "secrets": lambda: secrets.token_hex(4),
    "tempfile": lambda: tempfile.mkdtemp(),
    "os.getpid": lambda: os.getpid(),
    "os.listdir": lambda: os.listdir("."),
    "os.scandir": lambda: os.scandir("."),
    "sockets": lambda: socket.socket(),
    "processes": lambda: subprocess.Popen(["true"]),
    "fork": lambda: os.fork(),
    "threads": lambda: threading.Thread(target=print).start(),
}


@pytest.mark.parametrize("name", REACHES)
def test_reaching_out_of_a_simulation_raises(name: str) -> None:
    with guard() as sprung:
        with pytest.raises(Forbidden):
            REACHES[name]()
        assert len(sprung) == 1


def test_a_seeded_generator_and_given_dates_are_free() -> None:
    with guard() as sprung:
        drawn = Random(7).random()
        assert datetime.datetime(2026, 1, 2).year == 2026  # noqa: DTZ001 - a date without a place
    assert (drawn, sprung) == (Random(7).random(), [])


def test_after_the_simulation_everything_is_as_before() -> None:
    before = (time.time, random.random, os.urandom, datetime.datetime, threading.Thread.start)
    with guard():
        pass
    assert (time.time, random.random, os.urandom, datetime.datetime, threading.Thread.start) == before


def test_other_threads_are_left_alone() -> None:
    go, seen = threading.Event(), []

    def other() -> None:
        go.wait()
        seen.append(time.monotonic())

    thread = threading.Thread(target=other)
    thread.start()
    with guard():
        go.set()
        thread.join()
    assert len(seen) == 1


def test_what_the_collector_ends_meanwhile_is_left_alone() -> None:
    """Such as a task of an earlier test, which logs that it was destroyed, and when."""
    ended: list[float] = []

    class Left:
        def __init__(self) -> None:
            self.me = self

        def __del__(self) -> None:
            ended.append(time.time())

    Left()
    with guard() as sprung:
        gc.collect()
        with pytest.raises(Forbidden):
            time.time()
    assert (len(ended), len(sprung)) == (1, 1)


def test_work_for_threads_and_calls_from_outside_are_refused_by_the_loop() -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        with pytest.raises(Forbidden):
            loop.run_in_executor(None, print)
        with pytest.raises(Forbidden):
            await asyncio.to_thread(print)
        with pytest.raises(Forbidden):
            loop.call_soon_threadsafe(print)

    virtualloop.run_on(SimulationLoop(0), main())  # type: ignore[abstract]  # no sockets, signals


def test_a_trap_that_somebody_looked_away_from_is_still_told(monkeypatch: pytest.MonkeyPatch) -> None:
    original = WatchedModel.complete

    async def complete(self: Any, messages: Any, hear: Any = None) -> Any:
        with contextlib.suppress(BaseException):
            os.urandom(1)
        return await original(self, messages)

    monkeypatch.setattr(WatchedModel, "complete", complete)
    played = world.play(draw(0, Settings(faults="", people=False)))
    assert played.outcome == "completed"
    assert any("os.urandom" in violation.sentence for violation in judge(played))


# ---------------------------------------------------------------- what cannot be trapped

CORE = (
    "run.py",
    "restore.py",
    "team",
    "strategies",
    "faults",
    "record/state",
    "record/bus.py",
    "models/simulated",
)
"""What decides in a run, simulated or not."""

MODULES = frozenset(("time", "datetime", "uuid", "secrets", "socket", "threading", "weakref", "locale", "gc"))


def _sources() -> Iterator[tuple[Path, ast.Module]]:
    for place in CORE:
        path = REPO / "engine" / place
        for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            if file.name != "derive.py":  # makes profiles of the paper's data; no part of a run
                yield file, ast.parse(file.read_text("utf-8"))


def _banned(node: ast.AST) -> str:
    match node:
        case ast.Import(names=names) if any(alias.name.split(".")[0] in MODULES for alias in names):
            return "imports " + names[0].name
        case ast.ImportFrom(module=str(module)) if module.split(".")[0] in MODULES:
            return f"imports from {module}"
        case ast.ImportFrom(module="random", names=names) if [alias.name for alias in names] != ["Random"]:
            return "imports more of random than Random"
        case ast.Import(names=[ast.alias(name="random")]):
            return "imports random"
        case ast.Call(func=ast.Name(id="Random"), args=[]):
            return "makes a generator without a seed"
        case ast.Call(func=ast.Name(id=name)) if name in ("id", "hash"):
            return f"calls {name}()"
        case ast.For(iter=over) | ast.comprehension(iter=over) if _is_set(over):
            return "goes through a set, whose order is the hash seed's"
        case ast.Call(func=ast.Name(id="list" | "tuple" | "enumerate"), args=[over]) if _is_set(over):
            return "makes a sequence of a set"
    return ""


def _is_set(node: ast.expr) -> bool:
    match node:
        case ast.Set() | ast.SetComp() | ast.Call(func=ast.Name(id="set" | "frozenset")):
            return True
    return False


def test_the_core_has_nothing_whose_order_or_value_differs_between_processes() -> None:
    found = [
        f"{file.relative_to(REPO)}:{getattr(node, 'lineno', '?')} {said}"
        for file, tree in _sources()
        for node in ast.walk(tree)
        if (said := _banned(node))
    ]
    assert found == []


@pytest.mark.parametrize(
    "source",
    [
        "import time",
        "from datetime import datetime",
        "from random import choice",
        "import random",
        "Random()",
        "id(x)",
        "for x in {1, 2}: pass",
        "[x for x in set(y)]",
        "list({1, 2})",
    ],
)
def test_the_lint_sees(source: str) -> None:
    assert any(_banned(node) for node in ast.walk(ast.parse(source)))
