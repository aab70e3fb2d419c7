"""From what a line or a page speaks of to its detail."""

from __future__ import annotations

from typing import ClassVar

from textual.app import App, ComposeResult
from textual.content import Content
from textual.screen import Screen
from textual.widgets import OptionList, Static

from engine.record.clean import clean_line
from tui.help import PANEL_HELP, panel_page
from tui.mentions import Mention, Names
from tui.screens.details import HelpDialog, PageDialog, TurnDialog
from tui.screens.dialogs import Dialog, options
from tui.screens.stories import AgentDialog, PathDialog, TaskDialog
from tui.source import RunSource

LINKS_SHOWN = 200
"""Places offered at once."""


class LinkDialog(Dialog[Mention]):
    """Offers the tasks, files and agents that a line or a page speaks of; the choice is opened."""

    ABOUT: ClassVar[str] = "links"
    heading = "Open"
    DEFAULT_CSS = """
    LinkDialog OptionList, LinkDialog OptionList:focus { max-height: 16; }
    """

    def __init__(self, mentions: list[Mention], names: Names, turn: str = "", about: str = "") -> None:
        super().__init__()
        self._about = about
        self._mentions = mentions[:LINKS_SHOWN]
        self._names = names
        self._turn = turn

    def parts(self) -> ComposeResult:
        """The turn, if there is one, and what is spoken of."""
        rows = [("turn", f"the whole turn of {self._turn}")] if self._turn else []
        rows += [(str(i), clean_line(self._names.label(m), 80)) for i, m in enumerate(self._mentions)]
        rows += [("help", f"what the panel “{PANEL_HELP[self._about][0]}” shows")] if self._about else []
        yield OptionList(*options(*rows))
        yield Static(Content("enter open · esc cancel"), classes="hint")

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Open it."""
        chosen = event.option_id or "turn"
        if chosen == "help":
            self.dismiss(Mention("help", self._about))
            return
        self.dismiss(Mention("turn", self._turn) if chosen == "turn" else self._mentions[int(chosen)])


def dialog_for(mention: Mention, source: RunSource, number: int | None = None) -> PageDialog:
    """The page about it; of an agent's turn ``number`` or its latest."""
    match mention.kind:
        case "task":
            return TaskDialog(source, mention.name)
        case "path":
            return PathDialog(source, mention.name)
        case "agent":
            return AgentDialog(source, mention.name)
        case "turn":
            return TurnDialog(source, mention.name, number)
        case "help":
            return HelpDialog(panel_page(mention.name))


def offer(
    screen: Screen[None] | App[int],
    source: RunSource,
    mentions: list[Mention],
    *,
    turn: str = "",
    number: int | None = None,
    about: str = "",
) -> None:
    """Ask which of ``mentions`` to open (or the ``turn`` of that agent, or what panel ``about`` shows)."""
    app = screen if isinstance(screen, App) else screen.app

    def chosen(mention: Mention | None) -> None:
        if mention is not None:
            app.push_screen(dialog_for(mention, source, number))

    app.push_screen(LinkDialog(mentions, Names(source.state), turn, about), chosen)
