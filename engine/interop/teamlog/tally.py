"""What of a foreign record was used, what was left out, and what it does not record."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from engine.interop.teamlog import lines as log


class Misfit(ValueError):  # noqa: N818 - it names what was found, not what went wrong in the program
    """A line contradicts those before it; the message says how, in words. Nothing of it was taken."""


@dataclass(slots=True)
class Tally:
    """Lines ``taken``, lines ``skipped``, and of the ``first`` of those where it stands and why."""

    taken: int = 0
    skipped: int = 0
    first: str = ""

    def skip(self, where: str, why: str) -> None:
        """Count a line that was left out."""
        self.skipped += 1
        if not self.first:
            self.first = f"{where}: {why}"

    @property
    def note(self) -> str:
        """A sentence on what was left out; empty if nothing was."""
        if not self.skipped:
            return ""
        many = "1 record was" if self.skipped == 1 else f"{self.skipped:,} records were"
        return f"{many} left out; the first is {self.first}."


def lacking(given: Iterable[log.AnyLine]) -> tuple[log.Topic, ...]:
    """What a log that does not say so does not record, judged by the lines that are there.

    A topic counts as recorded if there is a line about it and every line that could have it does.
    """
    there = list(given)

    def every(kind: type[log.Line], has: Callable[[Any], bool]) -> bool:
        found = [line for line in there if isinstance(line, kind)]
        return bool(found) and all(map(has, found))

    def some(*kinds: type[log.Line]) -> bool:
        return any(isinstance(line, kinds) for line in there)

    recorded: dict[log.Topic, bool] = {
        "replies": every(log.Replied, lambda line: line.text is not None),
        "contents": every(log.FileEdited, lambda line: line.content is not None),
        "nodes": every(log.TestsFinished, lambda line: bool(line.passed or line.failed)),
        "tokens": every(log.Replied, lambda line: None not in (line.input_tokens, line.output_tokens)),
        "locks": some(log.LockAcquired, log.LockDenied),
        "refusals": some(log.ActionRefused),
        "rounds": some(log.RoundStarted),
        "dependencies": some(log.DependencyAdded) or any(map(_waits, there)),
    }
    return tuple(topic for topic in log.TOPICS if not recorded[topic])


def _waits(line: log.AnyLine) -> bool:
    """Whether it names a task that waits for another."""
    if isinstance(line, log.RunStarted):
        return any(task.dependencies for task in line.tasks)
    return isinstance(line, log.TaskAdded) and bool(line.dependencies)
