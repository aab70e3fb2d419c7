"""Asks for a place in a replay."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Input, Static

from tui.replaysource import Position, ReplaySource, parse_position
from tui.screens.dialogs import Dialog
from tui.widgets.figures import clock

PLACE_MAX = 40
"""Characters of a place: the longest that can be meant has some twenty."""


class GoToDialog(Dialog[Position]):
    """``seq:812``, ``round:5``, ``01:12``; what cannot be read or is not there is said below."""

    ABOUT: ClassVar[str] = "goto"
    heading = "Go to"

    def __init__(self, replay: ReplaySource) -> None:
        super().__init__()
        self._replay = replay

    def parts(self) -> ComposeResult:
        """The place, what may stand there, what is wrong with it."""
        recording = self._replay.recording
        rounds = recording.round_numbers
        known = f"events 1 to {recording.count:,}, 00:00 to {clock(recording.end)}"
        if rounds:
            known = f"rounds {rounds[0]} to {rounds[-1]}, {known}"
        yield Input(placeholder="seq:812  round:5  task:7  01:12  start  end", max_length=PLACE_MAX)
        yield Static(Content(f"The journal holds {known}."), classes="hint")
        yield Static(Content("enter go · esc cancel"), classes="hint", id="below")

    def on_mount(self) -> None:
        """Type at once."""
        self.query_one(Input).focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        """What was wrong is being mended."""
        self._say("enter go · esc cancel", "hint")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Go there, or say why not."""
        if not event.value.strip():
            self.dismiss(None)
            return
        try:
            place = parse_position(event.value)
        except ValueError as error:
            self._say(str(error), "problem")
            return
        if missing := self._replay.missing(place):
            self._say(missing, "problem")
            return
        self.dismiss(place)

    def _say(self, text: str, kind: str) -> None:
        line = self.query_one("#below", Static)
        line.set_classes(kind)
        line.update(Content(text))
