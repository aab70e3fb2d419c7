"""``docs/live-advice.md``: how live advice did, as ``bench_sizing.py`` measured it."""

from __future__ import annotations

import math
from typing import Any


def lines(found: dict[str, Any]) -> list[str]:
    """The table of the page."""
    shown = [
        "| strategy | moments | laid out: adds, right | told: adds, right | laid out: lets go, right, saved "
        "| told: lets go, right, saved | followed: laid out | told | best in hindsight | always add |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for row in found["rows"]:
        before, told = row["laid_out"], row["told"]
        cells = [row["strategy"], str(row["points"])]
        cells += [f"{each['added']}, {_share(each['add_right'])}" for each in (before, told)]
        cells += [
            f"{each['removed']}, {_share(each['remove_right'])}, {_share(each['remove_saved'])}"
            for each in (before, told)
        ]
        cells += [
            _signed(value)
            for value in (before["followed"], told["followed"], row["hindsight"], row["always_add"])
        ]
        shown.append(f"| {' | '.join(cells)} |")
    return shown


def _share(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.0f} %".replace("-", "−")


def _signed(value: float) -> str:
    return f"{100 * value:+.1f} %".replace("-", "−")


def page(found: dict[str, Any], seeds: int, share: float) -> str:
    """``docs/live-advice.md``."""
    whole = found["rows"][-1]
    told, before = whole["told"], whole["laid_out"]
    text = _PAGE.format(
        share=f"{100 * share:.0f}",
        seeds=seeds,
        error=f"{100 * math.expm1(told['error']):.0f}",
        before=f"{100 * math.expm1(before['error']):.0f}",
        inside=f"{100 * whole['inside_80']:.0f}",
    )
    return text.strip().replace("TABLE", "\n".join(lines(found))) + "\n"


_PAGE = """
# Advice while a team works, and how good it is

The live screen, the summary and `teamtop report --json` (`advice`) say whether to add an agent, keep the
team or let one go, and what that would do to the time that is left. The rest of the run is laid out for one
less, for the team as it is, and for one more, from its graph and from what it has shown so far. How far that
is believed depends on the team: if every reply takes as long, all goes as laid out, and what is told of
perfect agents comes true within 5 %. If replies are uneven, as those of models are, only so much of it
counts as was borne out when realistic teams were played on from the same moment with one more and with one
less (`engine/analysis/turnover.json`), and the sentence says how far off single runs were (“± 50 %”: four of
five). Somebody is to be added only if that is to save a tenth of the time and three runs of four would be
faster; somebody is to be let go only if that is expected to cost nothing (tokens are saved anyhow), and it
is said who: who has fewest tasks in hand, or, where agents claim, has done least.

This page is made by `python benchmarks/bench_sizing.py --write`: the three calibrated models, all structures
of `dataanalysis` and `svg`, one to four agents, {seeds} seeds, asked at {share} % of the tasks done. What is
told was fitted to `mathutils` and generated graphs alone, with other seeds, and what it is fitted by was
chosen on those, too. (That it matters who leaves was seen in a run of `svg`, with another seed.) “Laid out”
is the advice without what was fitted. “Right” is the share of such verdicts after which the run was really
faster, “saved” the mean share of the rest that it was faster by. “Followed” is the time of the rest, of all
runs together, against doing nothing; “best in hindsight” takes what was best of each cell's mean, which is
partly chance.

TABLE

The change that is told for one more and one less is off by {error} % in the middle ({before} % as laid out);
{inside} % of single runs are inside their 80 % intervals.

## What limits it

- On these suites somebody who joins in the middle of a run hardly ever pays with models as recorded: they do
  many tasks in a turn, who joins reads everything first, and every round waits for the slowest of one more.
  So “add” is said of even teams, or where very much is left.
- What the very model did when teams grew was tried, too (the three models apart): it did not help on suites
  that were held out, so the table knows strategies, not models.
- With one of the graphs that it was fitted to left out after the other, following it took 7.1 % less time
  than doing nothing, and 26 of 1,548 verdicts were to add somebody (54 % right); with one of the models left
  out, 7.0 % less, but 3.4 % more under `lead-assigned` (`--fit` prints this). A model of which nothing is
  known can be unlike all three.
- A single run's change varies more than any verdict tells: advice is worth following on average.
- Of strategies in which several agents do one task, and of runs of other engines, nothing is said.
"""
