"""Critical path first: HEFT, decided anew whenever somebody has nothing to do (sources: ``ranks``)."""

from __future__ import annotations

from engine.record.events import Role
from engine.record.state import BoardState, TaskState
from engine.strategies.base import Move, Scene, Strategy
from engine.strategies.ranks import earliest_finish, upward_ranks

HANDFUL = 6
"""Tasks that an agent is given at once, at most: more could not be taken back when others fall idle."""

KEEPS_UP = 1.5
"""An agent this many times slower than the fastest still gets the next link of its chain along: measured
paces are rough. A slower one does not, so that the chain goes on with somebody faster."""


class CriticalPath(Strategy):
    """The engine gives out ready tasks, the longest chain first, to whoever would end them first.

    A task whose best agent is still busy waits for it, unless somebody idle would end it sooner. So a slow
    agent gets what nobody waits for, and the chain goes to the fast ones.
    """

    name = "critical-path"
    title = "the engine gives out ready tasks, longest chain first, to the fastest agent for it"
    claims = False
    deals = True

    def rules(self, role: Role) -> str:
        """See ``Strategy.rules``."""
        return (
            "- Tasks are given out as they become ready, those first on which most others wait;\n"
            "  you need not claim them. The board says which are yours.\n"
            "- Complete your tasks as soon as you can: others may wait for them. If you have\n"
            "  several, do them in the order of the board, and all in one reply if you can.\n"
            "- With nothing to do, wait: you get work as soon as there is some that you would end\n"
            "  sooner than your teammates. Do not work on tasks of others.\n"
            "- complete_task is refused while a dependency of the task is not done."
        )

    def refuses_claim(self, task: str, agent: str, board: BoardState, lead_decides: bool) -> str:
        """Nobody claims: a free task waits for the agent that would end it first."""
        return "Tasks are given out as they become ready; you get one when it is your turn to have it."

    def before_turns(self, scene: Scene) -> list[Move]:
        """The first handful of what each idle agent would do in the best plan for all ready tasks."""
        takers = [a for a in scene.live if a not in scene.thinking and not scene.ready(a)]
        if not takers:
            return []
        tasks = {task.id: task for task in scene.board.tasks.values() if task.status != "done"}
        if not any(task.status == "pending" for task in tasks.values()):
            return []
        ranks = upward_ranks({task.id: task.dependencies for task in tasks.values()})
        free = sorted(
            (task for task in tasks.values() if task.status == "pending"),
            key=lambda task: -ranks.get(task.id, 0.0),
        )
        seconds = {agent: scene.paces.seconds_per_task(agent) for agent in scene.live}
        plan = earliest_finish(
            [task.id for task in free if scene.board.is_open(task.id)],
            {agent: _busy(scene, agent) for agent in _takers_first(scene)},
            seconds,
            {task.id: task.owners[-1] for task in free if task.owners},
        )
        moves: list[Move] = []
        for agent in takers:
            size = min(HANDFUL, scene.paces.per_turn(agent))
            given = plan[agent][:size]
            if given and seconds[agent] <= KEEPS_UP * min(seconds.values()):
                given += _links(scene, free, agent, given, size - len(given))
            moves += (Move(task, agent) for task in given)
        return moves


def _takers_first(scene: Scene) -> list[str]:
    """Live developers, those last whose turn is open: between equals, a task goes to who can begin it."""
    return sorted(scene.live, key=lambda agent: agent in scene.thinking)


def _busy(scene: Scene, agent: str) -> float:
    """Seconds until the agent is through with its ready tasks, as far as its pace tells.

    One that has been at it for longer than usual may take as long again, so that nothing waits for it for
    ever (the rule of thumb of LATE, Zaharia et al., OSDI 2008: judge by the time left, not by progress).
    """
    tasks = len(scene.ready(agent))
    if not tasks:
        return 0.0
    pace = scene.paces.seconds_per_task(agent)
    elapsed = max(0.0, scene.now - scene.paces.of(agent).since)
    return max(pace - elapsed, elapsed) + (tasks - 1) * pace


def _links(scene: Scene, free: list[TaskState], agent: str, given: list[str], room: int) -> list[str]:
    """Up to ``room`` tasks that wait for nothing but tasks of this agent's: the next links of its chain."""
    own = {*given, *(task.id for task in scene.board.owned_by(agent))}
    links: list[str] = []
    for task in free:  # by falling rank, so that a link comes after what it waits for
        waits = scene.board.waits(task.id)
        if len(links) < room and waits and own.issuperset(waits):
            links.append(task.id)
            own.add(task.id)
    return links
