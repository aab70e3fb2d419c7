"""The run: wires seams, folds and members together, and has them play (``Pacing``) and obey (``Commands``).

Commands of people and planned faults act at any time; each is an event before it has an effect.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from contextlib import AsyncExitStack
from typing import Any

from engine import control
from engine.backups import Backups
from engine.commands import Commands
from engine.deeds import Refusal, kind, told
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
from engine.joining import Joining
from engine.models.base import Model, Reply
from engine.pacing import Outcome, Pacing
from engine.record import events as ev
from engine.record.bus import Bus
from engine.record.clean import storable
from engine.record.writer import JournalWriter
from engine.restore import Past, settle
from engine.seams import Seams
from engine.strategies import STRATEGIES
from engine.team import turn as turns
from engine.team.acts import Acts
from engine.team.copies import Copies
from engine.team.gate import Gate
from engine.team.lifecycle import Lifecycle
from engine.team.limits import Limiter
from engine.team.member import Member, Team
from engine.team.recast import Recast
from engine.team.testbench import TestBench
from engine.world.locks import Held
from engine.world.mailbox import Delivery, DirectMailbox, Mailbox
from tasks.model import topological

__all__ = ["Outcome", "Run", "Seams"]


class Run:
    """One run, from its first event to its last. Make it inside the running loop.

    ``first`` is the event that this engine begins with, unstamped: the start of the run, or that it goes on
    after ``past``, in which the clock and the lock tokens of ``seams`` must have their part already. A fork
    goes on without an event, as if the past were its own.
    ``suite_tests`` are expected nodes that belong to no task; ``attended`` says that somebody may still give
    commands, so that a team without live agents waits. ``recast`` changes the team in a fork.
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
        recast: Recast | None = None,
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
        self._recast = recast
        self._models: dict[str, DisturbedModel] = {}
        self.state = past.state
        store = DisturbedStore(seams.store)
        self._writer = JournalWriter(store)
        self.bus = Bus(self._writer, seams.clock.now_us, past.state.seq)
        self.bus.round = past.state.round
        for fold in (
            past.state,
            past.shape,
            past.conversations,
            past.evidence,
            past.pace,
            past.failing,
            past.spending,
        ):
            self.bus.reduce(fold)
        self.faults = Switchboard(self.bus, seams.clock)
        store.watch(self.faults)
        self._locks = DisturbedLocks(
            seams.locks, self.faults, self._holder_dies, self._lock_leaked, self._lock_forgotten
        )
        gate = Gate(self.bus, seams.clock)
        self._limits = Limiter(past.spending, self.bus, seams.clock, gate, self._spent)
        self.team = Team(
            run=start,
            members={spec.name: self._member(spec) for spec in self._specs()},
            shape=past.shape,
            strategy=STRATEGIES[start.strategy](),
            bus=self.bus,
            state=self.state,
            conversations=past.conversations,
            clock=seams.clock,
            gate=gate,
            limits=self._limits,
            workspace=seams.workspace,
            locks=self._locks,
            mailbox=self._mailbox(DirectMailbox(past.waiting)),
            view=DisturbedView(self.faults, past.conversations.boards),
            spent=self._spent,
            open_turns={turn: event.agent for turn, event in past.open_turns.items()},
            last_turn=past.last_turn,
            messages_sent=past.messages_sent,
            failing=past.failing,
            calls=seams.calls,
            calls_out=past.calls_out,
            partials=seams.partials,
        )
        for edit in past.edits:
            seams.workspace.apply(edit.path, edit.content, edit.agent, edit.round, edit.token)
        tests = DisturbedTests(seams.tests, self.faults, seams.clock, start.seed)
        self._bench = TestBench(self.team, tests, suite_tests, past.evidence)
        self._lifecycle = Lifecycle(self.team)
        copies = Copies(self.team, past.pace, self._lifecycle)
        self._acts = Acts(self.team, self._bench, copies)
        self._injector = Injector(self.team, self.faults, self._lifecycle)
        self._joining = Joining(self.team, self._lifecycle, self._injector, self._recruit)
        self._deeds = DisturbedDeeds(self._acts, self.team, self.faults, self._injector.triggers.settled)
        backups = Backups(self.team, self._deeds, self._lifecycle, copies, past.pace)
        self._pacing = Pacing(
            self.team,
            self._deeds,
            self._lifecycle,
            self._injector,
            due=self._recast_due,
            between=self._recast_now,
            backups=backups,
            attended=attended,
        )
        self._commands = Commands(
            self.team, self._pacing, self._injector, self._limits, self._joining, self._acts.talk
        )
        self.begun = asyncio.Event()
        """Set when commands are carried out at once: the journal has begun, what was open is settled."""
        self._ended = False
        self.real_seconds: float | None = None
        """What passed outside from the first prompt to the end of the team's work; null before that."""

    def _specs(self) -> Sequence[ev.AgentSpec]:
        return self._start.team if self._past.empty else tuple(self._past.shape.team.values())

    def _member(self, spec: ev.AgentSpec) -> Member:
        past, name = self._past, spec.name
        model = self._disturbed(spec, self._seams.models[name], past.calls[name])
        return Member(
            spec, model, past.epochs.get(name, 1), past.status(name), rounds=past.rounds.get(name, 0)
        )

    def _recruit(self, spec: ev.AgentSpec, epoch: int) -> Member:
        if self._seams.recruit is None:
            raise UsageError("Nobody can join this run.")
        return Member(spec, self._disturbed(spec, self._seams.recruit(spec)), epoch)

    def _disturbed(self, spec: ev.AgentSpec, inner: Model, calls: int = 0) -> Model:
        clock, seed = self._seams.clock, self._start.seed
        made = DisturbedModel(inner, spec.name, self.faults, clock, seed, self._stalled, self._late, calls)
        self._models[spec.name] = made
        return made

    def _cast(self, spec: ev.AgentSpec, model: Model, member: Member | None) -> Member:
        if member is None:
            calls = self._past.calls[spec.name]
            return Member(spec, self._disturbed(spec, model, calls), self._past.epochs.get(spec.name, 1))
        member.spec = spec
        self._models[spec.name].put(model)
        return member

    def _mailbox(self, inner: Mailbox) -> Mailbox:
        return DisturbedMailbox(
            inner,
            self.faults,
            self._seams.clock,
            self._start.seed,
            self._arrived,
            self._beside,
            lambda: tuple(self.team.members),
        )

    def _arrived(self, message: str, recipient: str, fate: Delivery) -> None:
        self._acts.talk.settle(message, recipient, fate)

    def _beside(self, work: Coroutine[Any, Any, None], name: str) -> None:
        self._lifecycle.background(work, name)

    def _stalled(self, name: str) -> None:
        self._lifecycle.stall(name)

    def _late(self, name: str, reply: Reply) -> None:
        self._lifecycle.late(name, reply)

    def _holder_dies(self, fault: Active, agent: str) -> None:
        self._injector.holder_dies(fault, agent)

    def _lock_leaked(self, held: Held) -> None:
        self._injector.lock_leaked(held, self._locks.lease_over)

    def _lock_forgotten(self, held: Held) -> None:
        self._injector.lock_forgotten(held)

    def _spent(self, detail: str) -> None:
        """Hold the team where somebody can resume it: paused if anybody is there to do so, else stopped."""
        if self._attended:
            self.team.gate.close("engine", detail)
        else:
            self._commands.stop("engine", detail)

    # ------------------------------------------------------------ playing

    async def play(self) -> Outcome:
        """Play to the end, verify, and close everything. Raises ``TeamtopError`` if recording fails."""
        try:
            if self._first is not None:
                self.bus.emit(self._first)
            self._acts.drafts.finish({path: lock.token for path, lock in self._past.held.items()})
            for approval in list(self._past.approved.values()):
                self._acts.reviews.finish(approval)
            await settle(self._past, self.team, self._acts.talk, self._injector, self._lifecycle)
            if self.bus.round == 0:
                self._deal_out()
            self._limits.watch()
            self.begun.set()
            await self._seams.workspace.open()
            self._injector.plan(self._plan, self._past.entries)
            outcome, detail = await self._pacing.play()
            await self._finish(outcome, detail)
        finally:
            self.begun.set()
            async with AsyncExitStack() as closing:  # last one first, and each one whatever the others raise
                closing.push_async_callback(self._writer.close)
                closing.push_async_callback(self._close_folder)
                closing.push_async_callback(self._seams.tests.close)
                closing.push_async_callback(self._lifecycle.close)
                closing.push_async_callback(self._limits.close)
        return outcome

    async def _close_folder(self) -> None:
        await self._pacing.close()
        journalled = False
        try:
            await self.bus.commit()
            journalled = True
        finally:
            await self._seams.workspace.close(flush=journalled)

    def _deal_out(self) -> None:
        """Make the assignments that the strategy begins with, those that stand already left out."""
        developers = [spec.name for spec in self.team.run.team if spec.role == "developer"]
        for task, agent in self.team.strategy.before_run(topological(self._start.tasks), developers):
            if not self.state.board.tasks[task].owner:
                self.bus.emit(ev.TaskAssigned(task=task, agent=agent, by="strategy"))

    def _recast_due(self) -> bool:
        """Whether the team of a fork changes: once the fork point is past."""
        return self._recast is not None and self.bus.seq >= self._recast.after

    def _recast_now(self) -> None:
        if self._recast is not None:
            self._recast.carry_out(self.team, self._cast)
            self._recast = None
            self._deal_out()

    async def _finish(self, outcome: Outcome, detail: str) -> None:
        self._ended = True
        self._injector.close()
        await self._limits.close()
        await self._lifecycle.close()  # no fault, heal or lease comes due while the closing tests run
        for event in self._lifecycle.open_turns():
            turns.end(self.team, event, "failed", 0, "the run ended")
        for held in self.team.locks.release_all():
            freed = ev.LockReleased(path=held.path, agent=held.agent, token=held.token, reason="end")
            self.bus.emit(freed)
        first = self.state.metrics.first_prompt
        wall = 0.0 if first is None else self._seams.clock.now_us() / 1e6 - first
        if self._pacing.real_start is not None:
            self.real_seconds = round(self._seams.clock.real_seconds - self._pacing.real_start, 3)
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

    async def handle(self, command: control.AnyCommand | Refusal) -> control.Answer:
        """Carry out a person's command, or refuse it again; answers once the journal holds it.

        A command that comes before the run's first event waits for it: a journal begins with the start.
        """
        await self.begun.wait()
        if self._ended:
            return control.Answer(ok=False, seq=self.bus.seq, detail="The run has ended.")
        try:
            event = None if isinstance(command, Refusal) else await self._commands.obey(command)
        except UsageError as error:
            event = None
            detail = str(error)
        else:
            detail = "" if event is not None else told(command)
        if event is None:
            refused = ev.ControlRefused(author=command.author, command=kind(command), detail=detail)
            self.bus.emit(refused)
        try:
            await self.bus.commit(sync=True)
        except TeamtopError as error:
            return control.Answer(ok=False, detail=str(error))
        return control.Answer(ok=event is not None, seq=event.seq if event else self.bus.seq, detail=detail)
