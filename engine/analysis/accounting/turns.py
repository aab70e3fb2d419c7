"""What the model time of a turn went into: by what its reply brought, and what of that lasted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.analysis.accounting.causes import Cause
from engine.analysis.accounting.provenance import Fate
from engine.record import events as ev


@dataclass(slots=True)
class TurnFacts:
    """What one turn did; ``edits`` are (seq, path, whether it repaired own work that had failed)."""

    turn: int
    agent: str
    outcome: str = ""
    edits: list[tuple[int, str, bool]] = field(default_factory=list)
    board: int = 0
    looked: int = 0
    refused_edits: int = 0
    drafted: dict[int, int] = field(default_factory=dict)
    """Characters written per draft that was not, or not yet, taken."""
    taken: int = 0
    """Characters written in other turns than that in which their draft was taken."""

    def shares(self, fates: Mapping[int, Fate]) -> dict[Cause, int]:
        """Weights of the causes that the turn's model time is divided by; never all 0."""
        if not self.outcome:
            return {"undecided": 1}
        if self.outcome == "overtaken":
            return {"overwritten": 1}  # a copy of all that it was about was taken instead
        if self.outcome != "replied":
            return {"lost": 1}
        if not (self.edits or self.taken or any(self.drafted.values())):
            return {self._without_edits(): 1}
        weights: dict[Cause, int] = {"useful": self.taken, "overwritten": 0, "repair": 0}
        weights["overwritten"] += sum(self.drafted.values())
        for seq, _, repair in self.edits:
            fate = fates[seq]
            weights["repair" if repair else "useful"] += fate.lasted
            weights["overwritten"] += fate.output - fate.lasted
        return weights

    def _without_edits(self) -> Cause:
        if self.refused_edits and not self.board:
            return "lock_wait"
        return "bookkeeping" if self.board or self.looked else "communication"


class TurnBook:
    """Folds events into the facts of all turns."""

    def __init__(self) -> None:
        self.turns: dict[int, TurnFacts] = {}
        self.edits: list[ev.FileEdited] = []
        self._writers: dict[str, str] = {}
        self._failed: set[tuple[str, str]] = set()
        self._path_nodes: dict[str, frozenset[str]] = {}
        self.task_of: dict[str, str] = {}
        """The task that a file belongs to, by path."""

    def expect(self, task: ev.TaskSpec) -> None:
        """Learn the files of a task, and which tests judge them."""
        for path in task.files:
            self.task_of[path] = task.id
            self._path_nodes[path] = self._path_nodes.get(path, frozenset()) | frozenset(task.tests)

    def apply(self, event: ev.Event) -> None:
        """Fold one event."""
        match event:
            case ev.TurnStarted():
                self.turns[event.turn] = TurnFacts(event.turn, event.agent)
            case ev.TurnEnded() if (facts := self.turns.get(event.turn)) is not None:
                facts.outcome = event.outcome
            case ev.FileEdited():
                self._edited(event)
            case ev.TestsFinished():
                self._tested(event)
            case ev.DraftEdited() | ev.DraftAccepted():
                self._drafted(event)
            case ev.RunEnded():
                for facts in self.turns.values():
                    facts.outcome = facts.outcome or "lost"  # an end closes every turn
            case ev.TaskClaimed() | ev.TaskCompleted() | ev.TaskAssigned() | ev.TaskReleased():
                if (facts := self.turns.get(event.turn)) is not None:
                    facts.board += 1
            case ev.InfoRequested() if (facts := self.turns.get(event.turn)) is not None:
                facts.looked += 1
            case ev.ActionRefused(action="edit_file", reason="locked" | "stale"):
                if (facts := self.turns.get(event.turn)) is not None:
                    facts.refused_edits += 1

    def _drafted(self, event: ev.DraftEdited | ev.DraftAccepted) -> None:
        if isinstance(event, ev.DraftAccepted):
            for facts in self.turns.values():
                written = facts.drafted.pop(event.draft, 0)
                facts.taken += written if facts.turn != event.turn else 0  # there, the edits themselves count
        elif (turn := self.turns.get(event.turn)) is not None:
            turn.drafted[event.draft] = turn.drafted.get(event.draft, 0) + len(event.content)

    def _edited(self, event: ev.FileEdited) -> None:
        self.edits.append(event)
        self._writers[event.path] = event.agent
        mark = (event.agent, event.path)
        facts = self.turns.setdefault(event.turn, TurnFacts(event.turn, event.agent))
        facts.edits.append((event.seq, event.path, mark in self._failed))
        self._failed.discard(mark)

    def _tested(self, event: ev.TestsFinished) -> None:
        if (facts := self.turns.get(event.turn)) is not None:
            facts.looked += 1
        failed, passed = set(event.failed), set(event.passed)
        for path, writer in self._writers.items():
            nodes = self._path_nodes.get(path, frozenset())
            if nodes & failed:
                self._failed.add((writer, path))
            elif nodes & passed:
                self._failed.discard((writer, path))
