"""Backup copies in the middle of a round: whoever waits at the barrier stands in for a late owner.

In lockstep the whole team waits for the slowest reply, so a copy that only began with the next round would
come too late. The turn of a copy is one like any other, but it begins within the round. Where agents run
ahead, copies begin with turns of their own.
"""

from __future__ import annotations

import asyncio
from typing import Any

from engine.record import events as ev
from engine.team import turn as turns
from engine.team.copies import Copies
from engine.team.lifecycle import Lifecycle
from engine.team.member import Team
from engine.team.pace import Pace

TRIES = 3
"""Turns for copies that an agent may take in one round: one to write them, two to mend them."""


TICK = 0.001
"""Seconds to wait at least: a rest below the clock's resolution would be waited for again and again."""


class Backups:
    """Watches one round after the other. Idle (and without any cost) unless the strategy makes backups."""

    def __init__(
        self, team: Team, deeds: turns.Deeds, lifecycle: Lifecycle, copies: Copies, pace: Pace
    ) -> None:
        self._team = team
        self._deeds = deeds
        self._lifecycle = lifecycle
        self._copies = copies
        self._pace = pace
        self._tries: dict[str, int] = {}
        self._turns: list[asyncio.Task[None]] = []
        self._started: list[ev.TurnStarted] = []
        self._watch: asyncio.Task[None] | None = None
        self._moved = asyncio.Event()
        if team.strategy.backups:
            team.bus.listen(self._hear)

    def _hear(self, event: ev.Event) -> None:
        if isinstance(event, ev.TurnEnded | ev.TaskCompleted):
            self._moved.set()

    def prepare(self) -> None:
        """Before prompts are written."""
        self._copies.prepare()

    def begin(self) -> None:
        """The turns of a round in lockstep have begun: watch for late ones."""
        if self._team.strategy.backups:
            self._tries.clear()
            self._watch = asyncio.get_running_loop().create_task(self._watching(), name="backups")

    async def over(self) -> list[BaseException | None]:
        """The round's own turns have ended: begin no more, and wait for those that began."""
        if self._watch is None:
            return []
        watch, self._watch = self._watch, None
        watch.cancel()
        open_, self._turns = self._turns, []
        results = await asyncio.gather(watch, *open_, return_exceptions=True)
        for member in self._team.members.values():
            member.turn = None
        for started in self._started:  # one whose prompt was still being recorded
            turns.end(self._team, started, "failed", 0, "the round was over")
        self._started.clear()
        return results

    async def _watching(self) -> None:
        while True:
            self._moved.clear()
            for agent, draft in self._to_begin().items():
                await self._turn(agent, draft)
            await self._next()

    async def _next(self) -> None:
        """Return when somebody's turn has ended, or when the next task is about to be late."""
        clock = self._team.clock
        jobs: list[asyncio.Future[Any]] = [asyncio.ensure_future(self._moved.wait())]
        coming = [due - clock.now() for due in self._pace.due().values()]
        soonest = min((seconds for seconds in coming if seconds > 0), default=None)
        if soonest is not None:
            jobs.append(asyncio.ensure_future(clock.sleep(max(soonest, TICK))))
        try:
            await asyncio.wait(jobs, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for job in jobs:
                job.cancel()
            await asyncio.gather(*jobs, return_exceptions=True)

    def _to_begin(self) -> dict[str, int]:
        """Agents that can go on with copies now, each with a draft: new ones, and those to mend."""
        team = self._team
        if team.gate.phase != "open":
            return {}
        self._copies.back_up()
        busy = set(team.open_turns.values())
        return {
            draft.agent: draft.id
            for draft in reversed(team.drafts.open.values())
            if draft.agent not in busy
            and team.state.board.tasks[draft.task].owner in busy  # else the barrier waits for somebody else
            and self._tries.get(draft.agent, 0) < TRIES
        }

    async def _turn(self, agent: str, number: int) -> None:
        team, member = self._team, self._team.members[agent]
        if member.status != "live" or number not in team.drafts.open:
            return
        self._tries[agent] = self._tries.get(agent, 0) + 1
        started = turns.begin(team, member, team.bus.round, backup=number)
        self._lifecycle.turn_began(started)
        self._started.append(started)
        await team.bus.commit()
        if started.turn in team.open_turns:  # not crashed while the journal was written
            work = turns.take(team, self._deeds, member, started)
            member.turn = asyncio.get_running_loop().create_task(
                work, name=f"turn {started.turn} of {member.name}"
            )
            self._turns.append(member.turn)
