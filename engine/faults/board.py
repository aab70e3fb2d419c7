"""Faults on the Board seam: an old picture of it, and no way to it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol

from engine.faults.switchboard import Switchboard
from engine.team.actions import Action, Malformed
from engine.team.acts.base import Ask, refuse
from engine.team.member import Member, Team
from engine.team.turn import Deeds

BOARD_ACTIONS = ("claim_task", "complete_task", "release_task", "assign_task")
"""Actions that change the board."""


class Boards(Protocol):
    """The versions of the board that there were."""

    def at(self, seq: int) -> int:
        """The version that stood after event ``seq``."""
        ...

    def before(self, changes: int) -> int:
        """The version that many changes ago."""
        ...


class DisturbedView:
    """Which board an agent is shown: the oldest that a fault holds before it."""

    def __init__(self, faults: Switchboard, boards: Boards) -> None:
        self._faults = faults
        self._boards = boards

    def version(self, agent: str) -> int | None:
        """See ``BoardView``: null for the board as it is."""
        old = [
            self._boards.before(int(fault.number("changes")))
            for fault in self._faults.on("stale_board", agent)
        ]
        old += [
            self._boards.at(fault.since)
            for fault in self._faults.on("partition", agent)
            if fault.params["shape"] != "one_way"
        ]
        return min(old, default=None)


class DisturbedDeeds:
    """Actions behind a partition; and the gap between two actions, in which a triggered fault can strike.

    ``settled`` returns when every fault that was triggered so far has struck: an agent that it crashes does
    not come back from there.
    """

    def __init__(
        self, inner: Deeds, team: Team, faults: Switchboard, settled: Callable[[], Awaitable[None]]
    ) -> None:
        self._inner = inner
        self._team = team
        self._faults = faults
        self._settled = settled

    async def do(self, member: Member, turn: int, item: Action | Malformed) -> bool:
        """As the inner ones, unless the board is out of reach."""
        await self._settled()
        if isinstance(item, Action) and item.name in BOARD_ACTIONS and self._cut_off(member.name):
            ask = Ask(member, turn, item.name, item.args)
            said = "The board cannot be reached from where you are; nothing was changed. Try again later."
            return refuse(self._team, ask, item.args.get("id", ""), "unreachable", said)
        effect = await self._inner.do(member, turn, item)
        await self._settled()
        return effect

    def refuse_rest(self, member: Member, turn: int, count: int) -> None:
        """As the inner ones."""
        self._inner.refuse_rest(member, turn, count)

    def _cut_off(self, agent: str) -> bool:
        return bool(self._faults.on("partition", agent))
