"""Actions of reviewers: approve or reject what a teammate handed in."""

from __future__ import annotations

from engine.record import events as ev
from engine.record.clean import storable
from engine.record.state import TaskState
from engine.team.acts.base import Act, Ask, refuse
from engine.team.copies import Copies
from engine.team.member import Team
from engine.team.reviews import reviewer_for
from engine.team.testbench import TestBench
from tasks.errors import nearest


class ReviewActs:
    """See ``table``; ``request`` is what ``complete_task`` does where teammates review."""

    def __init__(self, team: Team, bench: TestBench, copies: Copies) -> None:
        self._team = team
        self._bench = bench
        self._copies = copies

    def table(self) -> dict[str, Act]:
        """The actions by name."""
        return {"approve_task": self._approve, "reject_task": self._reject}

    def request(self, ask: Ask, task: TaskState) -> bool:
        """Hand the task in; false if there is nobody else who could look at it."""
        reviewer = reviewer_for(self._team, ask.name)
        if not reviewer:
            return False
        self._team.bus.emit(
            ev.ReviewRequested(task=task.id, agent=ask.name, turn=ask.turn, reviewer=reviewer)
        )
        return True

    async def _approve(self, ask: Ask) -> bool:
        task = self._reviewed(ask)
        if task is None or self._unseen(ask, task):
            return False
        team, author = self._team, task.owner
        if team.run.completion == "verified":
            tested = self._copies.stand(task)
            report = await self._bench.run(ask.name, ask.turn, (task.id,))
            if self._reviewed(ask) is None or self._unseen(ask, task):
                return False  # things moved on while the tests ran
            if report.verdict != "passed" or self._copies.stand(task) != tested:
                return self._give(ask, task, "It looks right, but its tests do not pass any more.")
        given = ev.ReviewGiven(task=task.id, agent=ask.name, author=author, turn=ask.turn, approved=True)
        self.finish(team.bus.emit(given))
        return True

    def finish(self, given: ev.ReviewGiven) -> None:
        """Complete the task that was approved: now, or where an engine stopped in between."""
        team, task = self._team, self._team.state.board.tasks[given.task]
        team.bus.emit(
            ev.TaskCompleted(
                task=task.id,
                agent=given.author,
                turn=given.turn,
                evidence=self._bench.evidence.of(task.id),
                token=task.token,
                epoch=team.members[given.author].epoch,
                reviewer=given.agent,
            )
        )

    async def _reject(self, ask: Ask) -> bool:
        task = self._reviewed(ask)
        return task is not None and self._give(ask, task, storable(ask.body))

    def _give(self, ask: Ask, task: TaskState, reason: str) -> bool:
        """Give the task back to its author."""
        self._team.bus.emit(
            ev.ReviewGiven(
                task=task.id,
                agent=ask.name,
                author=task.owner,
                turn=ask.turn,
                approved=False,
                reason=reason,
            )
        )
        return True

    def _reviewed(self, ask: Ask) -> TaskState | None:
        """The task that is to be reviewed; null if the agent was refused."""
        team, task_id = self._team, ask.args["id"].strip()
        task = team.state.board.tasks.get(task_id)
        if task is None:
            said = f"There is no task {task_id}.{nearest(task_id, tuple(team.state.board.tasks))}"
            refuse(team, ask, task_id, "unknown", said)
        elif ask.member.spec.role == "lead" or not team.strategy.reviews:
            refuse(team, ask, task.id, "not_allowed", "Nothing is reviewed in this team.")
        elif task.status == "done":
            refuse(team, ask, task.id, "done", f"Task {task.id} is done already.")
        elif task.status != "review":
            refuse(team, ask, task.id, "not_allowed", f"Task {task.id} is not handed in.")
        elif task.owner == ask.name:
            refuse(team, ask, task.id, "not_allowed", "You cannot review your own work.")
        else:
            return task
        return None

    def _unseen(self, ask: Ask, task: TaskState) -> bool:
        """Whether a file of the task is not as the reviewer was last shown it; it is then shown again."""
        team = self._team
        for path in task.files:
            seen, current = team.conversations.base(ask.name, path), team.workspace.version(path)
            if seen != current:
                said = f"{path} is at version {current}, you saw {seen}; look at it as it stands below."
                refuse(team, ask, path, "stale", said)
                return True
        return False
