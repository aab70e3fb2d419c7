"""Starts and heals faults: by hand or by plan, and what that does to the lives of agents and locks."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TypeAlias

from engine.errors import UsageError
from engine.faults import selectors
from engine.faults.catalogue import BY_KIND
from engine.faults.plan import Planned, check_params, spec_of
from engine.faults.switchboard import Active, Switchboard
from engine.faults.triggers import Triggers
from engine.record import events as ev
from engine.team.lifecycle import Lifecycle
from engine.team.member import Team
from engine.world.chance import stream
from engine.world.locks import Held

LeaseOver: TypeAlias = Callable[[Held], bool]
"""Ends the leak of a lock; whether it still leaked."""

_DOWN = ("crash", "amnesia")
"""Kinds that take an agent down."""

_HOLDING = (*_DOWN, "stall")
"""Kinds that keep an agent from coming back."""


class Injector:
    """The one place where a disturbance begins; the seams ask the switchboard."""

    def __init__(self, team: Team, faults: Switchboard, lifecycle: Lifecycle) -> None:
        self._team = team
        self._faults = faults
        self._lifecycle = lifecycle
        self._forgetful: set[str] = set()
        self.triggers = Triggers(self._planned, self._aims, lifecycle.background, team.clock, team.run.seed)

    # ------------------------------------------------------------ plans

    def plan(self, entries: Sequence[Planned], struck: Mapping[int, int]) -> None:
        """Arm a plan. ``struck`` is how often each entry (from 1) was injected by an engine before.

        Raises ``UsageError`` for a target that this team cannot have.
        """
        for entry in entries:  # a wrong name must not surface in the middle of the run
            selectors.check(entry.target, self._team.run.team, self._team.run.tasks)
        self.triggers.arm(entries, struck)
        if entries:
            self._team.bus.listen(self.triggers.heard)

    def close(self) -> None:
        """Nothing of the plan strikes any more."""
        self.triggers.close()

    def restore(self, faults: Collection[ev.FaultStarted], count: int) -> None:
        """Go on with faults that were active under an engine before, as they stood (``count``: all so far).

        A fault and what it does to an agent's life are two events; where the second is missing, it follows.
        """
        self._faults.restore(faults, count)
        for event in faults:
            if event.kind in BY_KIND and BY_KIND[event.kind].with_engine:
                self._faults.stop(event.id, "engine", "the run goes on under a new engine")
                continue
            self._take_down(event)
            if event.until_seconds is not None:
                left = event.until_seconds - self._team.clock.now()
                self._lifecycle.background(self._heal_later(event.id, left), f"heal {event.id}")
        for name in list(self._team.members):
            self._revive(name)

    def round_started(self, round_: int) -> None:
        """Inject what the plan has for this round."""
        self.triggers.round_started(round_)

    def _planned(self, number: int, entry: Planned, actor: str) -> bool:
        """Inject an entry of the plan; false, and recorded, if its target names nobody at this moment."""
        try:
            self.inject(
                entry.kind,
                entry.target,
                dict(entry.params),
                author="plan",
                why=entry.why,
                duration_seconds=entry.duration_seconds,
                entry=number,
                actor=actor,
                only_actor=entry.each_call is not None,
            )
        except UsageError as error:
            if entry.each_call is None:
                once = entry.at_round is not None or entry.at_seconds is not None
                refused = ev.ControlRefused(
                    author="plan", command="inject", detail=str(error), entry=number if once else None
                )
                self._team.bus.emit(refused)
            return False
        return True

    def _aims(self, entry: Planned, agent: str) -> bool:
        if BY_KIND[entry.kind].whole_run:
            return True
        try:
            return agent in self.targets(entry.target)
        except UsageError:  # nobody, at this moment
            return False

    # ------------------------------------------------------------ beginning

    def targets(self, target: str, actor: str = "") -> tuple[str, ...]:
        """The agents that ``target`` names now. Raises ``UsageError`` if there is none."""
        team = self._team
        specs, tasks = team.specs, tuple(team.shape.tasks.values())
        selectors.check(target, specs, tasks)
        chance = stream(team.run.seed, "target", target, self._faults.count)
        live = [member.name for member in team.members.values() if member.status == "live"]
        found = selectors.select(target, selectors.Scene(specs, tasks, team.state, live, chance, actor))
        if not found:
            raise UsageError(f"At this moment {target} names no agent.")
        return found

    def inject(
        self,
        kind: str,
        target: str,
        params: dict[str, object],
        *,
        author: str,
        why: str = "",
        duration_seconds: float | None = None,
        entry: int | None = None,
        actor: str = "",
        only_actor: bool = False,
    ) -> ev.FaultStarted:
        """Start a fault. Raises ``UsageError`` for an unknown kind, target or parameter.

        Returns the last event; there are several if it strikes once and several agents.
        ``actor`` is the agent whose event triggered it; ``only_actor``: nobody else of ``target`` is struck.
        """
        spec = spec_of(kind, "inject")
        checked = check_params(spec, params, "inject")
        targets = () if spec.whole_run else self.targets(target, actor)
        if only_actor and not spec.whole_run:
            targets = tuple(name for name in targets if name == actor)
            if not targets:
                raise UsageError(f"{actor} is not among {target}.")
        if duration_seconds is not None and not 0 <= duration_seconds < 1e9:
            raise UsageError("A duration is a number of seconds from 0.")
        # What strikes once is over after its strike, so each target has a fault of its own. Only the first is
        # booked on the plan's entry, which counts strikes.
        each = [(name,) for name in targets] if spec.once and len(targets) > 1 else [targets]
        for number, struck in enumerate(each):
            event = self._faults.start(
                kind,
                struck,
                checked,
                author=author,
                why=why,
                duration_seconds=duration_seconds,
                entry=None if number else entry,
            )
            self._begin(event, duration_seconds)
        return event

    def _begin(self, event: ev.FaultStarted, duration_seconds: float | None) -> None:
        self._take_down(event)
        for name in event.targets:
            if event.kind == "stall" and name in self._team.open_turns.values():
                self._lifecycle.stall(name)
        if duration_seconds is not None:
            self._lifecycle.background(self._heal_later(event.id, duration_seconds), f"heal {event.id}")

    def _take_down(self, event: ev.FaultStarted) -> None:
        if event.kind not in _DOWN:
            return
        for name in event.targets:
            if event.kind == "amnesia":
                self._forgetful.add(name)
            self._lifecycle.crash(name, event.why or f"injected by {event.author}")

    # ------------------------------------------------------------ ending

    async def _heal_later(self, fault: int, seconds: float) -> None:
        await self._team.clock.sleep(seconds)
        self.heal(fault, "plan", "its time was over")

    def heal(self, fault: int, author: str, why: str = "") -> ev.FaultStopped | None:
        """End a fault and bring back whom it took down, unless another holds it too; null if unknown."""
        active = self._faults.get(fault)
        event = self._faults.stop(fault, author, why)
        if active is not None and active.kind in _HOLDING:
            for name in active.targets:
                self._revive(name)
        return event

    def _revive(self, name: str) -> None:
        """Bring an agent back unless a fault still holds it."""
        if any(self._faults.on(kind, name) for kind in _HOLDING):
            return
        self._lifecycle.revive(name, "lost" if name in self._forgetful else "kept")
        self._forgetful.discard(name)

    def heal_all(self, author: str, why: str = "") -> list[ev.FaultStopped]:
        """End every active fault."""
        stopped = (self.heal(fault.id, author, why) for fault in self._faults.all())
        return [event for event in stopped if event is not None]

    # ------------------------------------------------------------ members who go and come

    def gone(self, name: str) -> None:
        """``name`` has left the team: what disturbed nobody else is over."""
        self._forgetful.discard(name)
        for fault in self._faults.all():
            if name in fault.targets and self._team.members.keys().isdisjoint(fault.targets):
                self.heal(fault.id, "engine", f"{name} left the team")

    def holding(self, name: str) -> int | None:
        """The fault that would keep ``name`` down if it joined; null without one."""
        return next((fault.id for kind in _HOLDING for fault in self._faults.on(kind, name)), None)

    # ------------------------------------------------------------ locks

    def holder_dies(self, fault: Active, agent: str) -> None:
        """The agent has just taken a lock under ``fault``: it crashes before it does anything else."""
        self._faults.stop(fault.id, "engine", "it struck")
        why = f"it had just taken a lock, under fault {fault.id}"
        seconds = fault.number("down_seconds") or None

        def crash() -> None:
            if agent not in self._team.members:
                return  # it left the team before it could die
            self.inject("crash", agent, {}, author="engine", why=why, duration_seconds=seconds)

        self.triggers.soon(crash, f"death of {agent}")

    def lock_leaked(self, held: Held, lease_over: LeaseOver) -> None:
        """The release of ``held`` got lost: it is free when a lease of its own is over."""
        self._lifecycle.background(self._leak(held, lease_over), f"leak of {held.path}")

    def lock_forgotten(self, held: Held) -> None:
        """The lock service does not know of ``held`` any more, and gives the file to somebody else."""
        lost = ev.LockReleased(path=held.path, agent=held.agent, token=held.token, reason="forgotten")
        self._team.bus.emit(lost)

    async def _leak(self, held: Held, lease_over: LeaseOver) -> None:
        await self._team.clock.sleep(self._team.run.lease_seconds)
        if lease_over(held):
            freed = ev.LockReleased(path=held.path, agent=held.agent, token=held.token, reason="lease")
            self._team.bus.emit(freed)
