"""Decentralized: agents claim tasks for themselves (paper, section 4.2)."""

from __future__ import annotations

from engine.record.events import Role
from engine.strategies.base import Strategy


class Decentralized(Strategy):
    """Nobody decides for anybody: whoever claims a ready task first has it."""

    name = "decentralized"
    title = "agents claim tasks for themselves"

    def rules(self, role: Role) -> str:
        """See ``Strategy.rules``."""
        return (
            "- Nobody assigns tasks. Claim what you want to do with claim_task; the first claim wins.\n"
            "- claim_task and complete_task are refused while a dependency of the task is not done.\n"
            "- Release what you cannot finish, so that others can."
        )
