"""Copies and reviews keep to their numbers: quorums, who is late enough for a backup, who reviewed what.

What may be less where agents are lost is judged only until the first one is.
"""

from __future__ import annotations

from engine.record import events as ev
from engine.simulation.invariants.notes import TICK, Notes
from engine.simulation.violation import Violation
from engine.simulation.world import Played
from engine.team.copies import SHARE
from engine.team.pace import LATE

_TROUBLE = (ev.AgentCrashed, ev.AgentStalled, ev.AgentLeft, ev.CallFailed)


def judge(played: Played) -> list[Violation]:
    """See ``_Court``."""
    court = _Court(played.scenario.start)
    for event in played.events:
        court.take(event)
    return court.notes


class _Court:
    """Keeps who has been shown which version, and which backups are open, by the events alone."""

    def __init__(self, start: ev.RunStarted) -> None:
        self.notes = Notes("copies")
        self._start = start
        self._files = {task.id: task.files for task in start.tasks}
        self._developers = sum(spec.role == "developer" for spec in start.team)
        self._all_well = True
        self._backups: dict[int, str] = {}
        self._shown: dict[tuple[str, str], int] = {}
        self._versions: dict[str, int] = {}

    def take(self, event: ev.AnyEvent) -> None:
        """Judge one event, then note what it says."""
        if isinstance(event, _TROUBLE):
            self._all_well = False
        match event:
            case ev.TurnStarted():
                seen = (*event.seen.changes, *event.seen.files)
                self._shown |= {(event.agent, path): version for path, version in seen}
            case ev.FileEdited():
                self._versions[event.path] = self._shown[event.agent, event.path] = event.version
            case ev.AgentJoined():
                self._developers += event.role == "developer"
            case ev.TaskAdded():
                self._files[event.spec.id] = event.spec.files
            case ev.DraftOpened(kind="backup"):
                self._opened(event)
            case ev.DraftEnded():
                self._backups.pop(event.draft, None)
            case ev.DraftAccepted():
                self._backups.pop(event.draft, None)
                quorum = self._start.quorum
                if self._all_well and quorum is not None and event.needed < quorum[0]:
                    said = f"{event.needed} version(s) of task {event.task} were enough, not {quorum[0]}"
                    self.notes.wrong(event.seq, said)
            case ev.ReviewGiven(approved=True):
                self._approved(event)
            case ev.TaskCompleted(reviewer=""):
                reviewed = self._start.verified_by == "review" and self._developers > 1
                if reviewed and self._all_well:
                    self.notes.wrong(event.seq, f"task {event.task} was done without a review")

    def _opened(self, event: ev.DraftOpened) -> None:
        self._backups[event.draft] = event.agent
        agents, most = set(self._backups.values()), max(1, round(SHARE * self._developers))
        if len(agents) > most:
            self.notes.wrong(event.seq, f"{len(agents)} agents stand in for others, {most} may")
            return
        late, usual = event.late_seconds or 0.0, event.typical_seconds or 0.0
        if late < LATE * usual - 0.01 - TICK:  # both are rounded to milliseconds
            said = f"{event.owner} had been at task {event.task} for {late:.3f} s only"
            self.notes.wrong(event.seq, f"{said}, where {usual:.3f} s are usual")

    def _approved(self, event: ev.ReviewGiven) -> None:
        for path in self._files[event.task]:
            shown, stands = self._shown.get((event.agent, path), 0), self._versions.get(path, 0)
            if shown != stands:
                said = f"{event.agent} approved {path} v{stands}, having been shown v{shown}"
                self.notes.wrong(event.seq, said)
