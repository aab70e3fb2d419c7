"""Targets by what they are at the moment of the strike: ``owner-of(7)``, ``slowest``, ``random(2)``.

``random(k)`` are k of the developers who are up, or as many as there are: teams grow and shrink, and one plan
serves teams of any size.

A name of an agent is itself, and several stand with commas between them: ``Dev1, Dev3``. All others are
looked up in the state of the run when the fault begins, and choices are drawn from the seed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

from engine.errors import UsageError
from engine.record import events as ev
from engine.record.state import RunState
from tasks.errors import nearest

WORDS = ("all", "one", "half", "lead", "slowest", "critical-path-owner", "actor")
"""Selectors without an argument."""

FUNCTIONS = ("owner-of", "holder-of", "random")
"""Selectors with one: a task's id or name, a path, a number."""

FORMS = (*WORDS, "owner-of(task)", "holder-of(path)", "random(k)")
"""All selectors as they are written, for lists and sentences."""

AGENTS_MAX = 10_000
"""Bounds the number in ``random(k)``; no team is larger."""

_CALL = re.compile(r"([a-z-]+)\((.*)\)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Scene:
    """What a selector looks at.

    ``team`` and ``tasks`` are those of this moment, ``live`` the agents that are up. ``chance`` draws for
    this strike, ``actor`` is the agent of the event that triggered it (empty without one).
    """

    team: Sequence[ev.AgentSpec]
    tasks: Sequence[ev.TaskSpec]
    state: RunState
    live: Sequence[str]
    chance: Random
    actor: str = ""


def names_in(target: str) -> tuple[str, ...]:
    """The names in a list of names, without blanks around them."""
    return tuple(name.strip() for name in target.split(","))


def check(target: str, team: Sequence[ev.AgentSpec], tasks: Sequence[ev.TaskSpec], where: str = "") -> None:
    """Return if ``target`` can name somebody of this team. Raises ``UsageError`` beginning with ``where``."""
    said = _wrong(target, team, tasks)
    if said:
        raise UsageError(f"{where}: {said[0].lower()}{said[1:]}" if where else said)


def _wrong(target: str, team: Sequence[ev.AgentSpec], tasks: Sequence[ev.TaskSpec]) -> str:
    """Why ``target`` can never name anybody, as a sentence; empty if it can."""
    names = [spec.name for spec in team]
    if target == "lead" and not any(spec.role == "lead" for spec in team):
        return f"This team has no lead; target one of {', '.join(names)}, or all."
    if target in names or target in WORDS:
        return ""
    if "," in target and "(" not in target:
        lost = next((name for name in names_in(target) if name not in names), None)
        return "" if lost is None else f"There is no agent {lost!r}.{nearest(lost, names)}"
    call = _CALL.fullmatch(target)
    if call is None or call[1] not in FUNCTIONS:
        return f"There is no agent {target!r}.{nearest(target, (*names, *FORMS))}"
    argument = call[2].strip()
    if call[1] == "random" and not (argument.isdecimal() and 1 <= int(argument[:6]) <= AGENTS_MAX):
        return f"Write random(k) with a number of agents from 1, not {argument!r}."
    if call[1] == "owner-of" and not any(argument in (task.id, task.name) for task in tasks):
        return f"There is no task {argument!r}.{nearest(argument, tuple(task.name for task in tasks))}"
    return "" if argument else f"Say in {call[1]}(…) of what."


def select(target: str, scene: Scene) -> tuple[str, ...]:
    """The agents that ``target`` names now, in team order; empty if there is none.

    ``target`` has been checked. Agents that are not up are named by their name, ``all``, ``lead`` and
    ``owner-of`` only.
    """
    names = tuple(spec.name for spec in scene.team)
    if target in names:
        return (target,)
    if "," in target and "(" not in target:
        return tuple(name for name in names if name in names_in(target))
    call = _CALL.fullmatch(target)
    chosen = _FUNCTIONS[call[1]](call[2].strip(), scene) if call is not None else _WORDS[target](scene)
    return tuple(name for name in names if name in chosen)


def _all(scene: Scene) -> Sequence[str]:
    return [spec.name for spec in scene.team]


def _lead(scene: Scene) -> Sequence[str]:
    return [spec.name for spec in scene.team if spec.role == "lead"]


def _live_developers(scene: Scene) -> list[str]:
    return [spec.name for spec in scene.team if spec.role == "developer" and spec.name in scene.live]


def _draw(scene: Scene, names: Sequence[str], count: int) -> Sequence[str]:
    return scene.chance.sample(names, min(count, len(names)))


def _one(scene: Scene) -> Sequence[str]:
    return _draw(scene, _live_developers(scene), 1)


def _half(scene: Scene) -> Sequence[str]:
    """The smaller half of the developers, at least one: the lead and the board stand with the others."""
    return _draw(scene, _live_developers(scene), max(1, len(_live_developers(scene)) // 2))


def _slowest(scene: Scene) -> Sequence[str]:
    """Whose replies took longest on average so far; before the first reply, the first agent."""
    agents = scene.state.agents.agents

    def mean(name: str) -> float:
        agent = agents.get(name)  # who has just joined may not be in the picture yet
        return agent.busy_seconds / agent.replies if agent is not None and agent.replies else 0.0

    return [max(_live_developers(scene), key=mean)] if _live_developers(scene) else []


def _critical_path_owner(scene: Scene) -> Sequence[str]:
    """Who owns the open task that most open tasks wait for, one after the other (ties: listing order)."""
    board = scene.state.board
    after: dict[str, list[str]] = {}
    for task in board.tasks.values():
        for dependency in task.dependencies:
            after.setdefault(dependency, []).append(task.id)
    depth: dict[str, int] = {}
    for task_id in reversed(_topological(scene.tasks)):
        depth[task_id] = 1 + max((depth.get(d, 0) for d in after.get(task_id, ())), default=0)
    owned = [t for t in board.tasks.values() if t.owner in scene.live and t.status != "done"]
    longest = max(owned, key=lambda task: depth.get(task.id, 0), default=None)
    return [longest.owner] if longest is not None else []


def _topological(tasks: Sequence[ev.TaskSpec]) -> list[str]:
    from tasks.model import topological

    return [task.id for task in topological(tasks)]


def _owner_of(task: str, scene: Scene) -> Sequence[str]:
    tasks = scene.state.board.tasks.values()
    return [t.owner for t in tasks if task in (t.id, t.name) and t.owner and t.status != "done"]


def _holder_of(path: str, scene: Scene) -> Sequence[str]:
    hold = scene.state.locks.held.get(path)
    return [hold.agent] if hold is not None else []


def _random(count: str, scene: Scene) -> Sequence[str]:
    return _draw(scene, _live_developers(scene), int(count))


_WORDS: dict[str, Callable[[Scene], Sequence[str]]] = {
    "all": _all,
    "one": _one,
    "half": _half,
    "lead": _lead,
    "slowest": _slowest,
    "critical-path-owner": _critical_path_owner,
    "actor": lambda scene: [scene.actor],
}

_FUNCTIONS: dict[str, Callable[[str, Scene], Sequence[str]]] = {
    "owner-of": _owner_of,
    "holder-of": _holder_of,
    "random": _random,
}
