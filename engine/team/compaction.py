"""Conversations that would outgrow their model lose their oldest messages, declared as an event.

Nobody counts tokens exactly without the model's own tokenizer, so they are reckoned on the safe side. What is
dropped are whole turns, so many at once that it is seldom: each time the provider has to read all anew.
"""

from __future__ import annotations

from collections.abc import Sequence

from engine.models.base import Message
from engine.models.contexts import budget
from engine.record import events as ev
from engine.team.member import Member, Team

CHARACTERS_PER_TOKEN = 3
"""Fewer than in any tokenizer's English or code: the reckoning errs towards too many tokens."""

KEPT_SHARE = 0.5
"""Share of the budget that is left after messages were dropped."""


def compact(team: Team, member: Member) -> None:
    """Drop the oldest turns of the member's conversation if it would not fit with its next prompt."""
    allowed = budget(member.model.name, team.calls, real=member.model.real)
    if allowed is None:
        return
    messages = team.conversations.messages(member.name)
    sizes = [_tokens(message) for message in messages]
    ahead = max((size for size, m in zip(sizes, messages, strict=True) if m.role == "user"), default=0)
    before = sum(sizes)
    if before + ahead <= allowed:
        return
    dropped = droppable(messages, sizes, before + ahead - int(allowed * KEPT_SHARE))
    if dropped:
        team.bus.emit(
            ev.ConversationCompacted(agent=member.name, dropped=dropped, tokens=before, budget=allowed)
        )


def shorter(team: Team, member: Member) -> ev.ConversationCompacted | None:
    """What to drop within an open turn because the model refused the conversation as too long.

    Nobody knows by how much it was too long, so half of it goes. Null if it is but the brief and the prompt.
    To be recorded by whoever asks.
    """
    messages = team.conversations.messages(member.name)
    sizes = [_tokens(message) for message in messages]
    before = sum(sizes)
    aim = int(before * KEPT_SHARE)
    dropped = droppable(messages, sizes, before - aim)
    if not dropped:
        return None
    return ev.ConversationCompacted(
        agent=member.name, dropped=dropped, tokens=before, budget=aim, refused=True
    )


def droppable(messages: Sequence[Message], sizes: Sequence[int], excess: int) -> int:
    """How many messages after the first make up for ``excess``, whole turns; the latest turn always stays."""
    users = [place for place, message in enumerate(messages) if message.role == "user"]
    for place in users[1:]:
        if sum(sizes[1:place]) >= excess:
            return place - 1
    return users[-1] - 1 if len(users) > 1 else 0


def _tokens(message: Message) -> int:
    return sum(map(len, message.parts)) // CHARACTERS_PER_TOKEN
