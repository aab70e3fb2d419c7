"""The run's clock: scaled, frozen, held; sleeps across pauses lose exactly the pause."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.world import virtualloop
from engine.world.clock import Clock, ClockKind


def run(main: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """In virtual time: the loop's time is what a wall clock would read."""
    virtualloop.run(main())


def test_a_clock_starts_at_zero_whatever_the_loops_time() -> None:
    async def main() -> None:
        await asyncio.sleep(123.4)
        clock = Clock("wall")
        assert (clock.now_us(), clock.now()) == (0, 0.0)
        await asyncio.sleep(0.5)
        assert clock.now() == 0.5

    run(main)


def test_a_scaled_clock_runs_faster_and_its_sleeps_are_shorter() -> None:
    async def main() -> None:
        loop, clock = asyncio.get_running_loop(), Clock("scaled", 20.0)
        await clock.sleep(60.0)
        assert loop.time() == pytest.approx(3.0)
        assert clock.now() == pytest.approx(60.0, abs=2e-6)

    run(main)


@pytest.mark.parametrize("kind", ["wall", "virtual"])
def test_only_a_scaled_clock_has_a_speed(kind: ClockKind) -> None:
    async def main() -> None:
        clock = Clock(kind, 20.0)
        await asyncio.sleep(1.0)
        assert clock.now() == 1.0

    run(main)


def test_a_clock_needs_a_speed_above_zero() -> None:
    async def main() -> None:
        with pytest.raises(ValueError, match="speed above 0"):
            Clock("scaled", 0.0)

    run(main)


def test_time_is_counted_in_whole_microseconds() -> None:
    async def main() -> None:
        clock = Clock("wall")
        await asyncio.sleep(1 / 3)
        assert clock.now_us() == 333_333
        assert clock.now() == 0.333333

    run(main)


@pytest.mark.parametrize("kind", ["wall", "scaled", "virtual"])
def test_a_frozen_clock_stands_still(kind: ClockKind) -> None:
    async def main() -> None:
        clock = Clock(kind, 4.0 if kind == "scaled" else 1.0)
        await clock.sleep(2.0)
        clock.freeze()
        await asyncio.sleep(99.0)
        assert clock.now() == 2.0
        assert clock.frozen
        clock.thaw()
        assert (clock.now(), clock.frozen) == (2.0, False)
        await clock.sleep(1.0)
        assert clock.now() == 3.0

    run(main)


def test_a_sleep_across_a_pause_takes_the_pause_longer_and_not_a_microsecond_more() -> None:
    async def main() -> None:
        loop, clock = asyncio.get_running_loop(), Clock("scaled", 10.0)
        sleeper = asyncio.ensure_future(clock.sleep(30.0))
        await asyncio.sleep(1.0)
        clock.freeze()
        await asyncio.sleep(50.0)
        clock.thaw()
        await sleeper
        assert clock.now_us() == 30_000_000
        assert loop.time() == pytest.approx(53.0)

    run(main)


def test_a_sleep_that_begins_in_a_pause_begins_to_count_when_it_is_over() -> None:
    async def main() -> None:
        loop, clock = asyncio.get_running_loop(), Clock("wall")
        clock.freeze()
        sleeper = asyncio.ensure_future(clock.sleep(5.0))
        await asyncio.sleep(7.0)
        assert not sleeper.done()
        clock.thaw()
        await sleeper
        assert (clock.now(), loop.time()) == (5.0, 12.0)

    run(main)


def test_a_sleep_that_is_due_in_the_instant_of_a_freeze_waits_for_the_thaw() -> None:
    async def main() -> None:
        clock = Clock("wall")
        order: list[str] = []

        async def sleep() -> None:
            await clock.sleep(5.0)
            order.append("woke")

        sleeper = asyncio.ensure_future(sleep())
        loop = asyncio.get_running_loop()
        for seed in range(8):  # ties at one instant come in any order; both must be right
            loop.call_at(5.0, order.append, f"tie {seed}")
        loop.call_at(5.0, clock.freeze)
        await asyncio.sleep(20.0)
        if "woke" not in order:
            clock.thaw()
            await sleeper
        assert clock.now() == 5.0

    for seed in range(10):
        virtualloop.run(main(), seed=seed)


def test_freezes_nest() -> None:
    async def main() -> None:
        clock = Clock("wall")
        clock.freeze()
        clock.freeze()
        clock.thaw()
        await asyncio.sleep(3.0)
        assert (clock.frozen, clock.now()) == (True, 0.0)
        clock.thaw()
        await asyncio.sleep(3.0)
        assert clock.now() == 3.0

    run(main)


def test_a_cancelled_sleep_leaves_nothing_behind() -> None:
    async def main() -> None:
        clock = Clock("wall")
        sleeper = asyncio.ensure_future(clock.sleep(1000.0))
        await asyncio.sleep(1.0)
        sleeper.cancel()
        await asyncio.wait([sleeper])
        clock.freeze()
        clock.thaw()
        await clock.sleep(1.0)
        assert asyncio.get_running_loop().time() == 2.0

    run(main)


@pytest.mark.parametrize(("kind", "passed"), [("wall", 8.0), ("scaled", 0.0), ("virtual", 0.0)])
def test_outside_work_holds_simulated_time_and_not_wall_time(kind: ClockKind, passed: float) -> None:
    async def main() -> None:
        clock = Clock(kind)
        async with clock.hold():
            await asyncio.sleep(8.0)
        assert clock.now() == passed

    run(main)


def test_time_goes_on_when_held_work_fails_or_is_cancelled() -> None:
    async def main() -> None:
        clock = Clock("virtual")

        async def work() -> None:
            async with clock.hold():
                await asyncio.sleep(100.0)

        job = asyncio.ensure_future(work())
        await asyncio.sleep(1.0)
        assert clock.frozen
        job.cancel()
        await asyncio.wait([job])
        with pytest.raises(ZeroDivisionError):
            async with clock.hold():
                raise ZeroDivisionError
        assert not clock.frozen

    run(main)


_steps = st.lists(
    st.tuples(st.sampled_from(["wait", "freeze", "thaw"]), st.integers(0, 5_000_000)), min_size=1, max_size=12
)


@settings(max_examples=60)
@given(_steps, st.sampled_from([0.25, 1.0, 7.0]))
def test_run_time_is_loop_time_without_the_pauses_times_the_speed(
    steps: list[tuple[str, int]], speed: float
) -> None:
    async def main() -> None:
        loop, clock = asyncio.get_running_loop(), Clock("scaled", speed)
        woken: list[float] = []
        begun = [asyncio.ensure_future(_sleep(clock, n / 2, woken)) for n in range(20)]
        counted, frozen, pieces = 0.0, 0, 0
        for what, micros in steps:
            before = loop.time()
            if what == "freeze":
                clock.freeze()
                frozen, pieces = frozen + 1, pieces + 1
            elif what == "thaw" and frozen:
                clock.thaw()
                frozen -= 1
            await asyncio.sleep(micros / 1e6)
            if not frozen:
                counted += (loop.time() - before) * speed
            assert abs(clock.now() - counted) <= 1e-6 * (pieces + 1)
        for _ in range(frozen):
            clock.thaw()
        await asyncio.gather(*begun)
        assert woken == [n / 2 for n in range(20)]

    run(main)


async def _sleep(clock: Clock, seconds: float, woken: list[float]) -> None:
    await clock.sleep(seconds)
    assert 0 <= clock.now() - seconds <= 1e-5  # never early, late by rounding alone
    woken.append(seconds)
