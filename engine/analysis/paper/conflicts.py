"""Conflicts per run, as Figure 3 counts them and as they are with every act given to its agent.

The figure mixes missing data with zeros (``concurrent_writes`` and ``claims_blocked`` were not stored for all
runs) and counts an agent's edits of its own files as rewrites. Counted from the events, the first two are
known of every run; an edit belongs to whoever replied last.
"""

from __future__ import annotations

import polars as pl

from engine.analysis.paper.measures import Measures
from engine.analysis.paper.recording import Recording

RECORDED = ("concurrent_writes", "claims_blocked", "later_edits")
"""As the figure has them: two columns of the runs, and edits of a path in a later round than its first."""

COUNTED = ("paths_shared", "claims_too_early", "rewrites")
"""From the events: paths that two agents wrote in one round, blocked claims, and edits of a file that
somebody else wrote last, in an earlier round."""


def conflicts(recording: Recording, measures: Measures) -> pl.DataFrame:
    """A row per run, with ``RECORDED`` and ``COUNTED``; events' counts are null for a run without events."""
    kind, number = pl.col("type"), "number"
    facts = measures.runs.select(
        "number", "run_dir", "mode", "model", "success", "concurrent_writes", "claims_blocked"
    )
    acts = (
        recording.events.lazy()
        .filter(kind.is_in(["agent_reply", "edit_file", "claim_blocked"]))
        .join(facts.lazy().select("run_dir", "number"), on="run_dir", maintain_order="left")
        .with_columns(pl.when(kind == "agent_reply").then("agent").forward_fill().over(number).alias("agent"))
        .collect()
    )
    edits = acts.filter(kind == "edit_file").with_columns(
        pl.col("agent").shift(1).over(number, "path").alias("author"),
        pl.col("round").shift(1).over(number, "path").alias("written"),
        pl.col("round").min().over(number, "path").alias("first"),
    )
    anothers = (pl.col("author") != pl.col("agent")) & (pl.col("written") < pl.col("round"))
    shared = (
        edits.group_by(number, "round", "path")
        .agg(pl.col("agent").n_unique())
        .group_by(number)
        .agg((pl.col("agent") >= 2).sum().alias("paths_shared"))
    )
    by_run = edits.group_by(number).agg(
        (pl.col("round") > pl.col("first")).sum().alias("later_edits"), anothers.sum().alias("rewrites")
    )
    blocked = acts.group_by(number).agg((kind == "claim_blocked").sum().alias("claims_too_early"))
    found = blocked.join(by_run, on=number, how="left").join(shared, on=number, how="left")
    return facts.join(
        found.with_columns(pl.col("later_edits", "rewrites", "paths_shared").fill_null(0)),
        on=number,
        how="left",
        maintain_order="left",
    )
