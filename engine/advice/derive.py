"""Derives ``experience.json`` from the recorded runs: ``python -m engine.advice.derive ../shared/paper``.

Simulates every recorded cell with the profile of each suite, and fits how much teams share on which level, by
the likelihood of the recordings. It takes NumPy and SciPy, which only the tools of developers bring.
"""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import fmean
from typing import Any, TypeAlias

import msgspec
import numpy as np
import polars as pl
from scipy.linalg import solve_triangular
from scipy.optimize import minimize

from engine import workers
from engine.advice.belief import P_RANGE, Level, Observation, Settings
from engine.advice.experience import TABLE, Cell, Figure, Table, observations
from engine.advice.rehearsal import Part, rehearse
from engine.analysis.paper.recording import MODELS, MODES, RUN_COLUMNS, RUNS, STRUCTURES, read_table
from tasks import suite as suites

SUITES = {"mathutilities20": "mathutils", "dataanalysis": "dataanalysis", "svgutils": "svg"}
NAMES = {"claude": "claude-sonnet-4-6", "gemini": "gemini-3-flash", "gpt": "gpt-5.2"}
SEEDS = 3
SIZES = (1, 2, 3, 4, 5)

LEVELS: tuple[tuple[tuple[str, ...], bool], ...] = (
    ((), False),
    (("mode",), False),
    (("mode",), True),
    (("mode", "model"), False),
    (("mode", "model"), True),
    (("model", "suite"), False),
    (("mode", "model", "suite"), False),
    (("mode", "model", "suite"), True),
)
"""Fields that teams of a level share, and whether their graphs are to be alike."""

BY_HAND = (
    Level(("strategy",), False, 0.03, 0.01),
    Level(("strategy", "model"), False, 0.03, 0.01),
    Level(("engine",), False, 0.1, 0.01),
    Level(("engine", "model"), False, 0.05, 0.01),
    Level(("engine", "model", "suite", "strategy"), True, 0.1, 0.02),
)
"""What no recording tells: how far strategies that were not recorded, and runs of our engine, differ."""


# ---------------------------------------------------------------- the table


Key: TypeAlias = tuple[str, str, str, str, int]
"""Mode, model, suite, structure, agents."""

Simulated: TypeAlias = dict[Key, dict[str, tuple[float, float]]]
"""Logarithms of mean seconds and tokens of a cell, by the suite whose profile was played."""


def _simulated(job: tuple[str, str, str, str, str]) -> list[tuple[float, float]]:
    """Log mean seconds and tokens of every size of a series, with the profile of another suite."""
    suite, structure, strategy, model, profiled = job
    from engine.models.simulated import model as simulated
    from engine.models.simulated import profile as profiles

    def stand_in(name: str, _: str) -> profiles.Profile:
        return profiles.profile(name, profiled)

    simulated.profile = stand_in  # type: ignore[assignment,attr-defined]  # in this process alone
    found = []
    for agents in SIZES:
        part = Part(suite, structure, strategy, agents, model)
        samples = [each for seed in range(SEEDS) if (each := rehearse(part, seed)) is not None]
        good = [each for each in samples if each.completed] or samples
        seconds, tokens = fmean(each.seconds for each in good), fmean(each.tokens for each in good)
        found.append((math.log(seconds), math.log(tokens)))
    simulated.profile = profiles.profile  # type: ignore[attr-defined]  # as it was
    return found


def recorded(folder: Path) -> pl.DataFrame:
    """The recorded runs in our names. Raises ``TeamtopError`` as ``read_table`` does."""
    return read_table(folder / RUNS, RUN_COLUMNS).with_columns(
        pl.col("mode").replace_strict(MODES),
        pl.col("p_label").replace_strict(STRUCTURES).alias("structure"),
        pl.col("model_dir").replace_strict(MODELS).replace_strict(NAMES).alias("model"),
        pl.col("task_type").replace_strict(SUITES).alias("suite"),
        pl.col("n_teammates").alias("agents"),
        pl.col("wall_clock_seconds").alias("wall"),
        (pl.col("total_input_tokens") + pl.col("total_output_tokens")).alias("spent"),
    )


def cells(runs: pl.DataFrame) -> tuple[list[Cell], Simulated]:
    """Every recorded cell beside its simulations."""
    keys = ["mode", "model", "suite", "structure", "agents"]
    good = pl.col("success")
    grouped = (
        runs.group_by(keys)
        .agg(
            pl.len().alias("runs"),
            good.sum().alias("completed"),
            pl.col("wall").filter(good).mean().log().alias("seconds"),
            pl.col("spent").filter(good).mean().log().alias("tokens"),
        )
        .sort(keys)
    )
    series = sorted(
        {(row["suite"], row["structure"], row["mode"], row["model"]) for row in grouped.to_dicts()}
    )
    jobs = [
        (suite, structure, mode, f"sim/{model}", profiled)
        for suite, structure, mode, model in series
        for profiled in SUITES.values()
    ]
    with workers.pool(os.cpu_count() or 1) as pool:
        played = dict(zip(jobs, pool.map(_simulated, jobs), strict=True))
    found, simulated = [], {}
    for row in grouped.to_dicts():
        suite, model, place = row["suite"], f"sim/{row['model']}", row["agents"] - 1
        by_profile = {
            profiled: _rounded(played[suite, row["structure"], row["mode"], model, profiled][place])
            for profiled in SUITES.values()
        }
        simulated[row["mode"], row["model"], suite, row["structure"], row["agents"]] = by_profile
        others = [value for profiled, value in by_profile.items() if profiled != suite]
        found.append(
            Cell(
                **row,
                p=suites.load(suite, row["structure"]).p,
                own=by_profile[suite],
                other=_rounded((fmean(v[0] for v in others), fmean(v[1] for v in others))),
            )
        )
    return [_short(cell) for cell in found], simulated


def _rounded(pair: tuple[float, float]) -> tuple[float, float]:
    return round(pair[0], 4), round(pair[1], 4)


def _short(cell: Cell) -> Cell:
    def short(value: float | None) -> float | None:
        return None if value is None else round(value, 4)

    return msgspec.structs.replace(
        cell, seconds=short(cell.seconds), tokens=short(cell.tokens), p=round(cell.p, 4)
    )


# ---------------------------------------------------------------- the fit


def run_variances(runs: pl.DataFrame, column: str) -> dict[str, float]:
    """Variance of the logarithm of single completed runs around their cell's mean, by mode."""
    keys = ["mode", "model", "suite", "structure", "agents"]
    within = (
        runs.filter("success")
        .with_columns(pl.col(column).log().alias("log"))
        .with_columns((pl.col("log") - pl.col("log").mean().over(keys)).alias("off"), n=pl.len().over(keys))
        .filter(pl.col("n") > 1)
        .group_by("mode")
        .agg((pl.col("off") ** 2 * pl.col("n") / (pl.col("n") - 1)).mean().alias("variance"))
    )
    return {row["mode"]: round(row["variance"], 4) for row in within.sort("mode").to_dicts()}


def fit(known: Sequence[Observation], run: dict[str, float], *, weighted: bool) -> Settings:
    """The settings under which the observations are likeliest, with a weak pull towards little sharing."""
    value = np.array([each.value for each in known])
    simulated = np.array([each.simulated for each in known])
    noise = np.array([each.noise for each in known])
    agents = np.log([each.team.agents for each in known])
    small = np.minimum(agents[:, None], agents[None, :])
    p = np.array([each.team.p for each in known])
    near = np.exp(-abs(p[:, None] - p[None, :]) / P_RANGE)
    masks = []
    for fields, graph in LEVELS:
        names = [tuple(getattr(each.team, field) for field in fields) for each in known]
        ids = np.array([{name: i for i, name in enumerate(dict.fromkeys(names))}[name] for name in names])
        same = (ids[:, None] == ids[None, :]).astype(float)
        masks.append(same * near if graph else same)

    def cost(theta: Any) -> float:  # noqa: ANN401 - numpy's array, as SciPy hands it over
        variances = np.exp(theta[1 : 1 + 2 * len(LEVELS)])
        matrix = np.diag(noise + np.exp(theta[-1]))
        for k, mask in enumerate(masks):
            matrix = matrix + mask * (variances[2 * k] + variances[2 * k + 1] * small)
        rest = value - (theta[0] if weighted else 0.0) * simulated
        weights = 1 / (noise + np.exp(theta[-1]))
        rest = rest - (weights * rest).sum() / weights.sum()
        root = np.linalg.cholesky(matrix)
        solved = solve_triangular(root, rest, lower=True)
        pull = ((theta[1:] + 4.0) ** 2).sum() / 50 + (theta[0] - 0.5) ** 2 / 0.5
        return float(0.5 * solved @ solved + np.log(np.diag(root)).sum() + pull)

    begin = np.array([0.5, *[-4.0] * (2 * len(LEVELS)), -4.0])
    bounds = [(0.0, 1.0), *[(-9.0, 1.5)] * (len(begin) - 1)]
    found = minimize(cost, begin, method="L-BFGS-B", bounds=bounds, options={"maxiter": 40}).x
    variances = [round(float(v), 5) for v in np.exp(found[1:-1])]
    levels = tuple(
        Level(fields, graph, variances[2 * k], variances[2 * k + 1])
        for k, (fields, graph) in enumerate(LEVELS)
    )
    weight = round(float(found[0]), 3) if weighted else 0.0
    return Settings(weight, (*levels, *BY_HAND), round(float(np.exp(found[-1])), 5), run)


def settings_of(known: Sequence[Cell], runs: pl.DataFrame, suite: str = "") -> dict[str, Settings]:
    """Settings for every figure, from ``known`` cells and their runs; ``suite`` as for ``observations``."""
    columns: dict[Figure, str] = {"seconds": "wall", "tokens": "spent"}
    found: dict[str, Settings] = {}
    for figure, column in columns.items():
        run = run_variances(runs, column)
        found[figure] = fit(observations(known, figure, suite, run), run, weighted=True)
    found["success"] = fit(observations(known, "success", suite, {}), {}, weighted=False)
    return found


def failed_longer(runs: pl.DataFrame) -> dict[str, float]:
    """How many times as long as the completed runs of their cell failed ones took, by mode."""
    keys = ["mode", "model", "suite", "structure", "agents"]
    ratios = (
        runs.with_columns(
            (pl.col("wall") / pl.col("wall").filter("success").mean().over(keys)).alias("times")
        )
        .filter(~pl.col("success"))
        .group_by("mode")
        .agg(pl.col("times").drop_nulls().median())
    )
    return {row["mode"]: round(row["times"], 3) for row in ratios.sort("mode").to_dicts()}


def make(folder: Path) -> tuple[Table, pl.DataFrame, Simulated]:
    """The table, with what it was made of."""
    runs = recorded(folder)
    known, simulated = cells(runs)
    table = Table(
        about="Recorded teams beside their simulations, and how much teams have in common; meanings in "
        "engine/advice/experience.py and belief.py, made by engine/advice/derive.py.",
        source="Recorded runs published with Mieczkowski et al. 2026, Language Model Teams as Distributed "
        "Systems, arXiv 2603.12229 (MIT licence).",
        settings=settings_of(known, runs),
        failed_longer=failed_longer(runs),
        cells=tuple(known),
    )
    return table, runs, simulated


def write(table: Table) -> None:
    """Keep the table, a cell per line."""
    rest = msgspec.json.encode(msgspec.structs.replace(table, cells=())).decode()
    lines = ",\n".join(msgspec.json.encode(cell).decode() for cell in table.cells)
    TABLE.write_text(rest.removesuffix("[]}") + "[\n" + lines + "\n]}\n", "utf-8")


if __name__ == "__main__":
    write(make(Path(sys.argv[1]))[0])
