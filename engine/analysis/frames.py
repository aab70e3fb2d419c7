"""Tables of a run for analysis: events, turns, tasks, rounds, agents.

The events table is read with an explicit schema from journal lines that were validated one by one: schema
inference silently drops fields that first appear late, and a torn line makes polars give up the whole file.
Durations are summed as integer microseconds, the resolution of the journal, so that sums are exact.

Import this module only where tables are needed: polars takes 0.1 s and 35 MB.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import polars as pl

from engine.errors import TeamtopError
from engine.record import events as ev
from engine.record.shape import Shape

EVENT_SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "seq": pl.Int64,
    "ts": pl.Float64,
    "round": pl.Int64,
    "type": pl.String,
    "agent": pl.String,
    "turn": pl.Int64,
    "task": pl.String,
    "path": pl.String,
    "action": pl.String,
    "object": pl.String,
    "reason": pl.String,
    "detail": pl.String,
    "outcome": pl.String,
    "effects": pl.Int64,
    "kind": pl.String,
    "attempt": pl.Int64,
    "attempts": pl.Int64,
    "retry_seconds": pl.Float64,
    "latency_seconds": pl.Float64,
    "input_tokens": pl.Int64,
    "output_tokens": pl.Int64,
    "cached_tokens": pl.Int64,
    "reasoning_tokens": pl.Int64,
    "cost_usd": pl.Float64,
    "cost_source": pl.String,
    "finish_reason": pl.String,
    "version": pl.Int64,
    "base": pl.Int64,
    "previous": pl.String,
    "hash": pl.String,
    "token": pl.Int64,
    "holder": pl.String,
    "age_seconds": pl.Float64,
    "verdict": pl.String,
    "exit_code": pl.Int64,
    "passed": pl.List(pl.String),
    "failed": pl.List(pl.String),
    "seconds": pl.Float64,
    "wait_seconds": pl.Float64,
    "evidence": pl.String,
    "by": pl.String,
    "sender": pl.String,
    "recipient": pl.String,
    "recipients": pl.List(pl.String),
    "epoch": pl.Int64,
    "own_round": pl.Int64,
    "lease_until": pl.Float64,
    "author": pl.String,
    "why": pl.String,
    "wall_seconds": pl.Float64,
    "text": pl.String,
    "content": pl.String,
}
"""Columns of the events table. Fields whose type differs between events (``id``, ``tasks``, ``params``) and
what describes the run rather than its course stay in the journal."""

MICRO = 1_000_000

_COMINGS_AND_GOINGS = ("agent_crashed", "agent_stalled", "agent_revived", "agent_joined", "agent_left")
"""Types of events after which an agent is up, lost or gone: the last one says which."""

_encoder = msgspec.json.Encoder()


@dataclass(frozen=True, slots=True)
class Frames:
    """The tables of one run; ``agents`` and ``tasks`` are in team and listing order.

    ``gaps`` is what an imported run does not hold: figures about that are unknown.
    """

    events: pl.DataFrame
    turns: pl.DataFrame
    tasks: pl.DataFrame
    rounds: pl.DataFrame
    agents: pl.DataFrame
    gaps: frozenset[ev.Gap] = frozenset()

    def write(self, folder: Path) -> None:
        """Write ``<table>.parquet`` for each, whole or not at all. Raises ``OSError``."""
        for name in ("events", "turns", "tasks", "rounds", "agents"):
            table: pl.DataFrame = getattr(self, name)
            draft = folder / f"{name}.parquet.{os.getpid()}.tmp"  # two processes may write one run's caches
            table.write_parquet(draft, compression="zstd")
            draft.replace(folder / f"{name}.parquet")


def build(events: Sequence[ev.AnyEvent]) -> Frames:
    """Make all tables from validated events. Raises ``TeamtopError`` for numbers that no engine writes."""
    try:
        table = _events(events)
        shape, turns = Shape(events), _turns(table)
        started = next((e for e in events if isinstance(e, ev.RunStarted)), None)
        agents, tasks = _agents(table, turns, _team(events)), _tasks(table, shape.tasks.values())
        return Frames(table, turns, tasks, _rounds(table), agents, frozenset(started.gaps if started else ()))
    except pl.exceptions.PolarsError as error:
        raise TeamtopError(
            f"The journal holds values that no table can hold ({str(error).splitlines()[0][:120]}); "
            "`teamtop replay` still shows it."
        ) from None


def micros(column: str) -> pl.Expr:
    """Seconds as integer microseconds."""
    return (pl.col(column) * MICRO).round().cast(pl.Int64)


def _events(events: Sequence[ev.AnyEvent]) -> pl.DataFrame:
    # Encoded anew from what the decoder accepted, so that doubled keys or odd escapes of a forged line, on
    # which two JSON readers may differ, cannot make the tables tell another story than the fold.
    lines = b"\n".join(_encoder.encode(event) for event in events)
    return pl.read_ndjson(io.BytesIO(lines), schema=EVENT_SCHEMA)


def _count(kind: str, name: str) -> pl.Expr:
    return (pl.col("type") == kind).sum().cast(pl.Int64).alias(name)


_FAILED_TESTS = (
    ((pl.col("type") == "tests_finished") & pl.col("verdict").is_in(sorted(ev.FAILURES)))
    .sum()
    .cast(pl.Int64)
    .alias("test_failures")
)


def number() -> pl.Expr:
    """Of a group of events of one turn: the round by which its agent counts it."""
    own = _of("turn_started", "own_round")
    return pl.when(own > 0).then(own).otherwise(_of("turn_started", "round"))


def _of(kind: str, column: str) -> pl.Expr:
    """The column's value in the group's event of that type, null if there is none."""
    return pl.col(column).filter(pl.col("type") == kind).first()


def _turns(events: pl.DataFrame) -> pl.DataFrame:
    """One row per turn; ``busy_us`` is its time in the model call and in tests."""
    replied = pl.col("type") == "replied"
    tested = pl.col("type") == "tests_finished"
    return (
        events.lazy()
        .filter(pl.col("turn") > 0)
        .group_by("turn", maintain_order=True)
        .agg(
            pl.col("agent").first(),
            number().alias("round"),
            _of("turn_started", "epoch").alias("epoch"),
            _of("turn_started", "ts").alias("started"),
            _of("replied", "ts").alias("replied"),
            _of("turn_ended", "ts").alias("ended"),
            *(
                _of("replied", name)
                for name in (
                    "latency_seconds",
                    "input_tokens",
                    "output_tokens",
                    "cost_usd",
                    "cost_source",
                    "finish_reason",
                    "attempts",
                )
            ),
            _of("turn_ended", "outcome").alias("outcome"),
            _of("turn_ended", "effects").alias("effects"),
            _count("call_failed", "calls_failed"),
            _count("task_claimed", "claims"),
            _count("task_completed", "completions"),
            _count("file_edited", "edits"),
            _count("lock_denied", "denied"),
            _count("action_refused", "refused"),
            _count("tests_finished", "test_runs"),
            _FAILED_TESTS,
            (micros("latency_seconds").filter(replied).sum() + micros("seconds").filter(tested).sum()).alias(
                "busy_us"
            ),
        )
        .collect()
    )


def _rounds(events: pl.DataFrame) -> pl.DataFrame:
    """One row per round; ``ended`` is null while it is open. The gap is the slowest reply minus the mean.

    What agents do counts for their own round, if that is still to end; ``idle`` rounds ended without a
    completion. What came between the end of a round and the next counts for neither gap nor idleness.
    """
    end = pl.col("seq").filter(pl.col("type") == "round_ended").first()
    in_time = (pl.col("seq") < end).fill_null(value=True)
    latency = micros("latency_seconds").filter((pl.col("type") == "replied") & in_time)
    numbers = events.lazy().filter(pl.col("turn") > 0).group_by("turn").agg(number().alias("number"))
    rows = (
        events.lazy()
        .filter(pl.col("round") > 0)
        .join(numbers, on="turn", how="left", maintain_order="left")
        .with_columns(pl.max_horizontal("number", "round").alias("round"))
        .group_by("round", maintain_order=True)
        .agg(
            _of("round_started", "ts").alias("started"),
            _of("round_ended", "ts").alias("ended"),
            _count("turn_started", "agents"),
            _count("replied", "replies"),
            _count("task_completed", "completions"),
            _count("lock_denied", "denied"),
            _count("action_refused", "refused"),
            _count("message_delivered", "messages"),
            _count("file_edited", "edits"),
            _count("tests_finished", "test_runs"),
            _FAILED_TESTS,
            ((pl.col("type") == "turn_ended") & (pl.col("effects") == 0) & (pl.col("outcome") == "replied"))
            .sum()
            .cast(pl.Int64)
            .alias("chatter"),
            ((pl.col("type") == "task_completed") & in_time).any().not_().alias("idle"),
            latency.max().alias("slowest_us"),
            latency.sum().alias("latency_us"),
            latency.len().alias("in_time"),
        )
        .filter(pl.col("started").is_not_null())
        .sort("round")
    )
    gap = (pl.col("slowest_us") - pl.col("latency_us") / pl.col("in_time")) / MICRO
    return (
        rows.with_columns(
            pl.col("idle") & pl.col("ended").is_not_null(),
            pl.when((pl.col("in_time") >= 2) & pl.col("ended").is_not_null())
            .then(gap)
            .otherwise(None)
            .alias("straggler_gap_seconds"),
        )
        .drop("in_time")
        .collect()
    )


def _tasks(events: pl.DataFrame, specs: Iterable[ev.TaskSpec]) -> pl.DataFrame:
    """One row per task: who completed it when, and how often it changed hands."""
    listing = pl.LazyFrame(
        [
            {
                "task": spec.id,
                "name": spec.name,
                "title": spec.title,
                "files": list(spec.files),
                "dependencies": list(spec.dependencies),
                "tests": len(spec.tests),
            }
            for spec in specs
        ],
        schema={
            "task": pl.String,
            "name": pl.String,
            "title": pl.String,
            "files": pl.List(pl.String),
            "dependencies": pl.List(pl.String),
            "tests": pl.Int64,
        },
    )
    course = (
        events.lazy()
        .filter(pl.col("task").is_not_null())
        .group_by("task")
        .agg(
            _of("task_claimed", "ts").alias("claimed"),
            _of("task_completed", "ts").alias("completed"),
            _of("task_completed", "round").alias("round"),
            _of("task_completed", "agent").alias("agent"),
            _of("task_completed", "evidence").alias("evidence"),
            (_count("task_claimed", "claims")),
            (_count("task_assigned", "assignments")),
            (_count("task_released", "releases")),
        )
    )
    rows = listing.join(course, on="task", how="left", maintain_order="left")
    return rows.with_columns(pl.col("claims", "assignments", "releases").fill_null(0)).collect()


def _team(events: Sequence[ev.AnyEvent]) -> list[ev.AgentSpec]:
    """Everybody who was ever in the team, by the last that was said of them; who comes back comes last."""
    ever: dict[str, ev.AgentSpec] = {}
    for event in events:
        if isinstance(event, ev.RunStarted | ev.TeamChanged):
            ever |= {spec.name: spec for spec in event.team}
        elif isinstance(event, ev.AgentJoined):
            ever.pop(event.agent, None)
            ever[event.agent] = event.spec
    return list(ever.values())


def _agents(events: pl.DataFrame, turns: pl.DataFrame, members: Sequence[ev.AgentSpec]) -> pl.DataFrame:
    """One row per agent, in team order, with the sums of what it did; ``busy_us`` counts every turn."""
    team = pl.LazyFrame(
        [{"agent": a.name, "role": a.role, "model": a.model} for a in members],
        schema={"agent": pl.String, "role": pl.String, "model": pl.String},
    )
    lost = pl.col("type").filter(pl.col("type").is_in(_COMINGS_AND_GOINGS)).last()
    course = (
        events.lazy()
        .filter(pl.col("agent").is_not_null())
        .group_by("agent")
        .agg(
            _count("replied", "turns"),
            _count("task_completed", "done"),
            _count("file_edited", "edits"),
            _count("action_refused", "refusals"),
            _count("lock_denied", "lock_denials"),
            _count("tests_finished", "test_runs"),
            _FAILED_TESTS,
            pl.col("input_tokens").sum(),
            pl.col("output_tokens").sum(),
            pl.col("cost_usd").sum(),
            (pl.col("type").is_in(("replied", "reply_fenced")) & pl.col("cost_usd").is_null())
            .any()
            .alias("cost_unknown"),
            lost.alias("lost"),
        )
    )
    sent = (
        events.lazy()
        .filter(pl.col("type") == "message_sent")
        .group_by("sender")
        .agg(pl.len().alias("messages_sent"))
    )
    worked = (
        turns.lazy()
        .group_by("agent")
        .agg(
            pl.col("busy_us").sum(),
            ((pl.col("effects") == 0) & (pl.col("outcome") == "replied"))
            .sum()
            .cast(pl.Int64)
            .alias("chatter"),
        )
    )
    rows = (
        team.join(course, on="agent", how="left", maintain_order="left")
        .join(sent, left_on="agent", right_on="sender", how="left", maintain_order="left")
        .join(worked, on="agent", how="left", maintain_order="left")
    )
    standing = {"agent_crashed": "down", "agent_stalled": "stalled", "agent_left": "left"}
    known = rows.with_columns(
        pl.col("lost").replace_strict(standing, default="ok", return_dtype=pl.String).alias("status"),
        pl.when(pl.col("cost_unknown").fill_null(value=False))
        .then(None)
        .otherwise(pl.col("cost_usd").fill_null(0.0))
        .alias("cost_usd"),
        pl.selectors.integer().fill_null(0),
    )
    return known.drop("lost", "cost_unknown").collect()
