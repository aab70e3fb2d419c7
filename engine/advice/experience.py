"""What was recorded: figures of teams that ``experience.json`` holds, and of saved runs.

The table is derived from the runs published with Mieczkowski et al. 2026 by ``benchmarks/backtest_plan.py``.
Beside every recorded figure stands the simulated one: ``own`` with the profile that was derived from that
very suite, ``other`` with those of the other suites, as a suite that nobody recorded is simulated. A forecast
for a suite takes ``own`` for its cells and ``other`` for all else, so that what the simulation is found to be
wrong by is what it is wrong by there.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Literal, TypeAlias

import msgspec

from engine.advice.belief import Belief, Observation, Settings, Team

TABLE = Path(__file__).with_name("experience.json")

Figure: TypeAlias = Literal["seconds", "tokens", "success"]

CLAIMING = ("decentralized", "verified-by")
"""Strategies under which agents claim; under all others work is given out, as the recordings' two modes."""


class Cell(msgspec.Struct, frozen=True):
    """A recorded cell. ``seconds`` and ``tokens`` are logarithms of means over completed runs (null: none),
    then as simulated (``own``, ``other``: see above).
    """

    mode: str
    model: str
    suite: str
    structure: str
    p: float
    agents: int
    runs: int
    completed: int
    seconds: float | None
    tokens: float | None
    own: tuple[float, float]
    other: tuple[float, float]


class Table(msgspec.Struct, frozen=True):
    """``failed_longer``: how many times as long as completed runs failed ones took, by mode."""

    about: str
    source: str
    settings: dict[str, Settings]
    failed_longer: dict[str, float]
    cells: tuple[Cell, ...]


@lru_cache(maxsize=1)
def table() -> Table:
    """The committed table."""
    return msgspec.json.decode(TABLE.read_bytes(), type=Table)


def mode_of(strategy: str) -> str:
    """The recorded mode that a strategy is most like."""
    return "decentralized" if strategy in CLAIMING else "preassigned"


def team_of(cell: Cell) -> Team:
    """The team of a recorded cell."""
    return Team(cell.mode, cell.mode, cell.model, cell.suite, cell.p, cell.agents, engine="paper")


def observations(
    cells: Iterable[Cell], figure: Figure, suite: str, run: Mapping[str, float]
) -> list[Observation]:
    """Cells as observations for a forecast about ``suite``; ``run`` is the variance of single runs by
    mode.
    """
    cells, found = list(cells), []
    usual = shares(cells)
    for cell in cells:
        team = team_of(cell)
        if figure == "success":
            found.append(Observation(team, *odds(cell.completed, cell.runs, usual[cell.mode])))
            continue
        value = cell.seconds if figure == "seconds" else cell.tokens
        if value is not None:
            simulated = (cell.own if cell.suite == suite else cell.other)[figure == "tokens"]
            noise = run[cell.mode] / max(1, cell.completed)
            found.append(Observation(team, value, simulated, noise))
    return found


def shares(cells: Iterable[Cell]) -> dict[str, float]:
    """The share of runs that completed, by mode; never none and never all."""
    runs: dict[str, list[float]] = {}
    for cell in cells:
        good, all_ = runs.setdefault(cell.mode, [0.5, 1.0])
        runs[cell.mode] = [good + cell.completed, all_ + cell.runs]
    return {mode: good / all_ for mode, (good, all_) in runs.items()}


def odds(completed: int, runs: int, usual: float) -> tuple[float, float, float]:
    """Empirical log odds of success, no simulated value, and their variance (D. Cox 1970).

    One run more that went as is ``usual`` keeps both finite, and five of five from being taken for certain.
    """
    good, bad = completed + usual, runs - completed + 1 - usual
    return math.log(good / bad), 0.0, 1 / good + 1 / bad


@lru_cache(maxsize=32)
def belief(figure: Figure, suite: str, saved: tuple[Observation, ...] = ()) -> Belief:
    """What is known of a figure for a forecast about ``suite``, with what ``saved`` runs add."""
    known = table()
    settings = known.settings[figure]
    return Belief(settings, [*observations(known.cells, figure, suite, settings.run), *saved])
