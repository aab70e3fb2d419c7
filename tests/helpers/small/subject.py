"""A subject: alphabets, how their histories are played, and what the definitions say of each.

How many histories there are is bounded in three ways, none of which leaves out one that could say anything
else:

- agents are interchangeable (``alphabet``), and so are messages, turns, test runs and versions, which are
  numbered as they come and never chosen: there is one task or file, or as many as the predicate needs;
- an operation that makes no sense at its moment (to deliver what is not under way) adds no event, so the
  history is that of fewer operations, which is played anyway;
- six operations of everything that a predicate could look at would be up to 90 billion histories. So the
  widest alphabets are played to four or five (that of all kinds of acts to three), those parts of them that
  can have to do with each other to six, and of the other histories of six operations a sample; each
  predicate is judged on six operations by three agents of whatever it has words for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TypeAlias

from engine.analysis.consistency import History, Predicate
from engine.record import events as ev
from tests.helpers.small.alphabet import Alphabet, Op

Events: TypeAlias = Sequence[ev.Event]
Judged: TypeAlias = tuple[bool, Iterable[int]]
"""Whether there was anything to judge, and the seqs of all violations in any order."""

SIX = 6
"""How long histories are at the most."""

FEW = 1_300
"""CI plays all histories of an alphabet up to the length, mostly four, at which there are no more of them."""


@dataclass(frozen=True, slots=True)
class Definition:
    """What a predicate means, by looking at everything with everything. ``reaches``: verdicts that occur."""

    predicate: Predicate
    judge: Callable[[Events], Judged]
    reaches: frozenset[str] = frozenset({"true", "false"})

    def compare(self, history: History) -> str:
        """The verdict, after making sure that checker and definition agree on it, count and witnesses."""
        finding = self.predicate(history)
        looked, found = self.judge(history.events)
        seqs = sorted(found)
        verdict = "false" if seqs else "true" if looked else "unknown"
        if (finding.verdict, finding.count, list(finding.witnesses)) != (verdict, len(seqs), seqs):
            where = "\n".join(repr(event) for event in history.events)
            raise AssertionError(f"{finding}\nby definition {verdict} {seqs}\n{where}")
        return verdict


@dataclass(frozen=True, slots=True)
class Scope:
    """All histories of up to ``longest`` operations of an alphabet."""

    alphabet: Alphabet
    longest: int

    @property
    def histories(self) -> int:
        """How many there are, with those that are left out because an operation adds nothing."""
        return self.alphabet.total(self.longest)


def up_to(longest: int, *operations: str, known: int = 0) -> Scope:
    """A scope of these operations; ``known`` as in ``Alphabet``."""
    return Scope(Alphabet(*operations, known=known), longest)


def six(*operations: str, known: int = 0) -> Scope:
    """A scope of histories as long as they come."""
    return up_to(SIX, *operations, known=known)


@dataclass(frozen=True, slots=True)
class Subject:
    """What is played, and judged by whom. ``histories`` are those of all scopes.

    CI plays the shortest histories, ``sample`` of up to six operations of each scope, and ``also`` these, of
    a kind that is rare.
    """

    title: str
    histories: int
    scopes: tuple[Scope, ...]
    play: Callable[[Sequence[Op]], Events]
    definitions: tuple[Definition, ...]
    sample: int = 150
    also: tuple[tuple[Op, ...], ...] = ()

    def all(self, scope: Scope, longest: int = SIX) -> Iterator[tuple[tuple[Op, ...], Events]]:
        """All histories of a scope, each before those that go on from it, but for those with an operation
        that adds nothing."""
        yield from self._after((), self.play(()), scope.alphabet, min(longest, scope.longest))

    def _after(
        self, ops: tuple[Op, ...], events: Events, alphabet: Alphabet, left: int
    ) -> Iterator[tuple[tuple[Op, ...], Events]]:
        for op in alphabet.steps(ops):
            longer = (*ops, op)
            played = self.play(longer)
            if len(played) == len(events) and list(played) == list(events):
                continue
            yield longer, played
            if left > 1:
                yield from self._after(longer, played, alphabet, left - 1)

    def of_six(self, size: int) -> Iterator[Events]:
        """``size`` histories of up to six operations of each alphabet that is played to fewer."""
        for scope in self.scopes:
            if scope.longest < SIX:
                yield from map(self.play, scope.alphabet.sample(SIX, size, seed=2))

    def some(self) -> Iterator[Events]:
        """What CI plays."""
        for scope in self.scopes:
            lengths = range(scope.longest, 0, -1)
            short = next((n for n in lengths if scope.alphabet.total(n) <= FEW), 1)
            yield from (events for _, events in self.all(scope, short))
            yield from map(self.play, scope.alphabet.sample(SIX, self.sample, seed=1))
        yield from map(self.play, self.also)

    def everything(self) -> Iterator[Events]:
        """All histories of all scopes."""
        return chain.from_iterable((events for _, events in self.all(scope)) for scope in self.scopes)

    def judge(self, histories: Iterable[Events]) -> int:
        """Hold the checkers against their definitions; every verdict that can occur must have. Returns how
        many histories there were."""
        reached: list[set[str]] = [set() for _ in self.definitions]
        count = 0
        for count, events in enumerate(histories, 1):  # noqa: B007 - the last one is the number
            history = History(events)
            for definition, verdicts in zip(self.definitions, reached, strict=True):
                verdicts.add(definition.compare(history))
        for definition, verdicts in zip(self.definitions, reached, strict=True):
            assert definition.reaches <= verdicts, (definition.predicate.name, verdicts)
        return count
