"""Calls to a provider no faster than it wants them: one limiter per provider, shared by all agents.

Two buckets, of requests and of tokens, that fill evenly and hold what half a minute brings, so that a team
neither bursts nor starves. A call that turns out larger than was thought leaves a debt for those after it.
Who waits is served in the order of coming. A 429 with a Retry-After holds back everybody at that provider.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from engine.models.base import Message
from engine.models.lite import MAX_OUTPUT_TOKENS
from engine.models.providers import provider_of
from engine.record.config import CallConfig
from engine.world.clock import Clock

CHARACTERS_PER_TOKEN = 4
"""For English and code, with every tokenizer about; the true counts settle the account afterwards."""

BURST_SECONDS = 30.0
"""How much a bucket holds, in seconds of its rate."""

HELD_MAX_SECONDS = 120.0
"""Longest time for which one refusal holds back a provider, whatever it asks for."""


@dataclass(slots=True)
class _Bucket:
    """``level`` is what may be taken at ``at`` (seconds); it falls below zero by what was underestimated."""

    per_second: float
    level: float
    at: float

    def wait(self, amount: float, now: float) -> float:
        """Seconds until ``amount`` may be taken; more than the bucket holds needs a full one."""
        full = self.per_second * BURST_SECONDS
        self.level = min(full, self.level + (now - self.at) * self.per_second)
        self.at = now
        return max(0.0, (min(amount, full) - self.level) / self.per_second)


@dataclass(slots=True)
class _Limiter:
    requests: _Bucket | None
    tokens: _Bucket | None
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    held_until: float = 0.0


class RateLimits:
    """The limiters of a run; times are seconds of its clock."""

    def __init__(self, calls: CallConfig, clock: Clock) -> None:
        self._calls = calls
        self._clock = clock
        self._limiters: dict[str, _Limiter] = {}

    def _of(self, model: str) -> _Limiter:
        provider = provider_of(model) or ""
        if provider not in self._limiters:
            requests, tokens = self._calls.requests_per_minute, self._calls.tokens_per_minute
            self._limiters[provider] = _Limiter(self._bucket(requests), self._bucket(tokens))
        return self._limiters[provider]

    def _bucket(self, per_minute: float | None) -> _Bucket | None:
        if per_minute is None:
            return None
        rate = per_minute / 60
        return _Bucket(rate, max(1.0, rate * BURST_SECONDS), self._clock.now())

    async def admit(self, model: str, tokens: int) -> float:
        """Return when a call of about so many tokens may go out; the seconds that it waited."""
        limiter, came = self._of(model), self._clock.now()
        async with limiter.turn:
            while (wait := self._wait(limiter, tokens)) > 0:
                await self._clock.sleep(wait)
            for bucket, amount in ((limiter.requests, 1), (limiter.tokens, tokens)):
                if bucket is not None:
                    bucket.level -= amount
        return self._clock.now() - came

    def _wait(self, limiter: _Limiter, tokens: int) -> float:
        now = self._clock.now()
        wait = limiter.held_until - now
        for bucket, amount in ((limiter.requests, 1), (limiter.tokens, tokens)):
            if bucket is not None:
                wait = max(wait, bucket.wait(amount, now))
        # A clock that counts microseconds must not be asked for less, or it would stand still.
        return 0.0 if wait <= 1e-6 else max(wait, 1e-3)

    def settle(self, model: str, thought: int, spent: int | None) -> None:
        """Correct the account once it is known what a call took."""
        bucket = self._of(model).tokens
        if bucket is not None and spent is not None:
            bucket.level += thought - spent

    def hold(self, model: str, seconds: float) -> None:
        """The provider wants no calls for so long."""
        limiter = self._of(model)
        until = self._clock.now() + min(seconds, HELD_MAX_SECONDS)
        limiter.held_until = max(limiter.held_until, until)


def estimate(messages: Sequence[Message]) -> int:
    """Tokens that a call may take: what is read, and the longest reply halved, which few come near."""
    characters = sum(len(part) for message in messages for part in message.parts)
    return characters // CHARACTERS_PER_TOKEN + MAX_OUTPUT_TOKENS // 2
