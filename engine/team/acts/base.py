"""What carrying out an action has to do with, whatever the action: who asks, and how to say no."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Literal, TypeAlias

import msgspec

from engine.record import events as ev
from engine.team.member import Member, Team


class Ask(msgspec.Struct, frozen=True):
    """``member`` asks in ``turn`` for ``action`` with ``args`` (as written) and ``body``."""

    member: Member
    turn: int
    action: str
    args: Mapping[str, str]
    body: str = ""

    @property
    def name(self) -> str:
        """Who asks."""
        return self.member.name


Act: TypeAlias = Callable[[Ask], Awaitable[bool]]
"""Carries out one kind of action; returns whether it was carried out. Never raises for what was asked."""


def refuse(team: Team, ask: Ask, subject: str, reason: ev.Refusal, detail: str) -> Literal[False]:
    """Record that ``ask`` had no effect on ``subject``; ``detail`` is the sentence that the agent is told."""
    team.bus.emit(
        ev.ActionRefused(
            agent=ask.name, turn=ask.turn, action=ask.action, object=subject, reason=reason, detail=detail
        )
    )
    return False
