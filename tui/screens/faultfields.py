"""What can be typed into the fault dialog, and what it means: parameters, durations, targets."""

from __future__ import annotations

from engine.faults import selectors
from engine.faults.catalogue import ParamSpec
from engine.record import events as ev
from engine.record.state import RunState

DURATION_MAX = 86_400.0
"""Longest fault in run-clock seconds: a day."""

PICKED = ("one", "half", "random(2)", "slowest", "critical-path-owner")
"""Selectors that can be picked from the list; those with an argument of their own are typed."""


def parse_param(param: ParamSpec, text: str) -> float | str:
    """The parameter's value from what was typed, its default if nothing was.

    Raises ``ValueError`` with a sentence.
    """
    text = text.strip()
    name = param.name.replace("_", " ")
    if not text:
        return param.default
    if isinstance(param.default, str):
        if param.choices and text not in param.choices:
            raise ValueError(f"{name} is one of: {', '.join(param.choices)}.")
        return text
    return _number(name, text, param.minimum, param.maximum)


def parse_duration(text: str) -> float | None:
    """Seconds, or null for an empty field. Raises ``ValueError`` with a sentence."""
    return _number("lasts", text.strip(), 0.001, DURATION_MAX) if text.strip() else None


def parse_target(text: str, state: RunState) -> str:
    """Whom a person typed: names, or a selector. Raises ``ValueError`` or ``UsageError`` with a sentence."""
    target = text.strip()
    if target == "actor":
        raise ValueError("actor is the agent of an event, which only a plan waits for.")
    team = [
        ev.AgentSpec(name=agent.name, role="lead" if agent.role == "lead" else "developer", model="")
        for agent in state.agents.agents.values()
    ]
    tasks = [
        ev.TaskSpec(id=task.id, name=task.name, title="", description="", files=())
        for task in state.board.tasks.values()
    ]
    selectors.check(target, team, tasks)
    return target


def shown(value: float | str) -> str:
    """A value as it stands in a field."""
    return value if isinstance(value, str) else f"{value:g}"


def hint(param: ParamSpec) -> str:
    """What stands beside a field: that its words can be leafed through, or its unit and meaning."""
    if param.choices:
        return f"↑↓ one of {len(param.choices)}: {param.help}"
    return f"{param.unit} {param.help}".strip()


def leaf(param: ParamSpec, text: str, step: int) -> str:
    """The word that comes ``step`` after ``text`` among those that the parameter takes, round and round."""
    place = param.choices.index(text) if text in param.choices else -1 if step > 0 else 0
    return param.choices[(place + step) % len(param.choices)]


def _number(name: str, text: str, low: float, high: float) -> float:
    try:
        value = float(text)
    except ValueError:
        raise ValueError(f"{name} is a number, not “{text[:20]}”.") from None
    if not low <= value <= high:
        raise ValueError(f"{name} is between {low:g} and {high:g}.")
    return value
