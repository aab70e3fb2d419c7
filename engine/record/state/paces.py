"""How fast each agent is, measured from its own turns so far."""

from __future__ import annotations

import msgspec

from engine.record import events as ev
from engine.record.state.board import BoardState

PRIOR_TASKS = 1.0
"""The team's mean counts as so many tasks of the agent's own: one task says something, three say most."""

UNKNOWN_SECONDS = 1.0
"""Seconds per task before anybody has completed one: all are equal, and the unit does not matter."""


class Pace(msgspec.Struct):
    """An agent's working turns, those in which it could do something: their seconds and completed tasks.

    ``best`` is the most tasks that it completed in one turn; ``short`` the fewest that it had and did not
    complete in one, null if it completed all it had or ``best`` says that it can. ``since`` is when it last
    completed a task or, having none, got one.
    """

    seconds: float = 0.0
    tasks: int = 0
    best: int = 0
    short: int | None = None
    since: float = 0.0


class _Open(msgspec.Struct):
    began: float
    had: int
    works: bool
    done: int = 0


class PacesState:
    """The paces of all who had a turn. Folded after ``board``, which it asks for what agents own."""

    def __init__(self, board: BoardState) -> None:
        self._board = board
        self._paces: dict[str, Pace] = {}
        self._open: dict[str, _Open] = {}
        self._seconds = 0.0
        self._tasks = 0

    # ------------------------------------------------------------ questions

    def of(self, agent: str) -> Pace:
        """What was measured of the agent; all zero before its first turn."""
        return self._paces.get(agent) or Pace()

    def seconds_per_task(self, agent: str) -> float:
        """Mean seconds of the agent per completed task, shrunk to the team's mean while it did few."""
        mean = self._seconds / self._tasks if self._tasks else UNKNOWN_SECONDS
        pace = self.of(agent)
        if not self._tasks:
            return mean
        return (pace.seconds + PRIOR_TASKS * mean) / (pace.tasks + PRIOR_TASKS)

    def per_turn(self, agent: str) -> int:
        """How many tasks to give the agent for one turn: what it has managed, and twice that as a trial."""
        pace = self.of(agent)
        trial = 2 * pace.best if pace.short is None else min(2 * pace.best, pace.short - 1)
        return max(1, pace.best, trial)

    # ------------------------------------------------------------ events

    def turn_started(self, event: ev.TurnStarted) -> None:
        """The agent has its prompt."""
        had = self._board.owned(event.agent)
        works = any(map(self._board.is_open, had))
        self._open[event.agent] = _Open(event.ts, len(had), works)

    def task_taken(self, event: ev.TaskAssigned | ev.TaskClaimed) -> None:
        """The agent has one more task; folded after the board."""
        owned = len(self._board.owned(event.agent))
        if owned == 1:
            self._paces.setdefault(event.agent, Pace()).since = event.ts
        open_ = self._open.get(event.agent)
        if open_ is not None and isinstance(event, ev.TaskClaimed):
            open_.had = max(open_.had, open_.done + owned)
            open_.works = True

    def task_completed(self, event: ev.TaskCompleted) -> None:
        """The agent completed a task."""
        self._paces.setdefault(event.agent, Pace()).since = event.ts
        open_ = self._open.get(event.agent)
        if open_ is not None:
            open_.done += 1
            open_.works = True

    def turn_ended(self, event: ev.TurnEnded) -> None:
        """The turn is over. One that was cut off, or in which there was nothing to do, says nothing."""
        open_ = self._open.pop(event.agent, None)
        if open_ is None or event.outcome in ("crashed", "fenced", "overtaken") or not open_.works:
            return
        pace = self._paces.setdefault(event.agent, Pace())
        seconds = event.ts - open_.began
        pace.seconds += seconds
        pace.tasks += open_.done
        self._seconds += seconds
        self._tasks += open_.done
        pace.best = max(pace.best, open_.done)
        if open_.done < open_.had:
            pace.short = open_.had if pace.short is None else min(pace.short, open_.had)
        if pace.short is not None and pace.best >= pace.short:
            pace.short = None
