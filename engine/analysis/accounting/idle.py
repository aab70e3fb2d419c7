"""Whose fault idle time is: the idle rule.

At every instant the agents without a turn are matched with the work that was there. Who had work of its
own open waits at the barrier; so does, longest idle first, one agent for every free task that was ready. One
agent for every ready task that waited for its owner was idle by misassignment; an owner in a turn who has
begun nothing is at one of its tasks, which does not wait. The rest starved: there was no work. A straggler is
blamed only while its peers could have worked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.analysis.accounting.causes import Cause
from engine.record.state import BoardState


@dataclass(slots=True)
class _Ready:
    """Numbers of one version of the board: free ready tasks, and by owner the ready ones not begun."""

    free: int
    unbegun: dict[str, int]
    working: frozenset[str]


class IdleRule:
    """Names the cause for each idle agent; looks at the board only when that has changed."""

    def __init__(self, board: BoardState) -> None:
        self._board = board
        self._version = -1
        self._ready = _Ready(0, {}, frozenset())

    def causes(
        self, idle: Sequence[str], refused: frozenset[str], leads: frozenset[str], busy: frozenset[str]
    ) -> dict[str, Cause]:
        """The cause of each of ``idle`` (longest idle first) from here to the next event.

        ``refused`` ended their last turn in a refused edit: what they wait for is the lock. ``busy`` are in a
        turn.
        """
        ready = self._look()
        found: dict[str, Cause] = {}
        free = ready.free
        waiting = []
        for agent in idle:
            if agent in leads:
                found[agent] = "barrier" if ready.free else "starvation_induced"
            elif agent in ready.working or ready.unbegun.get(agent):
                found[agent] = "lock_wait" if agent in refused else "barrier"
            elif free > 0:
                free -= 1
                found[agent] = "lock_wait" if agent in refused else "barrier"
            else:
                waiting.append(agent)
        others = sum(
            count - (owner in busy and owner not in ready.working)
            for owner, count in ready.unbegun.items()
            if owner not in found
        )
        for agent in waiting:
            found[agent] = "misassignment" if others > 0 else "starvation_induced"
            others -= 1
        return found

    def _look(self) -> _Ready:
        board = self._board
        if board.version != self._version:
            self._version = board.version
            unbegun: dict[str, int] = {}
            working = set()
            free = 0
            for task in board.tasks.values():
                if task.status == "done" or not board.is_open(task.id):
                    continue
                if task.status == "pending":
                    free += 1
                elif task.status == "assigned":
                    unbegun[task.owner] = unbegun.get(task.owner, 0) + 1
                else:
                    working.add(task.owner)
            self._ready = _Ready(free, unbegun, frozenset(working))
        return self._ready
