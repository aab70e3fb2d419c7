"""What the paper measures, per run and per round, from a recording.

Definitions are those that reproduce the published figures; where they differ from the paper's wording, the
definition beside each statistic says so.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from engine.analysis.paper.recording import MODELS, MODES, STRUCTURES, Recording

LATENCY_MAX = 180.0
"""Seconds: replies logged later than this after the start of their round do not count as latencies."""

FAILED_CODES = (1, 2, 3)
"""pytest's codes that the paper counts as failures: tests failed, interrupted, internal error."""

CELL = ("mode", "task_type", "structure", "model")
"""What a team and its one-agent runs have in common."""


@dataclass(frozen=True, slots=True)
class Measures:
    """``runs``: a row per run; event measures are null for a run without events.

    ``mode, structure, model, agents, task_type, success, wall, tokens, speedup, multiplier, failures,
    messages, idle_rounds, concurrent_writes, claims_blocked``, in short names. ``speedup`` and ``multiplier``
    (of tokens) are against the mean of the successful one-agent runs of the cell, null without one.
    ``rounds``: ``gap`` seconds of every round with two or more latencies, with what its run was.
    """

    runs: pl.DataFrame
    rounds: pl.DataFrame


def measure(recording: Recording) -> Measures:
    """Compute both tables."""
    runs = _runs(recording.runs)
    by_round = _by_round(recording.events, runs)
    course = by_round.group_by("number").agg(
        pl.col("failures").sum(),
        pl.col("replies").sum().alias("messages"),
        ((pl.col("replies") > 0) & (pl.col("completions") == 0)).sum().alias("idle_rounds"),
    )
    runs = runs.join(course, on="number", how="left", maintain_order="left")
    facts = runs.select("number", "mode", "structure", "model", "agents", "success")
    gaps = (
        by_round.filter(pl.col("latencies") >= 2)
        .with_columns((pl.col("slowest") - pl.col("mean")).alias("gap"))
        .select("number", "round", "gap")
        .join(facts, on="number", maintain_order="left")
    )
    return Measures(runs, gaps)


def _runs(runs: pl.DataFrame) -> pl.DataFrame:
    # In an order of their own, so that sums of floats do not depend on that of the file.
    known = (
        runs.sort("run_dir")
        .with_row_index("number")
        .with_columns(
            pl.col("mode").replace_strict(MODES, default=pl.col("mode")),
            pl.col("p_label").replace_strict(STRUCTURES, default=pl.col("p_label")).alias("structure"),
            pl.col("model_dir").replace_strict(MODELS, default=pl.col("model_dir")).alias("model"),
            pl.col("n_teammates").alias("agents"),
            pl.col("wall_clock_seconds").alias("wall"),
            (pl.col("total_input_tokens") + pl.col("total_output_tokens")).alias("tokens"),
        )
    )
    alone = (
        known.filter(pl.col("success") & (pl.col("agents") == 1))
        .group_by(CELL)
        .agg(pl.col("wall").mean().alias("wall_one"), pl.col("tokens").mean().alias("tokens_one"))
    )
    return known.join(alone, on=CELL, how="left", maintain_order="left").with_columns(
        ratio("wall_one", "wall").alias("speedup"), ratio("tokens", "tokens_one").alias("multiplier")
    )


def ratio(above: str, below: str) -> pl.Expr:
    """The quotient of two columns; null where it is none."""
    return pl.when(pl.col(below) > 0).then(pl.col(above) / pl.col(below))


def _by_round(events: pl.DataFrame, runs: pl.DataFrame) -> pl.DataFrame:
    """A row per run (``number``) and round with what was logged in it."""
    kind = pl.col("type")
    wanted = (
        events.lazy()
        .filter(kind.is_in(["round_start", "agent_reply", "complete_task", "run_tests"]))
        .select(
            pl.col("run_dir").rle_id().alias("stretch"),  # numbers are faster to group by than names
            "run_dir",
            "round",
            "ts",
            (kind == "round_start").alias("start"),
            (kind == "agent_reply").alias("replies"),
            (kind == "complete_task").alias("completions"),
            pl.col("returncode").is_in([float(code) for code in FAILED_CODES]).alias("failures"),
        )
        .collect()
        .lazy()
    )
    stretches = wanted.group_by("stretch").agg(pl.col("run_dir").first())
    numbers = stretches.join(runs.lazy().select("run_dir", "number"), on="run_dir")
    logged = wanted.drop("run_dir").join(numbers.drop("run_dir"), on="stretch").collect().lazy()
    begun = logged.filter("start").unique(["number", "round"], keep="first")
    latency = pl.when("replies").then(pl.col("ts") - pl.col("began"))
    return (
        logged.filter(~pl.col("start"))
        .join(begun.select("number", "round", began="ts"), on=["number", "round"], how="left")
        .with_columns(latency.alias("latency"))
        .select(
            "number",
            "round",
            "replies",
            "completions",
            "failures",
            pl.when((pl.col("latency") > 0) & (pl.col("latency") < LATENCY_MAX))
            .then("latency")
            .alias("latency"),
        )
        .group_by("number", "round")
        .agg(
            pl.col("replies", "completions", "failures").sum(),
            pl.col("latency").count().alias("latencies"),
            pl.col("latency").max().alias("slowest"),
            pl.col("latency").mean().alias("mean"),
        )
        .sort("number", "round")  # sums of floats must not depend on which thread was first
        .collect()
    )
