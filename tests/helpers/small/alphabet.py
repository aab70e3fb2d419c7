"""All small histories over an alphabet: how many there are, all in order, or any one by its number.

Names of agents mean nothing, so of histories that differ in names alone one is enough: agents come in for
the first time in order. That holds where nothing but the operations tells agents apart. Those that a play
tells apart beforehand (the owner of a task, the members of a round) are ``known``: they come in any order.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from random import Random
from typing import TypeAlias

AGENTS = ("Dev1", "Dev2", "Dev3")

_LETTERS = ("a", "b", "c")

Op: TypeAlias = tuple[str, ...]
"""What happens, then the agents that it names."""


class Alphabet:
    """The operations: words, then who is named. A letter is any agent, other letters are others (``send a
    b``: two of them); a name is that agent alone, so whoever uses names knows all agents."""

    def __init__(self, *operations: str, known: int = 0) -> None:
        self._known = known
        self._kinds: list[tuple[str, tuple[str, ...]]] = []
        for operation in operations:
            words = operation.split()
            named = tuple(word for word in words if word in (*_LETTERS, *AGENTS))
            assert known == len(AGENTS) or not set(named) & set(AGENTS), operation
            self._kinds.append((" ".join(words[: len(words) - len(named)]), named))
        self._steps = cache(self._steps_after)
        self._count = cache(self._count_of)

    def _steps_after(self, known: int) -> list[tuple[Op, int]]:
        """Operations after ``known`` agents have come in, and how many have then."""
        found: list[tuple[Op, int]] = []
        for kind, named in self._kinds:
            chosen: list[tuple[tuple[int, ...], int]] = [((), known)]
            for word in named:
                chosen = [
                    ((*agents, agent), max(come, agent + 1))
                    for agents, come in chosen
                    for agent in range(min(come + 1, len(AGENTS)))
                    if agent not in agents and word in (*_LETTERS, AGENTS[agent])
                ]
            found += [((kind, *(AGENTS[agent] for agent in agents)), come) for agents, come in chosen]
        return found

    def _count_of(self, length: int, known: int) -> int:
        if not length:
            return 1
        return sum(self._count(length - 1, come) for _, come in self._steps(known))

    def steps(self, before: tuple[Op, ...]) -> list[Op]:
        """What can come after ``before``."""
        places = [AGENTS.index(name) + 1 for _, *names in before for name in names]
        return [op for op, _ in self._steps(max([self._known, *places]))]

    def total(self, longest: int) -> int:
        """How many histories have one to ``longest`` operations."""
        return sum(self._count(length, self._known) for length in range(1, longest + 1))

    def nth(self, longest: int, number: int) -> tuple[Op, ...]:
        """History ``number`` (from 0), the shortest first, of those of one to ``longest`` operations."""
        length = 1
        while length < longest and number >= self._count(length, self._known):
            number -= self._count(length, self._known)
            length += 1
        ops: list[Op] = []
        known = self._known
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
        """``size`` different ones, each as likely as the next."""
        total = self.total(longest)
        for number in sorted(Random(seed).sample(range(total), min(size, total))):
            yield self.nth(longest, number)
