"""Every statistic of section 4 and appendix A.1, recomputed, with the definition that reproduces it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import polars as pl

from engine.analysis.laws import amdahl_bound
from engine.analysis.paper import published
from engine.analysis.paper.measures import Measures
from engine.analysis.paper.recording import STRUCTURES
from engine.analysis.ranktests import Tested, kruskal_wallis, mann_whitney, spearman, wilcoxon


@dataclass(frozen=True, slots=True)
class Statistic:
    """A recomputed figure; ``value`` is null where the runs do not give it, ``published`` the printed text.

    ``p_value`` belongs to the test behind the figure, null for a plain median, mean or count; ``n`` is the
    number of runs (in section 4.5: of rounds) that went in. ``reproduces`` is null without a value.
    """

    name: str
    value: float | None
    p_value: float | None
    n: int
    published: str
    definition: str

    @property
    def reproduces(self) -> bool | None:
        """Whether the value, rounded as printed, is the printed one."""
        return None if self.value is None else published.agrees(self.value, self.published)


def statistics(measures: Measures) -> list[Statistic]:
    """Compute all of them from the given runs, in the paper's order."""
    data, printed = _Data(measures), published.statistics()
    return [
        Statistic(name, *compute(data), printed[name], definition) for name, definition, compute in _TABLE
    ]


_FACTS = ("mode", "structure", "model", "agents", "success")

_USED = (*_FACTS, "speedup", "multiplier", "failures", "messages", "idle_rounds")


class _Data:
    """The runs and rounds that the statistics are about: of successful runs, except in appendix A.1."""

    def __init__(self, measures: Measures) -> None:
        self.all = measures.runs.select(_USED)  # what is filtered often is narrow
        good, rounds = self.all.filter("success"), measures.rounds.select(*_FACTS, "gap").filter("success")
        self.pre, self.dec = (good.filter(mode=mode) for mode in ("preassigned", "decentralized"))
        self.pre_teams, self.dec_teams = (t.filter(pl.col("agents") >= 2) for t in (self.pre, self.dec))
        self.pre_gaps, self.dec_gaps = (rounds.filter(mode=m) for m in ("preassigned", "decentralized"))
        self.five = self.pre_teams.filter(structure="parallel", agents=5)


Answer: TypeAlias = tuple[float | None, float | None, int]
"""Value, p-value, n."""


def _statistic(test: Tested | None) -> Answer:
    return (test.statistic, test.p_value, test.n) if test else (None, None, 0)


def _p(test: Tested | None) -> Answer:
    return (test.p_value, test.p_value, test.n) if test else (None, None, 0)


def _median(values: pl.Series) -> Answer:
    return _number(values.median()), None, values.count()


def _mean(values: pl.Series) -> Answer:
    return _number(values.mean()), None, values.count()


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def _groups(table: pl.DataFrame, column: str) -> list[pl.Series]:
    narrow = table.select("structure", column)
    return [narrow.filter(structure=name)[column] for name in STRUCTURES.values()]


def _over(table: pl.DataFrame, column: str, more: str, less: str) -> Tested | None:
    """Whether one structure's values are greater than another's."""
    narrow = table.select("structure", column)
    return mann_whitney(narrow.filter(structure=more)[column], narrow.filter(structure=less)[column])


def _worst_p(x: pl.DataFrame, y: pl.DataFrame, column: str) -> Answer:
    """The largest p-value over the models of ``x`` > ``y``; null if no model has both."""
    x, y = x.select("model", column), y.select("model", column)
    tests = [
        test
        for model in sorted(set(x["model"]) & set(y["model"]))
        if (test := mann_whitney(x.filter(model=model)[column], y.filter(model=model)[column])) is not None
    ]
    worst = max((test.p_value for test in tests), default=None)
    return worst, worst, sum(test.n for test in tests)


def _below_amdahl(table: pl.DataFrame) -> Tested | None:
    return wilcoxon(table["speedup"], "less", amdahl_bound(0.9, 5))


def _typical_of_five(data: _Data) -> Answer:
    value, _, n = _median(data.five["speedup"])
    test = _below_amdahl(data.five)
    return value, test.p_value if test else None, n


def _excess(table: pl.DataFrame) -> pl.Series:
    return (table["multiplier"] - table["speedup"]).drop_nulls()


def _dear(table: pl.DataFrame) -> Tested | None:
    """Whether the excess of tokens over speedup is above zero."""
    return wilcoxon(_excess(table), "greater")


def _failed(data: _Data, **kind: str) -> Answer:
    """How many runs did not succeed; null if of none of this kind it is known."""
    of_kind = data.all.filter(**kind).drop_nulls("success")
    if not of_kind.height:
        return None, None, 0
    return float(of_kind.filter(~pl.col("success")).height), None, of_kind.height


_TEAM = "Preassigned, successful runs, N >= 2, per-run speedup"
_EXCESS = "token multiplier - speedup per successful run, N >= 2"
_SAME_TEST = "The same test per model: the largest p-value."

_TABLE: tuple[tuple[str, str, Callable[[_Data], Answer]], ...] = (
    # 4.1: speedup of preassigned teams. Per-run speedup is the mean wall time of the successful one-agent
    # runs of the same mode, suite, structure and model over the run's own.
    (
        "sec4_1.kruskal_H",
        f"{_TEAM}: Kruskal-Wallis over the three structures.",
        lambda d: _statistic(kruskal_wallis(_groups(d.pre_teams, "speedup"))),
    ),
    (
        "sec4_1.mwu_p09_gt_p05",
        f"{_TEAM}: Mann-Whitney U, parallel > mixed, one-sided.",
        lambda d: _statistic(_over(d.pre_teams, "speedup", "parallel", "mixed")),
    ),
    (
        "sec4_1.mwu_p05_gt_p02",
        f"{_TEAM}: Mann-Whitney U, mixed > serial, one-sided.",
        lambda d: _statistic(_over(d.pre_teams, "speedup", "mixed", "serial")),
    ),
    (
        "sec4_1.wilcoxon_M",
        "Median per-run speedup of preassigned, successful runs of the parallel structure, N = 5 only (the "
        "text does not say so); p: Wilcoxon signed ranks, below Amdahl's 3.57, one-sided.",
        _typical_of_five,
    ),
    (
        "sec4_1.wilcoxon_p_lt_001",
        "The p-value of that test, all models.",
        lambda d: _p(_below_amdahl(d.five)),
    ),
    (
        "sec4_1.wilcoxon_claude_p",
        "The p-value of that test, Claude alone.",
        lambda d: _p(_below_amdahl(d.five.filter(model="claude"))),
    ),
    # 4.2: the two modes.
    (
        "sec4_2.mwu_pre_vs_dec",
        "Per-run speedup, successful runs, N >= 2: Mann-Whitney U, preassigned > decentralized, one-sided.",
        lambda d: _statistic(mann_whitney(d.pre_teams["speedup"], d.dec_teams["speedup"])),
    ),
    (
        "sec4_2.median_speedup_preassigned",
        f"{_TEAM}: median.",
        lambda d: _median(d.pre_teams["speedup"]),
    ),
    (
        "sec4_2.median_speedup_decentralized",
        "Decentralized, successful runs, N >= 2, per-run speedup: median.",
        lambda d: _median(d.dec_teams["speedup"]),
    ),
    ("sec4_2.per_model_p", _SAME_TEST, lambda d: _worst_p(d.pre_teams, d.dec_teams, "speedup")),
    # 4.3: failing tests.
    (
        "sec4_3.mwu_failures",
        "Test runs with return code 1, 2 or 3 per successful run, N >= 1: Mann-Whitney U, decentralized > "
        "preassigned, one-sided.",
        lambda d: _statistic(mann_whitney(d.dec["failures"], d.pre["failures"])),
    ),
    (
        "sec4_3.median_failures_decentralized",
        "Median of these, decentralized.",
        lambda d: _median(d.dec["failures"]),
    ),
    (
        "sec4_3.median_failures_preassigned",
        "Median of these, preassigned.",
        lambda d: _median(d.pre["failures"]),
    ),
    ("sec4_3.per_model_p", _SAME_TEST, lambda d: _worst_p(d.dec, d.pre, "failures")),
    # 4.4: what the paper calls messages are replies of models.
    (
        "sec4_4.mwu_messages",
        "Model replies per successful run, N >= 1: Mann-Whitney U, decentralized > preassigned, one-sided.",
        lambda d: _statistic(mann_whitney(d.dec["messages"], d.pre["messages"])),
    ),
    (
        "sec4_4.r_messages_vs_N",
        "Decentralized, successful runs: Spearman's rho of replies with N (printed as r; Pearson's of all "
        "runs is 0.42).",
        lambda d: _statistic(spearman(d.dec["messages"], d.dec["agents"])),
    ),
    (
        "sec4_4.mwu_idle",
        "Rounds in which nobody completed a task, per successful run: Mann-Whitney U, decentralized > "
        "preassigned, one-sided.",
        lambda d: _statistic(mann_whitney(d.dec["idle_rounds"], d.pre["idle_rounds"])),
    ),
    # 4.5: stragglers; n counts rounds.
    (
        "sec4_5.mwu_straggler",
        "Slowest reply - mean of all replies (not of the others, as the text has it), per round with two or "
        "more, successful runs; a reply counts if logged 0 to 180 s after the round began. Mann-Whitney U, "
        "preassigned > decentralized, one-sided.",
        lambda d: _statistic(mann_whitney(d.pre_gaps["gap"], d.dec_gaps["gap"])),
    ),
    (
        "sec4_5.median_gap_preassigned",
        "Median of these gaps, preassigned, seconds.",
        lambda d: _median(d.pre_gaps["gap"]),
    ),
    (
        "sec4_5.median_gap_decentralized",
        "Median of these gaps, decentralized, seconds.",
        lambda d: _median(d.dec_gaps["gap"]),
    ),
    ("sec4_5.per_model_p", _SAME_TEST, lambda d: _worst_p(d.pre_gaps, d.dec_gaps, "gap")),
    (
        "sec4_5.r_gap_vs_N_preassigned",
        "Spearman's rho of the gap with N, preassigned (printed as r; Pearson's of all runs is 0.146).",
        lambda d: _statistic(spearman(d.pre_gaps["gap"], d.pre_gaps["agents"])),
    ),
    (
        "sec4_5.r_gap_vs_N_decentralized",
        "Spearman's rho of the gap with N, decentralized (printed as r; Pearson's of all runs is 0.197).",
        lambda d: _statistic(spearman(d.dec_gaps["gap"], d.dec_gaps["agents"])),
    ),
    (
        "sec4_5.kruskal_gap_H",
        "Gaps, preassigned: Kruskal-Wallis over the three structures.",
        lambda d: _statistic(kruskal_wallis(_groups(d.pre_gaps, "gap"))),
    ),
    (
        "sec4_5.median_gap_mixed",
        "Median gap, preassigned, mixed structure, seconds.",
        lambda d: _median(d.pre_gaps.filter(structure="mixed")["gap"]),
    ),
    (
        "sec4_5.median_gap_parallel",
        "Median gap, preassigned, parallel structure, seconds.",
        lambda d: _median(d.pre_gaps.filter(structure="parallel")["gap"]),
    ),
    (
        "sec4_5.mwu_mixed_vs_parallel_p",
        "Gaps, preassigned: Mann-Whitney, mixed > parallel, one-sided p-value.",
        lambda d: _p(_over(d.pre_gaps, "gap", "mixed", "parallel")),
    ),
    # 4.6: what speedup costs.
    (
        "sec4_6.excess_median_preassigned",
        f"Preassigned: median of {_EXCESS}.",
        lambda d: _median(_excess(d.pre_teams)),
    ),
    (
        "sec4_6.excess_wilcoxon_p_preassigned",
        "Wilcoxon signed ranks, that excess > 0, one-sided p-value.",
        lambda d: _p(_dear(d.pre_teams)),
    ),
    (
        "sec4_6.serial_token_mean",
        "Preassigned, serial, successful runs, N >= 2: mean per-run token multiplier.",
        lambda d: _mean(d.pre_teams.filter(structure="serial")["multiplier"]),
    ),
    (
        "sec4_6.serial_speedup_mean",
        "Preassigned, serial, successful runs, N >= 2: mean per-run speedup.",
        lambda d: _mean(d.pre_teams.filter(structure="serial")["speedup"]),
    ),
    (
        "sec4_6.serial_p",
        "Wilcoxon signed ranks of the excess in these runs > 0, one-sided p-value.",
        lambda d: _p(_dear(d.pre_teams.filter(structure="serial"))),
    ),
    (
        "sec4_6.excess_median_decentralized",
        f"Decentralized: median of {_EXCESS}.",
        lambda d: _median(_excess(d.dec_teams)),
    ),
    (
        "sec4_6.excess_wilcoxon_p_decentralized",
        "Wilcoxon signed ranks, that excess > 0, one-sided p-value.",
        lambda d: _p(_dear(d.dec_teams)),
    ),
    (
        "sec4_6.rho_tokens_vs_N",
        "Decentralized, successful runs, N >= 2: Spearman's rho of the token multiplier with N.",
        lambda d: _statistic(spearman(d.dec_teams["multiplier"], d.dec_teams["agents"])),
    ),
    (
        "sec4_6.rho_speedup_vs_N",
        "Decentralized, successful runs, N >= 2: Spearman's rho of per-run speedup with N.",
        lambda d: _statistic(spearman(d.dec_teams["speedup"], d.dec_teams["agents"])),
    ),
    (
        "sec4_6.rho_speedup_vs_N_p",
        "The two-sided p-value of that correlation.",
        lambda d: _p(spearman(d.dec_teams["speedup"], d.dec_teams["agents"])),
    ),
    # Appendix A.1: runs that had to be repeated.
    (
        "appA1.retries_claude",
        "Decentralized runs of Claude that did not succeed.",
        lambda d: _failed(d, mode="decentralized", model="claude"),
    ),
    (
        "appA1.retries_gemini",
        "Decentralized runs of Gemini that did not succeed.",
        lambda d: _failed(d, mode="decentralized", model="gemini"),
    ),
    (
        "appA1.retries_gpt",
        "Decentralized runs of GPT that did not succeed.",
        lambda d: _failed(d, mode="decentralized", model="gpt"),
    ),
    (
        "appA1.timeouts_preassigned",
        "Preassigned runs that did not succeed.",
        lambda d: _failed(d, mode="preassigned"),
    ),
)
