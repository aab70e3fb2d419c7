"""What a strategy decides: who may do which task, and who gets it when."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from engine.record.events import Role, TaskSpec
from engine.record.state import BoardState


class Strategy:
    """Who decides who does what. A strategy is one subclass and one line in ``engine.strategies``.

    Strategies hold no state of their own: they look at the board. ``live`` always lists the developers that
    are neither down nor stalled, in team order.
    """

    name: ClassVar[str]
    """As users write it."""

    title: ClassVar[str]
    """One line for help and lists."""

    has_lead: ClassVar[bool] = False
    """Whether a lead joins the developers."""

    preassigns: ClassVar[bool] = False
    """Whether each agent is told its ids in the brief."""

    def rules(self, role: Role) -> str:
        """What an agent of this role is told about deciding, as lines that start with ``- ``."""
        raise NotImplementedError

    def before_run(self, tasks: Sequence[TaskSpec], developers: Sequence[str]) -> list[tuple[str, str]]:
        """Assignments (task id, developer) made before the first round; ``tasks`` in topological order."""
        return []

    def refuses_claim(self, task: str, agent: str, board: BoardState, lead_alive: bool) -> str:
        """Why ``agent`` may not claim a free task, as a sentence; empty if it may."""
        return ""

    def after_release(self, task: str, board: BoardState, live: Sequence[str]) -> str | None:
        """Who gets a task that came back to the team; null leaves it to be claimed or assigned."""
        return None


def least_loaded(board: BoardState, live: Sequence[str]) -> str | None:
    """The live developer with the fewest open tasks, the first in team order among equals."""
    return min(live, key=lambda agent: len(board.owned_by(agent)), default=None)
