"""The cells of a sweep: one run each, named so that it is found again."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from engine.record.config import RunConfig
from engine.sweeps.plan import SweepPlan
from tasks.suite import structures

Configure = Callable[[dict[str, object]], RunConfig]
"""Resolves defaults that depend on each other, as ``teamtop run`` does."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One run of a sweep: what it is asked to be, and the id that the same cell has in every sweep."""

    run_id: str
    config: RunConfig

    @property
    def group(self) -> tuple[str, str, str, str, int]:
        """What its repetitions share: suite, structure, strategy, model, agents."""
        config = self.config
        return config.suite, config.structure, config.strategy, config.model, config.agents


def cells(plan: SweepPlan, configure: Configure) -> list[Cell]:
    """All cells: repetition by repetition, so that a sweep that is stopped has some of everything.

    Raises ``UsageError`` or ``SuiteError`` for a name that leads nowhere.
    """
    found = []
    for repetition in range(plan.repetitions):
        for suite in dict.fromkeys(plan.suites):  # what is named twice is played once
            for structure in dict.fromkeys(plan.structures or (_usual(suite),)):
                for strategy in dict.fromkeys(plan.strategies):
                    for model in dict.fromkeys(plan.models):
                        for size in plan.sizes:
                            asked: dict[str, object] = {
                                **msgspec.structs.asdict(plan.run),
                                "suite": suite,
                                "structure": structure,
                                "strategy": strategy,
                                "model": model,
                                "agents": size,
                                "seed": plan.first_seed + repetition,
                            }
                            config = configure(asked)
                            found.append(Cell(run_id(plan.name, config), config))
    return found


def run_id(name: str, config: RunConfig) -> str:
    """``NAME-suite-structure-strategy-model-n3-s0-1a2b3c4d``: readable, and of one configuration alone."""
    digest = hashlib.sha256(msgspec.json.encode(config)).hexdigest()[:8]
    parts = (name, config.suite, config.structure, config.strategy, config.model.rpartition("/")[2])
    words = "-".join(re.sub(r"[^A-Za-z0-9.]+", "-", part).strip("-.")[:20] for part in parts)
    return f"{words}-n{config.agents}-s{config.seed}-{digest}"


def _usual(suite: str) -> str:
    known = structures(suite)
    return "mixed" if "mixed" in known else known[0]
