"""The report of a run: one object with every figure, and its caches in the run's folder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import msgspec

from engine.analysis import accounting, changes, copies, measures, reviews, sizing
from engine.analysis import baseline as baselines
from engine.analysis.gaps import missing
from engine.analysis.words import headline
from engine.errors import TeamtopError
from engine.record import events as ev
from engine.record import journal
from engine.record.config import RunMeta
from engine.record.files import write_whole
from engine.record.folder import RunFolder
from engine.record.shape import Shape
from engine.store import RunsStore

if TYPE_CHECKING:  # polars is slow to load
    from engine.analysis.frames import Frames

__all__ = ["Report", "build", "headline", "write_caches"]

Report: TypeAlias = dict[str, Any]
"""What ``report RUN --json`` prints. Texts are raw, as in the journal; numbers are unrounded."""

Status: TypeAlias = Literal["completed", "ended", "running", "broken off", "prefix"]
"""``ended``: with tasks open; ``broken off``: no end event, no engine; ``prefix``: up to a chosen
event, or to where the journal can be read."""


def build(folder: RunFolder, runs_dirs: Sequence[Path] | None = None, until: int | None = None) -> Report:
    """Compute the report of a run as far as its journal is valid, or up to event ``until``.

    ``runs_dirs`` are searched for the one-agent runs that it is measured against (default: the folder that
    the run is in, and the samples). Damage and gaps are told in ``notes``. Raises ``TeamtopError`` if there
    is nothing to report on.
    """
    return _build(folder, _read(folder), runs_dirs, until)[0]


def _build(
    folder: RunFolder, record: journal.Journal, runs_dirs: Sequence[Path] | None, until: int | None = None
) -> tuple[Report, Frames]:
    """The report, and the tables that it is made from."""
    from engine.analysis import frames as tables
    from engine.analysis import summary

    if runs_dirs is None:
        runs_dirs = RunsStore([folder.path.parent]).dirs
    events, notes = record.events, [record.note] if record.note else []
    cut = record.damaged or record.newer or (until is not None and max(until, 1) < len(events))
    if until is not None:
        events = events[: max(until, 1)]
    started = events[0]
    if not isinstance(started, ev.RunStarted):
        raise TeamtopError(
            f"{folder.events_path} does not begin with the start of a run; it cannot be reported."
        )
    meta = _meta(folder, notes)
    frames = tables.build(events)
    figures = summary.figures(frames)
    last = next((e for e in reversed(events) if isinstance(e, ev.RunEnded | ev.RunResumed)), None)
    ended = last if isinstance(last, ev.RunEnded) else None
    status = _status(folder, ended, figures.completed, cut=cut)
    if status == "broken off":
        notes.append(
            "The run has no end event: its engine was killed. Figures are those of what was recorded."
        )
    if figures.tokens_unknown:
        notes.append(
            f"{figures.tokens_unknown} calls did not report their tokens, or broke off before they could; "
            "the sums are what is known."
        )
    notes += started.notes
    copied = copies.figures(events)
    notes += copies.sentences(copied) if copied else []
    reviewed = reviews.figures(events)
    notes += [reviews.sentence(reviewed)] if reviewed else []
    if started.gaps:
        notes.append(f"Imported ({started.source}); not recorded: {missing(started.gaps)}.")
    notes += changes.successions(events)
    shape = Shape(events)
    found, why = baselines.find(runs_dirs, meta or started, folder.run_id), changes.incomparable(events)
    if why:
        found = None
        notes.append(why)
    if untested := [task for task in shape.added if not shape.tasks[task].tests]:
        many = "1 task was" if len(untested) == 1 else f"{len(untested)} tasks were"
        notes.append(f"{many} added to the run, without tests to verify that work.")
    account, state = accounting.Account.folded(events)
    speed = measures.speed(figures, events, state, found)
    # Less work in less time is no speedup: what did not end with all done loses nothing against one that did.
    alone = [] if speed["speedup"] is None else baselines.accounts(runs_dirs, found)
    report = {
        "run_id": folder.run_id,
        "source": started.source or None,
        "created": meta.created if meta else None,
        "status": status,
        "outcome": ended.outcome if ended else None,
        "outcome_detail": (ended.detail or _stopped_by_the_engine(events)) if ended else "",
        **measures.asked(changes.as_it_stands(started, events), meta),
        **changes.shaped(events, shape, state),
        **measures.times(figures, events, meta),
        **speed,
        **measures.counts(figures),
        "verified_failed": list(_failed_nodes(events)),
        "refused_edits": summary.refused_edits(frames),
        "untested_completions": summary.untested_completions(frames),
        "straggler_gap_seconds": {"mean": figures.gap_mean, "median": summary.gap_median(frames)},
        "faults": changes.faults(events),
        "advice": sizing.table(state, found),
        "accounting": accounting.table(account, alone, speed["speedup"]),
        "copies": copied,
        "reviews": reviewed,
        "team_changes": changes.team_changes(events),
        "fork": _fork(folder, meta, events, runs_dirs),
        "agents_table": measures.agents(figures, state),
        "lead_lost": changes.lead_lost(events),
        "events": len(events),
        "notes": notes,
    }
    return report, frames


def _fork(
    folder: RunFolder, meta: RunMeta | None, events: Sequence[ev.AnyEvent], dirs: Sequence[Path]
) -> dict[str, Any] | None:
    """What a fork came to beside its parent; null for a run of its own, or without a parent to be found."""
    if meta is None or meta.parent is None:
        return None
    from engine import forkcost

    return forkcost.compare(folder, events, dirs)


def write_caches(folder: RunFolder, runs_dirs: Sequence[Path] | None = None) -> Report:
    """Build the report and keep it as ``summary.json``, with the tables as Parquet; return it.

    All of it can be made anew from the journal. Raises ``TeamtopError`` as ``build`` does, or if the folder
    cannot be written.
    """
    report, frames = _build(folder, _read(folder), runs_dirs)
    try:
        # The journal's length tells readers of the cache whether it is stale.
        cached = {**report, "journal_bytes": folder.events_path.stat().st_size}
        write_whole(folder.summary_path, msgspec.json.format(msgspec.json.encode(cached), indent=2) + b"\n")
        frames.write(folder.path)
    except OSError as error:
        raise TeamtopError(f"{folder.path} cannot be written: {error.strerror or error}.") from None
    return report


def _read(folder: RunFolder) -> journal.Journal:
    try:
        record = journal.read(folder.events_path)
    except OSError as error:
        raise TeamtopError(
            f"{folder.path} holds no journal that can be read ({error.strerror or error}); "
            "`teamtop list` shows the runs that have one."
        ) from None
    if not record.events:
        raise TeamtopError(f"{folder.events_path} holds no event that can be read. {record.note}".rstrip())
    return record


def _meta(folder: RunFolder, notes: list[str]) -> RunMeta | None:
    try:
        return folder.read_meta()
    except TeamtopError as error:
        notes.append(str(error))
        return None


def _stopped_by_the_engine(events: Sequence[ev.AnyEvent]) -> str:
    """Why the engine itself asked for the last stop, such as a limit that nobody was there to raise."""
    asked = next((e for e in reversed(events) if isinstance(e, ev.StopRequested | ev.RunResumed)), None)
    match asked:
        case ev.StopRequested(author="engine", why=why):
            return why
    return ""


def _status(folder: RunFolder, ended: ev.RunEnded | None, completed: bool, *, cut: bool) -> Status:
    if cut:
        return "prefix"
    if ended is not None:
        return "completed" if completed else "ended"
    return "running" if folder.alive() is not None else "broken off"


def _failed_nodes(events: Sequence[ev.AnyEvent]) -> tuple[str, ...]:
    last = next((e for e in reversed(events) if isinstance(e, ev.RunVerified | ev.RunResumed)), None)
    return last.failed if isinstance(last, ev.RunVerified) else ()
