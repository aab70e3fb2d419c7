"""Watches a simulated run at its seams: what was acted on before it was recorded, which time passed.

The engine promises that its journal is ahead of everything that acts on it. So each seam here looks, at the
moment it is used, at how many events the journal holds.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from engine.models.base import Hear, Message, Model, Reply, unheard
from engine.record import events as ev
from engine.record.writer import MemoryStore
from engine.simulation.violation import Violation
from engine.world import workspace
from engine.world.testrunner import TestReport, TestRequest, TestRunner

TICK = 2e-6
"""Seconds by which run-clock times may be off: they are rounded to microseconds."""

FAULTY_ROUNDS = 25
"""Rounds after which faults stop for good: some make rounds end at once, and nothing else."""

_NOTED = (
    ev.TurnStarted,
    ev.TestsStarted,
    ev.RunEnded,
    ev.FileEdited,
    ev.RoundStarted,
    ev.FaultStarted,
    ev.Paused,
    ev.Resumed,
)


class Ledger(MemoryStore):
    """A journal in memory that knows how many events it holds: ``lines``.

    Writes take ``seconds`` of the loop's time, as those of a file do (null: they are there at once).
    """

    def __init__(self, seconds: float | None = None) -> None:
        super().__init__()
        self.immediate = seconds is None
        self.lines = 0
        self._seconds = seconds

    async def write(self, data: bytes, *, sync: bool) -> None:
        """See ``Store``."""
        if self._seconds is not None:
            await asyncio.sleep(self._seconds)
        await super().write(data, sync=sync)
        self.lines += data.count(b"\n")


class Witness:
    """Hears every event when it is emitted and keeps it; ``found`` are the violations seen at seams."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.events: list[ev.AnyEvent] = []
        self.found: list[Violation] = []
        self.trouble = asyncio.Event()
        """Set by every fault and pause."""
        self.rounds_over = asyncio.Event()
        """Set in round ``FAULTY_ROUNDS``."""
        self.quiet_seq = 0
        """The last event before faults stopped for good; 0 until then."""
        self.prompts: dict[str, int] = {}
        self.tests: dict[int, int] = {}
        self.edits: dict[tuple[str, str], int] = {}
        self._loop = asyncio.get_running_loop()
        self._started = self._loop.time()
        self._stood = 0.0
        self._stands_since: float | None = None

    def hear(self, event: ev.AnyEvent) -> None:
        """Note an event, and whether its time is the loop's, without pauses."""
        self.events.append(event)
        now = self._loop.time()
        until = now if self._stands_since is None else self._stands_since
        if abs(event.ts - (until - self._started - self._stood)) > TICK:
            self.violation(
                "run clock",
                event.seq,
                f"the run's clock says {event.ts} s at {until - self._stood} s of work",
            )
        if not isinstance(event, _NOTED):
            return
        match event:
            case ev.TurnStarted():
                self.prompts[event.agent] = event.seq
            case ev.TestsStarted():
                self.tests[event.run] = event.seq
            case ev.RunEnded():  # and the clock stands still
                self.tests[0] = event.seq
                self._stands_since = now if self._stands_since is None else self._stands_since
            case ev.FileEdited():
                self.edits.setdefault((event.path, event.content), event.seq)
            case ev.RoundStarted() if event.round == FAULTY_ROUNDS:
                self.rounds_over.set()
            case ev.FaultStarted():
                self.trouble.set()
            case ev.Paused():
                self.trouble.set()
                self._stands_since = now
            case ev.Resumed():
                if self._stands_since is not None:
                    self._stood += now - self._stands_since
                    self._stands_since = None

    def violation(self, name: str, seq: int, sentence: str) -> None:
        """Note a violation; one of each name is enough."""
        if not any(known.name == name for known in self.found):
            self.found.append(Violation(name=name, seq=seq, sentence=sentence))

    def acted(self, what: str, seq: int) -> None:
        """Somebody acts on event ``seq`` just now: the journal must hold it."""
        if seq > self.ledger.lines:
            self.violation("write ahead", seq, f"{what} before the journal held event {seq}")


class WatchedModel:
    """A model of ``agent`` that may only be asked what the journal holds.

    Once faults have stopped for good, ``steady`` answers: whether a team that errs ever comes to an end is
    its own affair, but one that does everything right must, and soon.
    """

    def __init__(self, inner: Model, steady: Model, agent: str, witness: Witness) -> None:
        self.name, self.real = inner.name, inner.real
        self._inner, self._steady, self._agent, self._witness = inner, steady, agent, witness

    async def complete(self, messages: Sequence[Message], hear: Hear = unheard) -> Reply:
        """As the inner one, or the steady one."""
        self._witness.acted(f"{self._agent} was asked", self._witness.prompts[self._agent])
        return await (self._steady if self._witness.quiet_seq else self._inner).complete(messages, hear)


class WatchedTests:
    """A test runner that may only see files that the journal holds."""

    def __init__(self, inner: TestRunner, witness: Witness) -> None:
        self.external = inner.external
        self._inner, self._witness = inner, witness

    async def run(self, request: TestRequest) -> TestReport:
        """As the inner one."""
        self._witness.acted("tests ran", self._witness.tests[request.run])
        return await self._inner.run(request)

    async def close(self) -> None:
        """As the inner one."""
        await self._inner.close()


class WatchedFolder(workspace.MemoryStore):
    """A folder that may only hold what the journal holds."""

    def __init__(self, witness: Witness) -> None:
        super().__init__()
        self._witness = witness

    def write(self, path: str, content: str) -> None:
        """See ``Store``."""
        self._witness.acted(f"{path} was written", self._witness.edits.get((path, content), 1 << 62))
        super().write(path, content)
