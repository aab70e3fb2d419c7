"""Rate limits of a provider, shared by a team, in virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from engine.record.config import CallConfig
from engine.team.ratelimit import BURST_SECONDS, HELD_MAX_SECONDS, RateLimits
from engine.world import virtualloop
from engine.world.clock import Clock

Scene = Callable[[RateLimits, Clock], Coroutine[Any, Any, None]]
MODEL = "openai/x"


def play(scene: Scene, **calls: float) -> None:
    async def main() -> None:
        clock = Clock("virtual")
        await scene(RateLimits(CallConfig(**calls), clock), clock)  # type: ignore[arg-type]  # rates by name

    virtualloop.run(main(), seed=0)


def test_without_limits_nobody_waits() -> None:
    async def scene(rates: RateLimits, clock: Clock) -> None:
        assert [await rates.admit(MODEL, 10_000) for _ in range(100)] == [0.0] * 100

    play(scene)


def test_requests_go_out_evenly_after_a_burst_and_in_the_order_of_coming() -> None:
    async def scene(rates: RateLimits, clock: Clock) -> None:
        order: list[int] = []

        async def call(number: int) -> float:
            await clock.sleep(number / 1_000)  # they come one after the other
            await rates.admit(MODEL, 0)
            order.append(number)
            return clock.now()

        times = await asyncio.gather(*(call(n) for n in range(60)))
        assert order == list(range(60))
        assert times[29] < 0.1  # half a minute's worth at once
        assert times[59] == pytest.approx(30.0, abs=0.1)  # then one a second

    play(scene, requests_per_minute=60.0)


def test_tokens_count_as_they_turn_out() -> None:
    async def scene(rates: RateLimits, clock: Clock) -> None:
        assert await rates.admit(MODEL, 1_000) == 0.0
        rates.settle(MODEL, 1_000, 7_000)  # it took six times more than was thought
        waited = await rates.admit(MODEL, 1_000)
        assert waited == pytest.approx((7_000 + 1_000 - 100 * BURST_SECONDS) / 100, abs=0.1)
        rates.settle(MODEL, 1_000, None)  # unknown: what was thought stands

    play(scene, tokens_per_minute=6_000.0)


def test_a_call_larger_than_the_bucket_waits_for_a_full_one_and_not_for_ever() -> None:
    async def scene(rates: RateLimits, clock: Clock) -> None:
        await rates.admit(MODEL, 3_000)
        assert await rates.admit(MODEL, 1_000_000) == pytest.approx(BURST_SECONDS, abs=0.1)

    play(scene, tokens_per_minute=6_000.0)


def test_a_refusal_holds_back_everybody_at_that_provider_and_nobody_elsewhere() -> None:
    async def scene(rates: RateLimits, clock: Clock) -> None:
        rates.hold(MODEL, 7.0)
        assert await rates.admit("anthropic/claude-sonnet-4-6", 1) == 0.0
        assert await rates.admit("openai/y", 1) == pytest.approx(7.0, abs=0.01)
        rates.hold(MODEL, 1e9)
        assert await rates.admit(MODEL, 1) == pytest.approx(HELD_MAX_SECONDS, abs=0.01)

    play(scene)


def test_whoever_is_cancelled_while_waiting_keeps_nobody_waiting() -> None:
    async def scene(rates: RateLimits, clock: Clock) -> None:
        rates.hold(MODEL, 5.0)
        given_up = asyncio.ensure_future(rates.admit(MODEL, 1))
        await clock.sleep(1.0)
        given_up.cancel()
        assert await rates.admit(MODEL, 1) == pytest.approx(4.0, abs=0.01)

    play(scene)
