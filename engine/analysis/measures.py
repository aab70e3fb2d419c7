"""What a run was asked to be and what it came to, for its report: times, speedup, counts, agents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from engine.analysis.figures import Figures
from engine.analysis.laws import (
    Baseline,
    amdahl_bound,
    final_speedup,
    graph_bound,
    running_speedup,
    team_size,
)
from engine.record import events as ev
from engine.record.clean import clean_line
from engine.record.config import RunMeta
from engine.record.shape import mix
from engine.record.state import RunState


def asked(started: ev.RunStarted, meta: RunMeta | None) -> dict[str, Any]:
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


def _span(started: ev.RunStarted) -> int:
    return round((1 - started.p) * len(started.tasks))


def _developers(started: ev.RunStarted) -> int:
    return max(1, sum(agent.role == "developer" for agent in started.team))


def times(figures: Figures, events: Sequence[ev.AnyEvent], meta: RunMeta | None) -> dict[str, Any]:
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


def speed(
    figures: Figures, events: Sequence[ev.AnyEvent], state: RunState, found: Baseline | None
) -> dict[str, Any]:
    """The speedup, what it is measured against, and what bounds it."""
    base = found or _estimate(figures.busy_seconds)
    tokens = figures.input_tokens + figures.output_tokens
    one = base.tokens if base is not None and figures.completed and not figures.tokens_unknown else None
    metrics, run, agents = state.metrics, state.run, team_size(state) or 1.0
    now = (metrics.first_prompt or 0.0) + _elapsed(figures, events)
    bounded = "dependencies" not in run.gaps  # else nobody knows what could be done at once
    return {
        "speedup": final_speedup(figures.wall_seconds, figures.completed, base),
        "speedup_so_far": running_speedup(metrics, now, found),
        # A forged journal can claim any p; no bound is better than an error.
        "amdahl_bound": amdahl_bound(run.p, agents) if bounded and 0 <= run.p <= 1 else None,
        "graph_bound": graph_bound(figures.tasks_total, run.span, agents) if bounded else None,
        "baseline_seconds": base.seconds if base else None,
        "baseline_source": base.source if base else None,
        "baseline_label": base.label if base else None,
        "baseline_runs": list(base.run_ids) if base else [],
        "baseline_tokens": base.tokens if base else None,
        "token_multiplier": tokens / one if one else None,
    }


def _estimate(busy_seconds: float) -> Baseline | None:
    """The team's own busy time, if no one-agent run was saved; null before anybody had an effect."""
    if busy_seconds <= 0:
        return None
    return Baseline("estimated", "the team's own busy time", (), busy_seconds)


_COUNTS = (
    "completed",
    "verified",
    "tasks_done",
    "tasks_total",
    "rounds",
    "input_tokens",
    "output_tokens",
    "tokens_unknown",
    "cached_tokens",
    "reasoning_tokens",
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


def counts(figures: Figures) -> dict[str, Any]:
    """How often what happened."""
    return {
        **{name: getattr(figures, name) for name in _COUNTS},
        "locks": {"acquired": figures.locks_acquired, "denied": figures.locks_denied},
    }


def agents(figures: Figures, state: RunState) -> list[dict[str, Any]]:
    """A row per agent. ``suspicion`` is φ of its silence at the last event (null once the run has ended),
    ``suspicion_peak`` the highest that it has been.
    """
    rows = []
    for figure in figures.agents:
        agent = state.agents.agents.get(clean_line(figure.name, 40))
        now = None if agent is None or state.run.phase == "ended" else round(agent.suspicion(state.ts), 3)
        peak = 0.0 if agent is None else max(agent.suspicion_peak, now or 0.0)
        rows.append({**asdict(figure), "suspicion": now, "suspicion_peak": round(peak, 3)})
    return rows
