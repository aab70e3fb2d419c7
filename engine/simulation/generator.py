"""Random fault plans, and random people at the controls.

Kinds are taken from the catalogue, so that a new fault is simulated as soon as it is listed. Per run each
kind is on with chance ``ACTIVE`` and then strikes one to three times: that gives storms of few kinds,
which find more than a uniform drizzle of all (the idea of FoundationDB's BUGGIFY). Some runs get a
swizzle-clog instead: a subset of agents lost one by one, and brought back in another order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from random import Random

from engine import control
from engine.faults.catalogue import FAULTS, FaultSpec, ParamSpec
from engine.faults.plan import Planned

ACTIVE = 0.12
"""Chance of a kind to be on in a run: some three of all."""

FATAL = 0.02
"""The same for kinds that end the run."""

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
    "agent_revived",
)
"""Events that set off faults: before a reply, after it, between two actions, while a lock is held."""

SWIZZLE = 0.1
"""Chance of a run to be a swizzle-clog."""

LAST_ROUND = 8
LAST_SECOND = 150.0
"""Strikes come until then: the first eight rounds of most teams."""

Timed = tuple[float, control.AnyCommand]
"""A command and the second of the loop's time at which it is given."""


def plan(chance: Random, agents: Sequence[str], tasks: Sequence[str], lease: float) -> tuple[Planned, ...]:
    """A random plan against ``agents`` who work on ``tasks`` (ids); ``lease`` is in seconds."""
    if chance.random() < SWIZZLE:
        return _swizzle(chance, agents)
    entries: list[Planned] = []
    for spec in FAULTS:
        # what strikes the whole run ends it, and with it all that could be seen of the others
        if chance.random() < (FATAL if spec.whole_run else ACTIVE):
            times = 1 if spec.whole_run else chance.randint(1, 3)
            entries += (_strike(chance, spec, agents, tasks, lease) for _ in range(times))
    return tuple(entries)


def _strike(
    chance: Random, spec: FaultSpec, agents: Sequence[str], tasks: Sequence[str], lease: float
) -> Planned:
    # around the lease, where it matters whether somebody comes back before or after it is over
    lasts = round(lease * chance.choice((0.1, 0.5, 0.9, 1.0, 1.1, 2.0, 3.0)), 3)
    entry = Planned(
        spec.kind,
        "all" if spec.whole_run else _target(chance, agents, tasks),
        {param.name: _value(chance, param) for param in spec.params},
        duration_seconds=None if spec.once or chance.random() < 0.25 else lasts,
    )
    return _when(chance, entry)


def _target(chance: Random, agents: Sequence[str], tasks: Sequence[str]) -> str:
    drawn = chance.random()
    if drawn < 0.1:
        return "all"
    if drawn < 0.65:
        return chance.choice(agents)
    selectors = ("one", "half", "slowest", "critical-path-owner", "random(2)")
    return chance.choice((*selectors, f"owner-of({chance.choice(tasks)})"))


def _when(chance: Random, entry: Planned) -> Planned:
    """Early, mostly; on an event that lies between two steps of the engine, often."""
    drawn = chance.random()
    if drawn < 0.3:
        return replace(entry, at_round=chance.randint(1, LAST_ROUND))
    if drawn < 0.6:
        return replace(entry, at_seconds=round(LAST_SECOND * chance.random() ** 2, 3))
    if drawn < 0.9:
        target = "actor" if chance.random() < 0.6 and entry.target != "all" else entry.target
        return replace(entry, target=target, on=chance.choice(MOMENTS), times=chance.randint(1, 2))
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


def _swizzle(chance: Random, agents: Sequence[str]) -> tuple[Planned, ...]:
    chosen = chance.sample(list(agents), chance.randint(2, len(agents)) if len(agents) > 1 else 1)
    kind = chance.choice(("crash", "stall"))
    back = chance.sample(range(len(chosen)), len(chosen))
    start = round(chance.uniform(0.0, 60.0), 3)
    entries = []
    for place, agent in enumerate(chosen):
        at = round(start + 2.0 * place, 3)
        end = start + 2.0 * len(chosen) + 5.0 * back[place] + 1.0
        entries.append(
            Planned(kind, agent, at_seconds=at, duration_seconds=round(end - at, 3), why="swizzle-clog")
        )
    return tuple(entries)


def commands(chance: Random, agents: Sequence[str]) -> tuple[Timed, ...]:
    """What a person does to the run: nothing, mostly; or pauses, steps, mail, faults and rash heals."""
    if chance.random() < 0.5:
        return ()
    told: list[Timed] = []
    for _ in range(chance.randint(1, 4)):
        at = round(LAST_SECOND * chance.random() ** 2, 3)
        told += _episode(chance, agents, at)
    return tuple(sorted(told, key=lambda each: each[0]))


def _episode(chance: Random, agents: Sequence[str], at: float) -> list[Timed]:
    name = chance.choice(agents)
    what = chance.random()
    if what < 0.3:
        lasts = chance.choice((0.0, 0.5, 10.0, 300.0))
        paused: list[Timed] = [(at, control.Pause()), (at + lasts, control.Resume())]
        if chance.random() < 0.3:
            paused.insert(1, (at + lasts / 2, control.Step()))
        return paused
    if what < 0.6:
        return [(at, control.Say(text=f"Mind the edge cases, {name}.", to=name if what < 0.45 else None))]
    if what < 0.8:  # the same key pressed twice, and a heal in between
        kind = chance.choice(("crash", "stall", "slow", "drop_messages"))
        strike = control.Inject(kind=kind, target=name)
        return [(at, strike), (at, strike), (at + chance.choice((0.0, 1.0, 20.0)), control.Heal())]
    if what < 0.97:
        return [(at, control.Heal())]
    return [(at, control.Stop())]
