"""Runs in memory, on the virtual clock, that begin anew or go on from any prefix of a journal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engine.faults.plan import parse
from engine.models import registry
from engine.record import events as ev
from engine.record.config import RunConfig
from engine.record.state import RunState
from engine.record.writer import MemoryStore, Store
from engine.restore import Past
from engine.run import Run, Seams
from engine.setup import check
from engine.world import virtualloop
from engine.world import workspace as world
from engine.world.clock import Clock
from engine.world.locks import Locks, LockTable, NoLockFiles
from engine.world.simulatedtests import SimulatedTests
from tasks.model import Suite
from tasks.verdicts import table
from tests.helpers.scripted import valid


@dataclass(frozen=True, slots=True)
class Kept:
    """A run that ended, or was ended by its disk."""

    events: list[ev.AnyEvent]
    folder: Mapping[str, str]
    error: Exception | None

    @property
    def state(self) -> RunState:
        return RunState.of(self.events)

    def final(self) -> dict[str, object]:
        """What must be the same after any cut."""
        return final(self.state)


def final(state: RunState) -> dict[str, object]:
    """What resuming promises to be the same in the end: the board, its owners, contents of files, mail."""
    return {
        "board": [(task.id, task.status, task.owner) for task in state.board.tasks.values()],
        "files": {path: file.hash for path, file in state.files.files.items()},
        "mail": [(sent.sender, sent.recipients, sent.text) for sent in state.mail.messages],
        "verified": state.run.verified,
    }


def config(**settings: object) -> RunConfig:
    """A small simulated run, whose settings can be changed."""
    chosen: dict[str, object] = {
        "suite": "mathutils",
        "structure": "mixed",
        "agents": 3,
        "strategy": "preassigned",
        "model": "sim/perfect",
        "seed": 1,
        "speed": 0.0,
        "clock": "virtual",
        "tests": "simulated",
    }
    return RunConfig(**chosen | settings)  # type: ignore[arg-type]  # the fields of a configuration


def go(
    chosen: RunConfig,
    past: Sequence[ev.AnyEvent] = (),
    store: Store | None = None,
    *,
    silently: bool = False,
) -> Kept:
    """Play a run from its beginning, or from ``past`` on, to its end; ``silently`` as a fork does."""
    suite, start, plan = check(chosen, {})
    journal = store if store is not None else MemoryStore()
    folder = world.MemoryStore()
    before = Past(past)
    errors: list[Exception] = []

    async def main() -> None:
        clock = Clock("virtual", start_us=before.micros)
        seams = Seams(
            store=journal,
            clock=clock,
            workspace=world.Workspace(folder, suite.support, start=suite.start),
            locks=Locks(NoLockFiles(), LockTable(before.tokens)),
            tests=_tests(suite),
            models={
                s.name: registry.create(s.model, seed=chosen.seed, sleep=clock.sleep) for s in start.team
            },
        )
        resumed = ev.RunResumed(author="test", clock="virtual", speed=0.0, max_rounds=chosen.max_rounds)
        entries = parse(chosen.faults, "plan") if chosen.faults else plan
        first = start if before.empty else None if silently else resumed
        run = Run(first, seams, plan=entries, past=before)
        try:
            await run.play()
        except Exception as error:
            errors.append(error)

    virtualloop.run(main(), seed=chosen.seed)
    return Kept(
        [*past, *valid(bytes(getattr(journal, "data", b"")))], folder.files, errors[0] if errors else None
    )


def _tests(suite: Suite) -> SimulatedTests:
    paths = [path for task in suite.tasks for path in task.files]
    return SimulatedTests(table(suite.name), paths)
