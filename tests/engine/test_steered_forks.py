"""Runs on the virtual clock that people steer at any moment: a null fork is its parent, byte for byte."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine import fork, launch
from engine.record import events as ev
from engine.record.folder import RunFolder
from engine.record.journal import read
from engine.setup import reopen
from engine.strategies import STRATEGIES
from tests.helpers.steering import moments, settings, steered


def null_fork(parent: RunFolder, at: int) -> bytes:
    """The journal of a fork at event ``at`` in which nothing is changed."""
    prepared = fork.prepare(parent, lambda _: at, runs_dir=parent.path.parent, run_id=f"at{at}", environ={})
    launch.run_here(prepared, {})
    return prepared.folder.events_path.read_bytes()


def forks_are_the_parent(monkeypatch: pytest.MonkeyPatch, path: Path, strategy: str, seed: int) -> set[str]:
    parent = steered(monkeypatch, path, settings(strategy, seed), moments(seed))
    events = read(parent.events_path).events
    whole = parent.events_path.read_bytes()
    for at in (0, len(events) // 3, len(events) // 2, len(events)):
        assert null_fork(parent, at) == whole, at
    return {type(event).__name__ for event in events}


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("strategy", ["decentralized", "lead"])
def test_a_null_fork_of_a_steered_run_is_its_parent(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, strategy: str, seed: int
) -> None:
    forks_are_the_parent(monkeypatch, tmp_path, strategy, seed)


@pytest.mark.deep
@pytest.mark.parametrize("strategy", list(STRATEGIES))
def test_a_null_fork_of_a_run_steered_anyhow_is_its_parent(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, strategy: str
) -> None:
    seen: set[str] = set()
    for seed in range(100, 110):
        seen |= forks_are_the_parent(monkeypatch, tmp_path / str(seed), strategy, seed)
    assert seen >= {"Paused", "ControlRefused", "FaultStopped", "AgentLeft", "MessageSent", "TaskAdded"}


ACTS = (
    ev.FaultStarted
    | ev.FaultStopped
    | ev.ControlRefused
    | ev.PauseRequested
    | ev.Paused
    | ev.Resumed
    | ev.AgentJoined
    | ev.AgentLeft
    | ev.TaskAdded
    | ev.MessageSent
)


@pytest.mark.parametrize("strategy", ["decentralized", "verified-by"])
def test_a_steered_run_that_was_cut_goes_on_as_if_it_had_not_been(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, strategy: str
) -> None:
    folder = steered(monkeypatch, tmp_path, settings(strategy, 3), moments(3))
    events = read(folder.events_path).events
    whole = folder.events_path.read_bytes()
    lines = whole.splitlines(keepends=True)
    end = next(e.seq for e in events if isinstance(e, ev.RunEnded))
    last = max(e.seq for e in events if isinstance(e, ACTS) and e.seq < 400)
    assert last < end - 3
    for upto in (last, (last + end) // 2, end - 1):
        folder.events_path.write_bytes(b"".join(lines[:upto]))
        launch.run_here(reopen(folder.path, {}), {})
        assert folder.events_path.read_bytes() == whole, upto
    for upto in range(last // 4, last, last // 4):  # what people did later they have to do again
        folder.events_path.write_bytes(b"".join(lines[:upto]))
        launch.run_here(reopen(folder.path, {}), {})
        assert folder.events_path.read_bytes().startswith(b"".join(lines[:upto]))
        assert isinstance(read(folder.events_path).events[-1], ev.RunVerified)
