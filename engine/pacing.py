"""The rounds of a run: who may begin a turn when, and what happens at a barrier.

A round: every live agent's prompt is built from the state as it is, all calls run at once, replies are
applied as they come, and a barrier closes the round (paper, appendix A.1).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Literal

from engine.backups import Backups
from engine.faults.injector import Injector
from engine.record import events as ev
from engine.team import turn as turns
from engine.team.dealing import deal
from engine.team.lifecycle import Lifecycle
from engine.team.member import Member, Team
from engine.world import virtualloop

Outcome = Literal["completed", "max_rounds", "stopped", "no_agents", "failed"]


class Pacing:
    """Plays round after round until there is a reason to end.

    ``between`` is called while nothing is in flight, before any prompt of a round is written. ``attended``
    says that somebody may still give commands, so that a team without live agents waits.
    """

    def __init__(
        self,
        team: Team,
        deeds: turns.Deeds,
        lifecycle: Lifecycle,
        injector: Injector,
        between: Callable[[], None],
        *,
        backups: Backups,
        attended: bool,
    ) -> None:
        self._team = team
        self._deeds = deeds
        self._lifecycle = lifecycle
        self._injector = injector
        self._between = between
        self._backups = backups
        self._attended = attended
        self._mirroring: asyncio.Task[None] | None = None
        self.stopping = False
        self.stepping = False
        """Whether the team stands still again at the next barrier."""
        self.real_start: float | None = None
        """Real seconds at the first prompt; null before it."""

    async def play(self) -> tuple[Outcome, str]:
        """Play to the end of the team's work; returns how it ended, and why in words."""
        team, bus = self._team, self._team.bus
        while not team.state.completed:
            await virtualloop.stretch(bus.round)
            if team.gate.phase != "open":
                await bus.commit(sync=True)  # who watches a team that stands still sees all of it
            await team.gate.passed()
            self._lifecycle.check()
            if self.stopping:
                return "stopped", ""
            self._between()
            if bus.round >= team.state.run.max_rounds:
                return "max_rounds", f"{team.state.run.max_rounds} rounds were played"
            live = [member for member in team.members.values() if member.status == "live"]
            if not live:
                if not (self._attended or self._lifecycle.waiting):
                    return "no_agents", "every agent is down"
                self._lifecycle.changed.clear()
                await bus.commit(sync=True)  # as above
                await self._lifecycle.changed.wait()
                continue
            await self._round(live)
        return "completed", ""

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

    async def _round(self, live: Sequence[Member]) -> None:
        team, bus = self._team, self._team.bus
        bus.round += 1
        bus.emit(ev.RoundStarted(agents=tuple(member.name for member in live)))
        deal(team)
        self._injector.round_started(bus.round)
        self._backups.prepare()
        if self.real_start is None:
            self.real_start = team.clock.real_seconds
        started = [(member, turns.begin(team, member)) for member in live if member.status == "live"]
        for _, event in started:
            self._lifecycle.turn_began(event)
        # One commit covers the barrier before and the prompts of this round; then both may be acted on.
        await bus.barrier()
        self._mirror()
        loop = asyncio.get_running_loop()
        for member, event in started:
            if event.turn in team.open_turns:  # not crashed while the journal was written
                work = turns.take(team, self._deeds, member, event)
                member.turn = loop.create_task(work, name=f"turn {event.turn} of {member.name}")
        open_ = [member.turn for member, _ in started if member.turn is not None]
        self._backups.begin()
        results: list[BaseException | None] = await asyncio.gather(*open_, return_exceptions=True)
        results += await self._backups.over()
        for member, _ in started:
            member.turn = None
        for result in results:
            if isinstance(result, Exception):
                raise result
        for _, event in started:  # most have ended; a model may have cancelled its own call
            turns.end(team, event, "failed", 0, "the model call was cancelled")
        bus.emit(ev.RoundEnded())
        if self.stepping:
            self.stepping = False
            team.gate.close_quietly()
        bus.hurry()

    def _mirror(self) -> None:
        """Have the folder follow the journal, beside the round; what fails surfaces at the next one."""
        if self._mirroring is not None:
            if not self._mirroring.done():
                return  # the next round takes along what waits
            self._mirroring.result()
        work = self._team.workspace.flush()
        self._mirroring = asyncio.get_running_loop().create_task(work, name="mirror")
