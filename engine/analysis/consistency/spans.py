"""Parts of a history that last from one event to another, and who acted in which turn."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from engine.record import events as ev

OPEN = sys.maxsize
"""The end of what had not ended when the journal did."""

_NO_LEASE = float("inf")


@dataclass(slots=True)
class Turn:
    """A turn from its prompt to its end, with the events of its actions; ``start`` and ``end`` are seqs."""

    started: ev.TurnStarted
    end: int = OPEN
    outcome: str = ""
    replied: int | None = None
    acts: list[ev.Event] = field(default_factory=list)

    @property
    def agent(self) -> str:
        """Whose turn it is."""
        return self.started.agent

    @property
    def start(self) -> int:
        """Seq of the prompt."""
        return self.started.seq


@dataclass(slots=True)
class Loss:
    """An agent was lost by ``event``; ``until`` is the seq of what ended that (``OPEN``: nothing did)."""

    event: ev.AgentCrashed | ev.AgentStalled
    until: int = OPEN
    until_ts: float = _NO_LEASE


@dataclass(slots=True)
class LockHold:
    """A lock from its acquisition to its release (``OPEN``: never)."""

    event: ev.LockAcquired
    until: int = OPEN
    until_ts: float = _NO_LEASE


@dataclass(slots=True)
class FaultSpan:
    """A fault from its start to its end."""

    event: ev.FaultStarted
    until: int = OPEN


def actor(event: ev.Event) -> tuple[str, int] | None:
    """The agent and the turn in which ``event`` says that it acted; null for what no turn did.

    A task that a lead takes away names the turn but not who acts; the agent is empty then.
    """
    find = ACTORS.get(type(event))
    return find(event) if find is not None else None


def _named(event: Any) -> tuple[str, int]:  # noqa: ANN401 - any event with an agent and a turn
    return event.agent, event.turn


def _released(event: ev.TaskReleased) -> tuple[str, int] | None:
    if event.reason in ("lease", "left", "failing", "stolen", "promoted", "overtaken"):
        return None
    return ("" if event.reason == "reassigned" else event.agent, event.turn)


def _completed(event: ev.TaskCompleted) -> tuple[str, int]:
    return event.reviewer or event.agent, event.turn


def _reviewed(event: ev.ReviewGiven) -> tuple[str, int] | None:
    return (event.agent, event.turn) if event.agent else None


def _assigned(event: ev.TaskAssigned) -> tuple[str, int] | None:
    return (event.by, event.turn) if event.turn else None


def _sent(event: ev.MessageSent) -> tuple[str, int] | None:
    return (event.sender, event.turn) if event.turn else None


def _authored(event: ev.TaskAdded | ev.DependencyAdded) -> tuple[str, int] | None:
    return (event.author, event.turn) if event.turn else None


ACTORS: dict[type[ev.Event], Callable[[Any], tuple[str, int] | None]] = {
    ev.TaskReleased: _released,
    ev.TaskAssigned: _assigned,
    ev.MessageSent: _sent,
    ev.TaskClaimed: _named,
    ev.TaskCompleted: _completed,
    ev.ReviewRequested: _named,
    ev.ReviewGiven: _reviewed,
    ev.FileEdited: _named,
    ev.LockAcquired: _named,
    ev.LockDenied: _named,
    ev.TestsStarted: _named,
    ev.TestsFinished: _named,
    ev.DraftEdited: _named,
    ev.DraftSubmitted: _named,
    ev.DraftAccepted: _named,
    ev.PersonAsked: _named,
    ev.InfoRequested: _named,
    ev.ActionRefused: _named,
    ev.TaskAdded: _authored,
    ev.DependencyAdded: _authored,
}
"""Kinds of events that agents cause in their turns, each with whom and where it names."""
