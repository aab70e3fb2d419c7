"""Refusals are true: what is said to be taken, done, blocked or locked is so."""

from __future__ import annotations

from engine.record import events as ev
from engine.simulation.invariants.notes import TICK, Notes
from engine.simulation.violation import Violation
from engine.simulation.world import Played


def judge(played: Played) -> list[Violation]:
    """See ``_Court``."""
    court = _Court(played.scenario.start)
    for event in played.events:
        court.take(event)
    return court.notes


class _Court:
    """Keeps board and locks by the events alone, and holds every refusal against them."""

    def __init__(self, start: ev.RunStarted) -> None:
        self.notes = Notes("refusals")
        self._needs = {task.id: task.dependencies for task in start.tasks}
        self._owner: dict[str, str] = {}
        self._done: set[str] = set()
        self._held: dict[str, ev.LockAcquired] = {}

    def take(self, event: ev.AnyEvent) -> None:
        """Judge one event, then note what it says."""
        match event:
            case ev.TaskAssigned() | ev.TaskClaimed():
                self._owner[event.task] = event.agent
            case ev.TaskReleased():
                self._owner.pop(event.task, None)
            case ev.TaskCompleted():
                self._done.add(event.task)
            case ev.TaskAdded():
                self._needs[event.spec.id] = event.spec.dependencies
            case ev.DependencyAdded():
                self._needs[event.task] = (*self._needs[event.task], event.dependency)
            case ev.LockAcquired():
                self._held[event.path] = event
            case ev.LockReleased():
                self._held.pop(event.path, None)
            case ev.LockDenied():
                self._locked(event)
            case ev.ActionRefused() if event.object in self._needs:
                if not self._just(event):
                    said = f"{event.agent} was refused {event.action} {event.object} as {event.reason}"
                    self.notes.wrong(event.seq, f"{said}, which is not so")

    def _locked(self, event: ev.LockDenied) -> None:
        held = self._held.get(event.path)
        if held is None or held.agent != event.holder or held.agent == event.agent:
            self.notes.wrong(event.seq, f"{event.path} is not held by {event.holder}")
        elif abs(event.ts - held.ts - event.age_seconds) > 0.001 + TICK:
            self.notes.wrong(event.seq, f"{event.path} has been held for {event.ts - held.ts:.3f} s")

    def _just(self, event: ev.ActionRefused) -> bool:
        task, owner = event.object, self._owner.get(event.object, "")
        match event.reason:
            case "blocked":
                return any(need not in self._done for need in self._needs[task])
            case "done":
                return task in self._done
            case "owned":
                return bool(owner)
            case "not_owner":
                return owner != event.agent
            case "unknown":
                return event.action not in ("claim_task", "complete_task", "release_task", "show_task")
        return True
