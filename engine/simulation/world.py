"""A whole run in memory and in virtual time: the engine's own ``Run`` on simulated seams."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import threading
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from engine import control
from engine.models import registry
from engine.models.simulated import knowledge
from engine.models.simulated.profile import profile
from engine.record import events as ev
from engine.record.limits import FIELDS
from engine.record.state import RunState
from engine.restore import Past
from engine.run import Outcome, Run, Seams
from engine.simulation import schedulers
from engine.simulation.scenario import Scenario
from engine.simulation.traps import Forbidden, SimulationLoop, guard
from engine.simulation.violation import Violation
from engine.simulation.witness import Ledger, WatchedFolder, WatchedModel, WatchedTests, Witness
from engine.world import virtualloop
from engine.world.chance import stream
from engine.world.clock import Clock
from engine.world.locks import Locks, NoLockFiles
from engine.world.simulatedtests import SimulatedTests
from engine.world.workspace import Workspace
from tasks.verdicts import table

PATIENCE_SECONDS = 50_000.0
"""Seconds of the loop's time that a run may take once faults have stopped: 150 rounds of 5 minutes."""


CPU_SECONDS = 60.0
"""Processor time of a run at most: no scheduler sees what runs in circles between two steps of the loop.
Whole runs take hundredths of a second, the longest some seconds."""


@dataclass(slots=True)
class Played:
    """A run that is over. ``folder`` is what ``repo/`` would hold, ``quiet_seq`` the last event before faults
    stopped for good (0: the run ended before). ``found`` is what was seen at the seams, ``trouble`` what was
    raised instead of an outcome.
    """

    scenario: Scenario
    events: list[ev.AnyEvent]
    journal: bytes
    state: RunState
    folder: dict[str, str]
    found: list[Violation]
    outcome: Outcome | None = None
    trouble: BaseException | None = None
    quiet_seq: int = 0
    loop_seconds: float = 0.0
    steps: int = 0


def play(scenario: Scenario) -> Played:
    """Play a scenario to its end under traps. Nothing is raised: see ``Played.trouble``."""
    paths = tuple(path for task in scenario.suite.tasks for path in task.files)
    for spec in scenario.start.team:
        _load(scenario.suite.name, paths, spec.model)
    names = [spec.name for spec in scenario.start.team]
    scheduler = schedulers.create(scenario.scheduler, stream(scenario.seed, "scheduler"), names)
    loop = SimulationLoop(scenario.seed, scheduler=scheduler)  # type: ignore[abstract]  # no sockets, signals
    worlds: list[_World] = []

    async def main() -> None:
        worlds.append(_World(scenario))
        await worlds[0].live()

    trouble: BaseException | None = None
    with _stopped_in_circles(), guard() as sprung:
        try:
            virtualloop.run_on(loop, main())
        except (Exception, Forbidden) as error:
            trouble = error
        if sprung and trouble is None:  # somebody looked away
            trouble = Forbidden(sprung[0])
    return worlds[0].over(trouble, scheduler.steps, loop.time())


@contextlib.contextmanager
def _stopped_in_circles() -> Iterator[None]:
    """Raise ``Livelock`` in the run once it has used up its processor time, and again if it does not end."""

    def stop(*_: object) -> None:
        raise schedulers.Livelock(f"the run has not ended after {CPU_SECONDS:g} s of processor time")

    if threading.current_thread() is not threading.main_thread():  # only there signals arrive
        yield
        return
    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, CPU_SECONDS, CPU_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0.0)
        signal.signal(signal.SIGVTALRM, before)


@lru_cache(maxsize=256)
def _load(suite: str, paths: tuple[str, ...], model: str) -> None:
    """Read once per process what would be read when it is first needed: under the traps nothing may be."""
    table(suite)
    if model != "sim/perfect":
        profile(model, suite)
    registry.create(model, seed=0, sleep=asyncio.sleep)
    for path in paths:
        knowledge.wrong(suite, path)


class _World:
    """The seams of one run, the people at it, and what is left when it is over."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        start, suite = scenario.start, scenario.suite
        self.ledger = Ledger(scenario.disk)
        self.witness = witness = Witness(self.ledger)
        self.folder = WatchedFolder(witness)
        loop = asyncio.get_running_loop()
        clock = Clock("virtual", real=loop.time)
        sleep = _paced(clock.sleep, *scenario.pace)
        paths = [path for task in suite.tasks for path in task.files]
        protected = (*(f"tests/{path}" for path in suite.tests), *suite.tests)

        def model(spec: ev.AgentSpec) -> WatchedModel:
            made, steady = (
                registry.create(name, seed=start.seed, sleep=sleep) for name in (spec.model, "sim/perfect")
            )
            return WatchedModel(made, steady, spec.name, witness)

        seams = Seams(
            store=self.ledger,
            clock=clock,
            workspace=Workspace(self.folder, suite.support, protected, start=suite.start),
            locks=Locks(NoLockFiles()),
            tests=WatchedTests(SimulatedTests(table(suite.name), paths), witness),
            models={spec.name: model(spec) for spec in start.team},
            recruit=model,
        )
        self.run = Run(
            start,
            seams,
            suite_tests=suite.suite_tests,
            plan=scenario.plan,
            attended=scenario.attended,
            past=Past(shown=False),
        )
        self.run.bus.listen(witness.hear)
        self.outcome: Outcome | None = None

    async def live(self) -> None:
        """Play the run with people at it, and stop it if it does not end by itself."""
        loop = asyncio.get_running_loop()
        playing = loop.create_task(self.run.play(), name="run")
        people = loop.create_task(self._people(), name="people")
        limit = self.scenario.quiet + PATIENCE_SECONDS
        done, _ = await asyncio.wait((playing, people), timeout=limit, return_when=asyncio.FIRST_COMPLETED)
        if people in done:
            await people  # they never leave by themselves: something is wrong
        people.cancel()
        await asyncio.gather(people, return_exceptions=True)
        if playing not in done:
            seq = len(self.witness.events)
            self.witness.violation(
                "ends", seq, f"the run went on for {PATIENCE_SECONDS:.0f} s after all faults had stopped"
            )
            playing.cancel()
            await asyncio.gather(playing, return_exceptions=True)
            return
        self.outcome = await playing

    async def _people(self) -> None:
        for at, command in self.scenario.commands:
            if at >= self.scenario.quiet or not await self._until(at):
                break
            await self._tell(command)
        await self._until(self.scenario.quiet)
        self.witness.quiet_seq = len(self.witness.events)
        self.run._injector.close()  # what waits for an event or for chance must not go on for ever
        while True:  # what still comes is healed at once
            self.witness.trouble.clear()
            await self._tell(control.Heal(why="quiet"))
            if self.run.state.run.limits != ev.NO_LIMITS:
                await self._tell(control.SetLimits(changes=dict.fromkeys(FIELDS), why="quiet"))
            await self._tell(control.Resume(why="quiet"))
            if not any(spec.role == "developer" for spec in self.run.team.specs):  # all have left
                await self._tell(control.AddAgent(why="quiet"))
            await self.witness.trouble.wait()

    async def _until(self, at: float) -> bool:
        """Wait; false once faults have had their rounds: those that take no time must not use up all."""
        over = self.witness.rounds_over
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(over.wait(), max(0.0, at - asyncio.get_running_loop().time()))
        return not over.is_set()

    async def _tell(self, command: control.AnyCommand) -> None:
        answer = await self.run.handle(command)
        if answer.ok:
            self.witness.acted(f"{type(command).__name__} was answered", answer.seq)

    def over(self, trouble: BaseException | None, steps: int, seconds: float) -> Played:
        """What is left; ``trouble`` is what ended the run, if it did not end by itself."""
        return Played(
            scenario=self.scenario,
            events=self.witness.events,
            journal=bytes(self.ledger.data),
            state=self.run.state,
            folder=self.folder.files,
            found=self.witness.found,
            outcome=self.outcome,
            trouble=trouble,
            quiet_seq=self.witness.quiet_seq,
            loop_seconds=seconds,
            steps=steps,
        )


def _paced(
    sleep: Callable[[float], Awaitable[None]], factor: float, grain: float
) -> Callable[[float], Awaitable[None]]:
    """Latencies ``factor`` times as long, in multiples of ``grain`` seconds (0: as they come)."""

    def slept(seconds: float) -> Awaitable[None]:
        seconds *= factor
        return sleep(grain * max(1, round(seconds / grain)) if grain else round(seconds, 6))

    return slept
