"""The run: wires seams, folds and members together and plays round after round.

A round: every live agent's prompt is built from the state as it is, all calls run at once, replies are
applied as they come, and a barrier closes the round (paper, appendix A.1). Commands of people and planned
faults act at any time; each is an event before it has an effect.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any, Literal

from engine import control
from engine.errors import TeamtopError, UsageError
from engine.faults.board import DisturbedDeeds, DisturbedView
from engine.faults.injector import Injector
from engine.faults.locks import DisturbedLocks
from engine.faults.mailbox import DisturbedMailbox
from engine.faults.model import DisturbedModel
from engine.faults.plan import Planned
from engine.faults.store import DisturbedStore
from engine.faults.switchboard import Active, Switchboard
from engine.faults.testruns import DisturbedTests
from engine.models.base import Model
from engine.record import events as ev
from engine.record.bus import Bus
from engine.record.clean import storable
from engine.record.writer import JournalWriter, Store
from engine.restore import Past, settle
from engine.strategies import STRATEGIES
from engine.team import turn as turns
from engine.team.acts import Acts, Mail
from engine.team.gate import Gate
from engine.team.lifecycle import Lifecycle
from engine.team.member import Member, Team
from engine.team.testbench import TestBench
from engine.world import virtualloop
from engine.world.clock import Clock
from engine.world.locks import Held, Locks
from engine.world.mailbox import Delivery, DirectMailbox, Mailbox
from engine.world.testrunner import TestRunner
from engine.world.workspace import Workspace
from tasks.model import topological

Outcome = Literal["completed", "max_rounds", "stopped", "no_agents", "failed"]


@dataclass(frozen=True, slots=True)
class Seams:
    """Everything a run needs from outside. ``models`` by agent name."""

    store: Store
    clock: Clock
    workspace: Workspace
    locks: Locks
    tests: TestRunner
    models: Mapping[str, Model]


class Run:
    """One run, from its first event to its last. Make it inside the running loop.

    ``first`` is the event that this engine begins with, unstamped: the start of the run, or that it goes on
    after ``past``, in which the clock and the lock tokens of ``seams`` must have their part already. A fork
    goes on without an event, as if the past were its own.
    ``suite_tests`` are expected nodes that belong to no task; ``attended`` says that somebody may still give
    commands, so that a team without live agents waits.
    """

    def __init__(
        self,
        first: ev.RunStarted | ev.RunResumed | None,
        seams: Seams,
        *,
        suite_tests: tuple[str, ...] = (),
        plan: Sequence[Planned] = (),
        attended: bool = False,
        past: Past | None = None,
    ) -> None:
        past = past or Past()
        start = first if isinstance(first, ev.RunStarted) else past.start
        assert start is not None, "a run goes on only if it has begun"
        self._first = first
        self._start = start
        self._past = past
        self._seams = seams
        self._plan = plan
        self._attended = attended
        self.state = past.state
        store = DisturbedStore(seams.store)
        self._writer = JournalWriter(store)
        self.bus = Bus(self._writer, seams.clock.now_us, past.state.seq)
        self.bus.round = past.state.round
        for fold in (past.state, past.conversations, past.evidence):
            self.bus.reduce(fold)
        self.faults = Switchboard(self.bus, seams.clock)
        store.watch(self.faults)
        self._locks = DisturbedLocks(seams.locks, self.faults, self._holder_dies, self._lock_leaked)
        self.team = Team(
            run=start,
            members={spec.name: self._member(spec) for spec in start.team},
            strategy=STRATEGIES[start.strategy](),
            bus=self.bus,
            state=self.state,
            conversations=past.conversations,
            clock=seams.clock,
            gate=Gate(self.bus, seams.clock),
            workspace=seams.workspace,
            locks=self._locks,
            mailbox=self._mailbox(DirectMailbox(past.waiting)),
            view=DisturbedView(self.faults, past.conversations.boards),
            spent=self._spent,
            open_turns={turn: event.agent for turn, event in past.open_turns.items()},
            last_turn=past.last_turn,
            messages_sent=past.messages_sent,
        )
        for edit in past.edits:
            seams.workspace.apply(edit.path, edit.content, edit.agent, edit.round)
        tests = DisturbedTests(seams.tests, self.faults, seams.clock, start.seed)
        self._bench = TestBench(self.team, tests, suite_tests, past.evidence)
        self._acts = Acts(self.team, self._bench)
        self._lifecycle = Lifecycle(self.team)
        self._injector = Injector(self.team, self.faults, self._lifecycle)
        self._deeds = DisturbedDeeds(self._acts, self.team, self.faults, self._injector.triggers.settled)
        self._begun = asyncio.Event()
        self._stopping = False
        self._stepping = False
        self._ended = False
        self._mirroring: asyncio.Task[None] | None = None
        self._real_start: float | None = None
        self.real_seconds: float | None = None
        """What passed outside from the first prompt to the end of the team's work; null before that."""

    def _member(self, spec: ev.AgentSpec) -> Member:
        past, name = self._past, spec.name
        return Member(spec, self._disturbed(spec), past.epochs.get(name, 1), past.status(name))

    def _disturbed(self, spec: ev.AgentSpec) -> Model:
        inner, calls = self._seams.models[spec.name], self._past.calls[spec.name]
        clock, seed = self._seams.clock, self._start.seed
        return DisturbedModel(inner, spec.name, self.faults, clock, seed, self._stalled, calls)

    def _mailbox(self, inner: Mailbox) -> Mailbox:
        return DisturbedMailbox(
            inner,
            self.faults,
            self._seams.clock,
            self._start.seed,
            self._arrived,
            self._beside,
        )

    def _arrived(self, message: str, recipient: str, fate: Delivery) -> None:
        self._acts.talk.settle(message, recipient, fate)

    def _beside(self, work: Coroutine[Any, Any, None], name: str) -> None:
        self._lifecycle.background(work, name)

    def _stalled(self, name: str) -> None:
        self._lifecycle.stall(name)

    def _holder_dies(self, fault: Active, agent: str) -> None:
        self._injector.holder_dies(fault, agent)

    def _lock_leaked(self, held: Held) -> None:
        self._injector.lock_leaked(held, self._locks.lease_over)

    def _spent(self, detail: str) -> None:
        """Hold the team where somebody can resume it: paused if anybody is there to do so, else stopped."""
        if self._attended:
            self.team.gate.close("engine", detail)
        else:
            self._stop("engine", detail)

    # ------------------------------------------------------------ playing

    async def play(self) -> Outcome:
        """Play to the end, verify, and close everything. Raises ``TeamtopError`` if recording fails."""
        try:
            if self._first is not None:
                self.bus.emit(self._first)
            await settle(self._past, self.team, self._acts.talk, self._injector, self._lifecycle)
            if self.bus.round == 0:
                self._deal_out()
            self._begun.set()
            await self._seams.workspace.open()
            self._injector.plan(self._plan, self._past.entries)
            outcome, detail = await self._rounds()
            await self._finish(outcome, detail)
        finally:
            self._begun.set()
            async with AsyncExitStack() as closing:  # last one first, and each one whatever the others raise
                closing.push_async_callback(self._writer.close)
                closing.push_async_callback(self._close_folder)
                closing.push_async_callback(self._seams.tests.close)
                closing.push_async_callback(self._lifecycle.close)
        return outcome

    async def _close_folder(self) -> None:
        if self._mirroring is not None:
            # what failed there is tried again on closing, which tells
            await asyncio.gather(self._mirroring, return_exceptions=True)
        journalled = False
        try:
            await self.bus.commit()
            journalled = True
        finally:
            await self._seams.workspace.close(flush=journalled)

    def _deal_out(self) -> None:
        """Make the assignments that the strategy begins with, those that stand already left out."""
        developers = [spec.name for spec in self._start.team if spec.role == "developer"]
        for task, agent in self.team.strategy.before_run(topological(self._start.tasks), developers):
            if not self.state.board.tasks[task].owner:
                self.bus.emit(ev.TaskAssigned(task=task, agent=agent, by="strategy"))

    async def _rounds(self) -> tuple[Outcome, str]:
        while not self.state.completed:
            await virtualloop.stretch(self.bus.round)
            if self.team.gate.phase != "open":
                await self.bus.commit(sync=True)  # who watches a team that stands still sees all of it
            await self.team.gate.passed()
            self._lifecycle.check()
            if self._stopping:
                return "stopped", ""
            if self.bus.round >= self.state.run.max_rounds:
                return "max_rounds", f"{self.state.run.max_rounds} rounds were played"
            live = [member for member in self.team.members.values() if member.status == "live"]
            if not live:
                if not (self._attended or self._lifecycle.waiting):
                    return "no_agents", "every agent is down"
                self._lifecycle.changed.clear()
                await self.bus.commit(sync=True)  # as above
                await self._lifecycle.changed.wait()
                continue
            await self._round(live)
        return "completed", ""

    async def _round(self, live: Sequence[Member]) -> None:
        self.bus.round += 1
        self.bus.emit(ev.RoundStarted(agents=tuple(member.name for member in live)))
        self._injector.round_started(self.bus.round)
        if self._real_start is None:
            self._real_start = self._seams.clock.real_seconds
        started = [(member, turns.begin(self.team, member)) for member in live if member.status == "live"]
        for _, event in started:
            self._lifecycle.turn_began(event)
        # One commit covers the barrier before and the prompts of this round; then both may be acted on.
        await self.bus.barrier()
        self._mirror()
        loop = asyncio.get_running_loop()
        for member, event in started:
            if event.turn in self.team.open_turns:  # not crashed while the journal was written
                work = turns.take(self.team, self._deeds, member, event)
                member.turn = loop.create_task(work, name=f"turn {event.turn} of {member.name}")
        open_ = [member.turn for member, _ in started if member.turn is not None]
        results = await asyncio.gather(*open_, return_exceptions=True)
        for member, _ in started:
            member.turn = None
        for result in results:
            if isinstance(result, Exception):
                raise result
        for _, event in started:  # most have ended; a model may have cancelled its own call
            turns.end(self.team, event, "failed", 0, "the model call was cancelled")
        self.bus.emit(ev.RoundEnded())
        if self._stepping:
            self._stepping = False
            self.team.gate.close_quietly()
        self.bus.hurry()

    def _mirror(self) -> None:
        """Have the folder follow the journal, beside the round; what fails surfaces at the next one."""
        if self._mirroring is not None:
            if not self._mirroring.done():
                return  # the next round takes along what waits
            self._mirroring.result()
        work = self._seams.workspace.flush()
        self._mirroring = asyncio.get_running_loop().create_task(work, name="mirror")

    async def _finish(self, outcome: Outcome, detail: str) -> None:
        self._ended = True
        self._injector.close()
        await self._lifecycle.close()  # no fault, heal or lease comes due while the closing tests run
        for event in self._lifecycle.open_turns():
            turns.end(self.team, event, "failed", 0, "the run ended")
        for held in self.team.locks.release_all():
            freed = ev.LockReleased(path=held.path, agent=held.agent, token=held.token, reason="end")
            self.bus.emit(freed)
        first = self.state.metrics.first_prompt
        wall = 0.0 if first is None else self._seams.clock.now_us() / 1e6 - first
        if self._real_start is not None:
            self.real_seconds = round(self._seams.clock.real_seconds - self._real_start, 3)
        self.bus.emit(ev.RunEnded(outcome=outcome, wall_seconds=round(wall, 6), detail=detail))
        self._seams.clock.freeze()  # the closing tests are no time of the team's, also if the run is resumed
        await self.bus.commit(sync=True)
        report = await self._bench.verify()
        self.bus.emit(
            ev.RunVerified(
                verdict=report.verdict,
                passed=report.passed,
                failed=report.failed,
                detail=storable(report.output),
            )
        )
        await self.bus.commit(sync=True)

    # ------------------------------------------------------------ commands

    async def handle(self, command: control.AnyCommand) -> control.Answer:
        """Carry out a person's command; answers once the journal holds it.

        A command that comes before the run's first event waits for it: a journal begins with the start.
        """
        await self._begun.wait()
        if self._ended:
            return control.Answer(ok=False, seq=self.bus.seq, detail="The run has ended.")
        try:
            event = await self._obey(command)
        except UsageError as error:
            event = None
            detail = str(error)
        else:
            detail = "" if event is not None else _NOTHING[type(command)]
        if event is None:
            name = type(command).__struct_config__.tag
            self.bus.emit(ev.ControlRefused(author=command.author, command=str(name), detail=detail))
        try:
            await self.bus.commit(sync=True)
        except TeamtopError as error:
            return control.Answer(ok=False, detail=str(error))
        return control.Answer(ok=event is not None, seq=event.seq if event else self.bus.seq, detail=detail)

    async def _obey(self, command: control.AnyCommand) -> ev.Event | None:
        gate, author, why = self.team.gate, command.author, command.why
        match command:
            case control.Pause():
                self._stepping = False
                return gate.close(author, why)
            case control.Resume():
                self._stepping = False
                return gate.open(author, why)
            case control.Step():
                event = gate.open(author, why, step=True)
                self._stepping = event is not None
                return event
            case control.Stop():
                return self._stop(author, why)
            case control.Inject():
                return self._injector.inject(
                    command.kind,
                    command.target,
                    dict(command.params),
                    author=author,
                    why=why,
                    duration_seconds=command.duration_seconds,
                )
            case control.Heal(fault=None):
                healed = self._injector.heal_all(author, why)
                return healed[-1] if healed else None
            case control.Heal(fault=int() as number):
                return self._injector.heal(number, author, why)
            case control.Say():
                return await self._say(command)
        return None

    def _stop(self, author: str, why: str) -> ev.Event | None:
        if self._stopping:
            return None
        self._stopping = True
        self._lifecycle.changed.set()
        event = self.bus.emit(ev.StopRequested(author=author, why=why))
        for started in self._lifecycle.open_turns():
            turns.end(self.team, started, "failed", 0, "the run was stopped")
        for member in self.team.members.values():
            if member.turn is not None:
                member.turn.cancel()
        self.team.gate.open(author, "to stop")
        return event

    async def _say(self, command: control.Say) -> ev.Event:
        names = tuple(self.team.members) if command.to is None else self._injector.targets(command.to)
        if not command.text.strip():
            raise UsageError("There is nothing to say: give a text.")
        return await self._acts.talk.deliver(Mail("operator", command.author, names, command.text))


_NOTHING: dict[type[control.AnyCommand], str] = {
    control.Pause: "The team is paused already.",
    control.Resume: "The team is not paused.",
    control.Step: "Only a paused team can be stepped; pause it first.",
    control.Stop: "The run is stopping already.",
    control.Heal: "No such fault is active.",
}
