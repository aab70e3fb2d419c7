"""What one agent wrote and how its tests went, from the events of a journal. Pure; called in a thread."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import unified_diff
from itertools import islice

from engine.record import events as ev
from engine.record.clean import clean, clean_line

EDITS_KEPT = 20
"""Edits shown, the latest: more than anybody reads live."""

LINES_KEPT = 200
"""Lines of a difference shown; the file in the workspace has all of them."""

CONTENT_MAX = 100_000
"""Characters of a version that are compared: a difference of longer ones takes too long."""

TESTS_KEPT = 50
"""Test runs shown, the latest."""


@dataclass(frozen=True, slots=True)
class Edit:
    """A version that the agent wrote; ``diff`` goes from the version before to it, without its heading."""

    path: str
    version: int
    round: int
    previous: str
    diff: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tested:
    """A test run of the agent: how many passed, and the names of those that did not."""

    round: int
    verdict: str
    passed: int
    failed: tuple[str, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class Work:
    """The latest of what agent ``name`` did, newest first."""

    name: str
    edits: tuple[Edit, ...]
    tests: tuple[Tested, ...]


def work_of(name: str, events: Iterable[ev.Event]) -> Work:
    """Gather it; ``name`` is as the state has it."""
    last: dict[str, str] = {}
    edits: list[tuple[ev.FileEdited, str]] = []
    tests: list[Tested] = []
    for event in events:
        if isinstance(event, ev.FileEdited):
            if clean_line(event.agent, 40) == name:
                edits = [*edits[-EDITS_KEPT + 1 :], (event, last.get(event.path, ""))]
            last[event.path] = event.content
        elif isinstance(event, ev.TestsFinished) and clean_line(event.agent, 40) == name:
            failed = tuple(clean_line(node) for node in event.failed)
            done = Tested(event.round, clean_line(event.verdict), len(event.passed), failed, event.seconds)
            tests = [*tests[-TESTS_KEPT + 1 :], done]
    return Work(name, tuple(_edit(*pair) for pair in reversed(edits)), tuple(reversed(tests)))


def _edit(event: ev.FileEdited, before: str) -> Edit:
    old, new = (clean(text[:CONTENT_MAX]).split("\n") for text in (before, event.content))
    lines = islice(unified_diff(old if before else [], new, lineterm="", n=2), 2, 3 + LINES_KEPT)
    diff = tuple(clean_line(line, 500) if not line.startswith(" ") else " " + line[1:501] for line in lines)
    if len(diff) > LINES_KEPT:
        diff = (*diff[:LINES_KEPT], "… more lines")
    return Edit(clean_line(event.path), event.version, event.round, clean_line(event.previous), diff)
