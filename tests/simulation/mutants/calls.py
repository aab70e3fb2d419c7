"""Faults, calls of models, clocks and chance."""

from __future__ import annotations

import random
from typing import Any

from engine.faults.injector import Injector
from engine.faults.switchboard import Switchboard
from engine.record import events as ev
from engine.team import caller
from engine.team import turn as turns
from engine.team.gate import Gate
from engine.world.workspace import Workspace
from tests.simulation.planted import Patch, mutant, nothing


@mutant
def let_faults_outlive_their_time(patch: Patch) -> None:
    async def later(self: Any, fault: int, seconds: float) -> None:
        await self._team.clock.sleep(seconds * 1.5)
        self.heal(fault, "plan", "its time was over")

    patch.setattr(Injector, "_heal_later", later)


@mutant
def stop_a_fault_twice(patch: Patch) -> None:
    original = Switchboard.stop

    def stop(self: Any, fault: int, author: str, why: str = "") -> Any:
        event = original(self, fault, author, why)
        return event or self._bus.emit(ev.FaultStopped(id=fault, author=author, why=why))

    patch.setattr(Switchboard, "stop", stop)


@mutant
def repeat_calls_without_end(patch: Patch) -> None:
    patch.setattr(caller, "ATTEMPTS", 9)


@mutant
def ignore_retry_after(patch: Patch) -> None:
    patch.setattr(caller, "LONGEST_WAIT_SECONDS", 0.1)


@mutant
def count_pauses_as_work(patch: Patch) -> None:
    original = Gate._close

    def close(self: Any) -> None:
        clock, self._clock = self._clock, _NoClock()
        original(self)
        self._clock = clock

    patch.setattr(Gate, "_close", close)
    opened = Gate.open

    def open_(self: Any, author: str, why: str = "", *, step: bool = False) -> Any:
        clock, self._clock = self._clock, _NoClock()
        event = opened(self, author, why, step=step)
        self._clock = clock
        return event

    patch.setattr(Gate, "open", open_)


class _NoClock:
    freeze = thaw = staticmethod(nothing)


@mutant
def end_a_turn_twice(patch: Patch) -> None:
    original = turns.end

    def end(team: Any, started: Any, outcome: Any, effects: int, detail: str = "") -> None:
        was_open = started.turn in team.open_turns
        original(team, started, outcome, effects, detail)
        if was_open and started.turn % 11 == 5:
            team.bus.emit(
                ev.TurnEnded(turn=started.turn, agent=started.agent, outcome=outcome, effects=effects)
            )

    patch.setattr(turns, "end", end)


@mutant
def draw_from_a_generator_without_a_seed(patch: Patch) -> None:
    patch.setattr(caller, "stream", lambda *_: random)


@mutant
def write_the_folder_in_a_thread(patch: Patch) -> None:
    import asyncio

    async def flush(self: Any) -> None:
        await asyncio.get_running_loop().run_in_executor(None, nothing)

    patch.setattr(Workspace, "flush", flush)
