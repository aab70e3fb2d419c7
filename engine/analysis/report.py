"""The report of a run: one object with every figure, and its caches in the run's folder."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal, TypeAlias

import msgspec

from engine.analysis import accounting, copies, recovery, reviews
from engine.analysis import baseline as baselines
from engine.analysis.figures import Figures
from engine.analysis.gaps import missing
from engine.analysis.laws import (
    Baseline,
    amdahl_bound,
    final_speedup,
    graph_bound,
    running_speedup,
    team_size,
)
from engine.analysis.words import headline
from engine.errors import TeamtopError
from engine.record import events as ev
from engine.record import journal
from engine.record.clean import clean_line
from engine.record.config import RunMeta
from engine.record.folder import RunFolder
from engine.record.shape import Shape, mix
from engine.record.state import RunState
from engine.store import RunsStore

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
    from engine.analysis import frames as tables
    from engine.analysis import summary

    if runs_dirs is None:
        runs_dirs = RunsStore([folder.path.parent]).dirs
    record = _read(folder)
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
    notes += _successions(events)
    shape = Shape(events)
    found, why = baselines.find(runs_dirs, meta or started, folder.run_id), _incomparable(events)
    if why:
        found = None
        notes.append(why)
    if untested := [task for task in shape.added if not shape.tasks[task].tests]:
        many = "1 task was" if len(untested) == 1 else f"{len(untested)} tasks were"
        notes.append(f"{many} added to the run, without tests to verify that work.")
    speed = _speed(figures, events, found)
    return {
        "run_id": folder.run_id,
        "source": started.source or None,
        "created": meta.created if meta else None,
        "status": status,
        "outcome": ended.outcome if ended else None,
        "outcome_detail": ended.detail if ended else "",
        **_asked(_as_it_stands(started, events), meta),
        **_shaped(events, shape),
        **_times(figures, events, meta),
        **speed,
        **_counts(figures),
        "verified_failed": list(_failed_nodes(events)),
        "refused_edits": summary.refused_edits(frames),
        "untested_completions": summary.untested_completions(frames),
        "straggler_gap_seconds": {"mean": figures.gap_mean, "median": summary.gap_median(frames)},
        "faults": _faults(events),
        "accounting": accounting.table(events, baselines.accounts(runs_dirs, found), speed["speedup"]),
        "copies": copied,
        "reviews": reviewed,
        "team_changes": _team_changes(events),
        "fork": _fork(folder, meta, events, runs_dirs),
        "agents_table": _agents(figures, events),
        "lead_lost": _lead_lost(events),
        "events": len(events),
        "notes": notes,
    }


def _fork(
    folder: RunFolder, meta: RunMeta | None, events: Sequence[ev.AnyEvent], dirs: Sequence[Path]
) -> dict[str, Any] | None:
    """What a fork came to beside its parent; null for a run of its own, or without a parent to be found."""
    if meta is None or meta.parent is None:
        return None
    from engine import forkcost

    return forkcost.compare(folder, events, dirs)


def _as_it_stands(started: ev.RunStarted, events: Sequence[ev.AnyEvent]) -> ev.RunStarted:
    """The run as it was asked to be, or as the team was changed last."""
    last = next((e for e in reversed(events) if isinstance(e, ev.TeamChanged)), None)
    return started if last is None else last.on(started)


def _team_changes(events: Sequence[ev.AnyEvent]) -> list[dict[str, Any]]:
    return [
        {
            "seq": event.seq,
            "round": event.round,
            "seconds": event.ts,
            "strategy": event.strategy,
            "models": {spec.name: spec.model for spec in event.team},
        }
        for event in events
        if isinstance(event, ev.TeamChanged)
    ]


def _successions(events: Sequence[ev.AnyEvent]) -> list[str]:
    """What became of a lost lead, in words."""
    return [
        f"{clean_line(event.agent)}, the lead, was lost in round {event.round}: "
        + (f"{clean_line(event.heir)} took its place." if event.heir else "agents claimed for themselves.")
        for event in events
        if isinstance(event, ev.LeadLost)
    ]


def _lead_lost(events: Sequence[ev.AnyEvent]) -> list[dict[str, Any]]:
    """When the policy for a lost lead took effect, and how."""
    return [
        {
            "seq": event.seq,
            "round": event.round,
            "seconds": event.ts,
            "lead": event.agent,
            "policy": event.policy,
            "heir": event.heir or None,
        }
        for event in events
        if isinstance(event, ev.LeadLost)
    ]


def _incomparable(events: Sequence[ev.AnyEvent]) -> str:
    """Why no one-agent run can be the measure of this one, as a sentence; empty if one can."""
    models = [spec.model for event in events if isinstance(event, ev.RunStarted) for spec in event.team]
    models += [event.model for event in events if isinstance(event, ev.AgentJoined)]
    if len(set(models)) > 1:
        return "The team has different models, so no one-agent run is its measure: the speedup is estimated."
    if any(isinstance(event, ev.TaskAdded | ev.DependencyAdded) for event in events):
        return "The task graph changed, so no run of the suite is its measure: the speedup is estimated."
    return ""


def _shaped(events: Sequence[ev.AnyEvent], shape: Shape) -> Report:
    """What became of team and graph: members who came and went, tasks and dependencies that were added.

    Where they did, ``agents`` counts all developers there ever were, and the bounds take ``agents_mean``,
    their number on average over time.
    """
    state = RunState.of(events)
    came = [event for event in events if isinstance(event, ev.AgentJoined | ev.AgentLeft)]
    changed: Report = {}
    if came:
        agents = state.agents.agents.values()
        changed["agents"] = max(1, sum(agent.role == "developer" for agent in agents))
        changed["model"] = mix(agent.model for agent in agents)
    if shape.grown:
        changed |= {"p": state.run.p, "span": state.run.span}
    return {
        **changed,
        "agents_mean": team_size(state),
        "membership": [
            {
                "seq": event.seq,
                "seconds": event.ts,
                "agent": event.agent,
                "joined": isinstance(event, ev.AgentJoined),
                "author": event.author,
            }
            for event in came
        ],
        "tasks_added": list(shape.added),
        "dependencies_added": [
            [event.task, event.dependency] for event in events if isinstance(event, ev.DependencyAdded)
        ],
    }


def _asked(started: ev.RunStarted, meta: RunMeta | None) -> Report:
    """What the run was asked to be."""
    return {
        "suite": started.suite,
        "structure": started.structure,
        "p": started.p,
        "span": _span(started),
        "agents": _developers(started),
        "strategy": started.strategy,
        "model": mix(agent.model for agent in started.team),
        "seed": _set(started, started.seed),
        "config": {
            "locks": None if "locks" in started.gaps else started.locks,
            "completion": started.completion,
            "barrier": started.barrier,
            "tests": started.tests,
            "clock": started.clock,
            "speed": started.speed,
            "max_rounds": _set(started, started.max_rounds),
            "sandbox": meta.sandbox if meta and not meta.imported else None,
        },
        "parent": {"run_id": meta.parent.run_id, "seq": meta.parent.seq} if meta and meta.parent else None,
    }


def _set(started: ev.RunStarted, value: int) -> int | None:
    """A setting of the run; null if an imported run does not say."""
    return None if "settings" in started.gaps else value


def _times(figures: Figures, events: Sequence[ev.AnyEvent], meta: RunMeta | None) -> Report:
    """Run-clock seconds, and real ones; ``elapsed_seconds`` is known also while there is no end."""
    return {
        "wall_seconds": figures.wall_seconds,
        "elapsed_seconds": _elapsed(figures, events),
        "real_seconds": meta.real_seconds if meta else None,
        "busy_seconds": figures.busy_seconds,
    }


def _elapsed(figures: Figures, events: Sequence[ev.AnyEvent]) -> float:
    if figures.wall_seconds is not None:
        return figures.wall_seconds
    return events[-1].ts - next((e.ts for e in events if isinstance(e, ev.TurnStarted)), events[-1].ts)


def _speed(figures: Figures, events: Sequence[ev.AnyEvent], found: Baseline | None) -> Report:
    """The speedup, what it is measured against, and what bounds it."""
    base = found or _estimate(figures.busy_seconds)
    tokens = figures.input_tokens + figures.output_tokens
    one = base.tokens if base is not None and figures.completed and not figures.tokens_unknown else None
    state = RunState.of(events)
    metrics, run, agents = state.metrics, state.run, team_size(state) or 1.0
    now = (metrics.first_prompt or 0.0) + _elapsed(figures, events)
    return {
        "speedup": final_speedup(figures.wall_seconds, figures.completed, base),
        "speedup_so_far": running_speedup(metrics, now, found),
        # A forged journal can claim any p; no bound is better than an error.
        "amdahl_bound": amdahl_bound(run.p, agents) if 0 <= run.p <= 1 else None,
        "graph_bound": graph_bound(figures.tasks_total, run.span, agents),
        "baseline_seconds": base.seconds if base else None,
        "baseline_source": base.source if base else None,
        "baseline_label": base.label if base else None,
        "baseline_runs": list(base.run_ids) if base else [],
        "baseline_tokens": base.tokens if base else None,
        "token_multiplier": tokens / one if one else None,
    }


_COUNTS = (
    "completed",
    "verified",
    "tasks_done",
    "tasks_total",
    "rounds",
    "input_tokens",
    "output_tokens",
    "tokens_unknown",
    "cost_usd",
    "cost_source",
    "replies",
    "messages",
    "chatter",
    "idle_rounds",
    "test_runs",
    "test_failures",
    "concurrent_writes",
    "rewrites",
    "edits",
    "refusals",
    "claims_blocked",
)
"""Figures that stand in the report under their own names."""


def _counts(figures: Figures) -> Report:
    return {
        **{name: getattr(figures, name) for name in _COUNTS},
        "locks": {"acquired": figures.locks_acquired, "denied": figures.locks_denied},
    }


def _developers(started: ev.RunStarted) -> int:
    return max(1, sum(agent.role == "developer" for agent in started.team))


def _span(started: ev.RunStarted) -> int:
    return round((1 - started.p) * len(started.tasks))


def write_caches(folder: RunFolder, runs_dirs: Sequence[Path] | None = None) -> Report:
    """Build the report and keep it as ``summary.json``, with the tables as Parquet; return it.

    All of it can be made anew from the journal. Raises ``TeamtopError`` as ``build`` does, or if the folder
    cannot be written.
    """
    from engine.analysis import frames as tables

    report = build(folder, runs_dirs)
    try:
        # The journal's length tells readers of the cache whether it is stale.
        cached = {**report, "journal_bytes": folder.events_path.stat().st_size}
        draft = folder.summary_path.with_suffix(f".json.{os.getpid()}.tmp")
        draft.write_bytes(msgspec.json.format(msgspec.json.encode(cached), indent=2) + b"\n")
        draft.replace(folder.summary_path)
        tables.build(_read(folder).events).write(folder.path)
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


def _status(folder: RunFolder, ended: ev.RunEnded | None, completed: bool, *, cut: bool) -> Status:
    if cut:
        return "prefix"
    if ended is not None:
        return "completed" if completed else "ended"
    return "running" if folder.alive() is not None else "broken off"


def _estimate(busy_seconds: float) -> Baseline | None:
    """The team's own busy time, if no one-agent run was saved; null before anybody had an effect."""
    if busy_seconds <= 0:
        return None
    return Baseline("estimated", "the team's own busy time", (), busy_seconds)


def _failed_nodes(events: Sequence[ev.AnyEvent]) -> tuple[str, ...]:
    last = next((e for e in reversed(events) if isinstance(e, ev.RunVerified | ev.RunResumed)), None)
    return last.failed if isinstance(last, ev.RunVerified) else ()


def _agents(figures: Figures, events: Sequence[ev.AnyEvent]) -> list[Report]:
    """A row per agent. ``suspicion`` is φ of its silence at the last event (null once the run has ended),
    ``suspicion_peak`` the highest that it has been.
    """
    state = RunState.of(events)
    rows = []
    for figure in figures.agents:
        agent = state.agents.agents.get(clean_line(figure.name, 40))
        now = None if agent is None or state.run.phase == "ended" else round(agent.suspicion(state.ts), 3)
        peak = 0.0 if agent is None else max(agent.suspicion_peak, now or 0.0)
        rows.append({**asdict(figure), "suspicion": now, "suspicion_peak": round(peak, 3)})
    return rows


def _faults(events: Sequence[ev.AnyEvent]) -> list[dict[str, Any]]:
    faults: dict[int, dict[str, Any]] = {}
    for event in events:
        if isinstance(event, ev.FaultStarted):
            faults[event.id] = {
                "id": event.id,
                "kind": event.kind,
                "targets": list(event.targets),
                "params": dict(event.params),
                "author": event.author,
                "why": event.why,
                "seq": event.seq,
                "round": event.round,
                "started_seconds": event.ts,
                "stopped_seconds": None,
            }
        elif isinstance(event, ev.FaultStopped) and event.id in faults:
            faults[event.id]["stopped_seconds"] = event.ts
    for number, found in recovery.figures(events).items():
        faults[number]["recovery"] = asdict(found)
    return list(faults.values())
