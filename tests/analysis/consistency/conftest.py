"""Whole runs of simulated teams on the virtual clock, as raw material for checks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from engine.launch import prepare, run_here
from engine.record import events as ev
from engine.record.config import RunConfig

Play = Callable[..., list[ev.AnyEvent]]


@pytest.fixture(scope="session")
def play(tmp_path_factory: pytest.TempPathFactory) -> Play:
    """``play(model=…, strategy=…, seed=…)`` -> all events of a run; the same settings are played once."""
    folder = tmp_path_factory.mktemp("runs")
    kept: dict[str, list[ev.AnyEvent]] = {}

    def start(**changes: Any) -> list[ev.AnyEvent]:
        usual = {"suite": "mathutils", "structure": "mixed", "agents": 4, "strategy": "decentralized"}
        clock = {"speed": 0.0, "clock": "virtual", "tests": "simulated"}
        config = RunConfig(**{"model": "sim/claude-sonnet-4-6", "seed": 1, **usual, **clock, **changes})
        key = repr(config)
        if key not in kept:
            seen: list[ev.AnyEvent] = []
            run_here(prepare(config, folder, f"run-{len(kept)}", {}), {}, seen.append)
            kept[key] = seen
        return list(kept[key])

    return start
