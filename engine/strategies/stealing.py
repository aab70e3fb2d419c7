"""Work stealing: dealt out beforehand, and evened out while the run goes on.

Idle workers take work that waits from the most loaded one (Blumofe and Leiserson, JACM 1999); as in dask, a
task moves only while its owner has not begun it, so that nothing is ever done twice.
"""

from __future__ import annotations

from engine.record.events import Role
from engine.record.state import TaskState
from engine.strategies.base import Move, Scene
from engine.strategies.preassigned import Preassigned

MARGIN = 1.5
"""A task moves if the thief would end it so many times sooner than its owner: measured paces are rough, and
with a lesser margin a single ready task would change hands for a difference that is only noise."""


class WorkStealing(Preassigned):
    """Dealt out as preassigned; who has nothing ready takes the last ready task of the most loaded."""

    name = "work-stealing"
    title = "dealt out beforehand; idle agents take work over from loaded ones"
    deals = True

    def rules(self, role: Role) -> str:
        """See ``Strategy.rules``."""
        return (
            "- All tasks were dealt out before the first round. Yours are listed above;\n"
            "  work on them in order.\n"
            "- If you have nothing to do while a teammate has work that it has not begun,\n"
            "  some of it becomes yours between two rounds; so may yours become a teammate's.\n"
            "  The board says who owns a task now: work on yours only.\n"
            "- You need not claim your tasks.\n"
            "- complete_task is refused while a dependency of the task is not done."
        )

    def before_turns(self, scene: Scene) -> list[Move]:
        """One task after the other, to the fastest idle agent each time, until none gains by it."""
        ready = {agent: scene.ready(agent) for agent in scene.live}
        idle = [agent for agent in scene.live if not ready[agent]]
        moves: list[Move] = []
        while idle:
            move = _next(scene, ready, idle)
            if move is None:
                break
            task, thief = move
            ready[task.owner].remove(task)
            ready[thief].append(task)
            moves.append(Move(task.id, thief))
        return moves


def _next(scene: Scene, ready: dict[str, list[TaskState]], idle: list[str]) -> tuple[TaskState, str] | None:
    """The task that moves next, and to whom; null if nobody would gain enough."""

    def load(agent: str) -> float:
        return len(ready[agent]) * scene.paces.seconds_per_task(agent)

    def with_one_more(agent: str) -> float:
        return load(agent) + scene.paces.seconds_per_task(agent)

    thief = min(idle, key=with_one_more)
    for victim in sorted(ready, key=load, reverse=True):
        if victim in idle:
            continue  # what it has now, it took a moment ago
        task = next((task for task in reversed(ready[victim]) if scene.movable(task)), None)
        if task is not None and load(victim) > MARGIN * with_one_more(thief):
            return task, thief
    return None
