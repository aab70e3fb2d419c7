"""What a journal says of messages: who sent them, whom they reached, in which prompts they were shown."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, field

from engine.analysis.consistency.spans import OPEN
from engine.record import events as ev


@dataclass(slots=True)
class Post:
    """All that a journal says of messages: by (id, recipient) when delivered, lost and read.

    ``repeated`` are those that came once more, and were held back.
    """

    sent: dict[str, ev.MessageSent] = field(default_factory=dict)
    delivered: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    lost: dict[tuple[str, str], ev.MessageLost] = field(default_factory=dict)
    repeated: list[ev.MessageRepeated] = field(default_factory=list)
    read: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    prompts: dict[str, list[int]] = field(default_factory=dict)

    def next_prompt(self, agent: str, seq: int) -> int:
        """Seq of the agent's first prompt after ``seq``; ``OPEN`` if there is none."""
        prompts = self.prompts.get(agent, [])
        place = bisect_left(prompts, seq)
        return prompts[place] if place < len(prompts) else OPEN

    def first_read(self, message: str, recipient: str) -> int:
        """Seq of the first prompt that shows the message; ``OPEN`` if none does."""
        return next(iter(self.read.get((message, recipient), ())), OPEN)


def post_of(events: Iterable[ev.Event]) -> Post:
    """Collect what the events say of messages."""
    post = Post()
    for event in events:
        match event:
            case ev.MessageSent():
                post.sent.setdefault(event.id, event)
            case ev.MessageDelivered():
                post.delivered.setdefault((event.id, event.recipient), []).append(event.seq)
            case ev.MessageLost():
                post.lost.setdefault((event.id, event.recipient), event)
            case ev.MessageRepeated():
                post.repeated.append(event)
            case ev.TurnStarted():
                post.prompts.setdefault(event.agent, []).append(event.seq)
                for message in event.seen.mail:
                    post.read.setdefault((message, event.agent), []).append(event.seq)
    return post
