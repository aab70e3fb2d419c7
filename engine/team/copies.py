"""Several copies of one task: who gets a draft of it when, and what becomes of the others when one wins.

Two strategies use it. Backups (MapReduce's backup tasks, Spark's speculation): a task whose owner is late
gets a second agent. Versions: several agents write a task each on their own, and a quorum has to agree.
"""

from __future__ import annotations

from typing import Protocol

from engine.record import events as ev
from engine.record.state import TaskState
from engine.team.drafts import Draft
from engine.team.member import Team
from engine.team.pace import Pace

SHARE = 0.1
"""Backups at once, as a share of all tasks (LATE's cap on speculative copies); one may always be."""


class OpenTurns(Protocol):
    """Whoever knows the open turns and can end them (``Lifecycle``)."""

    def open_turn(self, name: str) -> ev.TurnStarted | None:
        """The agent's open turn."""
        ...

    def overtake(self, name: str, detail: str) -> int:
        """End the agent's open turn, whose reply nobody needs any more; its number, 0 if there is none."""
        ...


class Copies:
    """Opens drafts by the strategy's policy and closes what they leave behind."""

    def __init__(self, team: Team, pace: Pace, turns: OpenTurns) -> None:
        self._team = team
        self._pace = pace
        self._turns = turns

    # ------------------------------------------------------------ opening

    def prepare(self) -> None:
        """Before prompts are written: give drafts to those who are to have one."""
        team = self._team
        if team.strategy.versions:
            self._deal()
        if team.strategy.backups:
            board = team.state.board
            for task in self.late():
                idle = [
                    name
                    for name in self._spare()
                    if not any(board.is_open(own.id) for own in board.owned_by(name))
                ]
                if self.back_up(task, idle) is None:
                    return

    def _deal(self) -> None:
        """Give every task that can be begun to as many agents as there are to be versions of it."""
        team, drafts = self._team, self._team.drafts
        _, versions = team.run.quorum or (1, 1)
        live = team.live_developers()
        for task in team.state.board.ready():
            while len(drafts.on(task.id)) < versions:
                free = [name for name in live if not drafts.had(name, task.id)]
                if not free:
                    break
                # Whoever has the fewest to write; among equals the first after the last one dealt to, so that
                # the same few do not write all of a chain.
                order = {name: (place - drafts.count) % len(live) for place, name in enumerate(live)}
                agent = min(free, key=lambda name: (sum(not d.run for d in drafts.by(name)), order[name]))
                team.bus.emit(
                    ev.DraftOpened(draft=drafts.count + 1, task=task.id, agent=agent, kind="version")
                )

    def late(self) -> list[str]:
        """Late tasks that have no copy yet, longest at it first; empty while as many as may be are copied."""
        team, now = self._team, self._team.clock.now()
        if len(team.drafts.open) >= max(1, round(SHARE * team.state.board.total)):
            return []
        return [task for task, due in self._pace.due().items() if due <= now and not team.drafts.on(task)]

    def back_up(self, task: str, agents: list[str]) -> ev.DraftOpened | None:
        """Have the first of ``agents`` who may stand in for the owner of a late task do so, if any may."""
        team = self._team
        owner = team.state.board.tasks[task].owner
        if not self.late():
            return None
        for agent in agents:
            if agent != owner and not team.drafts.had(agent, task):
                return team.bus.emit(
                    ev.DraftOpened(
                        draft=team.drafts.count + 1,
                        task=task,
                        agent=agent,
                        kind="backup",
                        owner=owner,
                        late_seconds=round(self._pace.at_it(task, team.clock.now()), 3),
                        typical_seconds=round(self._pace.typical or 0.0, 3),
                    )
                )
        return None

    def waiting(self) -> list[str]:
        """Developers who wait for others in the middle of a round and may help, those without work first."""
        team, board = self._team, self._team.state.board
        busy = set(team.open_turns.values())
        free = [name for name in self._spare() if name not in busy]
        return sorted(free, key=lambda name: len(board.owned_by(name)))

    def _spare(self) -> list[str]:
        """Live developers who are not slow themselves and have no draft in hand."""
        team = self._team
        return [
            name for name in team.live_developers() if not self._pace.slow(name) and not team.drafts.by(name)
        ]

    # ------------------------------------------------------------ closing

    def stand(self, task: TaskState) -> tuple[str, ...]:
        """The contents (by hash) of the files of ``task`` and of all that it builds on."""
        board, workspace = self._team.state.board, self._team.workspace
        below = {task.id: task}
        for each in (queue := [task]):
            fresh = [d for d in each.dependencies if d in board.tasks and d not in below]
            below |= {dependency: board.tasks[dependency] for dependency in fresh}
            queue += (board.tasks[dependency] for dependency in fresh)
        files = (workspace.get(path) for each in queue for path in each.files)
        return tuple(file.hash if file else "" for file in files)

    def spent(self, task: TaskState, agent: str) -> int:
        """Characters of the task's files as they stand that ``agent`` wrote."""
        files = (self._team.workspace.get(path) for path in task.files)
        return sum(len(file.content) for file in files if file is not None and file.author == agent)

    def settle(self, task: str, winner: str, owner: str = "", spent: int = 0) -> None:
        """The task is done: end every other copy of it, that of its former ``owner`` too, who wrote ``spent``
        characters of it. A turn that was about nothing else is not waited for."""
        team = self._team
        for draft in team.drafts.on(task):
            started = self._turns.open_turn(draft.agent)
            alone = started is not None and started.backup == draft.id
            self._lose(draft, winner, cancelled=self._cancel(draft.agent, task, winner) if alone else 0)
        if owner and owner != winner:
            idle = not (team.state.board.owned_by(owner) or team.drafts.by(owner))
            cancelled = self._cancel(owner, task, winner) if idle else 0
            own = Draft(0, task, owner, "backup", written=spent)
            self._lose(own, winner, cancelled=cancelled)

    def _cancel(self, agent: str, task: str, winner: str) -> int:
        detail = f"{winner} was done with task {task} first, so your reply was not waited for"
        return self._turns.overtake(agent, detail)

    def _lose(self, draft: Draft, winner: str, *, cancelled: int) -> None:
        self._team.bus.emit(
            ev.DraftEnded(
                draft=draft.id,
                task=draft.task,
                agent=draft.agent,
                reason="agreed" if draft.kind == "version" and draft.run else "lost",
                winner=winner,
                characters=draft.written,
                cancelled=cancelled,
            )
        )
