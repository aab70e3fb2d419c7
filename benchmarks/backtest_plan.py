"""How good the advice of ``teamtop plan`` is: forecasts of recorded cells that it was not told of.

    python benchmarks/backtest_plan.py ../shared/paper [--write]

Every suite is forecast from the recordings of the other two alone, by simulations with the profiles of the
other two, under settings fitted to the other two. What would have been chosen is held against what was best
in the recordings. ``--write`` makes ``engine/advice/experience.json`` and ``docs/advice.md`` anew (``make
advice``).
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean, median

import msgspec
import polars as pl

sys.path.insert(0, str(Path(__file__).parents[1]))

from engine.advice import derive
from engine.advice.belief import Belief, Guess, Settings
from engine.advice.choice import WEIGHTS, Prefer
from engine.advice.experience import Cell, Figure, Table, observations, team_of
from engine.advice.forecast import Z80
from engine.advice.stretch import Off, Offs, stretched, stretches
from engine.analysis.laws import amdahl_bound

Series = tuple[str, str, str, str]
"""Mode, model, suite, structure."""

Pick = Callable[[Sequence[Cell]], int]
"""Chooses a team size for a series."""

PAGE = Path(__file__).parents[1] / "docs" / "advice.md"


@dataclass(slots=True)
class Outcome:
    """What a team took as recorded: mean seconds and tokens to a success; infinite where nothing
    succeeded.
    """

    seconds: float
    tokens: float


@dataclass(slots=True)
class Tally:
    """``hits``: which intervals held the recorded value, by figure and mode; ``errors``: relative ones of
    speedup; ``regrets``: by preference and way of choosing, how much worse the choice was than the best.
    """

    hits: dict[tuple[str, str], list[bool]] = field(default_factory=dict)
    errors: dict[str, list[float]] = field(default_factory=dict)
    regrets: dict[tuple[Prefer, str], dict[str, list[float]]] = field(default_factory=dict)

    def hit(self, figure: str, mode: str, value: float, mean: float, spread: float) -> None:
        """Count whether the value lies in the interval around the mean."""
        self.hits.setdefault((figure, mode), []).append(abs(value - mean) <= Z80 * math.sqrt(spread))


def outcomes(runs: pl.DataFrame) -> dict[tuple[Series, int], Outcome]:
    """Sums over all runs by successes, of every cell."""
    keys = ["mode", "model", "suite", "structure", "agents"]
    sums = runs.group_by(keys).agg(pl.col("wall").sum(), pl.col("spent").sum(), pl.col("success").sum())
    found = {}
    for row in sums.to_dicts():
        wins = row["success"]
        per = (row["wall"] / wins, row["spent"] / wins) if wins else (math.inf, math.inf)
        found[(row["mode"], row["model"], row["suite"], row["structure"]), row["agents"]] = Outcome(*per)
    return found


def strict(cells: Sequence[Cell], simulated: derive.Simulated, held: str) -> list[Cell]:
    """Cells with simulations that know nothing of ``held``, nor of the suite that they are of."""
    found = []
    for cell in cells:
        by_profile = simulated[cell.mode, cell.model, cell.suite, cell.structure, cell.agents]
        allowed = [value for profiled, value in by_profile.items() if profiled not in (held, cell.suite)]
        other = fmean(v[0] for v in allowed), fmean(v[1] for v in allowed)
        found.append(msgspec.structs.replace(cell, own=other, other=other))
    return found


def singles(told: Forecast, runs: pl.DataFrame) -> Offs:
    """How far off single completed runs of one series were."""
    found: Offs = {}
    mode = told.cells[0].mode
    for figure, guess in (("seconds", told.seconds), ("tokens", told.tokens)):
        offs = found.setdefault((figure, mode), [])
        for i, cell in enumerate(told.cells):
            variance = guess.covariance(i, i) + told.settings[figure].run[mode]
            offs += [
                Off(math.log(one) - guess.means[i], variance, 0.0) for one in completed(runs, cell, figure)
            ]
    return found


def completed(runs: pl.DataFrame, cell: Cell, figure: str) -> pl.Series:
    """Seconds or tokens of the recorded runs of a cell that completed."""
    where = {name: getattr(cell, name) for name in ("mode", "model", "suite", "structure", "agents")}
    return runs.filter(pl.col("success"), **where)["wall" if figure == "seconds" else "spent"]


def ratios(told: Forecast) -> Offs:
    """How far off speedups and token multipliers of one series were; none without a run of one agent."""
    found: Offs = {}
    cells, mode = told.cells, told.cells[0].mode
    if cells[0].agents != 1:
        return found
    for figure, guess in (("seconds", told.seconds), ("tokens", told.tokens)):
        run = told.settings[figure].run[mode]
        first = getattr(cells[0], figure)
        for i, cell in enumerate(cells):
            value = getattr(cell, figure)
            if i and value is not None and first is not None:
                error = (first - value) - (guess.means[0] - guess.means[i])
                noise = run / cell.completed + run / cells[0].completed
                found.setdefault((figure, mode), []).append(Off(error, told.between(figure, i), noise))
    return found


@dataclass(slots=True)
class Forecast:
    """Guesses for the sizes of one series, in their order."""

    cells: list[Cell]
    seconds: Guess
    tokens: Guess
    success: list[float]
    longer: float
    settings: Mapping[str, Settings]

    def outcome(self, i: int) -> Outcome:
        """Expected seconds and tokens to a success; doubt counts as in ``choice.utility``."""
        share = self.success[i]
        again = 1 + (1 - share) / share * self.longer
        doubt = self.settings["seconds"].stretch.get(self.cells[i].mode, 1.0) * self.between("seconds", i)
        seconds = math.exp(self.seconds.means[i] + doubt / 2)
        return Outcome(seconds * again, math.exp(self.tokens.means[i]) * again)

    def between(self, figure: str, i: int) -> float:
        """The variance of the logarithm of the ratio of a team and the first one, before it is stretched."""
        cov = (self.seconds if figure == "seconds" else self.tokens).covariance
        return max(0.0, cov(i, i) + cov(0, 0) - 2 * cov(0, i))


def forecasts(
    known: Sequence[Cell],
    asked: Sequence[Cell],
    settings: Mapping[str, Settings],
    longer: Mapping[str, float],
) -> list[Forecast]:
    """Forecast the series of ``asked`` from ``known``."""
    figures: tuple[Figure, ...] = ("seconds", "tokens", "success")
    beliefs = {
        name: Belief(settings[name], observations(known, name, "", settings[name].run)) for name in figures
    }
    series: dict[Series, list[Cell]] = {}
    for cell in sorted(asked, key=lambda cell: cell.agents):
        series.setdefault((cell.mode, cell.model, cell.suite, cell.structure), []).append(cell)
    found = []
    for cells in series.values():
        teams = [team_of(cell) for cell in cells]
        odds = beliefs["success"].guess(teams, [0.0] * len(cells)).means
        found.append(
            Forecast(
                cells,
                beliefs["seconds"].guess(teams, [cell.other[0] for cell in cells]),
                beliefs["tokens"].guess(teams, [cell.other[1] for cell in cells]),
                [1 / (1 + math.exp(-value)) for value in odds],
                longer[cells[0].mode],
                settings,
            )
        )
    return found


def score(
    tally: Tally, told: Forecast, real: Mapping[tuple[Series, int], Outcome], runs: pl.DataFrame
) -> None:
    """Count hits, errors and regrets of one series."""
    cells, mode = told.cells, told.cells[0].mode
    series: Series = (mode, cells[0].model, cells[0].suite, cells[0].structure)
    for name, guess in (("seconds", told.seconds), ("tokens", told.tokens)):
        run, wide = told.settings[name].run[mode], told.settings[name].wide.get(mode, 1.0)
        for i, cell in enumerate(cells):
            value = cell.seconds if name == "seconds" else cell.tokens
            if value is None:
                continue
            noise = run / cell.completed
            spread = guess.covariance(i, i)
            tally.hit(f"mean {name}", mode, value, guess.means[i], wide * (spread + noise))
            for one in completed(runs, cell, name):
                tally.hit(f"{name} of a run", mode, math.log(one), guess.means[i], wide * (spread + run))
            first = (
                (cells[0].seconds if name == "seconds" else cells[0].tokens) if cells[0].agents == 1 else None
            )
            if i and first is not None:
                ratio = guess.means[0] - guess.means[i]
                stretch = told.settings[name].stretch.get(mode, 1.0)
                spread = stretch * told.between(name, i) + noise + run / cells[0].completed
                what = "speedup" if name == "seconds" else "token multiplier"
                tally.hit(what, mode, first - value, ratio, spread)
                if name == "seconds":
                    tally.errors.setdefault(mode, []).append(abs(math.exp(ratio - first + value) - 1))
    recorded = [real[series, cell.agents] for cell in cells]
    if len(cells) < len(derive.SIZES) or any(math.isinf(each.seconds) for each in recorded):
        return  # a size without a success has no regret that could be averaged
    regrets(tally, mode, cells, recorded, [told.outcome(i) for i in range(len(cells))])


def regrets(
    tally: Tally, mode: str, cells: Sequence[Cell], recorded: Sequence[Outcome], expected: Sequence[Outcome]
) -> None:
    """How much worse than the best each way of choosing would have been."""
    sizes = [cell.agents for cell in cells]
    amdahl = [
        Outcome(1 / amdahl_bound(cell.p, cell.agents), 1.0) for cell in cells
    ]  # the law knows of no tokens: the work stays the same
    prefers: tuple[Prefer, ...] = ("time", "balance")
    for prefer in prefers:
        weight = WEIGHTS[prefer]

        def worth(each: Outcome, weight: float = weight) -> float:
            return math.log(each.seconds) + weight * math.log(each.tokens)

        best = min(map(worth, recorded))
        picks = {
            "plan": min(range(len(cells)), key=lambda i: worth(expected[i])),
            "always 1": sizes.index(1),
            "always 5": sizes.index(5),
            "Amdahl alone": min(range(len(cells)), key=lambda i: worth(amdahl[i])),
        }
        for name, i in picks.items():
            lost = math.exp(worth(recorded[i]) - best) - 1
            tally.regrets.setdefault((prefer, name), {}).setdefault(mode, []).append(lost)


def backtest(
    table: Table, runs: pl.DataFrame, simulated: derive.Simulated
) -> tuple[dict[str, Tally], dict[str, Settings]]:
    """Hold every suite out: cold, and with the one-agent runs of the very series known.

    Intervals are widened by what forecasts of the other two suites needed. Also returns the table's settings
    with what all three need, for suites to come.
    """
    cold, warm = Tally(), Tally()
    real = outcomes(runs)
    folds: dict[str, _Fold] = {}
    for held in derive.SUITES.values():
        cells = strict(table.cells, simulated, held)
        known = [cell for cell in cells if cell.suite != held]
        asked = [cell for cell in cells if cell.suite == held]
        others = runs.filter(pl.col("suite") != held)
        settings, longer = derive.settings_of(known, others), derive.failed_longer(others)
        folds[held] = _Fold(known, asked, settings, longer)
        print(f"{held} held out", file=sys.stderr)
    off = {held: fold.off(runs) for held, fold in folds.items()}

    def widened(settings: Mapping[str, Settings], of: Sequence[str]) -> dict[str, Settings]:
        """By what these suites needed, ratios and single runs."""
        return stretched(settings, *(stretches([off[name][kind] for name in of]) for kind in (0, 1)))

    for held, fold in folds.items():
        settings = widened(fold.settings, [name for name in folds if name != held])
        for told in forecasts(fold.known, fold.asked, settings, fold.longer):
            score(cold, told, real, runs)
            alone = [cell for cell in told.cells if cell.agents == 1]
            teams = [cell for cell in told.cells if cell.agents > 1]
            again = forecasts([*fold.known, *alone], [*alone, *teams], settings, fold.longer)[0]
            score(warm, again, real, runs)
    return {"cold": cold, "warm": warm}, widened(table.settings, list(folds))


@dataclass(frozen=True, slots=True)
class _Fold:
    """A suite that is held out (``asked``), and all that may be known of it."""

    known: list[Cell]
    asked: list[Cell]
    settings: dict[str, Settings]
    longer: dict[str, float]

    def off(self, runs: pl.DataFrame) -> tuple[Offs, Offs]:
        """How far off its ratios and its single runs are, before anything is widened."""
        found: tuple[Offs, Offs] = ({}, {})
        for told in forecasts(self.known, self.asked, self.settings, self.longer):
            for into, offs in zip(found, (ratios(told), singles(told, runs)), strict=True):
                for key, each in offs.items():
                    into.setdefault(key, []).extend(each)
        return found


# ---------------------------------------------------------------- the page


def page(tallies: Mapping[str, Tally], table: Table) -> str:
    """``docs/advice.md``."""
    cold, warm = tallies["cold"], tallies["warm"]
    lines = [_INTRO.strip(), "", "## Whether its intervals hold", ""]
    lines += [
        "| 80% interval of | preassigned | decentralized | with one-agent runs known |",
        "|---|---|---|---|",
    ]
    for figure in dict.fromkeys(name for name, _ in cold.hits):
        after = [hit for mode in _MODES for hit in warm.hits[figure, mode]]
        shares = [f"{fmean(cold.hits[figure, mode]):.0%}" for mode in _MODES]
        lines.append(f"| {figure} | {shares[0]} | {shares[1]} | {fmean(after):.0%} (both modes) |")
    errors = [f"{median(cold.errors[mode]):.0%} {mode}" for mode in _MODES]
    lines += [
        "",
        f"Median relative error of speedup: {', '.join(errors)}.",
        "",
        "## What following it costs",
        "",
    ]
    count = sum(map(len, cold.regrets["time", "plan"].values()))
    lines += [_REGRET.format(count=count).strip(), ""]
    lines += [
        "| choice | time: preassigned | decentralized | both | balance: both |",
        "|---|---|---|---|---|",
    ]
    rows = [("`teamtop plan`", cold, "plan"), ("the same with one-agent runs known", warm, "plan")]
    rows += [(name, cold, name) for name in ("always 1", "always 5", "Amdahl alone")]
    for title, tally, name in rows:
        time, balance = tally.regrets["time", name], tally.regrets["balance", name]
        each = [fmean(time[mode]) for mode in _MODES]
        both = fmean([lost for mode in _MODES for lost in time[mode]])
        balanced = fmean([lost for mode in _MODES for lost in balance[mode]])
        lines.append(f"| {title} | {each[0]:.0%} | {each[1]:.0%} | {both:.0%} | {balanced:.0%} |")
    weights = ", ".join(f"{table.settings[name].weight:.2f} for {name}" for name in ("seconds", "tokens"))
    lines += ["", _LIMITS.format(weights=weights).strip(), ""]
    return "\n".join(lines)


_MODES = ("preassigned", "decentralized")

_INTRO = """
# Advice, and how good it is

`teamtop plan SUITE --model M` rehearses every team with simulated models in virtual time and says which to
take. For a simulated model the rehearsals are the forecast. For a real one they are corrected by the 1,413
runs that were published with Mieczkowski et al. 2026 and by your own saved runs: a Gaussian process in
logarithms, in which teams share offsets and slopes over team size by mode, model, suite and structure
(`engine/advice/belief.py`). Nothing that `plan` is told of a model goes beyond that.

This page is made by `make advice`. Each suite was forecast from the recordings of the other two alone:
simulated with the profiles of the other two, corrected by the recordings of the other two, under settings
fitted to the other two; intervals of seconds and tokens, and of ratios of two teams (speedup, token
multiplier), are wider by as much as the forecasts of the other two needed it. “With one-agent runs known”
adds the one-agent runs of the very series, as you have them after running one agent.
"""

_REGRET = """
Regret is how much worse the chosen team size (of 1 to 5) was than the best one in the recordings, on average
over {count} series of suite, structure, model and mode in which every size succeeded at least once. *Time* is
expected seconds to a success, failed runs done again; *balance* is time · tokens^¼. Amdahl's law says 5
wherever anything is parallel, and knows of no tokens. `plan` counts doubt as time: a team of which little is
known has to promise more than one of which much is.
"""

_LIMITS = """
## What limits it

- Of a simulated difference (in logarithms) so much counts as the recordings bear out: {weights}.
  The simulation of a suite that nobody recorded knows the model, not the suite. A better calibration
  (`docs/calibration.md`) raises that; `make advice` then makes the table and this page anew.
- A recorded cell has five runs whose times vary by half; no forecast of its mean can be sharper than that.
- The recordings hold two strategies, teams of up to five and twenty tasks, and another engine, in which
  agents never saw the task texts. What other strategies and larger teams do beyond that is from simulation,
  with wider intervals; how wide, no recording tells.
"""


def main() -> None:
    """Run it, print the page, keep it if that is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    table, runs, simulated = derive.make(asked.folder)
    tallies, settings = backtest(table, runs, simulated)
    table = msgspec.structs.replace(table, settings=settings)
    text = page(tallies, table)
    print(text)
    if asked.write:
        derive.write(table)
        PAGE.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
