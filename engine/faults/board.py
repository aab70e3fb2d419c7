"""Faults between an agent and the world it acts on: an old board, no way to it, files that cannot be had."""

from __future__ import annotations

import errno
import os
from collections.abc import Awaitable, Callable
from typing import Protocol

from engine.faults.switchboard import Switchboard
from engine.team.actions import Action, Malformed
from engine.team.acts.base import Ask, refuse
from engine.team.member import Member, Team
from engine.team.turn import Deeds
from engine.world.chance import stream

BOARD_ACTIONS = (
    *("claim_task", "complete_task", "release_task", "assign_task", "approve_task", "reject_task"),
    *("add_task", "add_dependency"),
)
"""Actions that change the board."""

FILE_ACTIONS = ("edit_file", "read_file")
"""Actions that touch files."""


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
            if fault.params["shape"] not in ("one_way", "ring")
        ]
        return min(old, default=None)


class DisturbedDeeds:
    """Actions behind a partition or on failing files.

    Also the gap between two actions, in which a triggered fault can strike.

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
        if isinstance(item, Action) and item.name in FILE_ACTIONS:
            failed = self._file_error(member.name, turn, item)
            if failed:
                ask = Ask(member, turn, item.name, item.args)
                said = f"The file system refused ({failed}); nothing was changed. Try again."
                return refuse(self._team, ask, item.args.get("path", ""), "storage", said)
        effect = await self._inner.do(member, turn, item)
        await self._settled()
        return effect

    def refuse_rest(self, member: Member, turn: int, count: int) -> None:
        """As the inner ones."""
        self._inner.refuse_rest(member, turn, count)

    def _cut_off(self, agent: str) -> bool:
        return any(fault.params["shape"] != "ring" for fault in self._faults.on("partition", agent))

    def _file_error(self, agent: str, turn: int, item: Action) -> str:
        """What the operating system says to an access to a file; empty if it lets it pass."""
        for fault in self._faults.on("file_errors", agent):
            # drawn for the path, not in sequence: a run that goes on after a cut draws the same
            chance = stream(self._team.run.seed, "files", fault.id, turn, item.args.get("path", ""))
            if chance.random() < fault.number("probability"):
                return os.strerror(getattr(errno, str(fault.params["error"])))
        return ""
