"""What the end of a run claims is what its events say: outcome, wall time, files."""

from __future__ import annotations

import hashlib

from engine.record import events as ev
from engine.simulation.invariants.notes import TICK, Notes
from engine.simulation.violation import Violation
from engine.simulation.world import Played


def judge(played: Played) -> list[Violation]:
    """Completed means all done and nothing else; wall time has no pauses; the folder holds the edits."""
    notes = Notes("closing")
    start = played.scenario.start
    done: set[str] = set()
    files = {file.path: file.content for file in start.files}
    first: float | None = None
    total = len(start.tasks)
    for event in played.events:
        match event:
            case ev.TurnStarted() if first is None:
                first = event.ts
            case ev.TaskCompleted():
                done.add(event.task)
            case ev.FileEdited():
                files[event.path] = event.content
                if event.hash != hashlib.sha256(event.content.encode()).hexdigest():
                    notes.wrong(event.seq, f"{event.path} is recorded with the hash of another content")
            case ev.TaskAdded():
                total += 1
            case ev.RunEnded():
                if (event.outcome == "completed") != (len(done) == total):
                    notes.wrong(event.seq, f"{event.outcome} with {len(done)} of {total} tasks done")
                wall = 0.0 if first is None else event.ts - first
                if abs(wall - event.wall_seconds) > TICK:
                    notes.wrong(event.seq, f"wall time {event.wall_seconds} s where {wall:.6f} s passed")
    if played.trouble is None:
        if not isinstance(played.events[-1], ev.RunVerified):
            notes.wrong(len(played.events), "the run was not verified in the end")
        if played.folder != files:
            different = sorted(
                path for path in {*played.folder, *files} if played.folder.get(path) != files.get(path)
            )
            notes.wrong(len(played.events), f"the folder does not hold what was written: {different[:3]}")
    return notes
