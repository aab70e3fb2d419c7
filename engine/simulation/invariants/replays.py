"""The journal is the run: its bytes decode to the events, and folding them gives the engine's own state."""

from __future__ import annotations

from engine.errors import TeamtopError
from engine.record.codec import decode
from engine.record.state import RunState
from engine.simulation.invariants.notes import Notes
from engine.simulation.violation import Violation
from engine.simulation.world import Played

EVERY = 8
"""Every eighth seed is replayed in full: it takes half as long as playing."""


def judge(played: Played) -> list[Violation]:
    """Events and journal agree in number, and for some seeds in everything."""
    notes = Notes("replay")
    events = played.events
    if played.trouble is None and played.journal.count(b"\n") != len(events):
        notes.wrong(
            len(events), f"the journal holds {played.journal.count(b'%c' % 10)} of {len(events)} events"
        )
        return notes
    if played.scenario.seed % EVERY == 0 and played.trouble is None:
        _replay(played, notes)
    return notes


def _replay(played: Played, notes: Notes) -> None:
    try:
        read = [decode(line) for line in played.journal.splitlines(keepends=True)]
    except (TeamtopError, ValueError) as error:
        notes.wrong(0, f"the journal does not read: {error}")
        return
    for wrote, found in zip(played.events, read, strict=True):
        if wrote != found:
            notes.wrong(wrote.seq, "an event reads otherwise than it was")
            return
    folded, state = RunState.of(read), played.state
    same = (
        folded.board.tasks == state.board.tasks
        and folded.locks.held == state.locks.held
        and folded.completed == state.completed
        and folded.seq == state.seq
    )
    if not same:
        notes.wrong(state.seq, "folding the journal gives another state than the engine's")
