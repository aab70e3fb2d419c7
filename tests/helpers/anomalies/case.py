"""What a case is: a history that violates one predicate, and one as close to it that does not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from engine.analysis.consistency import Class
from tests.helpers.histories import Book

Build = Callable[[bool], Book]


@dataclass(frozen=True, slots=True)
class Case:
    """``build(True)`` violates the predicate ``count`` times, ``build(False)`` does not.

    ``also``: engine predicates that the same wrong events break as well.
    """

    name: str
    class_: Class
    build: Build
    count: int
    also: frozenset[str]

    @property
    def title(self) -> str:
        return f"{self.build.__name__} ({self.name}, {self.class_})"


class Cases(list[Case]):
    """Collects cases: ``@cases.add(name, class)`` over a function that builds both histories."""

    def add(self, name: str, class_: Class, *, count: int = 1, also: str = "") -> Callable[[Build], Build]:
        def keep(build: Build) -> Build:
            self.append(Case(name, class_, build, count, frozenset(also.split())))
            return build

        return keep
