"""Copies of tasks and reviews: drafts, quorums, backups, approvals."""

from __future__ import annotations

from typing import Any

from engine.record import events as ev
from engine.team import copies
from engine.team.acts import reviews as reviewing
from engine.team.acts.drafts import DraftActs
from engine.team.acts.reviews import ReviewActs
from engine.team.copies import Copies
from engine.team.drafts import Drafts
from engine.team.pace import Pace
from tests.simulation.planted import Patch, mutant, nothing

# ---------------------------------------------------------------- drafts


@mutant
def submit_drafts_without_their_tests(patch: Patch) -> None:
    async def passes(self: Any, ask: Any, draft: Any, task: Any) -> bool:
        self._team.bus.emit(
            ev.DraftSubmitted(
                draft=draft.id, task=task.id, agent=ask.name, turn=ask.turn, run=1, hash=draft.digest
            )
        )
        return True

    patch.setattr(DraftActs, "_passes", passes)


@mutant
def write_into_the_draft_of_another(patch: Patch) -> None:
    def at(self: Any, agent: str, path: str) -> Any:
        return next((draft for draft in self.open.values() if path in self._paths[draft.task]), None)

    patch.setattr(Drafts, "at", at)


@mutant
def leave_the_other_copies_open(patch: Patch) -> None:
    patch.setattr(Copies, "settle", nothing)


@mutant
def need_one_version_less_than_the_quorum(patch: Patch) -> None:
    original = Drafts.needed
    patch.setattr(Drafts, "needed", lambda self, task: max(1, original(self, task) - 1))


@mutant
def let_an_agent_agree_with_itself(patch: Patch) -> None:
    patch.setattr(Drafts, "had", lambda self, agent, task: False)


@mutant
def back_up_who_is_not_late(patch: Patch) -> None:
    original = Pace.due
    patch.setattr(Pace, "due", lambda self: dict.fromkeys(original(self), 0.0))


@mutant
def back_up_everybody_at_once(patch: Patch) -> None:
    patch.setattr(copies, "SHARE", 9.0)


# ---------------------------------------------------------------- reviews


@mutant
def have_authors_review_their_own_work(patch: Patch) -> None:
    patch.setattr(reviewing, "reviewer_for", lambda team, author: author)


@mutant
def complete_without_a_review(patch: Patch) -> None:
    patch.setattr(ReviewActs, "request", lambda self, ask, task: False)


@mutant
def approve_what_the_reviewer_has_not_seen(patch: Patch) -> None:
    patch.setattr(ReviewActs, "_unseen", lambda self, ask, task: False)


@mutant
def wait_for_reviewers_who_are_lost(patch: Patch) -> None:
    patch.setattr("engine.team.lifecycle.hand_over", nothing)


@mutant
def complete_what_was_rejected(patch: Patch) -> None:
    original = ReviewActs._give

    def give(self: Any, ask: Any, task: Any, reason: str) -> bool:
        author = task.owner
        given = original(self, ask, task, reason)
        self._team.bus.emit(
            ev.TaskCompleted(
                task=task.id,
                agent=author,
                turn=ask.turn,
                evidence=self._bench.evidence.of(task.id),
                token=task.token,
                epoch=self._team.members[author].epoch,
                reviewer=ask.name,
            )
        )
        return given

    patch.setattr(ReviewActs, "_give", give)
