"""The Mailbox seam: carries messages from agent to agent, and may lose them.

Who wrote what is in the journal; here it is only decided whether a message arrives.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, TypeAlias

MAX_WAITING = 100
"""Messages that may wait for one reader: a team of 100 can each write once between two of its prompts."""
MAX_MESSAGE_CHARACTERS = 16_384
"""Longest message: half a reply of 8,192 tokens. An inbox full of them still fits a large model's context."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """The recipient reads the message in its next prompt."""


@dataclass(frozen=True, slots=True)
class Lost:
    """The message never arrives, and nobody tells the sender: that is what a network does."""

    reason: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The message was not taken, and the sender is told so by ``sentence`` (refusal ``limit``)."""

    sentence: str


@dataclass(frozen=True, slots=True)
class OnItsWay:
    """The message is under way; the mailbox tells its fate later, to whom it was made for."""


Delivery: TypeAlias = Delivered | Lost | Refused | OnItsWay


class Mailbox(Protocol):
    """Carries one message to one recipient.

    Messages of one sender to one recipient arrive in the order in which they were given, in every
    implementation: one that delays a message delays those behind it.
    """

    async def deliver(self, id: str, sender: str, recipient: str) -> Delivery:  # noqa: A002 - the event's word
        """Carry message ``id``; returns when its fate is known, or ``OnItsWay``."""
        ...

    def collected(self, recipient: str) -> None:
        """The recipient's waiting messages are in its prompt now."""
        ...


class DirectMailbox:
    """Delivers everything at once, as long as the recipient's inbox has room.

    ``waiting`` is how many messages lie in each inbox, when a run is resumed.
    """

    def __init__(self, waiting: Mapping[str, int] | None = None, *, capacity: int = MAX_WAITING) -> None:
        self._waiting = Counter(waiting or {})
        self._capacity = capacity

    async def deliver(self, id: str, sender: str, recipient: str) -> Delivery:  # noqa: A002 - the event's word
        """Deliver, or refuse if the inbox is full."""
        if self._waiting[recipient] >= self._capacity:
            return Refused(
                f"The inbox of {recipient} is full ({self._capacity} messages wait): "
                "write again after its next turn."
            )
        self._waiting[recipient] += 1
        return Delivered()

    def collected(self, recipient: str) -> None:
        """Empty the inbox."""
        self._waiting.pop(recipient, None)


def oversized(text: str) -> str | None:
    """Why a message cannot be sent (refusal ``limit``), or None if it can."""
    if len(text) <= MAX_MESSAGE_CHARACTERS:
        return None
    return f"The message has {len(text)} characters, more than {MAX_MESSAGE_CHARACTERS}: shorten it."
