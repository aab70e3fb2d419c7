"""Events of people and faults: pauses, stops, injections and what they did to agents."""

from __future__ import annotations

from typing import Literal

import msgspec

from engine.record.events.common import Event, Limits, Role
from engine.record.events.run import RunStarted


class PauseRequested(Event, frozen=True, kw_only=True, tag="pause_requested"):
    """``author`` wants the team to stand still; calls in flight may still have to come back."""

    author: str
    why: str = ""


class Paused(Event, frozen=True, kw_only=True, tag="paused"):
    """The run's clock stands still from here."""


class Resumed(Event, frozen=True, kw_only=True, tag="resumed"):
    """The run goes on. ``step``: until the end of the round, then it pauses again."""

    author: str
    why: str = ""
    step: bool = False


class StopRequested(Event, frozen=True, kw_only=True, tag="stop_requested"):
    """``author`` ends the run; it can be resumed."""

    author: str
    why: str = ""


class LimitReached(Event, frozen=True, kw_only=True, tag="limit_reached"):
    """The team has used what it may; the engine pauses the run, or stops it where nobody is there to go on.

    ``limit`` is the field of ``Limits``, ``bound`` its value, and ``used`` what was used, by ``agent`` if it
    is one of theirs; null for a limit of money after a reply of unknown price, which nobody can keep.
    """

    limit: str
    bound: float
    used: float | None
    agent: str = ""


class LimitsChanged(Event, frozen=True, kw_only=True, tag="limits_changed"):
    """``author`` has the run go by other limits from here on; all of them are given."""

    author: str
    limits: Limits
    why: str = ""


class NotePinned(Event, frozen=True, kw_only=True, tag="note_pinned"):
    """``author`` wrote something about this moment, for people: no agent is ever shown it."""

    author: str
    text: str


class FaultStarted(Event, frozen=True, kw_only=True, tag="fault_started"):
    """Fault ``id`` of ``kind`` disturbs ``targets`` from here. ``params`` are its numbers and words.

    ``until_seconds`` is the run-clock time at which it heals by itself, null if it waits to be healed;
    ``entry`` is the number of the plan's entry that it comes from (from 1), null if a person injected it.
    """

    id: int
    kind: str
    targets: tuple[str, ...]
    params: dict[str, float | str]
    author: str
    why: str = ""
    until_seconds: float | None = None
    entry: int | None = None


class FaultStopped(Event, frozen=True, kw_only=True, tag="fault_stopped"):
    """Fault ``id`` disturbs nobody any more."""

    id: int
    author: str
    why: str = ""


class AgentCrashed(Event, frozen=True, kw_only=True, tag="agent_crashed"):
    """``agent`` is down; its tasks and locks return to the team at ``lease_until`` (run-clock seconds)."""

    agent: str
    epoch: int
    lease_until: float
    why: str = ""


class AgentStalled(Event, frozen=True, kw_only=True, tag="agent_stalled"):
    """``agent`` went silent within a turn; its tasks and locks return to the team at ``lease_until``."""

    agent: str
    lease_until: float


class AgentRevived(Event, frozen=True, kw_only=True, tag="agent_revived"):
    """``agent`` is back: after a crash with a new ``epoch``, after a stall with the same.

    With its ``memory`` lost its conversation begins anew.
    """

    agent: str
    epoch: int
    memory: Literal["kept", "lost"] = "kept"


class LeadLost(Event, frozen=True, kw_only=True, tag="lead_lost"):
    """The lead ``agent`` is lost, and the declared ``policy`` takes effect.

    ``self-claim``: developers claim for themselves until it is back. ``promote``: the developer ``heir`` is
    the lead from here on, and ``agent`` a developer. ``why``: why it is not the policy that was asked for.
    ``failing``: the lead is up, but for a lease none of its calls came through while others' did; it is back
    with its first reply.
    """

    agent: str
    policy: Literal["self-claim", "promote"]
    heir: str = ""
    why: str = ""
    failing: bool = False

    def on(self, start: RunStarted) -> RunStarted:
        """What the run is from here on: as before, but for the roles of the two."""
        roles: dict[str, Role] = {self.agent: "developer", self.heir: "lead"} if self.heir else {}
        team = tuple(
            msgspec.structs.replace(spec, role=roles.get(spec.name, spec.role)) for spec in start.team
        )
        return msgspec.structs.replace(start, team=team)
