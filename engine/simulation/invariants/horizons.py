"""Locks last as promised: one that goes at the barrier outlives all turns older than its last edit."""

from __future__ import annotations

from engine.record import events as ev
from engine.simulation.invariants.notes import Notes
from engine.simulation.violation import Violation
from engine.simulation.world import Played


def judge(played: Played) -> list[Violation]:
    """No prompt that is older than an edit may still be answered when the lock of that edit goes."""
    notes = Notes("lock horizon")
    open_: set[int] = set()
    begun = 0
    horizon: dict[str, int] = {}
    for event in played.events:
        match event:
            case ev.TurnStarted():
                open_.add(event.turn)
                begun = max(begun, event.turn)
            case ev.TurnEnded():
                open_.discard(event.turn)
            case ev.LockAcquired():
                horizon[event.path] = begun
            case ev.FileEdited() if event.path in horizon:
                horizon[event.path] = begun
            case ev.LockReleased():
                upto = horizon.pop(event.path, 0)
                older = min((turn for turn in open_ if turn <= upto), default=0)
                if event.reason == "barrier" and older:
                    notes.wrong(event.seq, f"the lock on {event.path} went before turn {older} had ended")
    return notes
