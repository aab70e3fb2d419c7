"""What the simulated models were to reach on recordings that they had not seen, and whether they do.

An aim counts as met if the figure is as good as asked for, or as good as the noise ceiling where that is
worse: as random halves of the recordings agree with each other. That is lenient, for a half has two or three
runs and its noise meets that of the other. Beside it stands what who knew every true mean would reach, which
is as far as any forecast can come.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from engine.calibration.compare import Agreement, true_means

ERROR, RANK, POINTS = 0.12, 0.85, 0.10
"""Aims: median relative error of speedup, rank correlation, largest difference of success rates."""

RATES = {"success rate, by model": False, "success rate, by model and size": True}
"""Success rates that are held against the aim, and whether they are of single team sizes."""

Verdict: TypeAlias = Literal["met", "met: as near as halves", "not met", "unknown"]

Row: TypeAlias = tuple[str, str, Agreement]
"""Mode, what was compared, how it agrees."""

Chance: TypeAlias = tuple[float | None, float | None]
"""How much of a median error and of a rank correlation is chance of the simulated runs (``folds.wobble``)."""

Chances: TypeAlias = dict[tuple[str, str], Chance]
"""By mode and what was compared."""

NOISE, REPEATED = "noise", "runs made again"
"""Rows of ``Row`` that are no predictions: halves against each other, and the recorded runs drawn again."""

TRUTH = "true means"
"""The row that says how near who knew the true means would come (``compare.true_means``)."""


@dataclass(frozen=True, slots=True)
class Aim:
    """A figure, what it is held against, and what comes of it; ``share`` if it is shown in percent.

    ``ceiling`` is what halves of the recordings reach, ``truth`` who knew the true means; ``chance`` is the
    standard deviation of what was reached, over other runs of the same simulations (null: not asked for).
    """

    mode: str
    compared: str
    figure: str
    aim: float
    ceiling: float | None
    truth: float | None
    reached: float | None
    verdict: Verdict
    share: bool
    chance: float | None = None


def at_most(reached: float | None, aim: float, ceiling: float | None) -> Verdict:
    """Judge a figure that is to be small."""
    if reached is None:
        return "unknown"
    if reached <= aim:
        return "met"
    return "met: as near as halves" if ceiling is not None and reached <= ceiling else "not met"


def at_least(reached: float | None, aim: float, ceiling: float | None) -> Verdict:
    """Judge a figure that is to be large."""
    return at_most(None if reached is None else -reached, -aim, None if ceiling is None else -ceiling)


def speedups(rows: Sequence[Row], chances: Chances | None = None) -> list[Aim]:
    """The aims for speedup of every prediction that had not seen what it predicts."""
    found = []
    for mode, compared, agreed in rows:
        if not compared.startswith("held out"):
            continue
        noise = next((each for other, name, each in rows if (other, name) == (mode, NOISE)), None)
        truth = true_means(noise) if noise else None
        error, rank = (noise.relative, noise.rank) if noise else (None, None)
        best, order = (truth.relative, truth.rank) if truth else (None, None)
        luck = (chances or {}).get((mode, compared), (None, None))
        verdict = at_most(agreed.relative, ERROR, error)
        figure = "median error of speedup"
        found.append(Aim(mode, compared, figure, ERROR, error, best, agreed.relative, verdict, True, luck[0]))
        verdict, figure = at_least(agreed.rank, RANK, rank), "rank correlation"
        found.append(Aim(mode, compared, figure, RANK, rank, order, agreed.rank, verdict, False, luck[1]))
    return found


def success_aim(mode: str, compared: str, figure: str, *, most: float, ceiling: float) -> Aim:
    """The aim for success rates: the difference of the model, or model and size, for which it is largest."""
    verdict = at_most(most, POINTS, ceiling)
    return Aim(mode, compared, figure, POINTS, ceiling, ceiling / 2, most, verdict, True)
