"""A subject: an alphabet, how its histories are played, and what the definitions say of each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TypeAlias

from engine.analysis.consistency import History, Predicate
from engine.record import events as ev
from tests.helpers.small.alphabet import Alphabet, Op

Events: TypeAlias = Sequence[ev.Event]
Judged: TypeAlias = tuple[bool, Iterable[int]]
"""Whether there was anything to judge, and the seqs of all violations in any order."""


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
        said = (finding.verdict, finding.count, list(finding.witnesses))
        where = "\n".join(repr(event) for event in history.events)
        assert said == (verdict, len(seqs), seqs), f"{finding}\nby definition {verdict} {seqs}\n{where}"
        return verdict


@dataclass(frozen=True, slots=True)
class Subject:
    """All histories of up to ``longest`` operations, ``histories`` in number.

    CI plays ``sample`` of them, and ``also`` these, of a kind that is rare.
    """

    title: str
    alphabet: Alphabet
    longest: int
    histories: int
    play: Callable[[Sequence[Op]], Events]
    definitions: tuple[Definition, ...]
    sample: int = 400
    also: tuple[tuple[Op, ...], ...] = ()

    def some(self) -> Iterable[tuple[Op, ...]]:
        """Those that CI plays."""
        return chain(self.also, self.alphabet.sample(self.longest, self.sample, seed=1))

    def judge(self, histories: Iterable[Sequence[Op]]) -> None:
        """Hold the checkers against their definitions; every verdict that can occur must have."""
        reached: list[set[str]] = [set() for _ in self.definitions]
        for ops in histories:
            history = History(self.play(ops))
            for definition, verdicts in zip(self.definitions, reached, strict=True):
                verdicts.add(definition.compare(history))
        for definition, verdicts in zip(self.definitions, reached, strict=True):
            assert definition.reaches <= verdicts, (definition.predicate.name, verdicts)
