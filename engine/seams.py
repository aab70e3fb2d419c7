"""What a run needs from outside."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from engine.models.base import Model
from engine.record import events as ev
from engine.record.config import USUAL, CallConfig
from engine.record.partials import Partials
from engine.record.writer import Store
from engine.world.clock import Clock
from engine.world.locks import Locks
from engine.world.testrunner import TestRunner
from engine.world.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Seams:
    """Everything a run needs from outside. ``models`` by agent name.

    ``recruit`` makes the model of an agent that joins, or raises ``UsageError``; null: nobody can join.
    """

    store: Store
    clock: Clock
    workspace: Workspace
    locks: Locks
    tests: TestRunner
    models: Mapping[str, Model]
    recruit: Callable[[ev.AgentSpec], Model] | None = None
    calls: CallConfig = USUAL
    partials: Partials = field(default_factory=Partials)
