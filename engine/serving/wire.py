"""The bodies of the OpenAI chat-completions protocol, read and written. Pure functions; untrusted input."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from engine.models.base import Message
from engine.models.simulated.model import SimulatedReply

PIECE_CHARACTERS = 24
"""Characters of a piece of a stream: some six tokens, as providers send them."""

PIECES_MAX = 120
"""Pieces of a stream: longer replies come in longer pieces, so that no reply costs thousands of writes."""

_ROLES: dict[object, Literal["system", "user", "assistant"]] = {
    "system": "system",
    "developer": "system",
    "user": "user",
    "tool": "user",
    "function": "user",
    "assistant": "assistant",
}


class BadRequest(Exception):  # noqa: N818 - the name of the answer
    """The body is no request; the sentence says why. ``param`` is the field."""

    def __init__(self, sentence: str, param: str | None = None) -> None:
        super().__init__(sentence)
        self.param = param


@dataclass(frozen=True, slots=True)
class Request:
    """What a client asks. ``suffix`` is what follows a ``+`` in the name of the model: a fault."""

    model: str
    suffix: str
    messages: tuple[Message, ...]
    stream: bool
    usage_wanted: bool
    seed: int | None

    @property
    def tokens(self) -> int:
        """About how long the prompt is, at four characters per token."""
        return sum(len(message.text) for message in self.messages) // 4

    @property
    def digest(self) -> str:
        """The same for equal requests."""
        digest = hashlib.blake2b(self.model.encode(), digest_size=16)
        for message in self.messages:
            digest.update(f"\0{message.role}\0{message.text}".encode("utf-8", "surrogatepass"))
        return digest.hexdigest()


def read(body: bytes) -> Request:
    """Read a request. Raises ``BadRequest``."""
    try:
        asked = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadRequest(f"The body is no JSON: {error}.") from None
    if not isinstance(asked, dict):
        raise BadRequest("The body is no JSON object.")
    name = asked.get("model")
    if not isinstance(name, str):
        raise BadRequest("model is missing.", "model")
    messages = asked.get("messages")
    if not isinstance(messages, list) or not messages:
        raise BadRequest("messages is a list with at least one message.", "messages")
    model, _, suffix = name.partition("+")
    seed = asked.get("seed")
    options = asked.get("stream_options")
    return Request(
        model=model,
        suffix=suffix,
        messages=tuple(_message(message) for message in messages),
        stream=asked.get("stream") is True,
        usage_wanted=isinstance(options, dict) and options.get("include_usage") is True,
        seed=seed if isinstance(seed, int) and not isinstance(seed, bool) else None,
    )


def _message(message: object) -> Message:
    role = _ROLES.get(message.get("role")) if isinstance(message, dict) else None
    if role is None or not isinstance(message, dict):
        raise BadRequest("Every message has a role: system, user, assistant, tool.", "messages")
    content = message.get("content")
    if isinstance(content, list):  # parts, as clients send them that mark what is to be cached
        texts = [part.get("text") for part in content if isinstance(part, dict)]
        return Message(role, tuple(text for text in texts if isinstance(text, str)))
    return Message(role, (content if isinstance(content, str) else "",))


def usage(reply: SimulatedReply, factor: float = 1.0) -> dict[str, int]:
    """Token counts as they are reported."""
    read_, written = round(reply.input_tokens * factor), round(reply.output_tokens * factor)
    return {"prompt_tokens": read_, "completion_tokens": written, "total_tokens": read_ + written}


def whole(number: int, model: str, reply: SimulatedReply, counts: Mapping[str, int] | None) -> bytes:
    """The body of a reply that is not streamed."""
    choice = {
        "index": 0,
        "message": {"role": "assistant", "content": reply.text},
        "finish_reason": reply.finish_reason,
    }
    body = _head(number, model, "chat.completion") | {"choices": [choice]}
    return msgspec.json.encode(body | ({"usage": counts} if counts else {}))


def pieces(text: str) -> list[str]:
    """The text in pieces, at least one."""
    size = max(PIECE_CHARACTERS, -(-len(text) // PIECES_MAX))
    return [text[at : at + size] for at in range(0, len(text), size)] or [""]


def chunk(number: int, model: str, delta: Mapping[str, str], finish: str | None = None) -> bytes:
    """One event of a stream."""
    choice = {"index": 0, "delta": dict(delta), "finish_reason": finish}
    return _event(_head(number, model, "chat.completion.chunk") | {"choices": [choice]})


def usage_chunk(number: int, model: str, counts: Mapping[str, int]) -> bytes:
    """The event that reports token counts, at the end of a stream."""
    return _event(_head(number, model, "chat.completion.chunk") | {"choices": [], "usage": dict(counts)})


DONE = b"data: [DONE]\n\n"


def error(sentence: str, kind: str, code: str | None = None, param: str | None = None) -> bytes:
    """The body of an error."""
    return msgspec.json.encode({"error": {"message": sentence, "type": kind, "param": param, "code": code}})


def models(names: tuple[str, ...]) -> bytes:
    """The body that lists models."""
    rows = [{"id": name, "object": "model", "created": 0, "owned_by": "teamtop"} for name in names]
    return msgspec.json.encode({"object": "list", "data": rows})


def _head(number: int, model: str, kind: str) -> dict[str, Any]:
    return {"id": f"chatcmpl-sim-{number}", "object": kind, "created": 0, "model": model}


def _event(body: Mapping[str, Any]) -> bytes:
    return b"data: " + msgspec.json.encode(body) + b"\n\n"
