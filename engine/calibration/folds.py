"""Held out: cells that the models say before they have seen them.

For each fold everything is done anew without its cells: what replies hold is counted, seconds and tokens are
fitted, the pace of whole runs is fitted, and only then the cells that were left out are played.

A suite that was left out is played by what a model's other suites have in common. Its pace is what brings the
runs of that very model on the other suites to the recorded ones; paces of models of single suites do not fit
it, for they make up for what is odd about these.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

from engine.calibration import pace
from engine.calibration.compare import Figure, Place, agreement, figures, redrawn, spread
from engine.calibration.derive import derive, without_failures
from engine.calibration.grid import FITTED_ROUNDS, Cell, Grid, Runs, cells, recorded, simulate
from engine.calibration.replies import SUITES, Recordings
from engine.models.simulated.profile import Table

SIZES = (1, 2, 3, 4, 5)

DRAWS = 50
"""Draws behind the spread of a figure: a standard deviation to a tenth."""


@dataclass(frozen=True, slots=True)
class Fold:
    """``name`` says what was left out; ``grid`` holds those cells, and the ones of one agent beside them.

    ``ends`` is how likely their runs are to end (``ends``), which those played only show by chance.
    """

    name: str
    grid: Grid
    ends: Mapping[Cell, float] = field(default_factory=dict)


def calibrated(
    recordings: Recordings,
    fits: Callable[[Cell], bool],
    repetitions: int,
    jobs: int,
    *,
    common: bool = False,
) -> tuple[pace.Paces, dict[str, object]]:
    """Paces and the whole table, from those recorded cells alone that fit; ``common``: one model for all
    suites."""
    seen = recordings.only(lambda run: fits(Cell(run.model, run.mode, run.suite, run.structure, run.agents)))
    todo = [cell for cell in cells(SIZES) if fits(cell)]
    plain = json.dumps(without_failures(derive(seen, common=common))).encode()
    played = simulate(todo, repetitions, plain, jobs, rounds=FITTED_ROUNDS)
    paces = pace.fit(played, recorded(seen.runs), todo, common=common)
    return paces, derive(seen, paces, common=common)


def leave_out(
    recordings: Recordings,
    name: str,
    out: Callable[[Cell], bool],
    *,
    fitting: int,
    repetitions: int,
    jobs: int,
    first: int,
    common: bool,
) -> Fold:
    """Calibrate on all but the cells that are ``out``, and play those, with their cells of one agent.

    Their seeds begin with ``first``: beyond those that paces are fitted to, whose luck is in the paces.
    """
    _, table = calibrated(recordings, lambda cell: not out(cell), fitting, jobs, common=common)
    todo = [cell for cell in cells(SIZES) if out(cell) or (cell.agents == 1 and _has(cell, out))]
    plain = json.dumps(table).encode()
    return Fold(name, simulate(todo, repetitions, plain, jobs, first=first), ends(plain, todo))


def ends(table: bytes, todo: Sequence[Cell]) -> dict[Cell, float]:
    """How likely runs of these cells are to end by the ``table``: all do that lose sight of no task."""
    models = msgspec.json.decode(table, type=Table).models
    return {
        cell: 1
        - models[cell.model][cell.suite].forgets.share(
            cell.agents, claims=cell.mode == "decentralized", chained=cell.structure != "parallel"
        )
        for cell in todo
    }


def _has(one: Cell, out: Callable[[Cell], bool]) -> bool:
    return any(out(one.sized(size)) for size in SIZES)


def by_size(
    recordings: Recordings, *, fitting: int, repetitions: int, jobs: int = 0, first: int = 0
) -> list[Fold]:
    """Leave each team size out."""
    how = {"fitting": fitting, "repetitions": repetitions, "jobs": jobs, "first": first}
    return [leave_out(recordings, str(size), _sized(size), common=False, **how) for size in SIZES]


def by_suite(
    recordings: Recordings, *, fitting: int, repetitions: int, jobs: int = 0, first: int = 0
) -> list[Fold]:
    """Leave each suite out."""
    how = {"fitting": fitting, "repetitions": repetitions, "jobs": jobs, "first": first}
    return [leave_out(recordings, suite, _of(suite), common=True, **how) for suite in SUITES.values()]


def left_out(left: Sequence[Fold]) -> dict[Cell, Runs]:
    """The runs of the cells that were left out, without those that were played beside them."""
    return {cell: runs for fold in left for cell, runs in fold.grid.items() if fold.name in _names(cell)}


def left_out_ends(left: Sequence[Fold]) -> dict[Cell, float]:
    """How likely runs of the cells that were left out are to end."""
    return {cell: share for fold in left for cell, share in fold.ends.items() if fold.name in _names(cell)}


def _names(cell: Cell) -> tuple[str, str]:
    """The folds that leave a cell out: of its team size, and of its suite."""
    return str(cell.agents), cell.suite


def said(left: Sequence[Fold], *, by_suite: bool, like: Collection[Cell]) -> dict[Place, Figure]:
    """Figures of the cells that were left out; a mean over suites has each from where it was left out."""
    if not by_suite and all(fold.name in SUITES.values() for fold in left):
        return figures(left_out(left), like=like)
    return {
        place: figure
        for fold in left
        for place, figure in figures(fold.grid, by_suite=by_suite, like=like).items()
        if fold.name in (str(place.agents), place.suite)
    }


def wobble(
    left: Sequence[Fold], recorded: Grid, mode: str, *, by_suite: bool, like: Collection[Cell]
) -> tuple[float | None, float | None]:
    """How much of the median error and of the rank correlation is chance of the simulated runs: standard
    deviations, by drawing them again."""
    chance = random.Random(0)
    wanted = figures(recorded, by_suite=by_suite)
    found = []
    for _ in range(DRAWS):
        fresh = [Fold(fold.name, redrawn(fold.grid, chance)) for fold in left]
        found.append(agreement(said(fresh, by_suite=by_suite, like=like), wanted, mode))
    return spread(found)


def _sized(size: int) -> Callable[[Cell], bool]:
    return lambda cell: cell.agents == size


def _of(suite: str) -> Callable[[Cell], bool]:
    return lambda cell: cell.suite == suite
