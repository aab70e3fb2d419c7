"""Agents who are lost, and leases."""

from __future__ import annotations

from typing import Any

from engine.pacing import Pacing
from engine.team.lifecycle import Lifecycle
from engine.team.member import Member
from tests.simulation.planted import Patch, mutant, nothing


@mutant
def let_leases_last_for_ever(patch: Patch) -> None:
    patch.setattr(Lifecycle, "_reclaim", nothing)


@mutant
def take_tasks_back_at_once(patch: Patch) -> None:
    original = Lifecycle.crash

    def crash(self: Any, name: str, why: str) -> None:
        original(self, name, why)
        self._reclaim(self._team.members[name])

    patch.setattr(Lifecycle, "crash", crash)


@mutant
def end_a_new_lease_with_an_old_one(patch: Patch) -> None:
    async def lease(self: Any, member: Any, number: int, until: float) -> None:
        await self._team.clock.sleep(until - self._team.clock.now())
        if member.status != "live":
            self._reclaim(member)

    patch.setattr(Lifecycle, "_lease", lease)


@mutant
def do_not_cut_the_turn_of_a_crashed_agent(patch: Patch) -> None:
    original = Lifecycle._cut

    def cut(self: Any, member: Any, outcome: Any, detail: str) -> None:
        if outcome != "crashed":
            original(self, member, outcome, detail)

    patch.setattr(Lifecycle, "_cut", cut)


@mutant
def let_a_fenced_turn_go_on(patch: Patch) -> None:
    original = Lifecycle._cut

    def cut(self: Any, member: Any, outcome: Any, detail: str) -> None:
        running, member.turn = member.turn, None
        original(self, member, outcome, detail)
        member.turn = running

    patch.setattr(Lifecycle, "_cut", cut)


@mutant
def do_not_fence_a_stalled_agent(patch: Patch) -> None:
    original = Lifecycle._cut

    def cut(self: Any, member: Any, outcome: Any, detail: str) -> None:
        if outcome != "fenced":
            original(self, member, outcome, detail)

    patch.setattr(Lifecycle, "_cut", cut)


@mutant
def revive_in_the_old_epoch(patch: Patch) -> None:
    original = Lifecycle.revive

    def revive(self: Any, name: str, *more: Any) -> None:
        member = self._team.members[name]
        member.epoch -= member.status == "down"
        original(self, name, *more)

    patch.setattr(Lifecycle, "revive", revive)


@mutant
def revive_nobody(patch: Patch) -> None:
    patch.setattr(Lifecycle, "revive", nothing)


@mutant
def invite_stalled_agents_to_the_round(patch: Patch) -> None:
    def live(self: Any) -> list[Member]:
        return [member for member in self._team.members.values() if member.status != "down"]

    patch.setattr(Pacing, "_live", live)
