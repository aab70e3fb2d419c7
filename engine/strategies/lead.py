"""Lead and lead-assigned: one agent decides who does what (the paper's centralized teams)."""

from __future__ import annotations

from engine.record.events import Role
from engine.record.state import BoardState
from engine.strategies.base import Strategy

_DEVELOPER = (
    "- The lead assigns tasks. Work on those assigned to you, and tell the lead when you are stuck.\n"
    "- You need not claim them. claim_task is for tasks without an owner, and only if the lead is lost.\n"
    "- complete_task is refused while a dependency of the task is not done."
)


class Lead(Strategy):
    """The lead assigns as it goes."""

    name = "lead"
    title = "a lead assigns tasks as it goes"
    has_lead = True
    claims = False

    def rules(self, role: Role) -> str:
        """See ``Strategy.rules``."""
        if role == "developer":
            return _DEVELOPER
        return (
            "- You are the lead: you assign, you do not write files.\n"
            "- In each round, use assign_task to give ready tasks to developers who have nothing to do.\n"
            "- Reassign tasks whose owner is lost; use request_status for what the board does not show.\n"
            "- When all is done, sum up with synthesize."
        )

    def refuses_claim(self, task: str, agent: str, board: BoardState, lead_decides: bool) -> str:
        """Self-claim is the fallback for a lost lead."""
        return "The lead assigns tasks; ask the lead for it." if lead_decides else ""


class LeadAssigned(Lead):
    """The lead assigns everything in round 1, then watches."""

    name = "lead-assigned"
    title = "a lead assigns all tasks in round 1, then watches"

    def rules(self, role: Role) -> str:
        """See ``Strategy.rules``."""
        if role == "developer":
            return _DEVELOPER
        return (
            "- You are the lead: you assign, you do not write files.\n"
            "- In round 1, assign every task with assign_task, with even loads and chains kept together.\n"
            "- After that watch the board; reassign only tasks whose owner is lost.\n"
            "- When all is done, sum up with synthesize."
        )
