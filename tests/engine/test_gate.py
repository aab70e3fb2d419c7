"""The gate in front of work: simulated time freezes at once, real calls come back first."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from engine.record import events as ev
from engine.record.bus import Bus
from engine.record.writer import JournalWriter, MemoryStore
from engine.team.gate import Gate
from engine.world import virtualloop
from engine.world.clock import Clock


def run(main: Callable[[Gate, Clock, list[ev.Event]], Coroutine[Any, Any, None]], seed: int = 0) -> None:
    async def whole() -> None:
        clock = Clock("wall")
        bus = Bus(JournalWriter(MemoryStore()), clock.now_us)
        heard: list[ev.Event] = []
        bus.listen(heard.append)
        await main(Gate(bus, clock), clock, heard)

    virtualloop.run(whole(), seed=seed)


async def call(gate: Gate, seconds: float) -> None:
    async with gate.real_work():
        await asyncio.sleep(seconds)


def test_with_nothing_in_flight_a_pause_is_closed_at_once() -> None:
    async def main(gate: Gate, clock: Clock, heard: list[ev.Event]) -> None:
        gate.close("ann")
        assert [type(event) for event in heard] == [ev.PauseRequested, ev.Paused]
        assert (gate.phase, clock.frozen) == ("closed", True)

    run(main)


def test_the_clock_runs_on_until_the_last_real_call_is_back_and_stops_then() -> None:
    async def main(gate: Gate, clock: Clock, heard: list[ev.Event]) -> None:
        calls = [asyncio.ensure_future(call(gate, seconds)) for seconds in (2.0, 5.0)]
        await asyncio.sleep(1.0)
        gate.close("ann")
        assert (gate.phase, clock.frozen) == ("closing", False)
        await asyncio.wait(calls)
        await asyncio.sleep(90.0)
        assert (gate.phase, clock.now()) == ("closed", 5.0)
        assert [(type(event), event.ts) for event in heard] == [(ev.PauseRequested, 1.0), (ev.Paused, 5.0)]

    run(main)


def test_real_calls_do_not_begin_while_the_team_is_paused() -> None:
    async def main(gate: Gate, clock: Clock, heard: list[ev.Event]) -> None:
        gate.close("ann")
        waiting = asyncio.ensure_future(call(gate, 2.0))
        await asyncio.sleep(10.0)
        assert not waiting.done()
        gate.open("ann")
        await waiting
        assert clock.now() == 2.0

    run(main)


def test_a_call_that_is_let_through_and_paused_in_the_same_instant_waits_on() -> None:
    async def main(gate: Gate, clock: Clock, heard: list[ev.Event]) -> None:
        gate.close("ann")
        begun: list[float] = []

        async def waiting() -> None:
            async with gate.real_work():
                begun.append(clock.now())

        async def round_() -> None:
            await gate.passed()
            begun.append(clock.now())

        jobs = [asyncio.ensure_future(waiting()), asyncio.ensure_future(round_())]
        await asyncio.sleep(1.0)
        gate.open("ann")
        gate.close("ann")  # before anybody who waited could move
        await asyncio.sleep(10.0)
        assert begun == []
        gate.open("ann")
        await asyncio.wait(jobs)
        assert begun == [0.0, 0.0]

    for seed in range(4):
        run(main, seed)


def test_a_pause_can_be_taken_back_while_calls_are_in_flight() -> None:
    async def main(gate: Gate, clock: Clock, heard: list[ev.Event]) -> None:
        job = asyncio.ensure_future(call(gate, 5.0))
        await asyncio.sleep(1.0)
        gate.close("ann")
        assert gate.open("ann") is not None
        await job
        await asyncio.sleep(1.0)
        assert (gate.phase, clock.now()) == ("open", 6.0)
        assert [type(event) for event in heard] == [ev.PauseRequested, ev.Resumed]

    run(main)


def test_a_call_that_fails_or_is_cancelled_counts_as_back() -> None:
    async def main(gate: Gate, clock: Clock, heard: list[ev.Event]) -> None:
        job = asyncio.ensure_future(call(gate, 5.0))
        await asyncio.sleep(1.0)
        gate.close("ann")
        job.cancel()
        await asyncio.wait([job])
        assert (gate.phase, clock.now()) == ("closed", 1.0)

    run(main)


def test_closing_and_opening_twice_say_that_nothing_was_to_do() -> None:
    async def main(gate: Gate, clock: Clock, heard: list[ev.Event]) -> None:
        assert gate.open("ann") is None
        assert gate.close("ann") is not None
        assert gate.close("ann") is None
        assert gate.open("ann") is not None
        assert not clock.frozen

    run(main)


def test_a_pause_within_a_step_freezes_the_clock_once() -> None:
    async def main(gate: Gate, clock: Clock, heard: list[ev.Event]) -> None:
        gate.close("engine", "the spend limit")
        gate.close_quietly()  # the end of the step comes while the team stands still already
        gate.open("ann")
        assert not clock.frozen
        assert [type(event) for event in heard].count(ev.Paused) == 1

    run(main)
