"""All small histories over an alphabet: how many there are, all in order, or any one by its number.

Names of agents mean nothing, so of histories that differ in names alone one is enough: agents come in for
the first time in order.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from random import Random
from typing import TypeAlias

AGENTS = ("Dev1", "Dev2", "Dev3")

Op: TypeAlias = tuple[str, ...]
"""What happens, then the agents that it names."""


class Alphabet:
    """The operations: words, then a letter for each agent that is named (``send a b``: two of them)."""

    def __init__(self, *operations: str) -> None:
        self._kinds: list[tuple[str, int]] = []
        for operation in operations:
            words = operation.split()
            kind = [word for word in words if word not in ("a", "b")]
            self._kinds.append((" ".join(kind), len(words) - len(kind)))
        self._steps = cache(self._steps_after)
        self._count = cache(self._count_of)

    def _steps_after(self, known: int) -> list[tuple[Op, int]]:
        """Operations after ``known`` agents have come in, and how many have then."""
        found: list[tuple[Op, int]] = []
        for kind, arity in self._kinds:
            chosen: list[tuple[tuple[int, ...], int]] = [((), known)]
            for _ in range(arity):
                chosen = [
                    ((*agents, agent), max(come, agent + 1))
                    for agents, come in chosen
                    for agent in range(min(come + 1, len(AGENTS)))
                    if agent not in agents
                ]
            found += [((kind, *(AGENTS[agent] for agent in agents)), come) for agents, come in chosen]
        return found

    def _count_of(self, length: int, known: int) -> int:
        if not length:
            return 1
        return sum(self._count(length - 1, come) for _, come in self._steps(known))

    def total(self, longest: int) -> int:
        """How many histories have one to ``longest`` operations."""
        return sum(self._count(length, 0) for length in range(1, longest + 1))

    def all(self, longest: int) -> Iterator[tuple[Op, ...]]:
        """All of them, the shortest first."""
        for length in range(1, longest + 1):
            yield from self._all((), length, 0)

    def _all(self, before: tuple[Op, ...], length: int, known: int) -> Iterator[tuple[Op, ...]]:
        if not length:
            yield before
            return
        for op, come in self._steps(known):
            yield from self._all((*before, op), length - 1, come)

    def nth(self, longest: int, number: int) -> tuple[Op, ...]:
        """History ``number`` (from 0) of ``all(longest)``."""
        length = 1
        while length < longest and number >= self._count(length, 0):
            number -= self._count(length, 0)
            length += 1
        ops: list[Op] = []
        known = 0
        for left in range(length - 1, -1, -1):
            for op, come in self._steps(known):
                below = self._count(left, come)
                if number < below:
                    ops.append(op)
                    known = come
                    break
                number -= below
        return tuple(ops)

    def sample(self, longest: int, size: int, seed: int) -> Iterator[tuple[Op, ...]]:
        """``size`` different ones: half of them the shortest, half any others, each as likely as the next."""
        total = self.total(longest)
        short = min(size // 2, total)
        others = Random(seed).sample(range(short, total), min(size, total) - short)
        for number in (*range(short), *sorted(others)):
            yield self.nth(longest, number)
