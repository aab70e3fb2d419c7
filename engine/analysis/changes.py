"""What changed while a run went on, for its report: team, lead, graph, faults."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from engine.analysis import recovery
from engine.analysis.laws import team_size
from engine.record import events as ev
from engine.record.clean import clean_line
from engine.record.shape import Shape, mix
from engine.record.state import RunState


def as_it_stands(started: ev.RunStarted, events: Sequence[ev.AnyEvent]) -> ev.RunStarted:
    """The run as it was asked to be, or as the team was changed last."""
    last = next((e for e in reversed(events) if isinstance(e, ev.TeamChanged)), None)
    return started if last is None else last.on(started)


def team_changes(events: Sequence[ev.AnyEvent]) -> list[dict[str, Any]]:
    """When the team was changed as a whole, and to what."""
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


def successions(events: Sequence[ev.AnyEvent]) -> list[str]:
    """What became of a lost lead, in words."""
    return [
        f"{clean_line(event.agent)}, the lead, "
        + (
            f"got no call through, round {event.round}: "
            if event.failing
            else f"was lost in round {event.round}: "
        )
        + (f"{clean_line(event.heir)} took its place." if event.heir else "agents claimed for themselves.")
        for event in events
        if isinstance(event, ev.LeadLost)
    ]


def lead_lost(events: Sequence[ev.AnyEvent]) -> list[dict[str, Any]]:
    """When the policy for a lost lead took effect, and how."""
    return [
        {
            "seq": event.seq,
            "round": event.round,
            "seconds": event.ts,
            "lead": event.agent,
            "policy": event.policy,
            "heir": event.heir or None,
            "failing": event.failing,
        }
        for event in events
        if isinstance(event, ev.LeadLost)
    ]


def incomparable(events: Sequence[ev.AnyEvent]) -> str:
    """Why no one-agent run can be the measure of this one, as a sentence; empty if one can."""
    models = [spec.model for event in events if isinstance(event, ev.RunStarted) for spec in event.team]
    models += [event.model for event in events if isinstance(event, ev.AgentJoined)]
    if len(set(models)) > 1:
        return "The team has different models, so no one-agent run is its measure: the speedup is estimated."
    if any(isinstance(event, ev.TaskAdded | ev.DependencyAdded) for event in events):
        return "The task graph changed, so no run of the suite is its measure: the speedup is estimated."
    return ""


def shaped(events: Sequence[ev.AnyEvent], shape: Shape, state: RunState) -> dict[str, Any]:
    """What became of team and graph: members who came and went, tasks and dependencies that were added.

    Where they did, ``agents`` counts all developers there ever were, and the bounds take ``agents_mean``,
    their number on average over time.
    """
    came = [event for event in events if isinstance(event, ev.AgentJoined | ev.AgentLeft)]
    changed: dict[str, Any] = {}
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


def faults(events: Sequence[ev.AnyEvent]) -> list[dict[str, Any]]:
    """A row per fault, with what it cost to get over it where that is known."""
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
