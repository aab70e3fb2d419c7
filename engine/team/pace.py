"""How long tasks and replies usually take, folded from the journal: what a late task is measured against."""

from __future__ import annotations

from bisect import insort
from collections import deque
from collections.abc import Callable
from math import ceil
from statistics import fmean, median
from typing import Any

from engine.record import events as ev

LATE = 3.0
"""A task is late when its owner has been at it for this many times the typical time. Spark takes 1.5, for
tasks of one kind; replies spread more: at 1.5 and 2 teams without a heavy tail lose time to needless copies,
at 3 none (benchmarks/bench_copies.py)."""

QUANTILE = 0.25
"""Share of tasks that must be done before any is called late. Spark waits for three quarters of a stage,
whose tasks all began together; here a task begins when what it builds on is done: a stage is small."""

REPLIES_KEPT = 5
"""Latest replies of an agent that its speed is taken from: it may have been slow for a while only."""


class Pace:
    """``apply`` every event. Times are run-clock seconds.

    An owner is at a task from the prompt of its present turn, if that showed the task as its own and ready:
    who takes several turns over a task is not late with it, but slow to report.
    """

    def __init__(self) -> None:
        self._owner: dict[str, str] = {}
        self._owned: dict[str, dict[str, None]] = {}
        self._done: set[str] = set()
        self._waits: dict[str, int] = {}
        self._dependents: dict[str, list[str]] = {}
        self._since: dict[str, float] = {}
        self._times: list[float] = []
        self._latencies: dict[str, deque[float]] = {}
        self._handlers: dict[type[ev.Event], Callable[[Any], None]] = {
            ev.RunStarted: self._run_started,
            ev.TurnStarted: self._turn_started,
            ev.Replied: self._replied,
            ev.TaskAssigned: self._taken,
            ev.TaskClaimed: self._taken,
            ev.TaskReleased: self._released,
            ev.TaskCompleted: self._completed,
            ev.TaskAdded: self._task_added,
            ev.DependencyAdded: self._dependency_added,
        }

    def apply(self, event: ev.Event) -> None:
        """Fold one event."""
        handler = self._handlers.get(type(event))
        if handler is not None:
            handler(event)

    @property
    def typical(self) -> float | None:
        """The median time from the prompt to the completion; null until enough tasks are done."""
        if len(self._times) < max(2, ceil(QUANTILE * len(self._waits))):
            return None
        return median(self._times)

    def due(self) -> dict[str, float]:
        """For each task that somebody is at, longest first, the moment from which it is late."""
        usual = self.typical
        if usual is None:
            return {}
        return {
            task: since + LATE * usual
            for task, since in sorted(self._since.items(), key=lambda entry: entry[1])
        }

    def slow(self, agent: str) -> bool:
        """Whether the agent's replies take longer than ``LATE`` times what is usual in the team."""
        mine = self._latencies.get(agent)
        means = [fmean(latencies) for latencies in self._latencies.values()]
        return mine is not None and fmean(mine) > LATE * median(means)

    # ------------------------------------------------------------ events

    def _run_started(self, event: ev.RunStarted) -> None:
        for task in event.tasks:
            self._lay(task)

    def _lay(self, task: ev.TaskSpec) -> None:
        self._waits[task.id] = sum(dependency not in self._done for dependency in task.dependencies)
        for dependency in task.dependencies:
            self._dependents.setdefault(dependency, []).append(task.id)

    def _task_added(self, event: ev.TaskAdded) -> None:
        self._lay(event.spec)

    def _dependency_added(self, event: ev.DependencyAdded) -> None:
        self._waits[event.task] += event.dependency not in self._done
        self._dependents.setdefault(event.dependency, []).append(event.task)

    def _turn_started(self, event: ev.TurnStarted) -> None:
        for task in self._owned.get(event.agent, ()):
            if not self._waits[task]:
                self._since[task] = event.ts

    def _replied(self, event: ev.Replied) -> None:
        self._latencies.setdefault(event.agent, deque(maxlen=REPLIES_KEPT)).append(event.latency_seconds)

    def _taken(self, event: ev.TaskAssigned | ev.TaskClaimed) -> None:
        if self._owner.get(event.task) != event.agent:
            self._free(event.task)
            self._since.pop(event.task, None)
        self._owner[event.task] = event.agent
        self._owned.setdefault(event.agent, {})[event.task] = None

    def _free(self, task: str) -> None:
        if (owner := self._owner.pop(task, None)) is not None:
            del self._owned[owner][task]

    def _released(self, event: ev.TaskReleased) -> None:
        self._free(event.task)
        self._since.pop(event.task, None)

    def _completed(self, event: ev.TaskCompleted) -> None:
        self._free(event.task)
        self._done.add(event.task)
        since = self._since.pop(event.task, None)
        if since is not None:
            insort(self._times, event.ts - since)
        for dependent in self._dependents.get(event.task, ()):
            self._waits[dependent] -= 1
