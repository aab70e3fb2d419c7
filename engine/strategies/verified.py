"""Verified-by: agents claim for themselves, and a teammate reviews each task before it is done."""

from __future__ import annotations

from engine.record.events import Role
from engine.strategies.decentralized import Decentralized


class VerifiedBy(Decentralized):
    """complete_task asks for a review; a second agent, never the author, approves or rejects."""

    name = "verified-by"
    title = "agents claim tasks, and each needs a teammate's review (or its tests) to be done"
    reviews = True

    def rules(self, role: Role) -> str:
        """See ``Strategy.rules``."""
        return (
            super().rules(role)
            + "\n- complete_task hands your task in; where teammates review, it is done when one approves.\n"
            "- What you are to review stands under “To review”. Do it first: approve_task if the files\n"
            "  do what the task asks for, else reject_task with the reason. Your own work others review."
        )
