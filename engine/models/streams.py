"""A reply that arrives in pieces, put together; with an eye on streams that only look whole."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import Any

from engine.models.base import Hear, ModelError, Reply
from engine.models.replies import Price, reply
from engine.models.waiting import Waiting

REPLY_MAX = 2_000_000
"""Characters of a reply at most: far above any limit on output tokens; what goes on is a broken server."""


async def gather(stream: Any, hear: Hear, waiting: Waiting, price: Price) -> Reply:  # noqa: ANN401 - litellm's types say nothing
    """Read ``stream`` to its end and return the reply. Raises ``ModelError`` and whatever litellm does.

    litellm calls every stream that ends in good order whole, with a finish reason and token counts of its own
    making. One for which the provider gave no reason broke off; and only counts that it reported are counts.
    """
    parts: list[str] = []
    try:
        async for chunk in _chunks(stream):
            text = _text(chunk)
            waiting.piece(len(text))
            hear(text)
            parts.append(text)
            if waiting.characters > REPLY_MAX:
                raise ModelError("bad_request", "the reply never ends", retryable=False)
    finally:
        with contextlib.suppress(Exception):  # the connection is gone either way
            await stream.aclose()
    text = "".join(parts)
    reason = _reason(stream)
    if reason is None:
        raise ModelError("connection", f"the reply broke off after {len(text):,} characters", retryable=True)
    return reply(text, reason, reported(stream), price)


async def _chunks(stream: Any) -> AsyncIterator[Any]:  # noqa: ANN401 - as above
    if not hasattr(stream, "__aiter__"):
        raise ModelError("empty", "the server sent no stream: try --no-stream", retryable=False)
    async for chunk in stream:
        yield chunk


def _reason(stream: object) -> object | None:
    """Why the provider says that the reply ends; null if it did not say."""
    given = getattr(stream, "received_finish_reason", None)
    return given or getattr(stream, "intermittent_finish_reason", None)


def _text(chunk: object) -> str:
    choices = getattr(chunk, "choices", None)
    delta = getattr(choices[0], "delta", None) if choices else None
    text = getattr(delta, "content", None)
    return text if isinstance(text, str) else ""


def reported(stream: object) -> object | None:
    """The token counts that the provider sent; null if it sent none."""
    chunks = getattr(stream, "chunks", None) or ()
    found = [usage for usage in (getattr(chunk, "usage", None) for chunk in chunks) if usage is not None]
    return found[-1] if found else None
