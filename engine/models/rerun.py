"""A model that gives the recorded replies of a run, in their order, and never asks anybody."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import get_args

import msgspec

from engine.models.base import Failure, Hear, Message, ModelError, Reply, unheard
from engine.record.events import Replied


class Recorded(msgspec.Struct, frozen=True, kw_only=True):
    """What one request of an agent brought: a reply, or after ``seconds`` a failure of ``kind``.

    ``seq`` is the event with which its turn began, ``round`` the agent's own.
    """

    request: str
    seq: int
    round: int
    reply: Replied | None = None
    seconds: float = 0.0
    kind: str = ""
    detail: str = ""


class RerunModel:
    """Answers requests of an agent from ``turns``; ``request`` tells the digest of the one that stands.

    ``strict``: they must come as they came then; ``differs`` is told the first that does not, and nothing is
    answered from there on. Otherwise an equal request is looked for, and without one the next reply is given.
    The same request asked again (its call had failed on the way) has the same answer.
    """

    real = False

    def __init__(
        self,
        name: str,
        agent: str,
        turns: Sequence[Recorded],
        request: Callable[[], str],
        sleep: Callable[[float], Awaitable[object]],
        *,
        strict: bool,
        differs: Callable[[str], None],
    ) -> None:
        self.name = name
        self._agent = agent
        self._turns = list(turns)
        self._request = request
        self._sleep = sleep
        self._strict = strict
        self._differs = differs
        self._last: Recorded | None = None
        self._asked = ""

    async def complete(self, messages: Sequence[Message], hear: Hear = unheard) -> Reply:
        """See the class. Raises ``ModelError`` as then, or if there is no reply."""
        request = self._request()
        if self._last is None or request != self._asked:
            self._last = self._next(request)
            self._asked = request
        recorded = self._last
        reply = recorded.reply
        if reply is None:
            await self._sleep(recorded.seconds)
            kind = recorded.kind if recorded.kind in _KINDS else "unknown"
            raise ModelError(kind, recorded.detail, retryable=False)  # type: ignore[arg-type]  # it is one of them
        await self._sleep(reply.latency_seconds)
        return Reply(
            reply.text,
            reply.input_tokens,
            reply.output_tokens,
            reply.finish_reason,
            reply.cost_usd,
            reply.cost_source,
            reply.cached_tokens,
            reply.reasoning_tokens,
        )

    def _next(self, request: str) -> Recorded:
        if not self._turns:
            raise self._over(f"The record holds no more replies of {self._agent}.")
        found = next((turn for turn in self._turns if turn.request == request), None)
        first = self._turns[0]
        if self._strict and found is not first:
            raise self._over(
                f"{self._agent} is asked something else in its round {first.round} than the record says "
                f"(event {first.seq} there)."
            )
        chosen = found or first
        self._turns.remove(chosen)
        return chosen

    def _over(self, sentence: str) -> ModelError:
        if self._strict:
            self._differs(sentence)
        return ModelError("unknown", sentence, retryable=False)


_KINDS = frozenset(get_args(Failure)) - {"spend_limit"}
"""Kinds of failures that are given again as they were; a spent budget is not spent again."""
