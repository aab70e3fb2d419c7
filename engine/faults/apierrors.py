"""What providers do to calls, as faults: refuse them, be silent, hang up, have no more money or room."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from engine.faults.switchboard import Active
from engine.models.base import Message, Model, ModelError
from engine.world.clock import Clock

ERROR_SECONDS = 0.3
"""How long a refused call takes: a round trip to a provider."""

REFUSALS = ("api_errors", "context_overflow", "spend_limit", "outage")
"""Kinds that refuse a call at once."""


def refusal(fault: Active) -> ModelError:
    """The error with which a provider refuses a call under ``fault``."""
    if fault.kind == "context_overflow":
        return ModelError("context", "400 prompt is too long (injected)", retryable=False)
    if fault.kind == "spend_limit":
        return ModelError("spend_limit", "402 spend limit reached (injected)", retryable=False)
    if fault.kind == "outage":
        return ModelError("server", "503 injected", retryable=True)
    status = int(fault.number("status"))
    if status == 429:
        wait = fault.number("retry_after")
        return ModelError("rate_limit", "429 injected", retryable=True, retry_after=wait or None)
    if status >= 500:
        return ModelError("server", f"{status} injected", retryable=True)
    return ModelError("bad_request", f"{status} injected", retryable=False)


def strikes(fault: Active, chance: Random) -> bool:
    """Whether ``fault`` strikes this call; without a probability it strikes every one."""
    return "probability" not in fault.params or chance.random() < fault.number("probability")


async def time_out(fault: Active, clock: Clock) -> ModelError:
    """Be silent until the limit."""
    limit = fault.number("limit")
    await clock.sleep(limit)
    return ModelError("timeout", f"no reply within {limit:g} s (injected)", retryable=True)


async def reset(chance: Random, inner: Model, messages: Sequence[Message]) -> ModelError:
    """Ask, and break off before the end of the reply: its time and its tokens are spent, its text is not had.

    The wrapped model cannot be stopped half way, so the whole of its time passes.
    """
    reply = await inner.complete(messages)
    came = int(len(reply.text) * chance.random())
    detail = f"connection reset after {came} characters (injected)"
    return ModelError("connection", detail, retryable=True)
