"""Random fault plans, in one of several manners.

Kinds are taken from the catalogue, so that a new fault is simulated as soon as it is listed. A manner is a
row of ``MANNERS``: strikes of few kinds around the lease, storms in which each site is live with chance 0.25
and then fires with chance 0.25 (FoundationDB's BUGGIFY), a single kind over and over, swizzle-clogs (agents
lost one by one, and brought back in another order), ready plans, and no fault at all. Rare combinations find
more than a uniform drizzle of everything.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from random import Random
from typing import Any, TypeAlias

from engine.faults import library
from engine.faults.catalogue import BY_KIND, FAULTS, FaultSpec, ParamSpec
from engine.faults.plan import Planned, parse
from engine.record import events as ev

ACTIVE = 0.12
"""Chance of a kind to be on in a run of scattered strikes: some three of all."""

FATAL = 0.02
"""The same for kinds that end the run, in any manner but the single kind."""

SITE = 0.25
"""Chance of a site to be live in a storm, and of a live site to fire each time it is passed."""

FIRES = 3
"""A live site fires so often at most, so that there is a run left to be disturbed."""

MOMENTS = (
    "turn_started",
    "replied",
    "task_claimed",
    "task_assigned",
    "lock_acquired",
    "file_edited",
    "tests_started",
    "tests_finished",
    "task_completed",
    "task_released",
    "message_sent",
    "action_refused",
    "turn_ended",
    "round_ended",
    "agent_crashed",
    "agent_stalled",
    "agent_revived",
    "call_failed",
    "lock_denied",
)
"""Events that set off faults: before a reply, after it, between two actions, while a lock is held."""

OF_TASKS = ("task_claimed", "task_assigned", "task_completed", "task_released")
"""Those that a plan may wait for of one task only."""

LAST_ROUND = 8
LAST_SECOND = 150.0
"""Strikes come until then: the first eight rounds of most teams."""

Plan: TypeAlias = tuple[Planned, ...]


@dataclass(frozen=True, slots=True)
class Scene:
    """Whom a plan disturbs: agents, tasks (ids), paths; ``lease`` is in seconds."""

    agents: tuple[str, ...]
    tasks: tuple[str, ...]
    paths: tuple[str, ...]
    lease: float

    @classmethod
    def of(cls, start: ev.RunStarted) -> Scene:
        """The scene of a run."""
        return cls(
            tuple(spec.name for spec in start.team),
            tuple(task.id for task in start.tasks),
            tuple(path for task in start.tasks for path in task.files),
            start.lease_seconds,
        )


def plan(chance: Random, scene: Scene) -> Plan:
    """A random plan in a random manner."""
    manners, weights = zip(*MANNERS, strict=True)
    manner: Callable[[Random, Scene], Plan] = chance.choices(manners, weights)[0]
    return manner(chance, scene)


# ---------------------------------------------------------------- manners


def _scattered(chance: Random, scene: Scene) -> Plan:
    entries: list[Planned] = []
    for spec in FAULTS:
        # what strikes the whole run ends it, and with it all that could be seen of the others
        if chance.random() < (FATAL if spec.whole_run else ACTIVE):
            times = 1 if spec.whole_run else chance.randint(1, 3)
            entries += (_when(chance, _strike(chance, spec, scene), scene) for _ in range(times))
    return tuple(entries)


def _storm(chance: Random, scene: Scene) -> Plan:
    """A site is a kind at a seam: at the calls of the agents, at the start of rounds, or at one event."""
    entries: list[Planned] = []
    for spec in FAULTS:
        if spec.whole_run:
            continue
        sites: list[dict[str, Any]] = [
            {"target": "all", "each_call": SITE, "times": chance.randint(1, FIRES)},
            {"each_round": SITE, "times": chance.randint(1, FIRES)},
            {"target": "actor", "on": chance.choice(MOMENTS), "times": chance.randint(1, FIRES)},
        ]
        for site in sites:
            if chance.random() < SITE:
                entry = _strike(chance, spec, scene)
                brief = round(scene.lease * chance.choice((0.05, 0.3, 1.1)), 3)
                entries.append(replace(entry, duration_seconds=None if spec.once else brief, **site))
    return tuple(entries)


def _single(chance: Random, scene: Scene) -> Plan:
    """One kind, many times: also what a run does when nothing else is in the way."""
    spec = chance.choice(FAULTS)
    times = 1 if spec.whole_run else chance.randint(3, 8)
    return tuple(_when(chance, _strike(chance, spec, scene), scene) for _ in range(times))


def _swizzle(chance: Random, scene: Scene) -> Plan:
    agents = scene.agents
    chosen = chance.sample(agents, chance.randint(2, len(agents)) if len(agents) > 1 else 1)
    kind = chance.choice(("crash", "stall", "amnesia", "partition"))
    params = {param.name: _value(chance, param) for param in BY_KIND[kind].params}
    back = chance.sample(range(len(chosen)), len(chosen))
    start = round(chance.uniform(0.0, 60.0), 3)
    entries = []
    for place, agent in enumerate(chosen):
        at = round(start + 2.0 * place, 3)
        end = start + 2.0 * len(chosen) + 5.0 * back[place] + 1.0
        entries.append(Planned(kind, agent, params, None, at, round(end - at, 3), "swizzle-clog"))
    return tuple(entries)


def _ready(chance: Random, scene: Scene) -> Plan:
    return _library()[chance.randrange(len(_library()))]


@lru_cache(maxsize=1)
def _library() -> tuple[Plan, ...]:
    return tuple(parse(library.text_of(name), name) for name in library.names())


def _none(chance: Random, scene: Scene) -> Plan:
    return ()


MANNERS: tuple[tuple[Callable[[Random, Scene], Plan], float], ...] = (
    (_scattered, 0.45),
    (_storm, 0.25),
    (_single, 0.10),
    (_swizzle, 0.10),
    (_ready, 0.06),
    (_none, 0.04),
)
"""Each with its share of the runs."""


# ---------------------------------------------------------------- parts of an entry


def _strike(chance: Random, spec: FaultSpec, scene: Scene) -> Planned:
    # around the lease, where it matters whether somebody comes back before or after it is over
    lasts = round(scene.lease * chance.choice((0.1, 0.5, 0.9, 1.0, 1.1, 2.0, 3.0)), 3)
    return Planned(
        spec.kind,
        "all" if spec.whole_run else _target(chance, scene),
        {param.name: _value(chance, param) for param in spec.params},
        duration_seconds=None if spec.once or chance.random() < 0.25 else lasts,
    )


def _target(chance: Random, scene: Scene) -> str:
    drawn = chance.random()
    if drawn < 0.1:
        return "all"
    if drawn < 0.6:
        return chance.choice(scene.agents)
    selectors = [
        "one",
        "half",
        "slowest",
        "critical-path-owner",
        f"random({chance.randint(1, 3)})",
        f"owner-of({chance.choice(scene.tasks)})",
        f"holder-of({chance.choice(scene.paths)})",
    ]
    if "Lead" in scene.agents:
        selectors += ["lead", "lead"]
    return chance.choice(selectors)


def _when(chance: Random, entry: Planned, scene: Scene) -> Planned:
    """Early, mostly; on an event that lies between two steps of the engine, often."""
    drawn = chance.random()
    if drawn < 0.3:
        return replace(entry, at_round=chance.randint(1, LAST_ROUND))
    if drawn < 0.6:
        return replace(entry, at_seconds=round(LAST_SECOND * chance.random() ** 2, 3))
    if drawn < 0.9:
        target = "actor" if chance.random() < 0.6 and entry.target != "all" else entry.target
        on = chance.choice(MOMENTS)
        if on in OF_TASKS and chance.random() < 0.3:
            on += f" task={chance.choice(scene.tasks)}"
        return replace(entry, target=target, on=on, times=chance.randint(1, 2))
    share = chance.choice((0.05, 0.2, 0.5))
    if chance.random() < 0.5:
        return replace(entry, each_round=share, times=chance.randint(1, 4))
    return replace(entry, each_call=share, times=chance.randint(1, 4))


def _value(chance: Random, param: ParamSpec) -> float | str:
    if param.choices:
        return chance.choice(param.choices)
    if isinstance(param.default, str):
        return param.default
    if param.maximum <= 1:
        return round(chance.uniform(param.minimum, param.maximum), 3)
    if param.name == "status":
        return float(chance.choice((429, 500, 529, 400)))
    if chance.random() < 0.5:
        return param.default
    scaled = param.default * chance.choice((0.0, 0.25, 0.5, 2.0, 4.0))
    return round(min(max(scaled, param.minimum), param.maximum), 3)
