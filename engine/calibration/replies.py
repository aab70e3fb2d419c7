"""The recordings as replies: who answered when, how long it took, and what was done with the answer.

The recorded engine handled a reply without a pause, so every event up to the next reply belongs to whoever
gave that one. What a reply waited behind the tests of the one before is no latency; such replies are marked.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from tasks.model import topological
from tasks.suite import load

if TYPE_CHECKING:
    import polars

MODELS = {
    "anthropic_claude-sonnet-4-6": "claude-sonnet-4-6",
    "google_gemini-3-flash-preview": "gemini-3-flash",
    "openai_gpt-5.2": "gpt-5.2",
}
SUITES = {"mathutilities20": "mathutils", "dataanalysis": "dataanalysis", "svgutils": "svg"}
STRUCTURES = {"p09": "parallel", "p05": "mixed", "p02": "serial"}
MODES = {"preassign_nolead": "preassigned", "decentralized": "decentralized"}

TASKS = 20
"""Of every recorded suite."""

WAITED_SECONDS = 0.1
"""A reply that is handled so soon after the tests of the one before had been there already."""


@dataclass(frozen=True, slots=True)
class RecordedRun:
    """A run; ``agents`` is N, ``read`` and ``written`` are its tokens, ``ended_right`` whether its last test
    run
    came after its last edit and passed (null: nothing was tested after the last edit)."""

    name: str
    model: str
    suite: str
    structure: str
    mode: str
    agents: int
    success: bool
    wall: float
    read: int
    written: int
    ended_right: bool | None


@dataclass(frozen=True, slots=True)
class RecordedReply:
    """A reply; counts are of what the engine carried out, ``blocked`` of claims that came too early.

    ``turn`` counts the agent's replies from 1, ``place`` those of the round from 0. ``left`` is what the
    agent still had to do of its given tasks, ``own`` what it had claimed and not completed, both before the
    reply. ``others`` is what teammates had claimed and not completed when the round began, ``open`` how many
    tasks nobody had claimed by then, ``taken`` what was claimed in it before.
    """

    run: RecordedRun
    agent: str
    turn: int
    place: int
    latency: float
    waited: bool
    edits: int
    claims: int
    blocked: int
    completes: int
    tests: int
    load: int
    left: int
    own: int
    others: int
    open: int
    taken: int

    @property
    def attempts(self) -> int:
        """Claims, granted or too early."""
        return self.claims + self.blocked

    @property
    def tags(self) -> int:
        """Actions other than edits."""
        return self.attempts + self.completes + self.tests


@dataclass(frozen=True, slots=True)
class Recordings:
    """Runs, and their replies in the order of the log."""

    runs: tuple[RecordedRun, ...]
    replies: tuple[RecordedReply, ...]

    def only(self, fits: Callable[[RecordedRun], bool]) -> Recordings:
        """Those runs that fit, and their replies."""
        kept = {run.name for run in self.runs if fits(run)}
        return Recordings(
            tuple(run for run in self.runs if run.name in kept),
            tuple(reply for reply in self.replies if reply.run.name in kept),
        )


def read(folder: Path) -> Recordings:
    """Read ``runs.parquet`` and ``events.parquet``. Raises ``OSError`` if one is missing."""
    import polars as pl

    columns = ["type", "ts", "run_dir", "round", "agent", "returncode", "seconds"]
    events = pl.read_parquet(folder / "events.parquet", columns=columns).with_row_index("row")
    runs = _runs(pl.read_parquet(folder / "runs.parquet"), events)
    by_name = {run.name: run for run in runs}
    table = _replies(events)
    seen: dict[tuple[str, str], list[int]] = {}
    found: list[RecordedReply] = []
    for row in table.iter_rows(named=True):
        run = by_name[row["run_dir"]]
        turn, claimed, completed = seen.setdefault((run.name, row["agent"]), [0, 0, 0])
        load_ = loads(run.suite, run.structure, run.agents).get(row["agent"], 0)
        found.append(
            RecordedReply(
                run=run,
                agent=row["agent"],
                turn=turn + 1,
                place=row["place"],
                latency=row["latency"],
                waited=bool(row["waited"]),
                edits=row["edits"],
                claims=row["claims"],
                blocked=row["blocked"],
                completes=row["completes"],
                tests=row["tests"],
                load=load_,
                left=max(0, load_ - completed),
                own=max(0, claimed - completed),
                others=max(0, row["gone"] - row["over"] - (claimed - completed)),
                open=max(0, TASKS - row["gone"]),
                taken=row["taken"],
            )
        )
        seen[run.name, row["agent"]] = [turn + 1, claimed + row["claims"], completed + row["completes"]]
    return Recordings(tuple(runs), tuple(found))


@lru_cache(maxsize=64)
def loads(suite: str, structure: str, agents: int) -> dict[str, int]:
    """How many tasks each agent is given beforehand."""
    from engine.record.events import TaskSpec
    from engine.strategies.preassigned import Preassigned

    names = [f"Dev{number}" for number in range(1, agents + 1)]
    tasks = topological(load(suite, structure).tasks)
    specs = [
        TaskSpec(
            id=t.id, name=t.name, title=t.title, description="", files=t.files, dependencies=t.dependencies
        )
        for t in tasks
    ]
    counts = dict.fromkeys(names, 0)
    for _, agent in Preassigned().before_run(specs, names):
        counts[agent] += 1
    return counts


def _runs(table: polars.DataFrame, events: polars.DataFrame) -> list[RecordedRun]:
    import polars as pl

    last = events.group_by("run_dir").agg(
        pl.col("row").filter(pl.col("type") == "edit_file").max().alias("edit"),
        pl.col("row").filter(pl.col("type") == "run_tests").max().alias("test"),
        pl.col("returncode").filter(pl.col("type") == "run_tests").last().alias("code"),
    )
    rows = table.join(last, on="run_dir", how="left").sort("run_dir").iter_rows(named=True)
    return [
        RecordedRun(
            name=row["run_dir"],
            model=MODELS[row["model_dir"]],
            suite=SUITES[row["task_type"]],
            structure=STRUCTURES[row["p_label"]],
            mode=MODES[row["mode"]],
            agents=row["n_teammates"],
            success=row["success"],
            wall=row["wall_clock_seconds"],
            read=row["total_input_tokens"],
            written=row["total_output_tokens"],
            ended_right=row["code"] == 0 if (row["test"] or 0) > (row["edit"] or 0) else None,
        )
        for row in rows
    ]


def _replies(events: polars.DataFrame) -> polars.DataFrame:
    import polars as pl

    def count(kind: str, name: str) -> polars.Expr:
        return (pl.col("type") == kind).sum().cast(pl.Int64).alias(name)

    begins = pl.col("type") == "round_start"
    table = (
        events.with_columns(
            (pl.col("type") == "agent_reply").cast(pl.Int64).cum_sum().over("run_dir").alias("reply"),
            pl.when(begins).then("round").forward_fill().over("run_dir").alias("in_round"),
            pl.when(begins).then("ts").forward_fill().over("run_dir").alias("began"),
        )
        .filter(pl.col("reply") > 0)
        .group_by("run_dir", "reply", maintain_order=True)
        .agg(
            pl.col("agent").first(),
            pl.col("in_round").first(),
            pl.col("ts").first(),
            (pl.col("ts").first() - pl.col("began").first()).alias("latency"),
            count("edit_file", "edits"),
            count("claim_task", "claims"),
            count("claim_blocked", "blocked"),
            count("complete_task", "completes"),
            count("run_tests", "tests"),
            pl.col("seconds").filter(pl.col("type") == "run_tests").sum().alias("testing"),
        )
    )
    here = ["run_dir", "in_round"]
    since = pl.col("ts") - pl.col("ts").shift(1) - pl.col("testing").shift(1)
    rounds = (
        table.group_by(here, maintain_order=True)
        .agg(pl.col("claims", "completes").sum())
        .select(
            *here,
            (pl.col("claims").cum_sum().over("run_dir") - pl.col("claims")).alias("gone"),
            (pl.col("completes").cum_sum().over("run_dir") - pl.col("completes")).alias("over"),
        )
    )
    return table.with_columns(
        pl.int_range(pl.len()).over(here).alias("place"),
        (pl.col("claims").cum_sum().over(here) - pl.col("claims")).alias("taken"),
        ((since < WAITED_SECONDS) & (pl.col("testing").shift(1) > 0))
        .over(here)
        .fill_null(False)
        .alias("waited"),
    ).join(rounds, on=here, how="left", maintain_order="left")
