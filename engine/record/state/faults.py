"""Faults that are active, and those that were."""

from __future__ import annotations

from collections import deque

import msgspec

from engine.record import events as ev
from engine.record.clean import clean_line

FAULTS_KEPT = 500
"""Ended faults kept for marks in charts; more than a person can inject in an afternoon."""


class Fault(msgspec.Struct):
    """One fault; ``stopped`` is null while it is active. Times are run-clock seconds.

    ``tasks_done`` is how many tasks were done when it began, ``tasks_done_after`` when it stopped: where its
    mark and its band stand in the speedup chart.
    """

    id: int
    kind: str
    targets: tuple[str, ...]
    params: dict[str, float | str]
    author: str
    why: str
    started: float
    round: int
    tasks_done: int
    until: float | None = None
    stopped: float | None = None
    tasks_done_after: int | None = None


class FaultsState:
    """``active`` by id in order of injection; ``ended`` oldest first; ``count`` of all so far."""

    def __init__(self) -> None:
        self.active: dict[int, Fault] = {}
        self.ended: deque[Fault] = deque(maxlen=FAULTS_KEPT)
        self.count = 0

    def fault_started(self, event: ev.FaultStarted, tasks_done: int) -> None:
        """A disturbance begins."""
        params: dict[str, float | str] = {
            clean_line(k): clean_line(v) if isinstance(v, str) else v for k, v in event.params.items()
        }
        self.active[event.id] = Fault(
            event.id,
            clean_line(event.kind),
            tuple(clean_line(t) for t in event.targets),
            params,
            clean_line(event.author),
            clean_line(event.why),
            event.ts,
            event.round,
            tasks_done,
            event.until_seconds,
        )
        self.count += 1

    def fault_stopped(self, event: ev.FaultStopped, tasks_done: int) -> None:
        """It is over."""
        fault = self.active.pop(event.id, None)
        if fault is not None:
            fault.stopped, fault.tasks_done_after = event.ts, tasks_done
            self.ended.append(fault)

    def all(self) -> list[Fault]:
        """Every fault that is kept, oldest first."""
        return sorted([*self.ended, *self.active.values()], key=lambda fault: fault.id)
