"""Preassigned: the engine deals out all tasks before the first round (paper, section 4.1)."""

from __future__ import annotations

from collections.abc import Sequence

from engine.record.events import Role, TaskSpec
from engine.record.state import BoardState
from engine.strategies.base import Move, Scene, Strategy, least_loaded


class Preassigned(Strategy):
    """Topological order; a task with dependencies goes to the agent of its last one, others take turns."""

    name = "preassigned"
    title = "the engine deals out all tasks before the first round"
    preassigns = True

    def rules(self, role: Role) -> str:
        """See ``Strategy.rules``."""
        return (
            "- All tasks were dealt out before the first round. Yours are listed above;\n"
            "  work on them in order.\n"
            "- You need not claim your tasks. Do not work on tasks of others.\n"
            "- complete_task is refused while a dependency of the task is not done."
        )

    def before_run(self, tasks: Sequence[TaskSpec], developers: Sequence[str]) -> list[tuple[str, str]]:
        """See the class."""
        owner: dict[str, str] = {}
        turn = 0
        for task in tasks:
            if task.dependencies:
                # "last" in listing order of the dependencies, as the suite wrote them
                owner[task.id] = owner[task.dependencies[-1]]
            else:
                owner[task.id] = developers[turn % len(developers)]
                turn += 1
        return list(owner.items())

    def before_turns(self, scene: Scene) -> list[Move]:
        """A task that nobody was there to take goes to whoever has least left to do, once somebody is."""
        load = {agent: len(scene.board.owned_by(agent)) for agent in scene.live}
        moves = []
        for task in scene.board.tasks.values():
            if task.status == "pending" and load:
                heir = min(load, key=lambda agent: load[agent])
                load[heir] += 1
                moves.append(Move(task.id, heir))
        return moves

    def after_release(self, task: str, board: BoardState, live: Sequence[str]) -> str | None:
        """A lost agent's task goes to whoever has least left to do."""
        return least_loaded(board, live)
