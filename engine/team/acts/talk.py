"""Actions that talk: messages to one or all, and mail from people, which goes the same way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from engine.record import events as ev
from engine.team.acts.base import Act, Ask, refuse
from engine.team.member import Team
from engine.world.mailbox import Delivered, Delivery, Lost, OnItsWay, Refused, oversized
from tasks.errors import nearest

Kind: TypeAlias = Literal["message", "broadcast", "status_request", "synthesis", "operator"]

PEOPLE = frozenset({"human", "person", "people", "user", "operator"})
"""Names by which agents write to whoever runs the team, as long as no teammate has that name."""

QUESTIONS_OPEN = 3
"""Questions that an agent may have open: more than people answer while it works."""


@dataclass(frozen=True, slots=True)
class Mail:
    """A message to be sent: of which kind, by whom (an agent or a person), to whom."""

    kind: Kind
    sender: str
    recipients: tuple[str, ...]
    text: str


class TalkActs:
    """See ``table``; ``deliver`` also serves people."""

    def __init__(self, team: Team) -> None:
        self._team = team

    def table(self) -> dict[str, Act]:
        """The actions by name."""
        return {
            "send_message": self._send_message,
            "request_status": self._request_status,
            "ask_person": self._ask_person,
            "broadcast": self._broadcast,
            "synthesize": self._synthesize,
        }

    async def _send_message(self, ask: Ask) -> bool:
        return await self._to_one(ask, "message", ask.body)

    async def _request_status(self, ask: Ask) -> bool:
        to = ask.args["to"].strip()
        return await self._to_one(ask, "status_request", f"{to}, how far are you, and what do you wait for?")

    async def _to_one(self, ask: Ask, kind: Kind, text: str) -> bool:
        team, to = self._team, ask.args["to"].strip()
        if kind == "message" and to not in team.members and to.casefold() in PEOPLE:
            return await self._ask_person(ask)
        if to == ask.name:
            return refuse(team, ask, to, "unknown", "That is you.")
        if to not in team.members:
            said = f"There is no teammate {to}.{nearest(to, tuple(team.members))}"
            return refuse(team, ask, to, "unknown", said)
        return await self._send(ask, Mail(kind, ask.name, (to,), text))

    async def _ask_person(self, ask: Ask) -> bool:
        team = self._team
        if (too_long := oversized(ask.body)) is not None:
            return refuse(team, ask, "", "limit", too_long)
        if team.conversations.asked(ask.name) >= QUESTIONS_OPEN:
            said = f"{QUESTIONS_OPEN} of your questions wait for an answer: go on without one."
            return refuse(team, ask, "", "limit", said)
        team.bus.emit(ev.PersonAsked(agent=ask.name, turn=ask.turn, text=ask.body))
        return True

    async def _broadcast(self, ask: Ask) -> bool:
        return await self._to_all(ask, "broadcast")

    async def _synthesize(self, ask: Ask) -> bool:
        return await self._to_all(ask, "synthesis")

    async def _to_all(self, ask: Ask, kind: Kind) -> bool:
        others = tuple(name for name in self._team.members if name != ask.name)
        if not others:
            return refuse(self._team, ask, "", "unknown", "You are alone in the team.")
        return await self._send(ask, Mail(kind, ask.name, others, ask.body))

    async def _send(self, ask: Ask, mail: Mail) -> bool:
        if mail.kind in ("status_request", "synthesis") and ask.member.spec.role != "lead":
            return refuse(self._team, ask, "", "not_allowed", "Only a lead does that.")
        if (too_long := oversized(mail.text)) is not None:
            return refuse(self._team, ask, "", "limit", too_long)
        await self.deliver(mail, ask)
        return True

    async def deliver(self, mail: Mail, ask: Ask | None = None) -> ev.MessageSent:
        """Send ``mail`` and record what became of it, recipient by recipient."""
        team = self._team
        team.messages_sent += 1
        sent = team.bus.emit(
            ev.MessageSent(
                id=f"m{team.messages_sent}",
                sender=mail.sender,
                recipients=mail.recipients,
                text=mail.text,
                kind=mail.kind,
                turn=ask.turn if ask else 0,
            )
        )
        for recipient in mail.recipients:
            await self.carry(sent, recipient, ask)
        return sent

    async def carry(self, sent: ev.MessageSent, recipient: str, ask: Ask | None = None) -> None:
        """Bring a recorded message to one recipient and record what became of it."""
        team = self._team
        if recipient not in team.members:
            self.settle(sent.id, recipient, Lost(""))
            return
        fate = await team.mailbox.deliver(sent.id, sent.sender, recipient)
        self.settle(sent.id, recipient, fate)
        if ask is not None and isinstance(fate, Refused):
            refuse(team, ask, recipient, "limit", fate.sentence)

    def settle(self, message: str, recipient: str, fate: Delivery) -> None:
        """Record what became of a message; one that has come before comes to nobody's eyes again."""
        team = self._team
        if isinstance(fate, OnItsWay):
            return
        if recipient not in team.members:
            fate = Lost(f"{recipient} has left the team")
        if team.conversations.received(recipient, message):
            team.bus.emit(ev.MessageRepeated(id=message, recipient=recipient))
        elif isinstance(fate, Delivered):
            team.bus.emit(ev.MessageDelivered(id=message, recipient=recipient))
        else:
            reason = fate.reason if isinstance(fate, Lost) else "inbox full"
            team.bus.emit(ev.MessageLost(id=message, recipient=recipient, reason=reason))
