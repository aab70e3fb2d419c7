"""Runs on the virtual clock that people steer at any moment."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import Future
from pathlib import Path
from random import Random

import pytest

from engine import control, launch
from engine.deeds import Deed
from engine.reception import Reception
from engine.record import events as ev
from engine.record.config import RunConfig
from engine.record.folder import RunFolder
from engine.run import Run
from engine.world.clock import Clock
from tests.helpers.durable import config

COMMANDS: tuple[control.AnyCommand, ...] = (
    control.Pause(author="ann", why="to think"),
    control.Resume(author="ann"),
    control.Step(author="ann"),
    control.Inject(author="ann", kind="crash", target="Dev1"),
    control.Inject(author="bob", kind="slow", target="Dev2", duration_seconds=20.0),
    control.Inject(author="bob", kind="stall", target="critical-path-owner"),
    control.Inject(author="bob", kind="crash", target="Nobody"),
    control.Heal(author="ann"),
    control.Heal(author="ann", fault=7),
    control.Say(author="ann", text="Mind the edge cases."),
    control.AddAgent(author="ann"),
    control.RemoveAgent(author="ann", name="Dev3"),
    control.AddTask(author="ann", title="Report", files=("report.py",), after=("1",)),
    control.AddDependency(author="ann", task="1", on="1"),
)


def steered(
    monkeypatch: pytest.MonkeyPatch, path: Path, chosen: RunConfig, at: dict[int, control.AnyCommand]
) -> RunFolder:
    """A run in which these commands come in while these events are told; what stands still is resumed."""
    made: list[Reception] = []

    class Kept(Reception):
        def __init__(self, run: Run, clock: Clock, deeds: Iterable[Deed]) -> None:
            super().__init__(run, clock, deeds)
            made.append(self)

    def watch(event: ev.AnyEvent) -> None:
        if event.seq in at:
            made[0].receive(at[event.seq], Future())
        if isinstance(event, ev.Paused):
            made[0].receive(control.Resume(author="bob"), Future())

    with monkeypatch.context() as patch:
        patch.setattr(launch, "Reception", Kept)
        prepared = launch.prepare(chosen, path, "parent", {})
        launch.run_here(prepared, {}, watch)
    return prepared.folder


def moments(seed: int) -> dict[int, control.AnyCommand]:
    """What people do at which events, drawn from ``seed``."""
    chance = Random(seed)
    return {seq: chance.choice(COMMANDS) for seq in sorted(chance.sample(range(2, 400), 14))}


def settings(strategy: str, seed: int) -> RunConfig:
    """Of a run to be steered, under one of the barriers."""
    barrier = ("round", "stale:1", "none")[seed % 3]
    model = "sim/claude-sonnet-4-6"
    return config(model=model, strategy=strategy, seed=seed, lease_seconds=15.0, barrier=barrier)
