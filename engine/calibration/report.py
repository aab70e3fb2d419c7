"""The page that says how well the simulated models agree with the recordings (``docs/calibration.md``)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from engine.calibration.aims import Aim, at_least, at_most
from engine.calibration.compare import Agreement, Figure, Place, Success, apart
from engine.calibration.grid import FITTED_ROUNDS, MAX_ROUNDS
from engine.calibration.transfer import Said, best

MODES = ("preassigned", "decentralized")

_HEAD = """\
# How far the simulated models agree with the recorded ones

Written by `make calibration` from the runs published with Mieczkowski et al. 2026 (arXiv 2603.12229); nothing
here is set by hand. The paper's grid, 3 models × 3 suites × 3 structures × 2 modes × 1 to 5 agents, is played
on the virtual clock with `--engine-quirks paper --locks none`, and compared cell by cell.

*Speedup* is that of the paper's Table 1 (mean wall of one agent over mean wall of N, successful runs only;
the mean of three suites, so 36 cells per mode, or each suite by itself). *Median error* is relative. *Inside*
is the share of cells within the recorded 90 % bootstrap interval. What a forecast can be held against:

- *Noise*, the ceiling: random halves of the recordings against each other, the same figures.
- *True means*: what follows from it for who knew the true mean of every cell. A half has half the runs, and
  its noise meets that of the other: so half the errors, and of ranks the root of 2r / (1 + r) (Spearman and
  Brown). No forecast can be expected to do better, but for what it knows of the very one-agent runs that all
  speedups of a cell are ratios of: these are seen where another N is left out.
- *Runs made again*: the recorded runs of each cell drawn anew, against all of them. Errors are nearly those
  of the true means; ranks are too good, as noise between cells counts as a difference here. *Inside* is how
  often intervals that were drawn so hold what they were drawn from: a cell has five runs, which is too few
  for the 90 % that they are named after, and who knew the truth would not be inside more often.

"""

_AIMS = """\
What simulations say of cells that were held out of everything they were made from. An aim is met if the
figure is as good as asked for, or as good as the noise ceiling where that is worse ("as near as halves": a
lenient measure, so what the true means would reach stands beside it). After ± stands how much other runs of
the same simulations would differ (standard deviation): a verdict within that is chance. Of success rates it
is the largest difference: of three models, or of fifteen pairs of model and team size. They have no such
chance (see *Runs that ended*), but recordings have: about forty runs of a pair, of which two thirds may have
ended, leave seven points to it.

"""

_UNION = """
A mean over suites with each suite held out has every suite said from the other two, and together these have
seen all three: it tells how well suites stand in for each other. What a suite was like that nobody has seen
is only below, suite by suite.
"""

_SUITES = """
A suite is a world of its own: how fast a model is alone on it, and whether it works in batches there, says
more of a team's speedup than the team's size does, and the other suites tell little of it. With N=1 held out,
an agent alone works as the first of a round does in a team when nobody else holds a task; how often it fails
is carried on from teams.
"""

_ALONE = """
## What the recordings alone say of what was left out

No simulation: recorded speedups of the other suites, or of the other team sizes, put in place of those that
were left out (`engine/calibration/transfer.py`; geometric means), suite by suite. Where they fail as well,
it is not the simulation that loses what was recorded.

"""

_ENDED = """\
A simulated run fails if its team lost sight of a task, and only then; how likely that is, is known without
playing it. So rates here are those of endlessly many runs; the ones that were played are at most {luck:.1f}
points from them, by model and team size.

"""

_HOW = """
## What was fitted, and on what

- What a reply holds (tasks claimed, files written, completed, tested) is counted in the recorded replies, per
  model, suite and shape of graph, for an agent alone and in a team; its seconds and tokens are fitted to them
  (`engine/calibration/behaviour.py`, `costs.py`).
- *Pace* is two numbers of a power law, `alone` · N^`crowding`, that bring the walls of whole simulated runs
  to the recorded ones: `alone` per model, mode, suite and shape, `crowding` per model, mode and shape, the
  same for all suites (`pace.py`). No cell has a number of its own. The luck of the simulated runs that paces
  are fitted to is in the paces, so the runs compared here have other seeds.
- A team that is not told of refusals loses sight of a task for good (`Forgets`): in 1 - (1 - q)^(N^growth) of
  its runs, with q per model, mode, suite and kind of graph, and one growth per model and mode. That is how
  recorded runs fail, so runs fail only under `--engine-quirks paper`. The engine proper tells.
- A growth is the mean of all from 0 to 2, each as likely as it makes what was recorded. That, and not the
  likeliest one or one that is drawn to 1, was chosen within folds: of the team sizes that a fold is made
  from, each was left out once more, and the mean said best which of their runs ended. What each way says of
  the cells held out differs by a point or two, up to five with N=1 left out, which was known by then.
- Runs are given up after {rounds} rounds, more than any takes that ends at all: those that the recorded
  engine's limit stopped count as failures in q, and the same is not to be counted twice. Paces are fitted to
  runs of at most {fitted} rounds, as recorded walls are of such.
- *Held out* repeats all of this without the cells in question. With N left out, what agents do in teams of
  other sizes says what they do in this one; with a suite left out, its model is what the other two have in
  common, at the pace that brings this common model to the walls recorded on them (`folds.py`).
"""


def table(rows: Sequence[tuple[str, str, Agreement]]) -> str:
    """One line per mode and comparison."""
    heads = ("mode", "compared", "cells", "mean abs. error", "median error", "rank corr.", "inside")
    lines = [
        f"| {' | '.join(heads)} | tokens: median error | rank corr. |",
        "|---" * (len(heads) + 2) + "|",
    ]
    for mode, name, a in rows:
        figures = (_n(a.absolute), _p(a.relative), _n(a.rank), _p(a.inside), _p(a.tokens), _n(a.token_rank))
        lines.append(f"| {mode} | {name} | {a.cells} | {' | '.join(figures)} |")
    return "\n".join(lines) + "\n"


def transfer_table(rows: Sequence[tuple[str, Said]]) -> str:
    """One line per mode and way to predict; each row says first what was held out."""
    lines = ["| mode | compared | from the same … | cells | median error | rank corr. |", "|---" * 6 + "|"]
    for compared, (mode, way, a) in rows:
        figures = f"{a.cells} | {_p(a.relative)} | {_n(a.rank)}"
        lines.append(f"| {mode} | {compared} | {way} | {figures} |")
    return "\n".join(lines) + "\n"


def transfer_sentences(said: Sequence[tuple[str, Said]], aims: Sequence[Aim]) -> str:
    """Whether the aims could be met from the recordings that are left, by the best predictor in hindsight."""
    lines = []
    for aim in aims:
        error, rank = best(row for compared, row in said if (row.mode, compared) == (aim.mode, aim.compared))
        value, verdict = (error, at_most) if aim.share else (rank, at_least)
        if value is None:
            continue
        missed = verdict(value, aim.aim, aim.ceiling) == "not met"
        could = "misses the aim, too: nothing says that the recordings left hold it" if missed else "meets it"
        show = _p if aim.share else _n
        lines.append(
            f"- {aim.mode}, {aim.compared}, {aim.figure}: simulated {show(aim.reached)}; the best of these, "
            f"chosen in hindsight, {show(value)}, {could} (ceiling {show(aim.ceiling)})."
        )
    return "\n".join(lines) + "\n"


def success_table(rows: Sequence[Success]) -> str:
    """Recorded and simulated shares of runs that ended, by model and team size."""
    lines = ["| mode | model | " + " | ".join(f"N={n}" for n in range(1, 6)) + " |", "|---|---|" + "---|" * 5]
    for mode in MODES:
        for model in sorted({row.model for row in rows}):
            found = {row.agents: row for row in rows if (row.mode, row.model) == (mode, model)}
            parts = [
                f"{found[n].recorded:.0%} / {found[n].simulated:.0%}" if n in found else "–"
                for n in range(1, 6)
            ]
            lines.append(f"| {mode} | {model} | " + " | ".join(parts) + " |")
    return "\n".join(lines) + "\n"


def success_sentence(rows: Sequence[Success], what: str) -> str:
    """How far the shares are apart, in points."""
    lines = []
    for mode in MODES:
        mine = [row for row in rows if row.mode == mode]
        if not mine:
            continue
        recorded = sum(row.recorded for row in mine) / len(mine)
        simulated = sum(row.simulated for row in mine) / len(mine)
        mean, most = apart(rows, mode)
        lines.append(
            f"- {mode}, {what}: {recorded:.0%} recorded, {simulated:.0%} simulated; by model and team size "
            f"{100 * mean:.0f} points apart in the mean, {100 * most:.1f} at most ({_worst(mine)})."
        )
    return "\n".join(lines) + "\n"


def _worst(rows: Sequence[Success]) -> str:
    """Which model and team size is furthest apart, and what was recorded and simulated of it."""
    worst = max(rows, key=lambda row: abs(row.recorded - row.simulated))
    return f"{worst.model}, N={worst.agents}: {worst.recorded:.0%} recorded, {worst.simulated:.0%} simulated"


def aims_table(rows: Sequence[Aim]) -> str:
    """One line per aim: what was asked for, what halves and true means reach, what was reached."""
    lines = [
        "| mode | compared | figure | aim | noise ceiling | true means | reached | |",
        "|---" * 8 + "|",
    ]
    for row in rows:
        held = (row.aim, row.ceiling, row.truth, row.reached)
        shown = [_p(each) if row.share else _n(each) for each in held]
        if row.chance is not None:
            shown[-1] += f" ± {_p(row.chance) if row.share else _n(row.chance)}"
        lines.append(f"| {row.mode} | {row.compared} | {row.figure} | {' | '.join(shown)} | {row.verdict} |")
    return "\n".join(lines) + "\n"


def _missed(rows: Sequence[Aim], where: str) -> str:
    missed = [f"{row.figure} ({row.mode}, {row.compared})" for row in rows if row.verdict == "not met"]
    return f"Not met {where}: {'; '.join(missed)}.\n" if missed else f"All are met {where}.\n"


def cell_table(simulated: Mapping[Place, Figure], recorded: Mapping[Place, Figure], mode: str) -> str:
    """Simulated and recorded speedup of the paper's cells."""
    lines = [
        "| model | structure | " + " | ".join(f"N={n}" for n in range(2, 6)) + " |",
        "|---|---|" + "---|" * 4,
    ]
    rows = sorted({(p.model, p.structure) for p in recorded if p.mode == mode and not p.suite})
    for model, structure in rows:
        parts = []
        for agents in range(2, 6):
            place = Place(mode, model, "", structure, agents)
            one, other = simulated.get(place), recorded.get(place)
            parts.append(f"{_n(one and one.speedup)} / {_n(other and other.speedup)}")
        lines.append(f"| {model} | {structure} | " + " | ".join(parts) + " |")
    return "\n".join(lines) + "\n"


def page(
    *,
    aims: Sequence[Aim],
    by_suite_aims: Sequence[Aim],
    noise: Mapping[str, tuple[float, float]],
    rows: Sequence[tuple[str, str, Agreement]],
    by_suite: Sequence[tuple[str, str, Agreement]],
    shares: Mapping[str, Sequence[Success]],
    luck: float,
    alone: Sequence[tuple[str, Said]],
    walls: Mapping[str, float | None],
    simulated: Mapping[Place, Figure],
    recorded: Mapping[Place, Figure],
    cost: str,
) -> str:
    """The whole page."""
    parts = [_HEAD, "## Aims, and what was reached\n\n", _AIMS, aims_table(aims), "\n"]
    parts += [_missed(aims, "on the cells of the paper's table"), _UNION, "\nSuite by suite:\n\n"]
    parts += [aims_table(by_suite_aims), "\n", _missed(by_suite_aims, "suite by suite"), _SUITES]
    parts += ["\n## Cells of the paper's table\n\n", table(rows)]
    parts += ["\n## Suite by suite\n\n", table(by_suite)]
    parts.append("\nWalls of one agent, with N=1 left out: median error ")
    parts.append(", ".join(f"{_p(walls.get(mode))} ({mode})" for mode in MODES) + ".\n")
    parts += [_ALONE, transfer_table(alone), "\n", transfer_sentences(alone, by_suite_aims)]
    parts += ["\n## Runs that ended\n\n", _ENDED.format(luck=100 * luck)]
    parts += [success_sentence(found, what) for what, found in shares.items()]
    parts += [
        f"- {mode}, noise: halves of the recordings are {100 * noise[mode][0]:.0f} points apart in the mean, "
        f"{100 * noise[mode][1]:.0f} at most.\n"
        for mode in MODES
    ]
    parts += [
        "\nRecorded / simulated, all cells used in fitting:\n\n",
        success_table(next(iter(shares.values()))),
    ]
    for mode in MODES:
        parts += [f"\n## Speedup, {mode}: simulated / recorded\n\n", cell_table(simulated, recorded, mode)]
    parts += [_HOW.format(rounds=MAX_ROUNDS, fitted=FITTED_ROUNDS), "\n", cost]
    return "".join(parts)


def _n(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"


def _p(value: float | None) -> str:
    return "–" if value is None else f"{value:.0%}"
