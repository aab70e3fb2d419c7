"""Actions on the board: claim, complete, release, show, assign, and testing, which completing needs."""

from __future__ import annotations

from engine.record import events as ev
from engine.record.state import TaskState
from engine.team.acts.base import Act, Ask, refuse
from engine.team.acts.drafts import DraftActs
from engine.team.acts.reviews import ReviewActs
from engine.team.copies import Copies
from engine.team.member import Team
from engine.team.reviews import reviewer_for
from engine.team.testbench import TestBench
from tasks.errors import nearest


class BoardActs:
    """See ``table``."""

    def __init__(
        self, team: Team, bench: TestBench, copies: Copies, drafts: DraftActs, reviews: ReviewActs
    ) -> None:
        self._team = team
        self._bench = bench
        self._copies = copies
        self._drafts = drafts
        self._reviews = reviews

    def table(self) -> dict[str, Act]:
        """The actions by name."""
        return {
            "claim_task": self._claim_task,
            "complete_task": self._complete_task,
            "release_task": self._release_task,
            "show_task": self._show_task,
            "run_tests": self._run_tests,
            "assign_task": self._assign_task,
        }

    def _task(self, ask: Ask) -> TaskState | None:
        board = self._team.state.board
        task_id = ask.args["id"].strip()
        task = board.tasks.get(task_id) or board.tasks.get(task_id.removeprefix("task-").removeprefix("#"))
        if task is None:
            said = f"There is no task {task_id}.{nearest(task_id, tuple(board.tasks))}"
            refuse(self._team, ask, task_id, "unknown", said)
        return task

    def _blocked(self, ask: Ask, task: TaskState) -> bool:
        waits = self._team.state.board.waits(task.id)
        if waits:
            said = f"Task {task.id} waits for {', '.join(waits)}; do that first or wait for it."
            refuse(self._team, ask, task.id, "blocked", said)
        return bool(waits)

    async def _claim_task(self, ask: Ask) -> bool:
        task = self._task(ask)
        if task is None:
            return False
        team, name = self._team, ask.name
        if ask.member.spec.role == "lead":
            return refuse(self._team, ask, task.id, "not_allowed", "A lead assigns tasks.")
        if task.status == "done":
            return refuse(self._team, ask, task.id, "done", f"Task {task.id} is done.")
        if task.owner and task.owner != name:
            said = f"{task.owner} owns task {task.id}; choose another."
            return refuse(self._team, ask, task.id, "owned", said)
        if task.owner == name and task.status in ("in_progress", "review"):
            said = f"Task {task.id} is yours already; go on with it."
            return refuse(self._team, ask, task.id, "owned", said)
        if not task.owner:
            against = team.strategy.refuses_claim(task.id, name, team.state.board, team.lead_decides())
            if against:
                return refuse(self._team, ask, task.id, "not_allowed", against)
        if self._blocked(ask, task):
            return False
        token = task.token + (not task.owner)  # what was assigned keeps its token
        team.bus.emit(ev.TaskClaimed(task=task.id, agent=name, turn=ask.turn, token=token))
        return True

    async def _complete_task(self, ask: Ask) -> bool:
        task = self._task(ask)
        if task is None:
            return False
        draft = self._team.drafts.of(ask.name, task.id)
        if draft is not None and task.status != "done":
            return await self._drafts.complete(ask, draft, task)
        if not self._may_complete(ask, task):
            return False
        reviewed = self._team.strategy.reviews and self._team.run.verified_by == "review"
        alone = reviewed and not reviewer_for(self._team, ask.name)
        token = task.token
        # Of several copies the first one that passes its tests wins, the owner's own included.
        verified = self._team.run.completion == "verified" or alone or self._team.drafts.on(task.id)
        if verified and task.tests:
            tested = self._copies.stand(task)
            report = await self._bench.run(ask.name, ask.turn, (task.id,))
            if not self._may_complete(ask, task):
                return False  # things moved on while the tests ran
            if task.token != token:
                said = f"Task {task.id} was lost and came back while its tests ran: complete it anew."
                return refuse(self._team, ask, task.id, "fenced", said)
            if report.verdict != "passed":
                said = f"Its tests {report.verdict}: {len(report.failed)} of {len(task.tests)} do not pass."
                return refuse(self._team, ask, task.id, "tests", said)
            if self._copies.stand(task) != tested:
                said = "Its files, or some that it builds on, changed while its tests ran: try again."
                return refuse(self._team, ask, task.id, "tests", said)
        if reviewed and self._reviews.request(ask, task):
            return True
        evidence = self._bench.evidence.of(task.id)
        self._team.bus.emit(
            ev.TaskCompleted(
                task=task.id,
                agent=ask.name,
                turn=ask.turn,
                evidence=evidence,
                token=token,
                epoch=ask.member.epoch,
            )
        )
        self._copies.settle(task.id, ask.name)
        return True

    def _may_complete(self, ask: Ask, task: TaskState) -> bool:
        if task.status == "done":
            said = f"Task {task.id} is done already; {task.owner} completed it."
            return refuse(self._team, ask, task.id, "done", said)
        if task.owner != ask.name:
            who = f"{task.owner} owns it" if task.owner else "nobody owns it: claim it first"
            said = f"You can only complete your own tasks; {who}."
            return refuse(self._team, ask, task.id, "not_owner", said)
        if task.status == "review":
            said = f"Task {task.id} is handed in; {task.reviewer} is to review it."
            return refuse(self._team, ask, task.id, "not_allowed", said)
        if self._team.run.quirks and self._team.strategy.preassigns:
            return True
        return not self._blocked(ask, task)

    async def _release_task(self, ask: Ask) -> bool:
        task = self._task(ask)
        if task is None:
            return False
        if task.status == "done" or task.owner != ask.name:
            reason: ev.Refusal = "done" if task.status == "done" else "not_owner"
            said = f"Task {task.id} is {'done' if task.status == 'done' else 'not yours'}."
            return refuse(self._team, ask, task.id, reason, said)
        self._team.bus.emit(ev.TaskReleased(task=task.id, agent=ask.name, reason="released", turn=ask.turn))
        return True

    async def _show_task(self, ask: Ask) -> bool:
        task = self._task(ask)
        if task is None:
            return False
        asked = ev.InfoRequested(agent=ask.name, turn=ask.turn, action="show_task", object=task.id)
        self._team.bus.emit(asked)
        return True

    async def _assign_task(self, ask: Ask) -> bool:
        task = self._task(ask)
        if task is None:
            return False
        team, to = self._team, ask.args["to"].strip()
        if ask.member.spec.role != "lead":
            return refuse(self._team, ask, task.id, "not_allowed", "Only a lead assigns tasks.")
        other = team.members.get(to)
        if other is None or other.spec.role != "developer":
            developers = tuple(m.name for m in team.members.values() if m.spec.role == "developer")
            said = f"There is no developer {to}.{nearest(to, developers)}"
            return refuse(self._team, ask, task.id, "unknown", said)
        if task.status == "done":
            return refuse(self._team, ask, task.id, "done", f"Task {task.id} is done.")
        if task.owner == to:
            return refuse(self._team, ask, task.id, "owned", f"{to} has task {task.id} already.")
        if other.status != "live":  # its lease may be over, and then nothing would bring the task back
            said = f"{to} is lost; choose another developer."
            return refuse(self._team, ask, task.id, "not_allowed", said)
        if to not in team.able_developers():
            said = f"The calls of {to} fail; choose another developer until one comes through."
            return refuse(team, ask, task.id, "not_allowed", said)
        if task.owner:
            taken = ev.TaskReleased(task=task.id, agent=task.owner, reason="reassigned", turn=ask.turn)
            team.bus.emit(taken)
        team.bus.emit(ev.TaskAssigned(task=task.id, agent=to, by=ask.name, turn=ask.turn))
        return True

    async def _run_tests(self, ask: Ask) -> bool:
        tasks: tuple[str, ...] = ()
        if "id" in ask.args:
            task = self._task(ask)
            if task is None:
                return False
            if not task.tests:
                said = f"Task {task.id} has no tests of its own; run all of them."
                return refuse(self._team, ask, task.id, "unknown", said)
            tasks = (task.id,)
        mine = self._team.drafts.by(ask.name)
        await self._bench.run(ask.name, ask.turn, tasks, [draft for draft in mine if draft.files])
        return True
