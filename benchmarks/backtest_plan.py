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
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean, median

import msgspec
import polars as pl

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.regret import (
    ELSEWHERE,
    FLOOR,
    MODES,
    Outcome,
    Outcomes,
    Regrets,
    Series,
    complete,
    outcomes,
    single_runs,
)
from engine.advice import derive
from engine.advice.belief import Belief, Guess, Settings
from engine.advice.experience import Cell, Figure, Table, observations, team_of
from engine.advice.forecast import Z80
from engine.advice.stretch import Off, Offs, stretched, stretches

DOUBTS = {"plan": 1.0, "not at all": 0.0, "half": 0.5, "twice": 2.0, "four times": 4.0}
"""How much doubt counts: as ``plan`` has it, and otherwise, to see what hangs on it."""

PAGE = Path(__file__).parents[1] / "docs" / "advice.md"


@dataclass(slots=True)
class Tally:
    """``hits``: which intervals held the recorded value, by figure and mode; ``errors``: relative ones of
    speedup; ``regrets``: how much worse choices were than the best.
    """

    hits: dict[tuple[str, str], list[bool]] = field(default_factory=dict)
    errors: dict[str, list[float]] = field(default_factory=dict)
    regrets: Regrets = field(default_factory=Regrets)

    def hit(self, figure: str, mode: str, value: float, mean: float, spread: float) -> None:
        """Count whether the value lies in the interval around the mean."""
        self.hits.setdefault((figure, mode), []).append(abs(value - mean) <= Z80 * math.sqrt(spread))


def strict(cells: Sequence[Cell], simulated: derive.Simulated, unknown: Sequence[str]) -> list[Cell]:
    """Cells with simulations that know nothing of ``unknown`` suites, nor of the suite that they are of
    unless none else is left.
    """
    found = []
    for cell in cells:
        by_profile = simulated[cell.mode, cell.model, cell.suite, cell.structure, cell.agents]
        known = {profiled: value for profiled, value in by_profile.items() if profiled not in unknown}
        others = [value for profiled, value in known.items() if profiled != cell.suite]
        allowed = others or list(known.values())
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

    def outcome(self, i: int, doubt: float = 1.0) -> Outcome:
        """Expected seconds and tokens to a success; doubt counts ``doubt`` times as in ``choice.utility``."""
        share = self.success[i]
        again = 1 + (1 - share) / share * self.longer
        seconds = math.exp(self.seconds.means[i] + doubt * self.between("seconds", i) / 2)
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


def score(tally: Tally, told: Forecast, real: Outcomes, runs: pl.DataFrame) -> None:
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
    if complete(real, series):
        told_of = {way: [told.outcome(i, doubt) for i in range(len(cells))] for way, doubt in DOUBTS.items()}
        tally.regrets.count(series, cells, real, told_of)


def backtest(
    table: Table, runs: pl.DataFrame, simulated: derive.Simulated
) -> tuple[dict[str, Tally], dict[str, Settings]]:
    """Hold every suite out: cold, and with the one-agent runs of the very series known.

    Intervals are widened by what forecasts of either of the other two suites from the other one needed. Also
    returns the table's settings with what forecasts of all three from two need, for suites to come.
    """
    cold, warm = Tally(), Tally()
    real, suites = outcomes(runs), list(derive.SUITES.values())

    def fold(asked: str, known: Sequence[str]) -> _Fold:
        """Of ``asked`` and suites that are not in ``known``, nothing is known."""
        cells = strict(table.cells, simulated, [suite for suite in suites if suite not in known])
        told, theirs = [cell for cell in cells if cell.suite in known], pl.col("suite").is_in(known)
        settings = derive.settings_of(told, runs.filter(theirs))
        longer = derive.failed_longer(runs.filter(theirs))
        return _Fold(told, [cell for cell in cells if cell.suite == asked], settings, longer)

    def widened(settings: Mapping[str, Settings], off: Sequence[tuple[Offs, Offs]]) -> dict[str, Settings]:
        """By what these needed, ratios and single runs."""
        return stretched(settings, *(stretches([each[kind] for each in off]) for kind in (0, 1)))

    needed = []
    for held in suites:
        others = [suite for suite in suites if suite != held]
        inner = [fold(asked, [one for one in others if one != asked]).off(runs) for asked in others]
        outer = fold(held, others)
        needed.append(outer.off(runs))
        settings = widened(outer.settings, inner)
        for told in forecasts(outer.known, outer.asked, settings, outer.longer):
            score(cold, told, real, runs)
            alone = [cell for cell in told.cells if cell.agents == 1]
            teams = [cell for cell in told.cells if cell.agents > 1]
            again = forecasts([*outer.known, *alone], [*alone, *teams], settings, outer.longer)[0]
            score(warm, again, real, runs)
        print(f"{held} held out", file=sys.stderr)
    cold.regrets.floor(single_runs(runs), real)
    return {"cold": cold, "warm": warm}, widened(table.settings, needed)


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
        after = [hit for mode in MODES for hit in warm.hits[figure, mode]]
        shares = [f"{fmean(cold.hits[figure, mode]):.0%}" for mode in MODES]
        lines.append(f"| {figure} | {shares[0]} | {shares[1]} | {fmean(after):.0%} (both modes) |")
    errors = [f"{median(cold.errors[mode]):.0%} {mode}" for mode in MODES]
    lines += [
        "",
        f"Median relative error of speedup: {', '.join(errors)}.",
        "",
        "## What following it costs",
        "",
    ]
    count = len(cold.regrets.lost["time", "plan"])
    lines += [_REGRET.format(count=count).strip(), ""]
    lines += [
        "| choice | time: preassigned | decentralized | both | balance: both |",
        "|---|---|---|---|---|",
    ]
    rows = [("`teamtop plan`", cold, "plan"), ("the same with one-agent runs known", warm, "plan")]
    rows += [(name, cold, name) for name in ("always 1", "always 5", "Amdahl alone", ELSEWHERE, FLOOR)]
    for title, tally, name in rows:
        means = [tally.regrets.mean("time", name, mode) for mode in (*MODES, "")]
        shown = [f"{mean:.0%}" for mean in (*means, tally.regrets.mean("balance", name))]
        lines.append(f"| {title} | {' | '.join(shown)} |")
    lines += ["", _reading(cold.regrets, warm.regrets)]
    weights = ", ".join(f"{table.settings[name].weight:.2f} for {name}" for name in ("seconds", "tokens"))
    lines += ["", _LIMITS.format(weights=weights).strip(), ""]
    return "\n".join(lines)


def _reading(cold: Regrets, warm: Regrets) -> str:
    """What the table does not show: where choices differ, how sure that is, and what doubt does."""
    chosen = cold.chosen["time", "plan"]
    differs = {series for series, size in chosen.items() if size != 1}
    lost, alone = cold.lost["time", "plan"], cold.lost["time", "always 1"]
    changed = sum(size != chosen[series] for series, size in warm.chosen["time", "plan"].items())
    less, low, high = (100 * value for value in cold.less("time", "always 1"))
    doubts = ", ".join(f"{name}: {cold.mean('time', name):.0%}" for name in DOUBTS if name != "plan")
    return _READING.format(
        differs=len(differs),
        count=len(chosen),
        better=sum(lost[series] < alone[series] for series in differs),
        worse=sum(lost[series] > alone[series] for series in differs),
        claiming=sum(series[0] == "decentralized" for series in differs),
        less=less,
        low=low,
        high=high,
        changed=changed,
        doubts=doubts,
    ).strip()


_INTRO = """
# Advice, and how good it is

`teamtop plan SUITE --model M` rehearses every team with simulated models in virtual time and says which to
take. For a simulated model the rehearsals are the forecast. For a real one they are corrected by the 1,413
runs that were published with Mieczkowski et al. 2026 and by your own saved runs: a Gaussian process in
logarithms, in which teams share offsets and slopes over team size by mode, model, suite and structure
(`engine/advice/belief.py`). Nothing that `plan` is told of a model goes beyond that.

What is said while a team works is another matter, and measured in [live-advice.md](live-advice.md).

This page is made by `make advice`. Each suite was forecast from the recordings of the other two alone:
simulated with the profiles of the other two, corrected by the recordings of the other two, under settings
fitted to the other two. Intervals of seconds and tokens, and of ratios of two teams (speedup, token
multiplier), are wider by as much as forecasts of either of the other two from the other one needed it: a bit
too wide, for these knew one suite only. (What `plan` itself uses is from forecasts that knew two.) “With
one-agent runs known” adds the one-agent runs of the very series, as you have them after running one agent.
"""

_REGRET = """
Regret is how much worse the chosen team size (of 1 to 5) was than the best one in the recordings, on average
over {count} series of suite, structure, model and mode in which every size succeeded at least once. *Time* is
expected seconds to a success, failed runs done again; *balance* is time · tokens^¼. Amdahl's law says 5
wherever anything is parallel, and knows of no tokens. `plan` counts doubt as time: a team of which little is
known has to promise more than one of which much is.

“Best in the other suites” takes the size that was best, on average, in the other two suites with the same
mode, model and structure: all that recordings say without a forecast. “The recorded best, drawn again” is the
best size itself, held against the same cells with their runs drawn again: so much regret is chance, for a
cell has five runs.
"""

_READING = """
To save time, `plan` says another size than 1 in {differs} of {count} series ({claiming} of them
decentralized): better than 1 in {better}, worse in {worse}. Its regret is {less:.0f} points below that of
“always 1”, with a 95% bootstrap interval over series of {low:.0f} to {high:.0f}. The one-agent runs changed
{changed} of {count} choices: they tell how long one agent takes, not how a team compares with it, and so
narrow seconds and tokens, not speedups. Doubt counts as the forecast has it, fitted to nothing; regret of
time in both modes had it counted otherwise: {doubts}.
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
