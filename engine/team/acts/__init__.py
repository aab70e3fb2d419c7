"""Carries out what replies ask for: checks it against the rules, records it, answers in one sentence.

Nothing here raises for what an agent wrote: a refusal is an event whose sentence stands in the agent's next
prompt. To add an action: a row in ``engine.team.actions`` and a method in one of these tables.
"""

from __future__ import annotations

from engine.team.actions import Action, Malformed
from engine.team.acts.base import Ask, refuse
from engine.team.acts.board import BoardActs
from engine.team.acts.drafts import DraftActs
from engine.team.acts.files import FileActs
from engine.team.acts.graph import GraphActs
from engine.team.acts.reviews import ReviewActs
from engine.team.acts.talk import Mail, TalkActs
from engine.team.acts.writing import Writing
from engine.team.copies import Copies
from engine.team.member import Member, Team
from engine.team.testbench import TestBench

__all__ = ["ACTIONS_PER_REPLY", "Acts", "Mail"]

ACTIONS_PER_REPLY = 500
"""Actions carried out per reply; a whole suite of twenty takes some sixty. It bounds a reply gone wild."""


class Acts:
    """All actions of a team."""

    def __init__(self, team: Team, bench: TestBench, copies: Copies) -> None:
        self._team = team
        self.talk = TalkActs(team)
        writing = Writing(team)
        self.drafts = drafts = DraftActs(team, bench, copies, writing)
        self.reviews = reviews = ReviewActs(team, bench, copies)
        self._table = {
            **BoardActs(team, bench, copies, drafts, reviews).table(),
            **reviews.table(),
            **FileActs(team, drafts, writing).table(),
            **GraphActs(team).table(),
            **self.talk.table(),
        }

    async def do(self, member: Member, turn: int, item: Action | Malformed) -> bool:
        """Carry out one item of a reply; whether it had an effect."""
        if isinstance(item, Malformed):
            ask = Ask(member, turn, item.action, {})
            return refuse(self._team, ask, "", "malformed", item.sentence)
        return await self._table[item.name](Ask(member, turn, item.name, item.args, item.body or ""))

    def refuse_rest(self, member: Member, turn: int, count: int) -> None:
        """Tell the agent that a reply held too many actions."""
        said = f"A reply may hold {ACTIONS_PER_REPLY} actions; the last {count} were left out."
        refuse(self._team, Ask(member, turn, "reply", {}), "", "limit", said)
