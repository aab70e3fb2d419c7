"""Who may begin a turn when: rounds, and how far an agent may run ahead of them.

An agent's own round is the number of its turn. The team's round, which every event carries, is the floor of
those: it is open until every live agent has ended its turn of that number. How far an agent may lead the
floor is the barrier (``RunStarted.barrier``): not at all in lockstep, where all prompts of a round are built
from the state at its start and a barrier closes it (paper, appendix A.1); by K rounds (stale synchronous
parallel, Ho et al., NIPS 2013); or by any number. A prompt is built from the state as its own turn begins.

Who is down does not count, nor, outside of lockstep, who has fallen silent: in lockstep the barrier means
that nothing is in flight, so it waits until the lease of a silent agent ends. Whoever comes back goes on
with the round after the open one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Literal

from engine.backups import Backups
from engine.faults.injector import Injector
from engine.record import barrier
from engine.record import events as ev
from engine.team import turn as turns
from engine.team.dealing import deal
from engine.team.lifecycle import Lifecycle
from engine.team.member import Member, Team
from engine.world import virtualloop

Outcome = Literal["completed", "max_rounds", "stopped", "no_agents", "failed"]


@dataclass(frozen=True, slots=True)
class _Flight:
    """An open turn, and whose it is."""

    member: Member
    event: ev.TurnStarted


class Pacing:
    """Has agents take turns until there is a reason to end.

    ``between`` is called when ``due`` says so, with nothing in flight and before any prompt of a round is
    written. ``attended`` says that somebody may still give commands, so that a team without live agents
    waits.
    """

    def __init__(
        self,
        team: Team,
        deeds: turns.Deeds,
        lifecycle: Lifecycle,
        injector: Injector,
        *,
        backups: Backups,
        due: Callable[[], bool],
        between: Callable[[], None],
        attended: bool,
    ) -> None:
        self._team = team
        self._deeds = deeds
        self._lifecycle = lifecycle
        self._injector = injector
        self._due = due
        self._between = between
        self._backups = backups
        self._attended = attended
        self._slack = barrier.slack(team.run.barrier)
        self._lockstep = self._slack == 0
        # In lockstep nothing but the last turn of a round is waited for; else any change may let somebody go.
        self._wake = asyncio.Event() if self._lockstep else lifecycle.changed
        self._flights: dict[str, _Flight] = {}
        self._owed: dict[str, None] | None = None
        """Agents of the open round that have yet to end their turn of that number; null between rounds."""
        self._failure: Exception | None = None
        self._closed = False
        self._mirroring: asyncio.Task[None] | None = None
        self.stopping = False
        self.stepping = False
        """Whether the team stands still again when the floor has moved."""
        self.real_start: float | None = None
        """Real seconds at the first prompt; null before it."""

    async def play(self) -> tuple[Outcome, str]:
        """Play to the end of the team's work; returns how it ended, and why in words."""
        try:
            ended = await self._play()
            await self._land()
            while self._reopened(ended):
                ended = await self._play()
                await self._land()
        finally:
            self._closed = True
            await self._cancel()
        if self._failure is not None:
            raise self._failure
        self._lose_rest()
        return ended

    def _reopened(self, ended: tuple[Outcome, str]) -> bool:
        """Whether somebody added a task while the last turns of a team that was done were landing."""
        going = not (self.stopping or self._failure is not None)
        return going and ended[0] == "completed" and not self._team.state.completed

    def stop(self) -> None:
        """Lose all open turns and begin no more; the team's work ends."""
        self.stopping = True
        self._lifecycle.changed.set()
        for started in self._lifecycle.open_turns():
            turns.end(self._team, started, "failed", 0, "the run was stopped")
        for member in self._team.members.values():
            if member.turn is not None:
                member.turn.cancel()

    async def close(self) -> None:
        """Wait until the folder is no longer written to."""
        if self._mirroring is not None:
            # what failed there is tried again on closing, which tells
            await asyncio.gather(self._mirroring, return_exceptions=True)

    # ------------------------------------------------------------ the loop

    async def _play(self) -> tuple[Outcome, str]:
        while await self._goes_on():
            await self._permission()
            if self._over():
                break
            if self._due():
                if self._flights:
                    await self._wake.wait()
                    continue
                self._change()
            if self._owed is None:
                if (ended := self._spent()) is not None:
                    return ended
                if not self._live():
                    await self._life()
                    continue
                self._begin_round()
            await self._begin_turns()
            if self._flights and not self._passed():
                await self._wake.wait()
        return ("completed", "") if self._team.state.completed else ("stopped", "")

    async def _goes_on(self) -> bool:
        """End the round if it is over; whether there is anything left to begin."""
        self._wake.clear()
        if self._lockstep and not self._flights:
            self._fail(await self._backups.over())
        if self._failure is None and self._passed():
            self._end_round()
        return not self._over()

    def _over(self) -> bool:
        """Whether no turn may begin any more."""
        return self._team.state.completed or self.stopping or self._failure is not None

    async def _permission(self) -> None:
        """Wait while the team is paused. Raises what went wrong in the background."""
        if self._owed is None and not self._flights:  # a place from which all can be had again
            await virtualloop.stretch(self._team.bus.round)
        if self._team.gate.phase != "open":
            await self._team.bus.commit(sync=True)  # who watches a team that stands still sees all of it
        await self._team.gate.passed()
        self._lifecycle.check()

    def _change(self) -> None:
        if self._owed is not None:
            self._end_round()
        self._between()

    def _spent(self) -> tuple[Outcome, str] | None:
        """Why no round can follow, with nobody left or no round; null if one can, perhaps later."""
        limit = self._team.state.run.max_rounds
        if self._team.bus.round >= limit:
            return "max_rounds", f"{limit} rounds were played"
        if not self._live() and not (self._attended or self._lifecycle.waiting):
            return "no_agents", self._nobody()
        return None

    def _nobody(self) -> str:
        if not self._team.members:
            return "every agent has left"
        led = any(spec.role == "developer" for spec in self._team.specs)
        return "every agent is down" if led else "a lead is left, and no developer to do the tasks"

    async def _life(self) -> None:
        """Wait until somebody may have come back."""
        self._lifecycle.changed.clear()
        await self._team.bus.commit(sync=True)  # who watches a team that stands still sees all of it
        await self._lifecycle.changed.wait()

    def _live(self) -> list[Member]:
        team = self._team
        if not any(spec.role == "developer" for spec in team.specs):
            return []  # a lead has nobody to lead
        return [member for member in team.members.values() if member.status == "live"]

    # ------------------------------------------------------------ rounds

    def _begin_round(self) -> None:
        live, bus = self._live(), self._team.bus
        bus.round += 1
        bus.emit(ev.RoundStarted(agents=tuple(member.name for member in live)))
        self._owed = {member.name: None for member in live if member.rounds < bus.round}
        self._lifecycle.give_back()
        deal(self._team)
        self._injector.round_started(bus.round)
        if self.real_start is None:
            self.real_start = self._team.clock.real_seconds

    def _passed(self) -> bool:
        """Whether the open round can end; false if none is open."""
        if self._owed is None:
            return False
        if self._lockstep:
            return not self._flights
        members, round_ = self._team.members, self._team.bus.round
        return not any(
            (member := members.get(name)) is not None and member.status == "live" and member.rounds < round_
            for name in self._owed
        )

    def _end_round(self) -> None:
        self._owed = None
        self._team.bus.emit(ev.RoundEnded())
        if self.stepping:
            self.stepping = False
            self._team.gate.close_quietly()
        self._team.bus.hurry()

    # ------------------------------------------------------------ turns

    def _next(self, member: Member) -> int:
        """The number of the member's next turn."""
        round_ = self._team.bus.round
        owes = self._owed is not None and member.name in self._owed and member.rounds < round_
        return round_ if owes else max(member.rounds, round_) + 1

    def _may_begin(self, member: Member) -> bool:
        number = self._next(member)
        ahead = self._slack is not None and number - self._team.bus.round > self._slack
        return member.name not in self._flights and not ahead and number <= self._team.state.run.max_rounds

    async def _begin_turns(self) -> None:
        """Ask everybody who may go on; all of them are prompted from the state as it is."""
        team = self._team
        if not any(map(self._may_begin, self._live())):
            return
        self._backups.prepare()
        if not self._lockstep:  # tasks were dealt with the round
            self._lifecycle.give_back()
            deal(team)
        begun = [
            _Flight(member, turns.begin(team, member, self._next(member)))
            for member in self._live()
            if self._may_begin(member)
        ]
        for flight in begun:
            self._flights[flight.member.name] = flight
            self._lifecycle.turn_began(flight.event)
        # One commit covers what came before and these prompts; then both may be acted on. Others may be in
        # the middle of their turns: what they write meanwhile is not for the folder yet.
        edits = team.workspace.waiting()
        await team.bus.barrier()
        self._mirror(edits)
        loop = asyncio.get_running_loop()
        for flight in begun:
            member, event = flight.member, flight.event
            if event.turn not in team.open_turns:  # it crashed while the journal was written
                self._over_with(flight)
                continue
            work = turns.take(team, self._deeds, member, event)
            member.turn = loop.create_task(work, name=f"turn {event.turn} of {member.name}")
            member.turn.add_done_callback(partial(self._landed, flight))
        if self._lockstep:
            self._backups.begin()

    def _fail(self, results: Iterable[BaseException | None]) -> None:
        """Keep the first of what went wrong, to be raised when nothing is in flight any more."""
        found = (result for result in results if isinstance(result, Exception))
        self._failure = self._failure or next(found, None)

    def _landed(self, flight: _Flight, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and task.exception() is not None:
            self._fail([task.exception()])
        elif not self._closed:  # most have ended; a model may have cancelled its own call
            turns.end(self._team, flight.event, "failed", 0, "the model call was cancelled")
        flight.member.turn = None
        self._over_with(flight)
        if not (self._lockstep and self._flights):
            self._wake.set()

    def _over_with(self, flight: _Flight) -> None:
        del self._flights[flight.member.name]
        flight.member.rounds = max(flight.member.rounds, flight.event.own_round)

    # ------------------------------------------------------------ the end

    async def _land(self) -> None:
        """Let open turns come to their end: all of them in lockstep, else those of live agents."""
        while any(self._lockstep or flight.member.status == "live" for flight in self._flights.values()):
            self._wake.clear()
            await self._wake.wait()

    def _lose_rest(self) -> None:
        for started in self._lifecycle.open_turns():
            turns.end(self._team, started, "failed", 0, "the run ended")
        if self._owed is not None:
            self._end_round()

    async def _cancel(self) -> None:
        tasks = [flight.member.turn for flight in self._flights.values() if flight.member.turn is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _mirror(self, edits: Mapping[str, str]) -> None:
        """Have the folder follow the journal, beside the turns; what fails surfaces at the next one."""
        if self._mirroring is not None:
            if not self._mirroring.done():
                return  # the next one takes along what waits
            self._mirroring.result()
        work = self._team.workspace.flush(edits)
        self._mirroring = asyncio.get_running_loop().create_task(work, name="mirror")
