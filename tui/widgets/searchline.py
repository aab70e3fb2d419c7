"""The line in which a person writes what to search for, and reads how much was found."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static

from engine.record.clean import clean_line
from tui.search import HINT, QUERY_MAX, Query, parse


class SearchLine(Horizontal):
    """Takes no room until it is opened. ``query`` is what is searched for; empty terms find everything."""

    DEFAULT_CSS = """
    SearchLine { height: 1; display: none; background: $panel; }
    SearchLine.-open { display: block; }
    SearchLine > #sign { width: 3; color: $accent; }
    SearchLine > Input, SearchLine > Input:focus {
        width: 1fr; border: none; height: 1; padding: 0; background: $panel;
    }
    SearchLine > #count { width: auto; max-width: 78%; padding: 0 1; color: $secondary; }
    """

    class Sought(Message):
        """Something else is searched for."""

        def __init__(self, query: Query) -> None:
            super().__init__()
            self.query = query

    class Kept(Message):
        """Enter: the search stays, the keyboard goes back to the panels."""

    def __init__(self) -> None:
        super().__init__()
        self.wanted = Query(())

    def compose(self) -> ComposeResult:
        """The sign, the words, the count."""
        yield Static(Content(" / "), id="sign")
        yield Input(placeholder=HINT, max_length=QUERY_MAX, select_on_focus=False)
        yield Static(Content(""), id="count")

    @property
    def opened(self) -> bool:
        """Whether the line is on the screen."""
        return self.has_class("-open")

    @property
    def typing(self) -> bool:
        """Whether keys go into the line."""
        return self.opened and self.query_one(Input).has_focus

    def open(self) -> None:
        """Take the keyboard; what was searched for stands there still."""
        self.add_class("-open")
        self.query_one(Input).focus()

    def close(self) -> None:
        """Search for nothing any more."""
        self.remove_class("-open")
        self.query_one(Input).value = ""
        self._seek("")

    def tell(self, found: int, of: int) -> None:
        """Say how much was found in the panels that are seen, or what was not understood."""
        words = f"{found:,} of {of:,} lines" if self.wanted else ""
        keys = "enter keep · esc end" if self.typing else "/ change · esc end"
        said = self.wanted.problem or (f"{words}  {keys}" if words else keys)
        self.query_one("#count", Static).update(Content(said))

    def on_input_changed(self, event: Input.Changed) -> None:
        """Search while it is written. What is pasted may hold anything: only a clean line stays."""
        event.stop()
        safe = clean_line(event.value, QUERY_MAX)
        if safe.strip() != event.value.strip():
            event.input.value = safe
            return
        self._seek(event.value)

    def _seek(self, text: str) -> None:
        query = parse(text)
        if query != self.wanted:
            self.wanted = query
            self.post_message(self.Sought(query))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Back to the panels; with nothing written the line goes."""
        event.stop()
        if not self.wanted and not self.wanted.problem:
            self.close()
        self.post_message(self.Kept())
