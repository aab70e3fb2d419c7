"""Faults disturb from their start to their stop, whom they name, and nobody else."""

from __future__ import annotations

from engine.record import events as ev
from engine.simulation.invariants.notes import TICK, Notes
from engine.simulation.violation import Violation
from engine.simulation.world import Played
from engine.team.caller import ATTEMPTS


def judge(played: Played) -> list[Violation]:
    """See ``_Spans``."""
    spans = _Spans()
    for event in played.events:
        spans.take(event)
    return spans.notes


class _Spans:
    """Follows which faults are active, and since when each agent has been left in peace."""

    def __init__(self) -> None:
        self.notes = Notes("fault spans")
        self._active: dict[int, ev.FaultStarted] = {}
        self._last = 0
        self._touched: dict[str, float] = {}
        self._turn: dict[str, ev.TurnStarted] = {}
        self._attempt: dict[str, int] = {}
        self._not_before: dict[str, float] = {}
        self._due = float("inf")
        self._ended = False

    def take(self, event: ev.AnyEvent) -> None:
        """Judge one event, then note what it says."""
        if event.ts > self._due + TICK and not self._ended:
            self._late(event)
        match event:
            case ev.FaultStarted():
                if event.id <= self._last:
                    self._wrong(event, f"fault {event.id} follows fault {self._last}")
                self._last = event.id
                self._active[event.id] = event
                self._renew()
            case ev.FaultStopped():
                started = self._active.pop(event.id, None)
                if started is None:
                    self._wrong(event, f"fault {event.id} stopped without being active")
                else:
                    self._touched |= dict.fromkeys(started.targets, event.ts)
                self._renew()
            case ev.TurnStarted():
                self._turn[event.agent] = event
                self._attempt[event.agent] = 0
                self._not_before.pop(event.agent, None)
            case ev.CallFailed():
                self._call_failed(event)
            case ev.Replied() if event.ts < self._not_before.get(event.agent, 0.0) - TICK:
                self._wrong(event, f"{event.agent} was asked again too early")
            case ev.AgentStalled() if not self._on(event.agent, "stall"):
                self._wrong(event, f"{event.agent} stalled without a fault")
            case ev.RunEnded():
                self._ended = True

    def _wrong(self, event: ev.Event, sentence: str) -> None:
        self.notes.wrong(event.seq, sentence)

    def _on(self, agent: str, kind: str) -> bool:
        return any(fault.kind == kind and agent in fault.targets for fault in self._active.values())

    def _renew(self) -> None:
        until = (fault.until_seconds for fault in self._active.values())
        self._due = min((each for each in until if each is not None), default=float("inf"))

    def _late(self, event: ev.AnyEvent) -> None:
        late = [fault for fault in self._active.values() if fault.until_seconds == self._due]
        self._wrong(event, f"fault {late[0].id} ({late[0].kind}) should have stopped at {self._due} s")
        self._due = float("inf")

    def _call_failed(self, event: ev.CallFailed) -> None:
        name = event.agent
        self._attempt[name] = self._attempt.get(name, 0) + 1
        if event.attempt != self._attempt[name] or event.attempt > ATTEMPTS:
            self._wrong(
                event, f"attempt {event.attempt} of {name} is number {self._attempt[name]} of its turn"
            )
        if event.ts < self._not_before.get(name, 0.0) - TICK:
            self._wrong(event, f"{name} was asked again too early")
        if event.retry_seconds is not None:
            self._not_before[name] = event.ts + event.retry_seconds
            asked = [
                float(fault.params["retry_after"])
                for fault in self._active.values()
                if fault.kind == "api_errors" and name in fault.targets and fault.params.get("status") == 429
            ]
            if event.kind == "rate_limit" and asked and event.retry_seconds < min(*asked, 60.0) - TICK:
                self._wrong(
                    event, f"{name} waits {event.retry_seconds} s where {min(asked)} s were asked for"
                )
        began = self._turn[name].ts if name in self._turn else 0.0
        disturbed = any(name in fault.targets or not fault.targets for fault in self._active.values())
        if not disturbed and self._touched.get(name, -1.0) < began - TICK:
            self._wrong(event, f"a call of {name} failed ({event.kind}) without a fault")
