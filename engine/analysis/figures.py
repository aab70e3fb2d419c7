"""The numbers of a run, as defined in SEMANTICS ("Words in reports"), and their live values.

Two roads lead to them: the fold that the screens paint (``live``), and polars over tables of the journal
(``engine.analysis.summary``). They share no code, and tests hold them against each other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from engine.record import events as ev
from engine.record.state import AgentState, RunState

Standing: TypeAlias = Literal["ok", "stalled", "down", "left"]

UNKNOWN_OF_AGENTS: dict[ev.Gap, tuple[str, ...]] = {
    "tokens": ("input_tokens", "output_tokens"),
    "refusals": ("refusals",),
    "locks": ("lock_denials",),
}
"""Figures of agents that are null if an imported run has the gap."""


@dataclass(frozen=True, slots=True)
class AgentFigures:
    """One agent's row. ``busy_seconds`` is time in model calls and tests; ``status`` is at the end.

    Tokens are sums of what was reported; ``cost_usd`` is null once a reply of unknown price is among them.
    """

    name: str
    role: str
    model: str
    done: int
    turns: int
    input_tokens: int | None
    output_tokens: int | None
    cost_usd: float | None
    edits: int
    refusals: int | None
    test_runs: int
    test_failures: int
    chatter: int
    messages_sent: int
    lock_denials: int | None
    busy_seconds: float
    status: Standing


@dataclass(frozen=True, slots=True)
class Figures:
    """A run's numbers. Seconds are run-clock seconds.

    ``busy_seconds`` is time in model calls and tests of turns that had effects; ``wall_seconds`` is null
    until the run has ended, ``gap_mean`` (the straggler gap) until a round had two replies. ``cost_usd`` is
    null if unknown, as is what an imported run did not record. ``tokens_unknown`` counts calls that did not
    report their tokens; ``cached_tokens`` (read from a cache, among those in) and ``reasoning_tokens`` (among
    those out) are sums over the replies that reported them, null if none did.
    """

    tasks_total: int
    tasks_done: int | None
    completed: bool
    verified: bool | None
    wall_seconds: float | None
    rounds: int | None
    replies: int
    messages: int
    chatter: int
    idle_rounds: int | None
    test_runs: int
    test_failures: int
    locks_acquired: int | None
    locks_denied: int | None
    concurrent_writes: int
    rewrites: int
    edits: int
    claims_blocked: int | None
    refusals: int | None
    faults: int
    input_tokens: int
    output_tokens: int
    tokens_unknown: int
    cached_tokens: int | None
    reasoning_tokens: int | None
    cost_usd: float | None
    cost_source: str
    busy_seconds: float
    gap_mean: float | None
    agents: tuple[AgentFigures, ...]


def live(state: RunState) -> Figures:
    """Return the figures as the fold holds them, at any moment of a run."""
    metrics, run, locks = state.metrics, state.run, state.locks
    unlocked, unrefused = "locks" in run.gaps, "refusals" in run.gaps
    unblocked, alone = "blocked" in run.gaps, "rounds" in run.gaps
    gaps = 0 if alone else metrics.gap_count
    return Figures(
        tasks_total=state.board.total,
        tasks_done=state.board.known_done,
        completed=state.completed,
        verified=run.verified,
        wall_seconds=run.wall_seconds,
        rounds=None if alone else state.round,
        replies=metrics.replies,
        messages=metrics.messages,
        chatter=metrics.chatter,
        idle_rounds=None if alone else metrics.idle_rounds,
        test_runs=metrics.test_runs,
        test_failures=metrics.test_failures,
        locks_acquired=None if unlocked else locks.acquired,
        locks_denied=None if unlocked else locks.denied,
        concurrent_writes=state.files.concurrent_writes,
        rewrites=state.files.rewrites,
        edits=state.files.edits,
        claims_blocked=None if unblocked else metrics.claims_blocked,
        refusals=None if unrefused else metrics.refusals,
        faults=state.faults.count,
        input_tokens=metrics.input_tokens,
        output_tokens=metrics.output_tokens,
        tokens_unknown=metrics.tokens_unknown,
        cached_tokens=metrics.cached_tokens,
        reasoning_tokens=metrics.reasoning_tokens,
        cost_usd=metrics.cost_usd if metrics.cost_source != "unknown" else None,
        cost_source=metrics.cost_source,
        busy_seconds=metrics.busy,
        gap_mean=metrics.gap_sum / gaps if gaps else None,
        agents=tuple(
            _agent(a, locks.denied_by_agent[a.name], run.gaps) for a in state.agents.agents.values()
        ),
    )


def _agent(agent: AgentState, lock_denials: int, gaps: frozenset[ev.Gap]) -> AgentFigures:
    status = agent.status
    counted, locked, refused = (gap not in gaps for gap in ("tokens", "locks", "refusals"))
    return AgentFigures(
        name=agent.name,
        role=agent.role,
        model=agent.model,
        done=agent.done,
        turns=agent.replies,
        input_tokens=agent.input_tokens if counted else None,
        output_tokens=agent.output_tokens if counted else None,
        cost_usd=agent.cost_usd,
        edits=agent.edits,
        refusals=agent.refusals if refused else None,
        test_runs=agent.test_runs,
        test_failures=agent.test_failures,
        chatter=agent.chatter,
        messages_sent=agent.messages_sent,
        lock_denials=lock_denials if locked else None,
        busy_seconds=agent.busy_seconds,
        status=status if status in ("stalled", "down", "left") else "ok",
    )
