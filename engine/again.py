"""Resuming without a trace: where a run can be had again exactly, going on with it is having it again.

On the virtual clock, with simulated models and tests, a run is a function of its configuration. So one that
was cut goes back to its last place of rest (``engine.fork.rests``), has the way from there to the cut once
more, and goes on: it ends as if nothing had happened, byte for byte, under every strategy. What the journal
holds stands: nothing is written before all of it has come again, and if it comes otherwise (another version
of teamtop wrote it) the run is resumed as every other is, with open turns lost (``engine.restore``). So is
one that has ended, but for its closing tests, that stood still, or whose settings are changed. What people
did comes again, too, at its place (``engine.reception``).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from engine.faults.catalogue import BY_KIND
from engine.faults.plan import Planned
from engine.fork import rests
from engine.models import registry
from engine.record import events as ev
from engine.record.codec import encode
from engine.record.config import RunConfig
from engine.record.state import RunState
from engine.record.writer import SyncStore

_TAKEN_UP = ev.RunResumed | ev.RunEnded | ev.StopRequested
"""After these a run did not go its own way, or went no further."""


class ConfirmingStore(SyncStore):
    """Expects ``events``, which the journal holds already, before it writes anything.

    A write of anything else fails, as does every one after it, and ``diverged`` is true. ``seq`` is the last
    of them.
    """

    def __init__(self, path: Path, events: Sequence[ev.AnyEvent]) -> None:
        super().__init__(path)
        self.seq = events[-1].seq if events else 0
        self._told = b"".join(map(encode, events))
        self.diverged = False

    async def write(self, data: bytes, *, sync: bool) -> None:
        """See ``Store``."""
        if self._told:
            length = min(len(data), len(self._told))
            self.diverged = self.diverged or data[:length] != self._told[:length]
            if self.diverged:
                raise OSError("it did not come again as it stands there")
            self._told, data = self._told[length:], data[length:]
        if data:
            await super().write(data, sync=sync)


def place(config: RunConfig, plan: Iterable[Planned], events: Sequence[ev.AnyEvent]) -> int | None:
    """The seq from which the run can be had again (0: its start); null if it has to be resumed otherwise."""
    if not events or config.clock != "virtual" or config.tests != "simulated":
        return None
    if any(BY_KIND[entry.kind].with_engine for entry in plan):
        return None  # what stopped the engine would stop it again
    run = RunState.of(events).run
    if (run.clock, run.speed, run.max_rounds) != (config.clock, config.speed, config.max_rounds):
        return None
    if any(registry.resolve(model).real for model in run.models):
        return None
    rest = max(rests(events), default=0)
    if any(isinstance(event, _TAKEN_UP) for event in _until_verified(events)[rest:]) or _stands_still(events):
        return None
    return rest


def _until_verified(events: Sequence[ev.AnyEvent]) -> Sequence[ev.AnyEvent]:
    """Without the end of a run that was cut just before the closing tests: they belong to it."""
    last = events[-1]
    return events[:-1] if isinstance(last, ev.RunEnded) and last.outcome == "completed" else events


def _stands_still(events: Sequence[ev.AnyEvent]) -> bool:
    for event in reversed(events):
        if isinstance(event, ev.PauseRequested | ev.Paused | ev.Resumed):
            return not isinstance(event, ev.Resumed)
    return False
