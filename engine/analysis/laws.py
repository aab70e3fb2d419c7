"""What a team can reach at best, and what it reached: bounds on speedup, and the measured one.

Time is run-clock seconds. Nothing here imports polars: the live screen computes these at every repaint.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from engine.record.state import MetricsState, RunState


def amdahl_bound(p: float, n: float) -> float:
    """Return the speedup that ``n`` agents cannot pass if the share ``1 - p`` of the work is serial.

    1 / ((1 - p) + p / n); G. Amdahl, "Validity of the single processor approach", AFIPS 1967. The paper
    (Mieczkowski et al. 2026, section 3) takes p = 1 - longest chain / tasks. It supposes that the serial
    part excludes all other work, which a team on a task graph does not obey: hence ``graph_bound``. On a
    graph of equal tasks it is what every greedy schedule reaches at least, for that takes no longer than
    work / n + (1 - 1 / n) * span (R. Graham 1966): a floor rather than a ceiling.
    Raises ``ValueError`` without an agent or for p outside of [0, 1].
    """
    if n <= 0 or not 0.0 <= p <= 1.0:
        raise ValueError(f"no Amdahl bound for p={p}, n={n}")
    return 1.0 / ((1.0 - p) + p / n)


def graph_bound(tasks: int, span: int, n: float) -> float:
    """Return the speedup that ``n`` agents cannot pass on a graph of ``tasks`` with a longest chain ``span``.

    min(n, work / span) with work = ``tasks`` units: no schedule is shorter than the longest chain, nor than
    the work divided among all (R. Graham 1966; R. Brent 1974). It assumes equal tasks, one per turn; agents
    that do several tasks in one reply can pass it. Raises ``ValueError`` without an agent.
    """
    if n <= 0:
        raise ValueError(f"no graph bound for n={n}")
    if tasks < 1 or span < 1:
        return float(n)
    return min(float(n), tasks / span)


@dataclass(frozen=True, slots=True)
class Baseline:
    """How long one agent takes: what speedup is measured against.

    ``source`` is ``runs`` (means over the saved one-agent runs ``run_ids``) or ``estimated`` (the team's own
    busy time in turns that had effects, ``run_ids`` empty). ``seconds`` is the whole of it,
    ``completion_seconds[k - 1]`` the mean time of the k-th completion since the first prompt (empty if
    estimated). ``tokens`` is the mean of input and output tokens together, null where a reply reported none.
    """

    source: Literal["runs", "estimated"]
    label: str
    run_ids: tuple[str, ...]
    seconds: float
    completion_seconds: tuple[float, ...] = ()
    tokens: float | None = None


def running_speedup(metrics: MetricsState, now: float, baseline: Baseline | None) -> float | None:
    """Return the speedup so far; null before the first task is done, or while no time has passed.

    With a baseline from saved runs: its mean time of the k-th completion / the team's, at the k tasks that
    are done by now (paper, section 4.1, taken at every k instead of at the end only). Without one: busy time
    of the turns that had effects so far / time since the first prompt. ``now`` counts only for the latter.
    """
    if not metrics.completions or metrics.first_prompt is None:
        return None
    if baseline is not None and baseline.completion_seconds:
        return _at(metrics, len(metrics.completions), baseline)
    elapsed = now - metrics.first_prompt
    return metrics.busy / elapsed if elapsed > 0 and metrics.busy > 0 else None


def speedup_curve(metrics: MetricsState, baseline: Baseline | None) -> list[tuple[int, float]]:
    """Return (tasks done, speedup) at every completion so far at which it is defined."""
    points: list[tuple[int, float]] = []
    for k in range(1, len(metrics.completions) + 1):
        value = _at(metrics, k, baseline)
        if value is not None:
            points.append((k, value))
    return points


def _at(metrics: MetricsState, k: int, baseline: Baseline | None) -> float | None:
    done = metrics.completions[k - 1]
    elapsed = done.ts - (metrics.first_prompt or 0.0)
    if elapsed <= 0:
        return None
    if baseline is None or not baseline.completion_seconds:
        return done.busy / elapsed
    if k > len(baseline.completion_seconds):
        return None
    return baseline.completion_seconds[k - 1] / elapsed


def final_speedup(wall_seconds: float | None, completed: bool, baseline: Baseline | None) -> float | None:
    """Return the speedup of a whole run: ``baseline.seconds`` / ``wall_seconds``.

    Null without a baseline, for a run that has not ended, and for one that left tasks open: less work in
    less time is no speedup.
    """
    if baseline is None or not completed or not wall_seconds or wall_seconds < 0:
        return None
    return baseline.seconds / wall_seconds


def bounds_of(state: RunState) -> tuple[float, float] | None:
    """Return (Amdahl bound, graph bound) of team and graph as they stand; null before a run's first event,
    and for an imported run of which nobody knows what waited for what.

    A team that changed is as large as it was on average over time: that is exact for the graph bound, where
    agent-seconds limit the work done, and an approximation of Amdahl's, whose parallel part may have fallen
    into the time of the larger team.
    """
    run, n = state.run, team_size(state)
    if n <= 0 or not 0.0 <= run.p <= 1.0 or "dependencies" in run.gaps:
        return None
    return amdahl_bound(run.p, n), graph_bound(state.board.total, run.span, n)


def team_size(state: RunState) -> float:
    """Return the N of the bounds: developers on average over the run so far, as ``CrewState.mean`` says.

    While nobody joins or leaves, that is their number.
    """
    run, first = state.run, state.metrics.first_prompt
    ended = run.wall_seconds is not None and first is not None
    return state.crew.mean((first or 0.0) + (run.wall_seconds or 0.0) if ended else state.ts)
