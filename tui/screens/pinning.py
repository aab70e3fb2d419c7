"""Notes that people pin to moments of runs that are over."""

from __future__ import annotations

from engine import runnotes
from engine.errors import TeamtopError
from engine.record.clean import clean_line
from engine.record.folder import RunFolder
from engine.record.state import Act


def pinned(folder: RunFolder) -> tuple[Act, ...]:
    """What is pinned to moments of the run, cleaned, in their order."""
    notes = sorted(runnotes.read(folder).pins, key=lambda note: note.seq)
    return tuple(Act(n.seq, n.ts, n.round, clean_line(n.author, 40), clean_line(n.text)) for n in notes)


def pin(folder: RunFolder, note: Act) -> str:
    """Pin a note to a moment; why that cannot be, or "" if it is done."""
    from engine.store import is_sample

    kept = runnotes.Pin(note.seq, note.ts, note.round, note.author, note.text)
    try:
        runnotes.pin(folder, kept, sample=is_sample(folder))
    except TeamtopError as error:
        return str(error)
    return ""
