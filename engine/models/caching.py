"""Messages as they travel, and the marks that let a provider keep the beginning of a conversation at hand.

A conversation only grows, so its beginning is the same in every call. Most providers notice by themselves;
Anthropic's models, wherever they are served, want to be told up to where (at most four marks; what is marked
is kept for some minutes, read again at a tenth of the price).
"""

from __future__ import annotations

from collections.abc import Sequence

from engine.models import providers
from engine.models.base import Message

MARKED_TURNS = 2
"""Latest prompts that are marked: the last one for the call after this, the one before it as a way to find
what the call before kept."""

_MARK = {"type": "ephemeral"}


def marks(name: str) -> bool:
    """Whether the model wants marks: it is one of Anthropic's, and it can keep prompts."""
    if "claude" not in name.lower():
        return False
    listed = providers.cost_map().get(name) or providers.cost_map().get(name.partition("/")[2]) or {}
    return listed.get("supports_prompt_caching") is True


def wire(messages: Sequence[Message], *, marked: bool) -> list[dict[str, object]]:
    """Messages as litellm takes them, with marks if they are wanted."""
    users = [place for place, message in enumerate(messages) if message.role == "user"]
    kept = {0, *users[-MARKED_TURNS:]} if marked else set()
    return [
        {"role": message.role, "content": _marked(message.text) if place in kept else message.text}
        for place, message in enumerate(messages)
    ]


def _marked(text: str) -> list[dict[str, object]]:
    return [{"type": "text", "text": text, "cache_control": _MARK}]
