"""What a person searches for: words and filters, and whether a line has them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from engine.record.clean import clean_line
from tui.mentions import Mention, Names

QUERY_MAX = 200
"""Characters of a search."""

TERMS_MAX = 12
"""Words and filters of a search that count; every line is compared with each of them."""

KINDS: dict[str, tuple[str, ...]] = {
    "act": ("act", "good", "person"),
    "refused": ("refused",),
    "failed": ("bad", "error"),
    "passed": ("good",),
    "said": ("speech", "mail", "question"),
    "question": ("question",),
    "fault": ("fault", "error"),
    "person": ("person",),
}
"""What may stand after ``kind:``, and which kinds of lines that means."""

HINT = "words · !without · agent:Dev1 · task:7 · path:add.py · kind:refused · round:5 · faults"
"""What can be written."""

_TERM = re.compile(r'(!?)(?:(agent|task|path|kind|round):)?(?:"([^"]*)"?|(\S+))')


@dataclass(frozen=True, slots=True)
class Words:
    """A line as it is searched: whose it is, of which kind and round, and what it says."""

    who: tuple[str, ...]
    kind: str
    round: int
    text: str


class Term(NamedTuple):
    """One condition; ``field`` is empty for a word. All in lower case."""

    field: str
    value: str
    without: bool


@dataclass(frozen=True, slots=True)
class Query:
    """All ``terms`` must hold. ``problem`` says which part was not understood and what could stand there."""

    terms: tuple[Term, ...]
    problem: str = ""

    def __bool__(self) -> bool:
        return bool(self.terms)

    def matcher(self, names: Names) -> Callable[[Words], bool]:
        """The test of a line in a run with these ``names``."""
        tests = [(_test(term, names), term.without) for term in self.terms]
        return lambda words: all(test(words) != without for test, without in tests)


def parse(text: str) -> Query:
    """Read a search; never raises: what makes no sense is told and left out."""
    terms: list[Term] = []
    problem = ""
    for match in _TERM.finditer(clean_line(text, QUERY_MAX)):
        field = match[2] or ""
        value = (match[3] if match[3] is not None else match[4]).lower()
        without = bool(match[1])
        if not value:
            continue
        if field == "kind" and value not in KINDS:
            problem = f"kinds: {' '.join(KINDS)}"
        elif field == "round" and not value.isdecimal():
            problem = f"round:{value} is no number"
        elif not field and value == "faults":
            terms.append(Term("kind", "fault", without))
        else:
            terms.append(Term(field, value, without))
    if len(terms) > TERMS_MAX:
        problem = f"only the first {TERMS_MAX} words and filters count"
    return Query(tuple(terms[:TERMS_MAX]), problem)


def _test(term: Term, names: Names) -> Callable[[Words], bool]:
    value = term.value
    match term.field:
        case "agent":
            wanted = _named(value, names.agents)
            return lambda words: any(who in wanted for who in words.who)
        case "task":
            exact = {t for t, name in names.tasks.items() if value in (t.lower(), name.lower())}
            tasks = exact or {t for t, name in names.tasks.items() if value in name.lower()}
            return _speaks({Mention("task", task) for task in tasks}, names)
        case "path":
            exact = {path for path in names.paths if path.lower() == value}
            paths = exact or {path for path in names.paths if value in path.lower()}
            return _speaks({Mention("path", path) for path in paths}, names)
        case "kind":
            kinds = KINDS[value]
            return lambda words: words.kind in kinds
        case "round":
            number = int(value)
            return lambda words: words.round == number
        case _:
            return lambda words: value in words.text.lower() or any(value in who.lower() for who in words.who)


def _named(value: str, agents: tuple[str, ...]) -> set[str]:
    """The agent of that name; while it is being typed, all whose names begin so."""
    exact = {name for name in agents if name.lower() == value}
    return exact or {name for name in agents if name.lower().startswith(value)}


def _speaks(wanted: set[Mention], names: Names) -> Callable[[Words], bool]:
    return lambda words: bool(wanted) and not wanted.isdisjoint(names.in_text(words.text))
