"""What many simulated runs add up to, and how to have a violation again."""

from __future__ import annotations

import hashlib
import shlex
from collections import Counter
from collections.abc import Sequence
from typing import Any

from engine.faults.plan import Planned
from engine.simulation import coverage
from engine.simulation.runner import Result, run_seed
from engine.simulation.scenario import MIXED, Settings, draw
from engine.simulation.shrink import shrink


class Summary:
    """Counts of all results so far; ``bad`` are those with violations."""

    def __init__(self) -> None:
        self.runs = 0
        self.events = 0
        self.virtual_seconds = 0.0
        self.faults: Counter[str] = Counter()
        self.cells: Counter[str] = Counter()
        self.outcomes: Counter[str] = Counter()
        self.schedulers: Counter[str] = Counter()
        self.strategies: Counter[str] = Counter()
        self.bad: list[Result] = []
        self._digest = hashlib.sha256()

    def add(self, result: Result) -> None:
        """Count one run; in order of seed, for the digest's sake."""
        self.runs += 1
        self.events += result.events
        self.virtual_seconds += result.virtual_seconds
        self.faults.update(result.faults)
        self.cells.update(result.cells)
        self.outcomes[result.outcome] += 1
        self.schedulers[result.scheduler] += 1
        self.strategies[result.strategy] += 1
        self._digest.update(result.digest.encode())
        if result.violations:
            self.bad.append(result)

    def facts(self) -> dict[str, Any]:
        """The counts, as ``--json`` prints them."""
        return {
            "runs": self.runs,
            "events": self.events,
            "virtual_seconds": round(self.virtual_seconds, 3),
            "faults": dict(sorted(self.faults.items())),
            "coverage": self.coverage(),
            "outcomes": dict(sorted(self.outcomes.items())),
            "schedulers": dict(sorted(self.schedulers.items())),
            "strategies": dict(sorted(self.strategies.items())),
            "digest": self._digest.hexdigest(),
        }

    def coverage(self) -> dict[str, Any]:
        """Which cells of fault and phase were reached, how often, and which were not."""
        known = coverage.cells()
        missed = [cell for cell in known if cell not in self.cells]
        return {
            "reached": len(known) - len(missed),
            "of": len(known),
            "missed": missed,
            "cells": {cell: self.cells[cell] for cell in known if cell in self.cells},
        }


def shrunk(result: Result, settings: Settings) -> tuple[Planned, ...]:
    """The smallest plan found with which the seed still violates the first property that it violated."""
    name = result.violations[0].name

    def fails(plan: tuple[Planned, ...]) -> bool:
        return any(each.name == name for each in run_seed(result.seed, settings, plan=plan).violations)

    return shrink(draw(result.seed, settings).plan, fails)


def command(seed: int, settings: Settings, plan_file: str) -> str:
    """The command line that has the violation again, with the plan in ``plan_file`` (empty: no faults)."""
    words: list[str] = ["teamtop", "simulate", "--seeds", f"{seed}..{seed}"]
    words += ["--faults", plan_file or "none", "--suite", settings.suite]
    if settings.structure:
        words += ["--structure", settings.structure]
    words += ["-n", str(settings.agents or MIXED)]
    words += ["--strategy", settings.strategy, "--model", settings.model]
    if not settings.people:
        words.append("--no-people")
    return shlex.join(words)


def kinds(plan: Sequence[Planned]) -> str:
    """The plan in a few words."""
    return ", ".join(f"{entry.kind} on {entry.target}" for entry in plan) or "no faults"
