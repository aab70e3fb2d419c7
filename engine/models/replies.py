"""What litellm returns, as a reply of ours; untrusted, as all that comes from a provider."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from engine.models.base import ModelError, Reply

Price: TypeAlias = Callable[[object], float | None]
"""Dollars for a report of token counts; null where nobody knows."""


def unpriced(_: object) -> float | None:
    """Of a model whose price nobody knows."""
    return None


def read(response: object, price: Price = unpriced) -> Reply:
    """Turn litellm's response into a reply; raises ``ModelError`` (``empty``) if it holds no text."""
    choices = getattr(response, "choices", None)
    choice = choices[0] if choices else None
    text = getattr(getattr(choice, "message", None), "content", None)
    reason = getattr(choice, "finish_reason", None) or ("stop" if choice is not None else "no choice")
    return reply(text, reason, getattr(response, "usage", None), price)


def reply(text: object, reason: object, usage: object, price: Price) -> Reply:
    """Make a reply of its parts; raises ``ModelError`` (``empty``) if there is no text."""
    if not isinstance(text, str) or not text.strip():
        raise ModelError("empty", f"the model answered without text ({reason})", retryable=True)
    input_tokens = tokens(usage, "prompt_tokens")
    cost = None if input_tokens is None else price(usage)  # without usage litellm prices nothing at nothing
    return Reply(
        text=storable_text(text),
        input_tokens=input_tokens,
        output_tokens=tokens(usage, "completion_tokens"),
        finish_reason=str(reason),
        cost_usd=cost,
        cost_source="unknown" if cost is None else "reported",
        cached_tokens=count(getattr(usage, "prompt_tokens_details", None), "cached_tokens"),
        reasoning_tokens=count(getattr(usage, "completion_tokens_details", None), "reasoning_tokens"),
    )


def storable_text(text: str) -> str:
    """The text without lone surrogates, which can be neither journalled nor written to a file."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def tokens(usage: object, name: str) -> int | None:
    """A count of tokens; null if there is none.

    litellm fills in zeros where a provider reports no usage; no prompt and no reply has zero tokens.
    """
    return count(usage, name) or None


def count(holder: object, name: str) -> int | None:
    """A number that ``holder`` reports under ``name``; null if there is none."""
    value = getattr(holder, name, None)
    return value if isinstance(value, int) else None
