"""Mail between agents, and from people to agents."""

from __future__ import annotations

from collections import deque

import msgspec

from engine.record import events as ev
from engine.record.clean import clean, clean_line

MAIL_KEPT = 500
"""Messages kept with their text; the counters go on."""

MAIL_LIMIT = 4_000
"""Characters kept of one message in state: a long screenful."""


QUESTIONS_KEPT = 100
"""Questions to people kept with their text: agents may each leave a few open."""


class Question(msgspec.Struct):
    """What an agent asked the people who run the team. ``closed`` says by whom it was answered, or why it is
    moot; empty while somebody waits for an answer.
    """

    seq: int
    ts: float
    round: int
    agent: str
    text: str
    closed: str = ""


class Mail(msgspec.Struct):
    """A message: who it was for, who has it, who never will."""

    id: str
    ts: float
    round: int
    sender: str
    recipients: tuple[str, ...]
    text: str
    kind: str
    delivered: list[str] = msgspec.field(default_factory=list)
    lost: list[str] = msgspec.field(default_factory=list)


class MailState:
    """The last messages; ``sent`` counts messages, ``delivered`` and ``lost`` count recipients.

    ``repeated`` counts copies that were brought and shown to nobody, ``changes`` what befell questions.
    """

    def __init__(self) -> None:
        self.messages: deque[Mail] = deque(maxlen=MAIL_KEPT)
        self.sent = 0
        self.delivered = 0
        self.lost = 0
        self.repeated = 0
        self.questions: deque[Question] = deque(maxlen=QUESTIONS_KEPT)
        self.changes = 0
        self._by_id: dict[str, Mail] = {}

    @property
    def waiting(self) -> list[Question]:
        """Questions that nobody has answered, oldest first."""
        return [question for question in self.questions if not question.closed]

    def person_asked(self, event: ev.PersonAsked) -> None:
        """An agent asks people."""
        agent, text = clean_line(event.agent), clean(event.text, MAIL_LIMIT)
        self.changes += 1
        self.questions.append(Question(event.seq, event.ts, event.round, agent, text))

    def agent_left(self, event: ev.AgentLeft) -> None:
        """Nobody waits for the answer any more."""
        self._close(clean_line(event.agent), "it left")

    def _close(self, agent: str, why: str) -> None:
        for question in self.waiting:
            if question.agent == agent:
                question.closed = why
                self.changes += 1

    def find(self, message_id: str) -> Mail | None:
        """The message with this id, if it is still kept."""
        return self._by_id.get(message_id)

    def message_sent(self, event: ev.MessageSent) -> None:
        """A message is on its way."""
        if len(self.messages) == MAIL_KEPT:
            self._by_id.pop(self.messages[0].id, None)
        mail = Mail(
            clean_line(event.id),
            event.ts,
            event.round,
            clean_line(event.sender),
            tuple(clean_line(name) for name in event.recipients),
            clean(event.text, MAIL_LIMIT),
            event.kind,
        )
        self.messages.append(mail)
        self._by_id[mail.id] = mail
        self.sent += 1

    def message_delivered(self, event: ev.MessageDelivered) -> None:
        """A recipient has it."""
        self.delivered += 1
        if (mail := self._by_id.get(event.id)) is not None:
            mail.delivered.append(clean_line(event.recipient))
            if mail.kind == "operator":
                self._close(clean_line(event.recipient), f"{mail.sender} answered")

    def message_repeated(self, event: ev.MessageRepeated) -> None:
        """A copy came."""
        self.repeated += 1

    def message_lost(self, event: ev.MessageLost) -> None:
        """A recipient will never have it."""
        self.lost += 1
        if (mail := self._by_id.get(event.id)) is not None:
            mail.lost.append(clean_line(event.recipient))
