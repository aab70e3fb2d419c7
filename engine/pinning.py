"""Notes that people pin to the present of a run: events like all that they do, of which no agent is told."""

from __future__ import annotations

from engine import control
from engine.errors import UsageError
from engine.record import events as ev
from engine.record.bus import Bus


def pin(bus: Bus, command: control.Pin) -> ev.Event:
    """Record the note. Raises ``UsageError`` for an empty or a long one."""
    text = command.text.strip()
    if not text:
        raise UsageError("There is nothing to note: give a text.")
    if len(text) > control.PIN_MAX:
        raise UsageError(f"That note is too long: {control.PIN_MAX} characters at most.")
    return bus.emit(ev.NotePinned(author=command.author, text=text))
