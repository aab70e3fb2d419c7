"""Which faults are active: where injections arrive, and what the wrapped seams ask."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from engine.record import events as ev
from engine.record.bus import Bus
from engine.world.clock import Clock


@dataclass(frozen=True, slots=True)
class Active:
    """A fault on ``targets`` (names of agents; none: the run); ``since`` is the seq of its start."""

    id: int
    kind: str
    targets: tuple[str, ...]
    params: dict[str, float | str]
    since: int = 0

    def number(self, name: str) -> float:
        """A numeric parameter; 0 if it was given as a word."""
        value = self.params.get(name, 0.0)
        return float(value) if isinstance(value, int | float) else 0.0


class Switchboard:
    """Records every start and stop as an event; wrappers look here at the moment they act."""

    def __init__(self, bus: Bus, clock: Clock) -> None:
        self._bus = bus
        self._clock = clock
        self._active: dict[int, Active] = {}
        self._count = 0
        self._changed = asyncio.Event()
        self.healed: list[Callable[[Active], None]] = []
        """Called with every fault that stops, for wrappers that hold something back."""

    def start(
        self,
        kind: str,
        targets: tuple[str, ...],
        params: dict[str, float | str],
        *,
        author: str,
        why: str = "",
        duration_seconds: float | None = None,
        entry: int | None = None,
    ) -> ev.FaultStarted:
        """Begin to disturb ``targets``. Whoever calls heals it after ``duration_seconds``."""
        self._count += 1
        until = None if duration_seconds is None else round(self._clock.now() + duration_seconds, 6)
        event = self._bus.emit(
            ev.FaultStarted(
                id=self._count,
                kind=kind,
                targets=targets,
                params=params,
                author=author,
                why=why,
                until_seconds=until,
                entry=entry,
            )
        )
        self._active[event.id] = Active(event.id, kind, targets, params, event.seq)
        self._notify()
        return event

    def restore(self, faults: Iterable[ev.FaultStarted], count: int) -> None:
        """Have ``faults`` active again that were so under an engine before; ``count`` is of all so far."""
        self._active = {e.id: Active(e.id, e.kind, e.targets, e.params, e.seq) for e in faults}
        self._count = count

    def stop(self, fault: int, author: str, why: str = "") -> ev.FaultStopped | None:
        """End a fault; null if it is not active."""
        active = self._active.pop(fault, None)
        if active is None:
            return None
        event = self._bus.emit(ev.FaultStopped(id=fault, author=author, why=why))
        self._notify()
        for told in self.healed:
            told(active)
        return event

    def _notify(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    async def change(self) -> None:
        """Return when a fault starts or stops."""
        await self._changed.wait()

    def get(self, fault: int) -> Active | None:
        """The active fault with this id."""
        return self._active.get(fault)

    def all(self) -> list[Active]:
        """Every active fault, oldest first."""
        return list(self._active.values())

    def on(self, kind: str, agent: str) -> list[Active]:
        """Active faults of ``kind`` on ``agent``, oldest first."""
        if not self._active:
            return []
        return [fault for fault in self._active.values() if fault.kind == kind and agent in fault.targets]

    def on_run(self, kind: str) -> list[Active]:
        """Active faults of ``kind``, which disturb the run as a whole."""
        return [fault for fault in self._active.values() if fault.kind == kind]

    @property
    def count(self) -> int:
        """Faults so far."""
        return self._count
