"""Several copies of one task: who gets a draft of it when, and what becomes of the others when one wins.

Two strategies use it. Backups (MapReduce's backup tasks, Spark's speculation): a task whose owner is late
gets a second agent. Versions: several agents write a task each on their own, and a quorum has to agree.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from engine.record import events as ev
from engine.record.state import TaskState
from engine.team.drafts import Draft
from engine.team.member import Team
from engine.team.pace import Pace

SHARE = 0.1
"""Agents that stand in for others at once, as a share of the team; one always may. LATE caps copies at a
tenth of the slots for tasks; what is in a slot here is an agent's turn."""


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
        for draft in list(team.drafts.open.values()):  # left open where an engine stopped
            if (task := team.state.board.tasks[draft.task]).status == "done":
                self._lose(draft, task.owner, cancelled=0)
        if team.strategy.versions:
            self._deal()
        if team.strategy.backups:
            board = team.state.board
            idle = [
                name
                for name in self._waiting()
                if not any(board.is_open(own.id) for own in board.owned_by(name))
            ]
            while self.back_up(idle):
                pass

    def _deal(self) -> None:
        """Give every task that can be begun to as many agents as there are to be versions of it."""
        team, drafts = self._team, self._team.drafts
        _, versions = team.run.quorum or (1, 1)
        live = team.able_developers()
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

    def back_up(self, agents: Sequence[str] | None = None) -> list[ev.DraftOpened]:
        """Have one agent stand in for the owner who is late for longest, with all that it is late with.

        ``agents`` may do so, by default whoever waits; nobody does while as many as may be are at it.
        """
        team, now = self._team, self._team.clock.now()
        busy = {draft.agent for draft in team.drafts.open.values()}
        if len(busy) >= max(1, round(SHARE * len(team.live_developers()))):
            return []
        for owner, tasks in self._late().items():
            for agent in self._waiting() if agents is None else agents:
                fresh = [task for task in tasks if not team.drafts.had(agent, task)]
                if agent == owner or agent in busy or not fresh:
                    continue
                return [
                    team.bus.emit(
                        ev.DraftOpened(
                            draft=team.drafts.count + 1,
                            task=task,
                            agent=agent,
                            kind="backup",
                            owner=owner,
                            late_seconds=round(now - self._turns_began(owner), 3),
                            typical_seconds=round(self._pace.typical or 0.0, 3),
                        )
                    )
                    for task in fresh
                ]
        return []

    def _turns_began(self, agent: str) -> float:
        started = self._turns.open_turn(agent)
        return started.ts if started is not None else self._team.clock.now()

    def _late(self) -> dict[str, list[str]]:
        """What late owners have in hand, longest at it first: the late tasks and what can follow on them, for
        the copy is one of the whole turn. Only of owners whose turn is open: nobody else is waited for."""
        team, board, now = self._team, self._team.state.board, self._team.clock.now()
        thinking = set(team.open_turns.values())
        late: dict[str, list[str]] = {}
        for task, due in self._pace.due().items():
            owner = board.tasks[task].owner
            if due > now or owner in late or owner not in thinking or team.drafts.on(task):
                continue
            late[owner] = []
            for own in board.owned_by(owner):
                if set(board.waits(own.id)) <= set(late[owner]) and not team.drafts.on(own.id):
                    late[owner].append(own.id)
        return late

    def _waiting(self) -> list[str]:
        """Live developers who wait for others, are not slow and have no draft, those without work first."""
        team, board = self._team, self._team.state.board
        thinking = set(team.open_turns.values())
        free = [
            name
            for name in team.able_developers()
            if name not in thinking and not self._pace.slow(name) and not team.drafts.by(name)
        ]
        return sorted(free, key=lambda name: len(board.owned_by(name)))

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
            alone = started is not None and started.backup > 0 and len(team.drafts.by(draft.agent)) == 1
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
