"""Lost agents, and those who go: crash, stall, lease, return; leaving for good.

Work of a lost agent stays its own for the lease, so that a short absence costs nothing; then its tasks and
locks go back to the team. What a stalled agent sends after that is fenced: its turn has been ended, its epoch
is over, and each of its actions is refused. Who is taken out of the team goes at once: there is nobody to
wait for.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable
from typing import Literal

from engine.models.base import Reply
from engine.record import events as ev
from engine.team import leadership
from engine.team.late import refuse_reply
from engine.team.member import Member, Team
from engine.team.reviews import hand_over
from engine.team.turn import end


class Lifecycle:
    """Ends turns of lost agents and runs their leases."""

    def __init__(self, team: Team) -> None:
        self._team = team
        self._started: dict[str, ev.TurnStarted] = {}
        self._jobs: set[asyncio.Task[None]] = set()
        self._leases: dict[str, int] = {}
        self._fenced: dict[str, ev.TurnStarted] = {}
        self._late: dict[str, Reply] = {}
        self._failure: BaseException | None = None
        self.changed = asyncio.Event()
        """Set when an agent falls silent or comes back, or a lease or heal is over; who waits clears it."""

    def turn_began(self, started: ev.TurnStarted) -> None:
        """Remember the open turn of an agent."""
        self._started[started.agent] = started

    def open_turns(self) -> list[ev.TurnStarted]:
        """The turns that have not ended, in order."""
        return [started for started in self._started.values() if started.turn in self._team.open_turns]

    def open_turn(self, name: str) -> ev.TurnStarted | None:
        """The agent's open turn."""
        started = self._started.get(name)
        return started if started is not None and started.turn in self._team.open_turns else None

    def overtake(self, name: str, detail: str) -> int:
        """End the agent's open turn, whose reply nobody needs any more; its number, 0 if there is none."""
        started = self.open_turn(name)
        if started is None:
            return 0
        turn = self._team.members[name].turn
        if turn is not None and not turn.done():
            turn.cancel()
        end(self._team, started, "overtaken", 0, detail)
        return started.turn

    def background(self, work: Coroutine[None, None, None], name: str) -> None:
        """Run ``work`` beside the rounds; it ends with the run."""
        job = asyncio.get_running_loop().create_task(work, name=name)
        self._jobs.add(job)
        job.add_done_callback(self._over)

    def _over(self, job: asyncio.Task[None]) -> None:
        self._jobs.discard(job)
        if not job.cancelled() and job.exception() is not None:
            self._failure = job.exception()
        self.changed.set()

    def check(self) -> None:
        """Raise what went wrong in the background, for that is a defect of ours and must not pass unseen."""
        if self._failure is not None:
            raise self._failure

    @property
    def waiting(self) -> bool:
        """Whether leases or planned heals are still to come."""
        return bool(self._jobs)

    async def close(self) -> None:
        """Cancel what is left."""
        jobs = list(self._jobs)
        for job in jobs:
            job.cancel()
        await asyncio.gather(*jobs, return_exceptions=True)

    # ------------------------------------------------------------ going

    def crash(self, name: str, why: str) -> None:
        """The agent is down at once; its open turn is lost."""
        member = self._team.members.get(name)
        if member is None or member.status == "down":
            return
        member.status = "down"
        self._fenced.pop(name, None)
        self._late.pop(name, None)  # who crashes sends nothing any more
        until = self._lease_end()
        self._team.bus.emit(ev.AgentCrashed(agent=name, epoch=member.epoch, lease_until=until, why=why))
        self._cut(member, "crashed", "the agent crashed")
        leadership.lost(self._team, member)
        self._start_lease(member, until)

    def stall(self, name: str) -> None:
        """The agent is silent within its turn, which goes on until the lease ends."""
        member = self._team.members.get(name)
        if member is None or member.status != "live":
            return
        member.status = "stalled"
        until = self._lease_end()
        self._team.bus.emit(ev.AgentStalled(agent=name, lease_until=until))
        leadership.lost(self._team, member)
        self._start_lease(member, until)
        self.changed.set()

    def _lease_end(self) -> float:
        return round(self._team.clock.now() + self._team.run.lease_seconds, 6)

    def restore(self, lost: Iterable[ev.AgentCrashed | ev.AgentStalled]) -> None:
        """Go on with leases of agents that were lost under an engine before; a late one is over at once."""
        for event in lost:
            member = self._team.members[event.agent]
            if member.status != "live" and event.lease_until > self._team.clock.now():
                leadership.lost(self._team, member)
                self._start_lease(member, event.lease_until)
            elif member.status != "live":
                self._reclaim(member)

    def _start_lease(self, member: Member, until: float) -> None:
        number = self._leases[member.name] = self._leases.get(member.name, 0) + 1
        self.background(self._lease(member, number, until), f"lease of {member.name}")

    async def _lease(self, member: Member, number: int, until: float) -> None:
        await self._team.clock.sleep(until - self._team.clock.now())
        # An agent that came back and was lost again has a new lease, which the old one must not cut short.
        if member.status in ("stalled", "down") and self._leases[member.name] == number:
            self._reclaim(member)

    def _reclaim(self, member: Member) -> None:
        team = self._team
        if member.status == "stalled":
            self._cut(member, "fenced", "it was silent for longer than the lease")
        for held in team.locks.release_agent(member.name):
            freed = ev.LockReleased(path=held.path, agent=held.agent, token=held.token, reason="lease")
            team.bus.emit(freed)
        self._return_work(member.name, "lease")
        leadership.lease_over(team, member)

    def _return_work(self, name: str, reason: Literal["lease", "failing"]) -> None:
        """Give what the agent has in hand to the team: drafts, reviews, tasks."""
        team = self._team
        for draft in team.drafts.by(name):
            if not draft.run:  # one that has passed its tests stands, whoever wrote it
                ended = ev.DraftEnded(
                    draft=draft.id, task=draft.task, agent=name, reason=reason, characters=draft.written
                )
                team.bus.emit(ended)
        hand_over(team, name)
        for task in team.state.board.owned_by(name):
            team.bus.emit(ev.TaskReleased(task=task.id, agent=name, reason=reason))
            self.pass_on(task.id)

    def give_back(self) -> None:
        """Give the work of agents to the team of whom no call came through for a lease, while others' did.

        They stay live and are asked on: the first reply brings them back. For a lead among them the declared
        policy takes effect.
        """
        for member in list(self._team.members.values()):
            if member.spec.role == "lead" and member.status == "live" and member.name in self._team.failing:
                leadership.failing(self._team, member.name)
        able = self._team.able_developers()
        for name in self._team.live_developers():
            if name not in able:
                self._return_work(name, "failing")

    def pass_on(self, task: str) -> None:
        """Let the strategy name who gets a task that was taken from its owner."""
        self._team.pass_on(task)

    def _cut(self, member: Member, outcome: Literal["crashed", "fenced", "left"], detail: str) -> None:
        if member.turn is not None and not member.turn.done():
            member.turn.cancel()
        started = self._started.pop(member.name, None)
        if started is None or started.turn not in self._team.open_turns:
            return
        if outcome == "fenced":  # whatever still comes of that turn is of an epoch that is over
            member.epoch += 1
            self._fenced[member.name] = started
        end(self._team, started, outcome, 0, detail)

    def leave(self, name: str, author: str, why: str = "") -> ev.AgentLeft:
        """Take a member out of the team: its turn is cut, what it held is free, its tasks are passed on."""
        team = self._team
        member = team.members.pop(name)
        member.status = "left"
        for gone in (self._fenced, self._late):
            gone.pop(name, None)  # whoever comes back under that name has nothing to send
        left = team.bus.emit(ev.AgentLeft(agent=name, epoch=member.epoch, author=author, why=why))
        team.mailbox.collected(name)  # nobody reads it
        self._cut(member, "left", "the agent left the team")
        team.run = left.on(team.run)
        self.part(name, member.spec.role)
        self.changed.set()
        return left

    def part(self, name: str, role: ev.Role) -> None:
        """Free what somebody who is no member holds, and have somebody else lead if nobody does."""
        team = self._team
        for held in team.locks.release_agent(name):
            freed = ev.LockReleased(path=held.path, agent=held.agent, token=held.token, reason="left")
            team.bus.emit(freed)
        for draft in team.drafts.by(name):
            ended = ev.DraftEnded(
                draft=draft.id, task=draft.task, agent=name, reason="left", characters=draft.written
            )
            team.bus.emit(ended)
        for task in team.state.board.owned_by(name):
            team.bus.emit(ev.TaskReleased(task=task.id, agent=name, reason="left"))
            self.pass_on(task.id)
        hand_over(team, name)
        led = any(spec.role == "lead" for spec in team.specs) or team.state.run.leaderless
        if role == "lead" and not led and team.strategy.has_lead:
            leadership.left(team, name)

    # ------------------------------------------------------------ coming back

    def late(self, name: str, reply: Reply) -> None:
        """The agent has ``reply`` in its hands for a turn that was given up; it sends it once it is back.

        Replies to turns that were not fenced but crashed or stopped never leave it.
        """
        if name not in self._fenced:
            return
        self._late[name] = reply
        if (member := self._team.members.get(name)) is not None and member.status == "live":
            self._refuse_late(name)

    def _refuse_late(self, name: str) -> None:
        started, reply = self._fenced.pop(name, None), self._late.pop(name, None)
        if started is not None and reply is not None:
            refuse_reply(self._team, started, reply)

    def revive(self, name: str, memory: Literal["kept", "lost"] = "kept") -> None:
        """The agent is back, with a new epoch unless it only stalled within the lease."""
        member = self._team.members.get(name)
        if member is None or member.status == "live":  # a lead may have left with its strategy
            return
        if member.status == "down":
            member.epoch += 1
        member.status = "live"
        self._team.bus.emit(ev.AgentRevived(agent=name, epoch=member.epoch, memory=memory))
        self._refuse_late(name)
        self.changed.set()
