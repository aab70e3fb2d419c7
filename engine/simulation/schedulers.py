"""Who runs next among what is ready: one way of looking for races per seed.

Ties at one virtual instant are where interleavings differ. First-come order is what real loops do; a uniform
draw finds shallow races, random priorities with a few change points find deep ones (probabilistic concurrency
testing, Burckhardt et al. 2010), and one agent that always comes last finds what relies on being prompt.
"""

from __future__ import annotations

import asyncio
from asyncio.events import Handle
from collections.abc import Sequence
from random import Random

from engine.world.virtualloop import Scheduler

SCHEDULERS = ("fifo", "uniform", "priority", "starve")
"""Names of the ways; ``create`` makes them."""

STEP_LIMIT = 1_000_000
"""Callbacks per run at most: a whole run of five agents takes some hundreds."""

CHANGES = 3
"""Change points of the priorities: races that need more orderings to meet are rare."""

TYPICAL_STEPS = 600
"""Within which the change points are drawn."""


class Livelock(RuntimeError):  # noqa: N818 - the name of the condition
    """The loop runs and runs, and the run does not end."""


class Bounded:
    """Counts steps for the scheduler ``inner``. Raises ``Livelock`` once when there were too many."""

    def __init__(self, inner: Scheduler, limit: int = STEP_LIMIT) -> None:
        self._inner = inner
        self._limit = limit
        self.steps = 0

    def pick(self, ready: Sequence[Handle]) -> int:
        """As the inner one, if there is a choice."""
        self.steps += 1
        if self.steps == self._limit:
            raise Livelock(f"{self._limit} callbacks ran and the run has not ended")
        return self._inner.pick(ready) if len(ready) > 1 else 0


class Fifo:
    """First come, first served."""

    def pick(self, ready: Sequence[Handle]) -> int:
        """The oldest."""
        return 0


class Uniform:
    """Any, with the same chance."""

    def __init__(self, chance: Random) -> None:
        self._random = chance.random

    def pick(self, ready: Sequence[Handle]) -> int:
        """A draw."""
        return int(self._random() * len(ready))


class Priority:
    """Every actor has a random priority; at a few random steps the foremost falls behind all others."""

    def __init__(self, chance: Random) -> None:
        self._chance = chance
        self._priority: dict[str, float] = {}
        self._changes = {chance.randrange(TYPICAL_STEPS) for _ in range(CHANGES)}
        self._steps = 0
        self._lowest = 0.0

    def pick(self, ready: Sequence[Handle]) -> int:
        """The oldest of the actor with the highest priority."""
        known = self._priority
        best, place, foremost = -float("inf"), 0, ""
        for index, handle in enumerate(ready):
            who = actor(handle)
            if who not in known:
                known[who] = self._chance.random()
            if known[who] > best:
                best, place, foremost = known[who], index, who
        self._steps += 1
        if self._steps in self._changes:
            self._lowest -= 1.0
            known[foremost] = self._lowest
        return place


class Starve:
    """One agent runs only when nobody else can; the others in any order."""

    def __init__(self, chance: Random, victim: str) -> None:
        self._random = chance.random
        self._victim = victim

    def pick(self, ready: Sequence[Handle]) -> int:
        """A draw among the others."""
        others = [index for index, handle in enumerate(ready) if actor(handle) != self._victim]
        return others[int(self._random() * len(others))] if others else 0


def actor(handle: Handle) -> str:
    """Whom a callback belongs to: the agent whose turn it carries on, another task, or nobody (empty)."""
    task = getattr(handle._callback, "__self__", None)  # type: ignore[attr-defined]  # no public way to ask
    if not isinstance(task, asyncio.Task):
        return ""
    name = task.get_name()
    return name.rpartition(" of ")[2] if name.startswith("turn ") else name


def create(name: str, chance: Random, agents: Sequence[str]) -> Bounded:
    """The scheduler of that name for a team of ``agents``. Raises ``KeyError``."""
    victim = chance.choice(list(agents))
    inner: dict[str, Scheduler] = {
        "fifo": Fifo(),
        "uniform": Uniform(chance),
        "priority": Priority(chance),
        "starve": Starve(chance, victim),
    }
    return Bounded(inner[name])
