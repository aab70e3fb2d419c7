"""The paper's grid: its cells, what was recorded in them, and simulated runs of them, played in memory."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from statistics import fmean
from typing import NamedTuple

from engine import workers
from engine.calibration.replies import MODELS, MODES, STRUCTURES, SUITES, RecordedRun
from engine.record.config import RunConfig

MAX_ROUNDS = 120
"""Rounds of a simulated run: more than any takes that ends at all. The recorded ones were stopped after 30 to
100, half of them after 60, and whatever they did not end for is in ``Forgets``: a limit that stops simulated
ones, too, would count that twice."""

FITTED_ROUNDS = 80
"""Rounds of the runs that paces are fitted to: recorded walls are of runs that ended within so many."""


class Cell(NamedTuple):
    """What the runs of a cell have in common."""

    model: str
    mode: str
    suite: str
    structure: str
    agents: int

    def sized(self, agents: int) -> Cell:
        """The same cell with another number of agents."""
        return self._replace(agents=agents)


@dataclass(frozen=True, slots=True)
class Ended:
    """A run: whether it did all tasks; its wall time, of which the slowest replies of rounds; its tokens."""

    success: bool
    wall: float
    thinking: float
    tokens: int


@dataclass(slots=True)
class Runs:
    """The runs of a cell; means are of those that succeeded, null if none did."""

    ended: list[Ended] = field(default_factory=list)

    @property
    def good(self) -> list[Ended]:
        """Those that succeeded."""
        return [run for run in self.ended if run.success]

    @property
    def wall(self) -> float | None:
        """Mean wall time."""
        return fmean(run.wall for run in self.good) if self.good else None

    @property
    def tokens(self) -> float | None:
        """Mean tokens."""
        return fmean(run.tokens for run in self.good) if self.good else None


Grid = Mapping[Cell, Runs]


def cells(sizes: Sequence[int] = (1, 2, 3, 4, 5)) -> list[Cell]:
    """All cells of the grid, of these team sizes."""
    every = product(MODELS.values(), MODES.values(), SUITES.values(), STRUCTURES.values(), sizes)
    return [Cell(*each) for each in every]


def recorded(runs: Iterable[RecordedRun]) -> dict[Cell, Runs]:
    """Recorded runs by cell."""
    grid: dict[Cell, Runs] = {}
    for run in runs:
        cell = Cell(run.model, run.mode, run.suite, run.structure, run.agents)
        ended = Ended(run.success, run.wall, run.wall, run.read + run.written)
        grid.setdefault(cell, Runs()).ended.append(ended)
    return grid


def configure(cell: Cell, seed: int, rounds: int = MAX_ROUNDS) -> RunConfig:
    """A run of the cell, on an engine with the defects of the one that recorded it."""
    return RunConfig(
        suite=cell.suite,
        structure=cell.structure,
        agents=cell.agents,
        strategy=cell.mode,
        model=f"sim/{cell.model}",
        seed=seed,
        speed=0.0,
        clock="virtual",
        max_rounds=rounds,
        locks="none",
        tests="simulated",
        engine_quirks="paper",
    )


def play(cell: Cell, seed: int, rounds: int = MAX_ROUNDS) -> Ended:
    """Play one run in memory and in virtual time."""
    from engine.models import registry
    from engine.record.writer import MemoryStore
    from engine.restore import Past
    from engine.run import Run, Seams
    from engine.setup import check
    from engine.world import virtualloop
    from engine.world.clock import Clock
    from engine.world.locks import Locks, NoLockFiles
    from engine.world.simulatedtests import SimulatedTests
    from engine.world.stores import MemoryStore as Folder
    from engine.world.workspace import Workspace
    from tasks.verdicts import table

    config = configure(cell, seed, rounds)
    suite, start, _ = check(config, {})
    over: list[Ended] = []

    async def main() -> None:
        clock = Clock("virtual", 1.0)
        paths = [path for task in suite.tasks for path in task.files]
        protected = (*(f"tests/{path}" for path in suite.tests), *suite.tests)
        seams = Seams(
            store=MemoryStore(),
            clock=clock,
            workspace=Workspace(Folder(), suite.support, protected),
            locks=Locks(NoLockFiles()),
            tests=SimulatedTests(table(suite.name), paths),
            models={
                spec.name: registry.create(spec.model, seed=seed, sleep=clock.sleep, environ={})
                for spec in start.team
            },
        )
        run = Run(start, seams, suite_tests=suite.suite_tests, past=Past(shown=False))
        outcome = await run.play()
        metrics = run.state.metrics
        wall = clock.now_us() / 1e6 - (metrics.first_prompt or 0.0)
        thinking = sum(max(row.latencies) for row in metrics.rounds if row.latencies)
        tokens = metrics.input_tokens + metrics.output_tokens
        over.append(Ended(outcome == "completed", wall, min(thinking, wall), tokens))

    virtualloop.run(main(), seed=seed, attended=False)
    return over[0]


def simulate(
    todo: Sequence[Cell],
    repetitions: int,
    table: bytes | None = None,
    jobs: int = 0,
    *,
    rounds: int = MAX_ROUNDS,
    first: int = 0,
) -> Grid:
    """Play every cell so often, in several processes; ``table`` replaces the shipped profiles.

    Seeds are ``first`` and those after it in every cell: differences between cells are not luck of the draw.
    """
    asked = [(cell, seed, rounds) for seed in range(first, first + repetitions) for cell in todo]
    grid: dict[Cell, Runs] = {cell: Runs() for cell in todo}
    width = min(jobs or os.cpu_count() or 1, len(asked))
    with workers.pool(width, _begin, (table,)) as pool:
        for (cell, *_), ended in zip(asked, pool.map(_one, asked, chunksize=4), strict=True):
            grid[cell].ended.append(ended)
    return grid


def _begin(table: bytes | None) -> None:
    if table is not None:
        from engine.models.simulated.profile import use

        use(table)


def _one(asked: tuple[Cell, int, int]) -> Ended:
    return play(*asked)
