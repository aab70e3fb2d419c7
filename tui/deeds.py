"""Who did what to a run, from its whole journal, and what people noted about its moments. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from engine.record import events as ev
from engine.record.state import Act, RunState
from tui.history import Section, pages
from tui.widgets.figures import clock
from tui.widgets.page import Paragraph


def deeds_story(events: Sequence[ev.Event], pins: Sequence[Act]) -> list[Paragraph]:
    """What each author did, in the order in which they first did anything; then all notes."""
    state, deeds = RunState(shown=False), dict[str, Section]()
    for event in events:
        state.apply(event)
        for act in (act for act in reversed(state.run.acts) if act.seq == event.seq):
            section = deeds.setdefault(act.author, Section(f"{act.author}", []))
            section.rows.append(Paragraph(act.text, label=_when(act)))
            break
    noted = sorted((*state.run.notes, *pins), key=lambda note: note.seq)
    notes = Section("Notes on moments", [_note(note) for note in noted if note.seq <= state.seq])
    return pages((*deeds.values(), notes))


def _note(note: Act) -> Paragraph:
    return Paragraph(f"{note.author}: “{note.text}” (event {note.seq:,})", label=_when(note))


def _when(act: Act) -> str:
    return f"r{act.round} {clock(act.ts)}"
