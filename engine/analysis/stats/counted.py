"""What happened in saved runs, counted: from summaries where these are true, else from the journals."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import polars as pl

from engine.analysis.figures import live
from engine.record import journal
from engine.record.files import read_bounded
from engine.record.folder import RunFolder
from engine.record.state import RunState
from engine.rows import SUMMARY_MAX, RunRow

COUNTED = (
    "replies",
    "messages",
    "idle_rounds",
    "test_failures",
    "concurrent_writes",
    "rewrites",
    "claims_blocked",
    "chatter",
    "straggler_gap",
)
"""Names of the counts; the last one is seconds, the mean over rounds."""

SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "run_id": pl.String,
    **dict.fromkeys(COUNTED, pl.Float64),
}


class _Gap(msgspec.Struct):
    mean: float | None = None


class _Summary(msgspec.Struct):
    """What ``summary.json`` has of it; ``journal_bytes`` tells whether it is still true."""

    replies: int | None
    messages: int | None
    idle_rounds: int | None
    test_failures: int | None
    concurrent_writes: int | None
    rewrites: int | None
    claims_blocked: int | None
    chatter: int | None
    straggler_gap_seconds: _Gap
    journal_bytes: int


def counted(rows: Sequence[RunRow]) -> pl.DataFrame:
    """A row per run with ``COUNTED``; null where the run's source did not record it.

    Takes a few thousandths of a second for every run without a summary, as imported ones are. Raises
    ``TeamtopError`` if a journal cannot be read.
    """
    found = [{"run_id": row.run_id, **(_kept(row.folder) or _of_journal(row.folder))} for row in rows]
    return pl.DataFrame(found, schema=SCHEMA).unique("run_id", keep="first", maintain_order=True)


def _kept(folder: RunFolder) -> dict[str, float | None] | None:
    try:
        summary = msgspec.json.decode(read_bounded(folder.summary_path, SUMMARY_MAX), type=_Summary)
        size = folder.events_path.stat().st_size
    except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    if summary.journal_bytes != size:
        return None
    counts = {name: getattr(summary, name, None) for name in COUNTED}
    return {**counts, "straggler_gap": summary.straggler_gap_seconds.mean}


def _of_journal(folder: RunFolder) -> dict[str, float | None]:
    figures = live(RunState.of(journal.saved(folder.events_path).events))
    counts = {name: getattr(figures, name, None) for name in COUNTED}
    return {**counts, "straggler_gap": figures.gap_mean}
