"""Events of messages between agents, and of actions that had no effect."""

from __future__ import annotations

from typing import Literal

from engine.record.events.common import Event, Refusal


class MessageSent(Event, frozen=True, kw_only=True, tag="message_sent"):
    """Mail on its way. ``kind`` says who sends it; ``sender`` is an agent's or a person's name."""

    id: str
    sender: str
    recipients: tuple[str, ...]
    text: str
    kind: Literal["message", "broadcast", "status_request", "synthesis", "operator"]
    turn: int = 0


class MessageDelivered(Event, frozen=True, kw_only=True, tag="message_delivered"):
    """``recipient`` will read message ``id`` in its next prompt. Counts as one message."""

    id: str
    recipient: str


class MessageRepeated(Event, frozen=True, kw_only=True, tag="message_repeated"):
    """Message ``id`` came to ``recipient`` once more; nobody is shown it twice."""

    id: str
    recipient: str


class MessageLost(Event, frozen=True, kw_only=True, tag="message_lost"):
    """Message ``id`` never reached ``recipient``."""

    id: str
    recipient: str
    reason: str


class PersonAsked(Event, frozen=True, kw_only=True, tag="person_asked"):
    """``agent`` asks the people who run the team; mail of a person to it answers all that it asked."""

    agent: str
    turn: int
    text: str


class InfoRequested(Event, frozen=True, kw_only=True, tag="info_requested"):
    """``agent`` asked to be shown a file or a task; it is in its next prompt."""

    agent: str
    turn: int
    action: Literal["read_file", "show_task"]
    object: str


class ActionRefused(Event, frozen=True, kw_only=True, tag="action_refused"):
    """An action of a reply had no effect. ``detail`` is the sentence the agent is told."""

    agent: str
    turn: int
    action: str
    object: str
    reason: Refusal
    detail: str
    holder: str = ""
    age_seconds: float | None = None
