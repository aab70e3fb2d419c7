"""The fingerprint of a team's progress: statuses, owners and file contents, without talk."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from engine.analysis.consistency.boardsteps import Step
from engine.analysis.consistency.history import History
from engine.record import events as ev


class Fingerprint:
    """A number that is the same whenever board, files and drafts are, kept up to date change by change.

    It is the exclusive or of one 64-bit digest per task and file; two states of a run collide by chance with
    a probability of 2^-64.
    """

    def __init__(self) -> None:
        self.value = 0
        self._parts: dict[tuple[str, str], int] = {}

    def put(self, kind: str, key: str, state: str) -> bool:
        """Set the state of a task or file; whether that changed anything."""
        digest = hashlib.blake2b(f"{kind}\0{key}\0{state}".encode(), digest_size=8).digest()
        new = int.from_bytes(digest, "big")
        old = self._parts.get((kind, key), 0)
        self._parts[kind, key] = new
        self.value ^= old ^ new
        return old != new


def walk(history: History) -> Iterator[tuple[ev.Event, Fingerprint, bool]]:
    """Each event with the fingerprint after it, and whether the event changed it."""
    mark = Fingerprint()
    for task in (spec.id for spec in history.start.tasks) if history.start else ():
        mark.put("task", task, "pending\0")
    steps: dict[int, list[Step]] = {}
    for step in history.steps:
        steps.setdefault(id(step.event), []).append(step)
    for event in history.events:
        changed = False
        for step in steps.get(id(event), ()):
            changed |= mark.put("task", step.task, f"{step.status_after}\0{step.owner_after}")
        if isinstance(event, ev.FileEdited):
            changed |= mark.put("file", event.path, event.hash)
        elif isinstance(event, ev.DraftEdited):
            changed |= mark.put("draft", f"{event.draft} {event.path}", event.hash)
        elif isinstance(event, ev.TaskAdded):
            changed |= mark.put("task", event.spec.id, "pending\0")
        elif isinstance(event, ev.DependencyAdded):
            changed |= mark.put("need", f"{event.task}\0{event.dependency}", "")
        yield event, mark, changed
