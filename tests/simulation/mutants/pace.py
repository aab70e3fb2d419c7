"""How far agents may run ahead, and rounds."""

from __future__ import annotations

from typing import Any

from engine.pacing import Pacing
from engine.team.member import Member
from tests.simulation.planted import Patch, mutant


@mutant
def run_ahead_by_one_more(patch: Patch) -> None:
    original = Pacing._may_begin

    def may(self: Any, member: Member) -> bool:
        slack = self._slack
        self._slack = slack and slack + 1
        try:
            return original(self, member)
        finally:
            self._slack = slack

    patch.setattr(Pacing, "_may_begin", may)


@mutant
def end_rounds_before_their_turns(patch: Patch) -> None:
    original = Pacing._passed

    def passed(self: Any) -> bool:  # in lockstep nobody would ever begin
        return original(self) if self._lockstep else self._owed is not None

    patch.setattr(Pacing, "_passed", passed)


@mutant
def mirror_what_is_not_recorded(patch: Patch) -> None:
    original: Any = Pacing._mirror
    patch.setattr(Pacing, "_mirror", lambda self, edits: original(self, None))
