"""Replies that come after their turn was fenced: nothing of them is carried out, and that is recorded."""

from __future__ import annotations

from engine.models.base import Reply
from engine.record import events as ev
from engine.record.clean import storable
from engine.team.actions import Action
from engine.team.acts import ACTIONS_PER_REPLY
from engine.team.acts.base import Ask, refuse
from engine.team.member import Team
from engine.team.scanner import scan

_SUBJECTS = ("id", "path", "to")
"""Attributes that say what an action is about, the first that it has."""


def refuse_reply(team: Team, started: ev.TurnStarted, reply: Reply) -> None:
    """Refuse every action of ``reply``, which answers a turn of an epoch that is over."""
    member = team.members[started.agent]
    items = [item for item in scan(storable(reply.text)).items if isinstance(item, Action)]
    team.bus.emit(
        ev.ReplyFenced(
            turn=started.turn,
            agent=member.name,
            epoch=started.epoch,
            current=member.epoch,
            actions=len(items),
            input_tokens=reply.input_tokens,
            output_tokens=reply.output_tokens,
            cost_usd=reply.cost_usd,
            cost_source=reply.cost_source,
        )
    )
    said = f"It came after your lease, under epoch {started.epoch}; you are in epoch {member.epoch} now."
    for item in items[:ACTIONS_PER_REPLY]:
        subject = next((item.args[name] for name in _SUBJECTS if name in item.args), "")
        refuse(team, Ask(member, started.turn, item.name, item.args), subject, "fenced", said)
