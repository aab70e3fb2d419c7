"""Dialogs that write on runs: their tags, a note, a note pinned to a moment."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Input, Static

from engine.control import PIN_MAX
from engine.errors import TeamtopError
from engine.runnotes import NOTE_MAX, TAG_MAX, TAGS_MAX, parse_tags
from tui.screens.dialogs import Dialog


class TagsDialog(Dialog[tuple[str, ...]]):
    """Asks for the tags of runs; ``before`` are those that they have."""

    ABOUT: ClassVar[str] = "notes"
    heading = "Tags"
    DEFAULT_CSS: ClassVar[str] = """
    TagsDialog .problem { display: none; }
    TagsDialog .problem.said { display: block; }
    """

    def __init__(self, name: str, before: tuple[str, ...]) -> None:
        super().__init__()
        self.heading = f"Tags of {name}"
        self._before = before

    def parts(self) -> ComposeResult:
        """The tags as a line of words."""
        yield Input(" ".join(self._before), placeholder="words", max_length=TAGS_MAX * (TAG_MAX + 1))
        yield Static(Content(""), classes="problem")
        yield Static(
            Content("words with blanks between; empty: none · enter keep · esc cancel"), classes="hint"
        )

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Keep them, or say what is wrong with them."""
        try:
            self.dismiss(parse_tags(event.value))
        except TeamtopError as error:
            problem = self.query_one(".problem", Static)
            problem.update(Content(str(error)))
            problem.add_class("said")


class PinDialog(Dialog[str]):
    """Asks for a note about a moment; ``place`` says which."""

    ABOUT: ClassVar[str] = "pin"
    heading = "Note"

    def __init__(self, place: str) -> None:
        super().__init__()
        self.heading = f"Note pinned to {place}"

    def parts(self) -> ComposeResult:
        """A line of text."""
        yield Input(placeholder="what is to be remembered about this moment", max_length=PIN_MAX)
        yield Static(Content("people read it, agents never · enter keep · esc cancel"), classes="hint")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Keep it, if there is anything."""
        self.dismiss(event.value.strip() or None)


class NoteDialog(Dialog[str]):
    """Asks for the note on a run; ``before`` is what it says now."""

    ABOUT: ClassVar[str] = "notes"
    heading = "Note"

    def __init__(self, name: str, before: str) -> None:
        super().__init__()
        self.heading = f"Note on {name}"
        self._before = before

    def parts(self) -> ComposeResult:
        """One line of text."""
        yield Input(self._before, placeholder="what is to be remembered about it", max_length=NOTE_MAX)
        yield Static(Content("empty: none · enter keep · esc cancel"), classes="hint")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Keep it."""
        self.dismiss(event.value.strip())
