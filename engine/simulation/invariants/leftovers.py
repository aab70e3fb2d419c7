"""Nothing is left with whom nobody waits for: copies of what is done, reviews by who left or is lost."""

from __future__ import annotations

from engine.record import events as ev
from engine.simulation.invariants.notes import TICK, Notes
from engine.simulation.violation import Violation
from engine.simulation.world import Played


def judge(played: Played) -> list[Violation]:
    """See ``_Leftovers``."""
    leftovers = _Leftovers()
    for event in played.events:
        leftovers.take(event)
        if isinstance(event, ev.RunEnded):
            break
    return leftovers.notes


class _Leftovers:
    """Follows who has a draft of which task and who reviews which, and looks whenever agents go on."""

    def __init__(self) -> None:
        self.notes = Notes("leftovers")
        self._drafts: dict[int, ev.DraftOpened] = {}
        self._done: set[str] = set()
        self._reviewer: dict[str, str] = {}
        self._gone: dict[str, float] = {}  # until when their leases last

    def take(self, event: ev.AnyEvent) -> None:
        """Judge one event, then note what it says."""
        match event:
            case ev.TurnStarted() | ev.Replied() | ev.RoundEnded():
                self._look(event)
            case ev.AgentCrashed() | ev.AgentStalled():
                self._gone[event.agent] = event.lease_until
            case ev.AgentLeft():
                self._gone[event.agent] = event.ts - 2 * TICK  # there is nothing to wait for
            case ev.AgentRevived() | ev.AgentJoined():
                self._gone.pop(event.agent, None)
            case _:
                self._work(event)

    def _work(self, event: ev.AnyEvent) -> None:
        match event:
            case ev.DraftOpened():
                self._drafts[event.draft] = event
            case ev.DraftEnded() | ev.DraftAccepted():
                self._drafts.pop(event.draft, None)
            case ev.ReviewRequested() | ev.ReviewAssigned():
                self._reviewer[event.task] = event.reviewer
            case ev.TaskCompleted():
                self._done.add(event.task)
                self._reviewer.pop(event.task, None)
            case ev.ReviewGiven() | ev.TaskReleased():
                self._reviewer.pop(event.task, None)
            case _:
                pass

    def _look(self, event: ev.AnyEvent) -> None:
        for draft in self._drafts.values():
            if draft.task in self._done:
                self.notes.wrong(
                    event.seq, f"task {draft.task} is done, but {draft.agent} still has a draft of it"
                )
        for task, name in self._reviewer.items():
            if event.ts > self._gone.get(name, event.ts) + TICK:
                self.notes.wrong(event.seq, f"task {task} waits for a review of {name}, who is gone")
