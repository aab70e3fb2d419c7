"""What a checker says: findings with witnesses, and how they add up to one verdict."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from engine.record.clean import clean_line

if TYPE_CHECKING:
    from engine.analysis.consistency.history import History

Verdict: TypeAlias = Literal["true", "false", "unknown"]
"""Of a property: it holds, it is violated, or nothing was seen that could tell."""

Class: TypeAlias = Literal["engine", "team", "prevented"]
"""Whose doing a violation is: a bug of ours, the team's own, or an attempt that the engine refused."""

WITNESSES = 20
"""Witnesses named per finding: more than anybody follows up by hand, few enough for any screen."""

SENTENCE = 400
"""Characters of a sentence."""


@dataclass(frozen=True, slots=True)
class Finding:
    """The answer of one checker for one predicate and class.

    ``count`` violations were seen; ``witnesses`` are the seqs of the first ``WITNESSES`` of them, each the
    event with which the violation was complete. ``sentence`` is cleaned and tells of the first one.
    """

    name: str
    verdict: Verdict
    class_: Class
    count: int
    witnesses: tuple[int, ...]
    sentence: str

    @property
    def unnamed(self) -> int:
        """Violations beyond those in ``witnesses``."""
        return self.count - len(self.witnesses)

    def as_dict(self) -> dict[str, Any]:
        """The finding as ``check --json`` prints it."""
        return {
            "name": self.name,
            "verdict": self.verdict,
            "class": self.class_,
            "count": self.count,
            "witnesses": list(self.witnesses),
            "sentence": self.sentence,
        }


@dataclass(frozen=True, slots=True)
class Report:
    """All findings of a history; ``verdict`` is that of the engine's properties, false before all others.

    ``source`` says where an imported run is from: of those the engine's properties are unknown.
    """

    verdict: Verdict
    findings: tuple[Finding, ...]
    source: str = ""

    def as_dict(self) -> dict[str, Any]:
        """The object that ``check --json`` prints."""
        return {"verdict": self.verdict, "findings": [finding.as_dict() for finding in self.findings]}

    def get(self, name: str, class_: Class) -> Finding:
        """The finding of a predicate and class. Raises ``KeyError``."""
        for finding in self.findings:
            if finding.name == name and finding.class_ == class_:
                return finding
        raise KeyError((name, class_))


def compose(verdicts: Iterable[Verdict]) -> Verdict:
    """Merge verdicts as Jepsen does: false outweighs unknown, which outweighs true; none at all: unknown."""
    seen = set(verdicts)
    if "false" in seen:
        return "false"
    return "true" if seen == {"true"} else "unknown"


class Tally:
    """What a checker notes while it looks: whether anything was there to judge, and what was wrong."""

    def __init__(self) -> None:
        self.looked = 0
        self._seqs: list[int] = []
        self._first: tuple[int, str, tuple[object, ...]] | None = None
        self._excuse = ""

    def look(self, times: int = 1) -> None:
        """Something was seen that the property speaks of."""
        self.looked += times

    def found(self, seq: int, text: str, *values: object) -> None:
        """A violation at ``seq``, in any order; ``text``, with ``{}`` for ``values``, tells of it."""
        self._seqs.append(seq)
        if self._first is None or seq < self._first[0]:
            self._first = (seq, text, values)

    def excuse(self, why: str) -> None:
        """Say why nothing can be told, instead of the checker's usual sentence."""
        self._excuse = why

    def finding(self, name: str, class_: Class, holds: str, unknown: str) -> Finding:
        """Sum up."""
        count = len(self._seqs)
        verdict: Verdict = "false" if count else "true" if self.looked else "unknown"
        sentence = {"true": holds, "false": self._told(), "unknown": self._excuse or unknown}[verdict]
        seqs = tuple(sorted(self._seqs)[:WITNESSES])
        return Finding(name, verdict, class_, count, seqs, clean_line(sentence, SENTENCE))

    def _told(self) -> str:
        if self._first is None:
            return ""
        _, text, values = self._first
        told = clean_line(text.format(*values), SENTENCE - 60)  # so that what follows is never cut
        more = len(self._seqs) - 1
        unnamed = max(0, len(self._seqs) - WITNESSES)
        if not more:
            return told
        return f"{told} {more:,} more like it{f', {unnamed:,} of them not listed' if unnamed else ''}."


Look: TypeAlias = "Callable[[History, Tally], None]"


@dataclass(frozen=True, slots=True)
class Predicate:
    """A checker: a pure function from a history to the finding of one predicate and class."""

    name: str
    class_: Class
    holds: str
    unknown: str
    look: Look

    def __call__(self, history: History) -> Finding:
        """Judge a history."""
        tally = Tally()
        self.look(history, tally)
        return tally.finding(self.name, self.class_, self.holds, self.unknown)


def predicate(name: str, class_: Class, *, holds: str, unknown: str) -> Callable[[Look], Predicate]:
    """Make a checker of a function; ``holds`` and ``unknown`` are its sentences for these verdicts."""

    def make(look: Look) -> Predicate:
        return Predicate(name, class_, holds, unknown, look)

    return make
