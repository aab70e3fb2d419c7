"""Giving tasks out while the run goes on: what the strategy decides between turns, carried out as events.

A task that changes hands is one release and one assignment with nothing between, and only moves while nobody
can have begun it, whatever a strategy says. So no task ever has two owners, and no begun work is taken away.
"""

from __future__ import annotations

from engine.record import events as ev
from engine.strategies.base import Move, Scene
from engine.team.member import Team


def deal(team: Team) -> None:
    """Carry out what the strategy moves now; called before the prompts of turns that begin are written."""
    for move in team.strategy.before_turns(scene(team)):
        _carry_out(team, move)


def scene(team: Team) -> Scene:
    """The team as it is at this moment."""
    live = team.able_developers()
    thinking = frozenset(team.open_turns.values()).intersection(live)
    return Scene(team.state.board, team.state.paces, live, thinking, team.clock.now())


def _carry_out(team: Team, move: Move) -> None:
    now = scene(team)  # an event of the move before may have lost somebody
    task = now.board.tasks[move.task]
    if move.to not in now.live or move.to == task.owner or not now.movable(task):
        return
    if task.owner:
        team.bus.emit(ev.TaskReleased(task=task.id, agent=task.owner, reason="stolen", to=move.to))
    # whoever watched the release may have lost the heir; then the task is free, and moves the next time
    if move.to in team.live_developers():
        team.bus.emit(ev.TaskAssigned(task=task.id, agent=move.to, by="strategy"))
