"""A member of the team as the engine knows it, and what all members share."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, Protocol

from engine.models.base import Model
from engine.record import events as ev
from engine.record.bus import Bus
from engine.record.config import USUAL, CallConfig
from engine.record.partials import Partials
from engine.record.shape import Shape
from engine.record.state import RunState
from engine.strategies.base import Strategy
from engine.team.conversation import Conversations
from engine.team.drafts import Drafts
from engine.team.failing import Failing
from engine.team.gate import Gate
from engine.team.limits import Limiter
from engine.team.ratelimit import RateLimits
from engine.world.clock import Clock
from engine.world.locks import LockService
from engine.world.mailbox import Mailbox
from engine.world.workspace import Workspace


@dataclass(slots=True)
class Member:
    """An agent: ``epoch`` grows with every restart; ``turn`` is the task of its open turn.

    ``rounds`` is the number of its last turn that has ended (0: none); see ``engine.pacing``.
    One that left the team is no member; its status tells those who still hold it.
    """

    spec: ev.AgentSpec
    model: Model
    epoch: int = 1
    status: Literal["live", "stalled", "down", "left"] = "live"
    turn: asyncio.Task[None] | None = None
    rounds: int = 0

    @property
    def name(self) -> str:
        """Unique in the team."""
        return self.spec.name


class BoardView(Protocol):
    """The BoardView seam: which board an agent is shown."""

    def version(self, agent: str) -> int | None:
        """The version of the board in the agent's next prompt; null for the present one."""
        ...


@dataclass(slots=True)
class Team:
    """Everything a turn touches: the seams, the folds, the members.

    ``members`` are those of the team now, in the order in which they came, and ``shape`` says what there is
    to do; ``run`` is how both began. ``spent`` is told when a provider takes no more calls because the money
    is spent, in its words; ``limits`` are the run's own. ``calls`` says how real models are called,
    ``calls_out`` which attempts of open turns have left this process and not come back. Whoever holds
    the ``desk`` is the only one whose reply is carried out, in runs with the quirks of such an engine.
    """

    run: ev.RunStarted
    members: dict[str, Member]
    shape: Shape
    strategy: Strategy
    bus: Bus
    state: RunState
    conversations: Conversations
    clock: Clock
    gate: Gate
    workspace: Workspace
    locks: LockService
    mailbox: Mailbox
    view: BoardView
    spent: Callable[[str], None]
    limits: Limiter
    open_turns: dict[int, str] = field(default_factory=dict)
    last_turn: int = 0
    messages_sent: int = 0
    failing: Failing = field(default_factory=Failing)
    calls: CallConfig = USUAL
    calls_out: dict[int, set[int]] = field(default_factory=dict)
    partials: Partials = field(default_factory=Partials)
    desk: asyncio.Lock = field(default_factory=asyncio.Lock)
    rates: RateLimits = field(init=False)

    def __post_init__(self) -> None:
        self.rates = RateLimits(self.calls, self.clock)

    @property
    def drafts(self) -> Drafts:
        """All drafts, as the journal has them."""
        return self.conversations.drafts

    @property
    def specs(self) -> tuple[ev.AgentSpec, ...]:
        """The members as they were specified."""
        return tuple(member.spec for member in self.members.values())

    def pass_on(self, task: str) -> None:
        """Let the strategy name who gets a task that is nobody's."""
        heir = self.strategy.after_release(task, self.state.board, self.able_developers())
        if heir is not None:
            self.bus.emit(ev.TaskAssigned(task=task, agent=heir, by="strategy"))

    def live_developers(self) -> list[str]:
        """Names of the developers that are neither down nor stalled."""
        return [m.name for m in self.members.values() if m.spec.role == "developer" and m.status == "live"]

    def able_developers(self) -> list[str]:
        """Those of the live developers to whom work can be given: not failing, as long as there are such."""
        live = self.live_developers()
        return [name for name in live if name not in self.failing] or live

    def lead_alive(self) -> bool:
        """Whether the team has a lead that is up, and not one whom agents no longer wait for."""
        leads = [m for m in self.members.values() if m.spec.role == "lead"]
        return any(m.status == "live" and m.name != self.state.run.leaderless for m in leads)

    def lead_decides(self) -> bool:
        """Whether a lead assigns: one is up, or the policy has not yet made another one."""
        return self.lead_alive() or (self.run.lead_lost == "promote" and not self.state.run.leaderless)

    def release_finished_locks(self) -> None:
        """Free every lock whose turns have all ended."""
        for held in self.locks.release_through(min(self.open_turns, default=None)):
            self.bus.emit(
                ev.LockReleased(path=held.path, agent=held.agent, token=held.token, reason="barrier")
            )
