"""Engines killed with SIGKILL at random moments: nothing that anybody saw is lost, and the run goes on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

import pytest

from engine import control, launch, resume
from engine.record import events as ev
from engine.record.folder import RunFolder
from engine.record.journal import Tail, read
from engine.record.state import RunState
from tests.helpers.durable import config

REPO = Path(__file__).parents[2]

EVENTS = 450
"""What such a run records at least: kills are spread over as many."""


@contextmanager
def engine(folder: RunFolder) -> Iterator[subprocess.Popen[bytes]]:
    """A real engine process for the run."""
    environ = os.environ | {"PYTHONPATH": str(REPO)}
    command = [sys.executable, "-m", "engine", str(folder.path)]
    with folder.log_path.open("ab") as log:
        process = subprocess.Popen(command, env=environ, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def kill_and_go_on(path: Path, seed: int, kills: int) -> None:
    """Kill the engine of a run ``kills`` times, each time after a number of events that ``seed`` draws."""
    chance = Random(seed)
    chosen = config(
        model="sim/claude-sonnet-4-6", strategy="decentralized", seed=seed, speed=200.0, clock="scaled"
    )
    folder = launch.prepare(chosen, path, f"killed-{seed}", {}).folder
    client = control.ControlClient(folder.socket_path)
    for kill in range(1, kills + 1):
        moment = chance.randrange(EVENTS * (kill - 1) // kills, EVENTS * kill // kills)
        tail = Tail(folder.events_path)
        seen: list[ev.AnyEvent] = []
        acknowledged: list[int] = []
        with engine(folder) as process:
            while len(seen) <= moment and process.poll() is None:
                seen += tail.poll()
                if len(seen) > moment // 2 and not acknowledged and folder.socket_path.exists():
                    answer = client.send(control.Say(text=f"kill {kill} comes"))
                    acknowledged += [answer.seq] if answer.ok else []
                time.sleep(0.001)
            process.send_signal(signal.SIGKILL)
            process.wait()
        kept = resume.look(folder).events
        assert kept[: len(seen)] == seen
        assert all(isinstance(kept[seq - 1], ev.MessageSent) for seq in acknowledged)
        resumed = sum(isinstance(event, ev.RunResumed) for event in kept)
        assert resumed <= kill - 1
    environ = os.environ | {"PYTHONPATH": str(REPO), "TEAMTOP_NO_DOTENV": "1"}
    command = ["-m", "tui", "resume", str(folder.path), "--speed", "max", "--display", "none"]
    done = subprocess.run(
        [sys.executable, *command], env=environ, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    record = read(folder.events_path)
    assert record.note == ""
    assert record.events[: len(kept)] == kept
    state = RunState.of(record.events)
    assert state.completed
    assert state.run.verified is not None
    edits = {event.path: event.content for event in record.events if isinstance(event, ev.FileEdited)}
    assert {file.name: file.read_text() for file in folder.repo.iterdir()} == edits


@pytest.mark.parametrize("seed", [1, 2])
def test_what_was_seen_or_acknowledged_before_a_kill_stands_and_the_run_completes(
    tmp_path: Path, seed: int
) -> None:
    kill_and_go_on(tmp_path, seed, kills=3)


@pytest.mark.deep
@pytest.mark.parametrize("seed", range(10, 20))
def test_thirty_kills_at_random_moments_lose_nothing(tmp_path: Path, seed: int) -> None:
    kill_and_go_on(tmp_path, seed, kills=3)
