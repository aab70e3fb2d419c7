"""Members who leave and join."""

from __future__ import annotations

from typing import Any

from engine.joining import Joining
from engine.record.state.board import BoardState
from engine.team import leadership, lifecycle
from engine.team.drafts import Drafts
from engine.team.lifecycle import Lifecycle
from tests.simulation.planted import Patch, mutant, nothing


def _parting(patch: Patch, target: Any, method: str, instead: Any) -> None:
    """Replace ``method`` of ``target`` while somebody parts."""
    original = Lifecycle.part

    def part(self: Any, name: str, role: Any) -> None:
        with patch.context() as inner:
            inner.setattr(target, method, instead)
            original(self, name, role)

    patch.setattr(Lifecycle, "part", part)


@mutant
def keep_the_tasks_of_who_leaves(patch: Patch) -> None:
    _parting(patch, BoardState, "owned_by", lambda self, name: [])


@mutant
def keep_the_drafts_of_who_leaves(patch: Patch) -> None:
    _parting(patch, Drafts, "by", lambda self, name: [])


@mutant
def keep_the_reviews_of_who_leaves(patch: Patch) -> None:
    _parting(patch, lifecycle, "hand_over", nothing)


@mutant
def follow_no_lead_who_leaves(patch: Patch) -> None:
    patch.setattr(leadership, "left", nothing)


@mutant
def take_back_members_in_their_old_epoch(patch: Patch) -> None:
    original = Joining.join

    def join(self: Any, command: Any) -> Any:
        left = self._team.shape.left
        kept = dict(left)
        left.update({name: (spec, max(0, epoch - 1)) for name, (spec, epoch) in kept.items()})
        try:
            return original(self, command)
        finally:
            for name, known in kept.items():
                if name in left:
                    left[name] = known

    patch.setattr(Joining, "join", join)


@mutant
def let_who_leaves_end_its_turn(patch: Patch) -> None:
    original = Lifecycle._cut

    def cut(self: Any, member: Any, outcome: Any, detail: str) -> None:
        if outcome != "left":
            original(self, member, outcome, detail)

    patch.setattr(Lifecycle, "_cut", cut)
