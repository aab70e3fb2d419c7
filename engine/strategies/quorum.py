"""Quorum: several agents write each task independently, and so many of them have to agree on its tests."""

from __future__ import annotations

from engine.record.events import Role
from engine.record.state import BoardState
from engine.strategies.base import Strategy


class Quorum(Strategy):
    """The engine deals out the versions; nobody sees those of others before one is taken."""

    name = "quorum"
    title = "several agents write each task independently, and a quorum has to agree"
    versions = True

    def rules(self, role: Role) -> str:
        """See ``Strategy.rules``."""
        return (
            "- Every task is written by several agents, each on its own. Yours stand under\n"
            "  “Your copies of tasks”; nobody owns a task and nobody claims one.\n"
            "- complete_task tests your copy. When enough copies pass every test, one becomes the file.\n"
            "- You do not see the copies of others, and they do not see yours. Do not exchange them."
        )

    def refuses_claim(self, task: str, agent: str, board: BoardState, lead_alive: bool) -> str:
        """Versions are dealt out."""
        return "Versions of tasks are dealt out; write those under “Your copies of tasks”."
