"""What a strategy decides: who may do which task, and who gets it when."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import ClassVar

from engine.record.events import Role, TaskSpec
from engine.record.state import BoardState, PacesState, TaskState


@dataclass(frozen=True, slots=True)
class Scene:
    """The team at a moment between turns, as a strategy sees it.

    ``live`` are the developers that are neither down nor stalled, in team order; ``thinking`` those of them
    whose turn is open. ``now`` is the run's clock in seconds.
    """

    board: BoardState
    paces: PacesState
    live: Sequence[str]
    thinking: Collection[str]
    now: float

    def ready(self, agent: str) -> list[TaskState]:
        """Tasks of the agent that it could do now, in the order in which it got them."""
        return [task for task in self.board.owned_by(agent) if self.board.is_open(task.id)]

    def movable(self, task: TaskState) -> bool:
        """Whether the task may be given to another agent: it is free, or its owner has not begun it and is
        not in the middle of a turn, in which it might be about to."""
        if task.status == "pending":
            return True
        idle_owner = task.owner in self.live and task.owner not in self.thinking
        return task.status == "assigned" and not task.touched and idle_owner


@dataclass(frozen=True, slots=True)
class Move:
    """Give ``task`` to developer ``to``, away from whoever owns it."""

    task: str
    to: str


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

    claims: ClassVar[bool] = True
    """Whether developers may claim free tasks while nobody is lost."""

    deals: ClassVar[bool] = False
    """Whether the engine gives tasks out while the run goes on, of which agents are told."""

    backups: ClassVar[bool] = False
    """Whether late tasks get backup copies (``engine.team.copies``)."""

    versions: ClassVar[bool] = False
    """Whether files are only written in drafts, of which a quorum has to agree."""

    reviews: ClassVar[bool] = False
    """Whether a completion needs a teammate's review, or the tests (``RunStarted.verified_by``)."""

    def rules(self, role: Role) -> str:
        """What an agent of this role is told about deciding, as lines that start with ``- ``."""
        raise NotImplementedError

    def before_run(self, tasks: Sequence[TaskSpec], developers: Sequence[str]) -> list[tuple[str, str]]:
        """Assignments (task id, developer) made before the first round; ``tasks`` in topological order."""
        return []

    def before_turns(self, scene: Scene) -> list[Move]:
        """Tasks that change hands now, before the prompts of agents whose turn begins are written."""
        return []

    def refuses_claim(self, task: str, agent: str, board: BoardState, lead_decides: bool) -> str:
        """Why ``agent`` may not claim a free task, as a sentence; empty if it may."""
        return ""

    def after_release(self, task: str, board: BoardState, live: Sequence[str]) -> str | None:
        """Who gets a task that came back to the team; null leaves it to be claimed or assigned."""
        return None


def least_loaded(board: BoardState, live: Sequence[str]) -> str | None:
    """The live developer with the fewest open tasks, the first in team order among equals."""
    return min(live, key=lambda agent: len(board.owned_by(agent)), default=None)
