"""The figures of a report, computed with polars from the tables of a run, apart from the live fold.

Durations are added as integer microseconds, so they carry no rounding of their own: a live sum of floats may
differ from them after the fifteenth digit, never in the microsecond.
"""

from __future__ import annotations

import math
from typing import Any

import polars as pl

from engine.analysis.figures import UNKNOWN_OF_AGENTS, AgentFigures, Figures
from engine.analysis.frames import MICRO, Frames, number
from engine.record import events as ev

_PAID = ("input_tokens", "output_tokens", "cached_tokens", "reasoning_tokens", "cost_usd", "cost_source")
"""What is known of a call that is paid for."""

_ENDS = ("seq", "type", "outcome", "wall_seconds", "verdict")
"""What is asked of the end of a run."""

_OPEN = (1 << 63) - 1
"""The end of a turn that has none."""


def figures(frames: Frames) -> Figures:
    """Return all figures of the run behind ``frames``."""
    # Events have fifty columns: what filters them says first which it is about.
    events, turns, rounds = frames.events, frames.turns, frames.rounds
    counts = dict(events.group_by("type").len().iter_rows())
    failed_tests = _count(
        events, (pl.col("type") == "tests_finished") & pl.col("verdict").is_in(sorted(ev.FAILURES))
    )
    blocked = _count(
        events,
        (pl.col("type") == "action_refused")
        & (pl.col("action") == "claim_task")
        & (pl.col("reason") == "blocked"),
    )
    paid = events.select("type", *_PAID).filter(pl.col("type").is_in(("replied", "reply_fenced")))
    end, edits = _end(events), _edits(events)
    cost_usd, cost_source = _cost(paid)
    tasks_total = frames.tasks.height
    tasks_done: int | None = frames.tasks["completed"].count()
    completed = 0 < tasks_total == tasks_done
    if "tasks" in frames.gaps:  # which were done is known only if all of them are
        completed = _last_text(end, "run_ended", "outcome") == "completed"
        tasks_done = tasks_total if completed else None
    sent, made, uncounted = _tokens(events, paid)
    gaps = rounds["straggler_gap_seconds"].drop_nulls().head(0 if "rounds" in frames.gaps else rounds.height)
    return Figures(
        tasks_total=tasks_total,
        tasks_done=tasks_done,
        completed=completed,
        verified=_verified(end),
        wall_seconds=_last(end, "run_ended", "wall_seconds"),
        rounds=_known(frames, "rounds", _sum(events["round"].tail(1))),
        replies=counts.get("replied", 0),
        messages=counts.get("message_delivered", 0),
        chatter=_chatter(turns).height,
        idle_rounds=_known(frames, "rounds", rounds.filter(pl.col("idle")).height),
        test_runs=counts.get("tests_finished", 0),
        test_failures=failed_tests,
        locks_acquired=_known(frames, "locks", counts.get("lock_acquired", 0)),
        locks_denied=_known(frames, "locks", counts.get("lock_denied", 0)),
        concurrent_writes=_concurrent_writes(edits),
        rewrites=_rewrites(edits),
        edits=counts.get("file_edited", 0),
        claims_blocked=_known(frames, "blocked", blocked),
        refusals=_known(frames, "refusals", counts.get("action_refused", 0)),
        faults=counts.get("fault_started", 0),
        input_tokens=sent,
        output_tokens=made,
        tokens_unknown=uncounted,
        cached_tokens=_reported(paid["cached_tokens"]),
        reasoning_tokens=_reported(paid["reasoning_tokens"]),
        cost_usd=cost_usd,
        cost_source=cost_source,
        busy_seconds=_sum(turns.filter(pl.col("effects") > 0)["busy_us"]) / MICRO,
        gap_mean=math.fsum(gaps) / len(gaps) if len(gaps) else None,
        agents=tuple(_agent(row, frames) for row in frames.agents.iter_rows(named=True)),
    )


def _known(frames: Frames, gap: ev.Gap, count: int) -> int | None:
    """A count of what the run's record holds; null if its source did not record such things."""
    return None if gap in frames.gaps else count


def _tokens(events: pl.DataFrame, paid: pl.DataFrame) -> tuple[int, int, int]:
    """Tokens in and out, and how many calls are missing from them."""
    asked = events.select("type", "input_tokens", "output_tokens")
    total = asked.filter((pl.col("type") == "run_ended") & pl.col("input_tokens").is_not_null()).tail(1)
    if total.height and total["output_tokens"][0] is not None:
        return _sum(total["input_tokens"]), _sum(total["output_tokens"]), 0
    missing = paid.filter(pl.col("input_tokens").is_null() | pl.col("output_tokens").is_null())
    failed = (pl.col("type") == "call_failed") & pl.col("kind").is_in(ev.UNKNOWN_OUTCOME)
    unknown = failed | (pl.col("type") == "call_abandoned")
    uncounted = missing.height + _count(events, unknown)
    return _sum(paid["input_tokens"]), _sum(paid["output_tokens"]), uncounted


def _reported(counts: pl.Series) -> int | None:
    """The sum of what replies reported; null if none of them did."""
    return _sum(counts) if counts.drop_nulls().len() else None


def gap_median(frames: Frames) -> float | None:
    """Median over rounds of (slowest reply - mean reply), seconds; null without a round of two replies."""
    if "rounds" in frames.gaps:
        return None
    value = frames.rounds["straggler_gap_seconds"].median()
    return float(value) if isinstance(value, int | float) else None


def _rewrites(edits: pl.DataFrame) -> int:
    """Edits of a file that somebody else wrote last, before the turn began (under rounds: earlier)."""
    before = edits.select(
        (pl.col("agent").shift(1).over("path") != pl.col("agent"))
        & (pl.col("seq").shift(1).over("path") < pl.col("since"))
    )
    return _sum(before.to_series())


def _concurrent_writes(edits: pl.DataFrame) -> int:
    """Paths that two or more agents wrote in turns that overlapped, counted per round of the later writer."""
    lazy = edits.lazy()
    earlier = lazy.group_by("path", "agent", "turn").agg(pl.col("seq").min(), pl.col("until").max())
    return (
        lazy.join(earlier, on="path", suffix="_before")
        .filter(
            (pl.col("agent") != pl.col("agent_before"))
            & (pl.col("seq_before") < pl.col("seq"))
            & (pl.col("until_before") > pl.col("since"))
        )
        .select("path", "number")
        .collect()
        .n_unique()
    )


def _edits(events: pl.DataFrame) -> pl.DataFrame:
    """All edits with the first and the last seq of their turn, and the round by which its agent counts it."""
    turns = (
        events.lazy()
        .filter(pl.col("turn") > 0)
        .group_by("turn")
        .agg(
            pl.col("seq").filter(pl.col("type") == "turn_started").first().alias("since"),
            pl.col("seq").filter(pl.col("type") == "turn_ended").first().alias("until"),
            number().alias("number"),
        )
    )
    known = pl.col("since").is_not_null()
    end = pl.coalesce("until", pl.lit(_OPEN))
    return (
        events.lazy()
        .filter(pl.col("type") == "file_edited")
        .select("seq", "path", "agent", "turn", "round")
        .join(turns, on="turn", how="left", maintain_order="left")
        .with_columns(
            pl.when(known).then(end).otherwise(pl.col("seq")).alias("until"),
            pl.coalesce("since", "seq"),
            pl.coalesce("number", "round").alias("number"),
        )
        .collect()
    )


def refused_edits(frames: Frames) -> int | None:
    """Edits that had no effect, for whatever reason."""
    refused = (pl.col("type") == "action_refused") & (pl.col("action") == "edit_file")
    return _known(frames, "refusals", _count(frames.events, refused))


def untested_completions(frames: Frames) -> int | None:
    """Tasks reported done without a test run of their files as they stood."""
    untested = (pl.col("type") == "task_completed") & (pl.col("evidence") == "none")
    return _known(frames, "nodes", _count(frames.events, untested))


def _count(events: pl.DataFrame, which: pl.Expr) -> int:
    """How many of them there are."""
    return _sum(events.select(which.alias("which"))["which"])


def _sum(column: pl.Series) -> int:
    return int(column.sum())  # whole numbers: counts, tokens, microseconds


def _chatter(turns: pl.DataFrame) -> pl.DataFrame:
    return turns.filter((pl.col("effects") == 0) & (pl.col("outcome") == "replied"))


def _end(events: pl.DataFrame) -> pl.DataFrame:
    """What came since the run was last resumed: an end before that was none."""
    asked = events.select(_ENDS)
    resumed = asked.filter(pl.col("type") == "run_resumed")["seq"].to_list()
    return asked.filter(pl.col("seq") > resumed[-1]) if resumed else asked


def _last(events: pl.DataFrame, kind: str, column: str) -> float | None:
    value = events.filter(pl.col("type") == kind)[column].tail(1).to_list()
    return value[0] if value else None


def _last_text(events: pl.DataFrame, kind: str, column: str) -> str | None:
    value = events.filter(pl.col("type") == kind)[column].tail(1).to_list()
    return value[0] if value else None


def _verified(events: pl.DataFrame) -> bool | None:
    verdict = events.filter(pl.col("type") == "run_verified")["verdict"].tail(1).to_list()
    return verdict[0] == "passed" if verdict else None


def _cost(replies: pl.DataFrame) -> tuple[float | None, str]:
    """Sum and source of the costs; (null, ``unknown``) as soon as one reply's price is unknown."""
    if replies.height == 0 or replies["cost_usd"].null_count():
        return None, "unknown"
    source = str(replies["cost_source"][-1])
    return (math.fsum(replies["cost_usd"]), source) if source != "unknown" else (None, source)


def _agent(row: dict[str, Any], frames: Frames) -> AgentFigures:
    values = {column: value for column, value in row.items() if column not in ("agent", "busy_us")}
    for gap, columns in UNKNOWN_OF_AGENTS.items():
        values |= dict.fromkeys(columns if gap in frames.gaps else ())
    return AgentFigures(name=row["agent"], busy_seconds=row["busy_us"] / MICRO, **values)
