"""Where two runs part: the first thing that an agent did otherwise. Pure.

Each agent's deeds are held against its own in the other run, one by one: who came first among several agents
is a matter of milliseconds, and how long a reply took or what it cost is no deed. Where more than one agent
differs, runs part where both had done least.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, Literal, TypeAlias

from engine.record import events as ev

Differs: TypeAlias = Literal["deed", "content", "words"]
"""What differs: what was done, what was written into a file, or only what was said."""


@dataclass(frozen=True, slots=True)
class Side:
    """What the agent did in one run, null for nothing more; ``done`` tasks were done before."""

    event: ev.AnyEvent | None
    done: int


@dataclass(frozen=True, slots=True)
class Parting:
    """The first deed of ``agent`` that differs between two runs."""

    agent: str
    differs: Differs
    left: Side
    right: Side


Deed: TypeAlias = tuple[object, ...]
Look: TypeAlias = Callable[[ev.AnyEvent], tuple[str, Deed] | None]


def parting(left: Sequence[ev.AnyEvent], right: Sequence[ev.AnyEvent]) -> Parting | None:
    """Where two journals part; null if all agents did, wrote and said the same, whenever that was."""
    looks: tuple[tuple[Differs, Look], ...] = (("deed", deed), ("content", _content), ("words", _words))
    for differs, look in looks:
        if (found := _first(left, right, differs, look)) is not None:
            return found
    return None


_DEEDS: dict[type[ev.Event], Callable[[Any], tuple[str, Deed] | None]] = {
    ev.TaskClaimed: lambda e: (e.agent, ("claims", e.task)),
    ev.TaskAssigned: lambda e: (e.by, ("assigns", e.task, e.agent)) if e.turn else None,
    ev.TaskReleased: lambda e: (e.agent, ("releases", e.task)) if e.reason == "released" else None,
    ev.TaskCompleted: lambda e: (e.agent, ("completes", e.task, e.evidence)),
    ev.ReviewRequested: lambda e: (e.agent, ("hands in", e.task)),
    ev.ReviewGiven: lambda e: (e.agent or e.author, ("reviews", e.task, e.approved)),
    ev.FileEdited: lambda e: (e.agent, ("edits", e.path)),
    ev.DraftEdited: lambda e: (e.agent, ("edits its copy", e.path)),
    ev.TestsStarted: lambda e: (e.agent, ("tests", e.tasks)),
    ev.TestsFinished: lambda e: (e.agent, ("tested", e.verdict, len(e.passed), len(e.failed))),
    ev.MessageSent: lambda e: (e.sender, ("says", e.kind, e.recipients)) if e.kind != "operator" else None,
    ev.PersonAsked: lambda e: (e.agent, ("asks",)),
    ev.InfoRequested: lambda e: (e.agent, (e.action, e.object)),
    ev.ActionRefused: lambda e: (e.agent, ("refused", e.action, e.object, e.reason)),
    ev.TaskAdded: lambda e: (e.author, ("adds", e.spec.id)),
    ev.DependencyAdded: lambda e: (e.author, ("links", e.task, e.dependency)),
    ev.AgentCrashed: lambda e: (e.agent, ("crashed",)),
    ev.AgentStalled: lambda e: (e.agent, ("stalled",)),
    ev.AgentLeft: lambda e: (e.agent, ("left",)),
    ev.AgentJoined: lambda e: (e.agent, ("joined",)),
}
"""Who did what, without its words and its time; null for what no agent did."""


def deed(event: ev.AnyEvent) -> tuple[str, Deed] | None:
    """Who did what, without its words and its time; null for what no agent did."""
    look = _DEEDS.get(type(event))
    return None if look is None else look(event)


def _content(event: ev.AnyEvent) -> tuple[str, Deed] | None:
    if isinstance(event, ev.FileEdited | ev.DraftEdited):
        return event.agent, (event.path, event.hash)
    return None


def _words(event: ev.AnyEvent) -> tuple[str, Deed] | None:
    match event:
        case ev.MessageSent() if event.kind != "operator":
            return event.sender, (event.text,)
        case ev.PersonAsked():
            return event.agent, (event.text,)
        case ev.Replied():
            return event.agent, (event.text,)
    return None


def _first(
    left: Sequence[ev.AnyEvent], right: Sequence[ev.AnyEvent], differs: Differs, look: Look
) -> Parting | None:
    ours, all_ours = _courses(left, look)
    theirs, all_theirs = _courses(right, look)
    nothing: tuple[list[tuple[Deed, Side]], list[tuple[Deed, Side]]] = ([], [])
    found = []
    for agent in {**ours, **theirs}:
        pairs = zip_longest(ours.get(agent, nothing[0]), theirs.get(agent, nothing[1]))
        for one, other in pairs:
            if one is None or other is None or one[0] != other[0]:
                a = Side(None, all_ours) if one is None else one[1]
                b = Side(None, all_theirs) if other is None else other[1]
                found.append(Parting(agent, differs, a, b))
                break
    # Who is of one team only did nothing otherwise: that comes last.
    return min(
        found,
        key=lambda each: (each.agent not in ours or each.agent not in theirs, *_when(each)),
        default=None,
    )


def _when(found: Parting) -> tuple[int, int]:
    """How much work was done in the run that had more, so that both have come that far, and the seq."""
    seqs = [side.event.seq for side in (found.left, found.right) if side.event is not None]
    return max(found.left.done, found.right.done), min(seqs)


def _courses(events: Sequence[ev.AnyEvent], look: Look) -> tuple[dict[str, list[tuple[Deed, Side]]], int]:
    """The deeds of each agent of the run in order, and how many tasks were done at the end."""
    courses: dict[str, list[tuple[Deed, Side]]] = {}
    done: set[str] = set()
    for event in events:
        if isinstance(event, ev.RunStarted):
            courses |= {spec.name: [] for spec in event.team if spec.name not in courses}
        if (seen := look(event)) is not None:
            courses.setdefault(seen[0], []).append((seen[1], Side(event, len(done))))
        if isinstance(event, ev.TaskCompleted) and event.task:
            done.add(event.task)
    return courses, len(done)
