"""What the simulated models were to reach on recordings that they had not seen, and whether they do.

An aim counts as met if the figure is as good as asked for, or as good as the noise ceiling where that is
worse: nothing that is predicted can be expected to agree better with recordings than they do with each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from engine.calibration.compare import Agreement

ERROR, RANK, POINTS = 0.12, 0.85, 0.10
"""Aims: median relative error of speedup, rank correlation, largest difference of success rates."""

Verdict: TypeAlias = Literal["met", "met: as good as the noise allows", "not met", "unknown"]

Row: TypeAlias = tuple[str, str, Agreement]
"""Mode, what was compared, how it agrees."""

NOISE, REPEATED = "noise", "runs made again"
"""Rows of ``Row`` that are no predictions: halves against each other, and the recorded runs drawn again."""


@dataclass(frozen=True, slots=True)
class Aim:
    """A figure, what it is held against, and what comes of it; ``share`` if it is shown in percent."""

    mode: str
    compared: str
    figure: str
    aim: float
    ceiling: float | None
    reached: float | None
    verdict: Verdict
    share: bool


def at_most(reached: float | None, aim: float, ceiling: float | None) -> Verdict:
    """Judge a figure that is to be small."""
    if reached is None:
        return "unknown"
    if reached <= aim:
        return "met"
    return "met: as good as the noise allows" if ceiling is not None and reached <= ceiling else "not met"


def at_least(reached: float | None, aim: float, ceiling: float | None) -> Verdict:
    """Judge a figure that is to be large."""
    return at_most(None if reached is None else -reached, -aim, None if ceiling is None else -ceiling)


def speedups(rows: Sequence[Row]) -> list[Aim]:
    """The aims for speedup of every prediction that had not seen what it predicts."""
    found = []
    for mode, compared, agreed in rows:
        if not compared.startswith("held out"):
            continue
        noise = next((each for other, name, each in rows if (other, name) == (mode, NOISE)), None)
        error, rank = (noise.relative, noise.rank) if noise else (None, None)
        verdict = at_most(agreed.relative, ERROR, error)
        found.append(
            Aim(mode, compared, "median error of speedup", ERROR, error, agreed.relative, verdict, True)
        )
        verdict = at_least(agreed.rank, RANK, rank)
        found.append(Aim(mode, compared, "rank correlation", RANK, rank, agreed.rank, verdict, False))
    return found


def success_aim(mode: str, compared: str, most: float, ceiling: float) -> Aim:
    """The aim for success rates: the difference of the model and team size for which it is largest."""
    return Aim(mode, compared, "success rate", POINTS, ceiling, most, at_most(most, POINTS, ceiling), True)
