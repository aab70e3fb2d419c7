"""Reviews: who is to look at what a teammate handed in, and who takes over from a reviewer that is lost."""

from __future__ import annotations

from engine.record import events as ev
from engine.record.state import TaskState
from engine.team.member import Team

ALONE = "Nobody is left who could review it: complete it again, and its tests decide."
"""What an author is told whose last possible reviewer was lost for longer than the lease."""


def reviewer_for(team: Team, author: str) -> str:
    """The live developer with the fewest reviews to do, then the fewest tasks; empty if there is none."""
    board = team.state.board
    waiting = [task.reviewer for task in board.in_review()]
    others = [name for name in team.able_developers() if name != author]
    return min(others, key=lambda name: (waiting.count(name), len(board.owned_by(name))), default="")


def hand_over(team: Team, lost: str) -> None:
    """Give the reviews of an agent whose lease is over to others; with none left, back to their authors."""
    for task in team.state.board.in_review():
        if task.reviewer == lost:
            _hand_over(team, task)


def _hand_over(team: Team, task: TaskState) -> None:
    heir = reviewer_for(team, task.owner)
    if heir:
        team.bus.emit(ev.ReviewAssigned(task=task.id, reviewer=heir, author=task.owner))
    else:
        give_back(team, task, ALONE)


def give_back(team: Team, task: TaskState, why: str) -> None:
    """End a review that nobody will do."""
    team.bus.emit(
        ev.ReviewGiven(task=task.id, agent="", author=task.owner, turn=0, approved=False, reason=why)
    )
