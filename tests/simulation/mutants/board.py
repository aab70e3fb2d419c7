"""The board: claims, completions, evidence, ends."""

from __future__ import annotations

from typing import Any

from engine.record import events as ev
from engine.record.state import RunState
from engine.team.acts.board import BoardActs
from engine.team.copies import Copies
from engine.team.evidence import Evidence
from engine.team.member import Team
from tests.simulation.planted import Patch, mutant


@mutant
def drop_the_dependency_check(patch: Patch) -> None:
    patch.setattr(BoardActs, "_blocked", lambda self, ask, task: False)


@mutant
def drop_the_dependency_check_at_completion(patch: Patch) -> None:
    def may(self: Any, ask: Any, task: Any) -> bool:
        return bool(task.status != "done" and task.owner == ask.name)

    patch.setattr(BoardActs, "_may_complete", may)


@mutant
def complete_for_others(patch: Patch) -> None:
    def may(self: Any, ask: Any, task: Any) -> bool:
        return task.status != "done" and not self._blocked(ask, task)

    patch.setattr(BoardActs, "_may_complete", may)


@mutant
def count_a_second_completion(patch: Patch) -> None:
    original = BoardActs._may_complete

    def may(self: Any, ask: Any, task: Any) -> bool:
        return task.status == "done" or original(self, ask, task)

    patch.setattr(BoardActs, "_may_complete", may)


@mutant
def claim_what_is_taken(patch: Patch) -> None:
    original = BoardActs._claim_task

    async def claim(self: Any, ask: Any) -> bool:
        task = self._team.state.board.tasks.get(ask.args["id"].strip())
        if task is not None and task.owner not in ("", ask.name) and task.status != "done":
            self._team.bus.emit(ev.TaskClaimed(task=task.id, agent=ask.name, turn=ask.turn))
            return True
        return await original(self, ask)

    patch.setattr(BoardActs, "_claim_task", claim)


@mutant
def refuse_claims_without_cause(patch: Patch) -> None:
    original = BoardActs._blocked

    def blocked(self: Any, ask: Any, task: Any) -> bool:
        if ask.action == "claim_task" and ask.turn % 2:
            self._team.bus.emit(
                ev.ActionRefused(
                    agent=ask.name,
                    turn=ask.turn,
                    action=ask.action,
                    object=task.id,
                    reason="blocked",
                    detail="It waits.",
                )
            )
            return True
        return original(self, ask, task)

    patch.setattr(BoardActs, "_blocked", blocked)


@mutant
def accept_tests_of_files_that_changed(patch: Patch) -> None:
    patch.setattr(Copies, "stand", lambda self, task: ())


@mutant
def keep_evidence_of_files_that_changed(patch: Patch) -> None:
    def of(self: Any, task: str) -> str:
        proof, nodes = self._proofs.get(task), self._tasks[task].tests
        return "none" if proof is None else "passed" if proof.passed.issuperset(nodes) else "failed"

    patch.setattr(Evidence, "of", of)


@mutant
def give_tasks_to_the_lost(patch: Patch) -> None:
    original = BoardActs._assign_task

    async def assign(self: Any, ask: Any) -> bool:
        members = list(self._team.members.values())
        states = [member.status for member in members]
        for member in members:
            member.status = "live"
        try:
            return await original(self, ask)
        finally:
            for member, state in zip(members, states, strict=True):
                member.status = state

    patch.setattr(BoardActs, "_assign_task", assign)


@mutant
def pass_tasks_on_to_the_lost(patch: Patch) -> None:
    def everybody(self: Any) -> list[str]:
        return [member.name for member in self.members.values() if member.spec.role == "developer"]

    patch.setattr(Team, "live_developers", everybody)


@mutant
def call_it_completed_one_task_early(patch: Patch) -> None:
    patch.setattr(RunState, "completed", property(lambda self: self.board.done >= self.board.total - 1))
