"""The Model seam: conversation in; text, usage and latency out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a conversation, kept as parts so that long shared texts are stored once."""

    role: Literal["system", "user", "assistant"]
    parts: tuple[str, ...]

    @property
    def text(self) -> str:
        """The whole text: the parts, joined with nothing between them."""
        return "".join(self.parts)


@dataclass(frozen=True, slots=True)
class Reply:
    """What a model answered.

    Token counts are as reported (null: not reported); ``finish_reason`` is ``stop``, ``length`` or what the
    provider said; ``cost_usd`` is null where the price is unknown, and ``notional`` for simulated models
    priced as their namesakes.
    """

    text: str
    input_tokens: int | None
    output_tokens: int | None
    finish_reason: str = "stop"
    cost_usd: float | None = None
    cost_source: Literal["reported", "notional", "unknown"] = "unknown"
    cached_tokens: int | None = None
    reasoning_tokens: int | None = None


Failure: TypeAlias = Literal[
    "rate_limit",
    "server",
    "timeout",
    "connection",
    "context",
    "authentication",
    "spend_limit",
    "bad_request",
    "empty",
    "unknown",
]
"""What a model call can fail of, in one word."""


class ModelError(Exception):
    """A model call failed. ``kind`` is one word; ``retryable`` says whether the same call may be repeated.

    ``retry_after`` is the provider's own wish in seconds. The message is one line, without secrets.
    """

    def __init__(
        self,
        kind: Failure,
        detail: str,
        *,
        retryable: bool,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(detail)
        self.kind = kind
        self.detail = detail
        self.retryable = retryable
        self.retry_after = retry_after


Hear: TypeAlias = Callable[[str], None]
"""Told each piece of a reply as it arrives; an empty one is a sign of life without words."""


def unheard(_: str) -> None:
    """Hear nothing of a reply before it is whole."""


class Model(Protocol):
    """Anything that can answer a conversation."""

    name: str
    """As users write it: ``provider/model``."""

    real: bool
    """True if calls leave this process: they cannot be frozen, and they cost money."""

    async def complete(self, messages: Sequence[Message], hear: Hear = unheard) -> Reply:
        """Answer the conversation; takes its time on the run's clock. Raises ``ModelError``.

        ``hear`` is told what comes before the reply is whole, by models that send it in pieces.
        """
        ...
