"""Dialogs: what to do about a running team on leaving, what to tell it; the screen for small terminals."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen, ScreenResultType
from textual.widget import Widget
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from engine.control import LINE_LIMIT, Say
from engine.record.clean import clean_line
from engine.record.state import RunState
from tui.screens.going import app_of
from tui.widgets.agent_rows import STATUS
from tui.widgets.agents import AgentPane
from tui.widgets.layout import MIN_HEIGHT, MIN_WIDTH
from tui.widgets.roster import Roster
from tui.widgets.spans import shorten

MESSAGE_LIMIT = 4_000
"""Characters of a message to agents: every agent reads it in its prompt, and the socket takes more."""

assert MESSAGE_LIMIT * 8 < LINE_LIMIT

QUESTION_SHOWN = 400
"""Cells of a question above the answer: six lines; the whole of it is in the talk panel."""

ALL = "all"
"""What stands for every agent in a list of names."""


class Dialog(ModalScreen[ScreenResultType]):
    """A box over the panels, which go on below it. Escape closes it without a result."""

    DEFAULT_CSS = """
    Dialog { align: center middle; background: $background 55%; }
    Dialog > Vertical {
        width: 74; max-width: 96%; height: auto; max-height: 96%;
        background: $surface; border: round $primary; padding: 0 1;
    }
    Dialog .hint { color: $secondary; height: auto; }
    Dialog .problem { color: $error; height: auto; }
    Dialog OptionList, Dialog OptionList:focus {
        height: auto; max-height: 12; border: none; padding: 0;
        background: $surface; background-tint: $surface 0%;
    }
    Dialog OptionList > .option-list--option-highlighted { text-style: bold underline; }
    Dialog Input, Dialog Input:focus { border: none; height: 1; padding: 0 1; background: $panel; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss", "cancel", id="dialog.cancel", tooltip="Close without doing anything"),
        Binding("ctrl+c", "dismiss", "cancel", id="dialog.interrupt", tooltip="Close without doing anything"),
        Binding("f1", "about", "help", id="dialog.about", tooltip="What this is about"),
    ]

    heading = ""
    ABOUT: ClassVar[str] = ""
    """What ``tui.viewhelp`` says of it."""

    def compose(self) -> ComposeResult:
        """The box; subclasses fill it."""
        with Vertical() as box:
            box.border_title = Content(self.heading)
            box.border_subtitle = Content("F1 help")
            yield from self.parts()

    def parts(self) -> ComposeResult:
        """What is in the box."""
        raise NotImplementedError

    def action_about(self) -> None:
        """Say what this is about, and which keys it has."""
        from tui.help import dialog_page
        from tui.screens.details import HelpDialog

        self.app.push_screen(HelpDialog(dialog_page(self)))

    async def action_dismiss(self, result: ScreenResultType | None = None) -> None:
        """Close without a result."""
        self.dismiss(None)


def options(*items: tuple[str, str]) -> list[Option]:
    """Options from (id, text); the text is never markup."""
    return [Option(Content(text), id=key) for key, text in items]


class QuitDialog(Dialog[str]):
    """Asks what is to become of a running team: ``stop``, ``leave``, or null to stay."""

    ABOUT: ClassVar[str] = "quit"
    heading = "The team is running"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "choose('stop')", "stop", id="quit.stop", tooltip="Stop the team, then quit"),
        Binding("l", "choose('leave')", "leave", id="quit.leave", tooltip="Quit, and leave it running"),
        # Whoever presses it again wants out; it opened this dialog the first time.
        Binding("ctrl+c", "choose('stop')", "stop", id="quit.again", tooltip="Stop the team, then quit"),
    ]

    def parts(self) -> ComposeResult:
        """Three ways to go."""
        yield OptionList(
            *options(
                ("stop", "s    stop the team, then quit (ctrl+c again does the same)"),
                ("leave", "l    quit, and leave it running: teamtop watch shows it again"),
                ("stay", "esc  stay here"),
            )
        )

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Enter on a way."""
        self.action_choose(event.option_id or "stay")

    def action_choose(self, choice: str) -> None:
        """Go that way."""
        self.dismiss(None if choice == "stay" else choice)


class MessageDialog(Dialog[Say]):
    """Writes to an agent or to all; the text is in their next prompts.

    It begins with who asked something: the one that the keyboard is on (``to``) if that did, else the first.
    """

    ABOUT: ClassVar[str] = "message"
    heading = "Message to the team"

    DEFAULT_CSS = """
    MessageDialog OptionList { max-height: 8; margin-bottom: 1; }
    MessageDialog .asked { color: $warning; height: auto; max-height: 6; margin-bottom: 1; }
    """

    def __init__(self, state: RunState, to: str | None = None) -> None:
        super().__init__()
        self._names = [ALL, *(agent.name for agent in state.agents.present)]
        self._marks = {name: _mark(state, name) for name in state.agents.agents}
        waiting = [asked for asked in state.mail.waiting if asked.agent in self._names]
        mine = [asked for asked in waiting if asked.agent == to]
        self._asked = next(iter(mine or waiting), None)
        wanted = to if self._asked is None else self._asked.agent
        self._to = wanted if wanted in self._names else ALL

    def parts(self) -> ComposeResult:
        """What was asked, to whom one writes, and what."""
        if self._asked is not None:
            said = shorten(" ".join(self._asked.text.split()), QUESTION_SHOWN)
            yield Static(Content(f"{self._asked.agent} asks: “{said}”"), classes="asked")
        yield OptionList(
            *(Option(Content(f"{n}{self._marks.get(n, '')}"), id=f"n{i}") for i, n in enumerate(self._names))
        )
        yield Input(placeholder="what they are to read in their next prompt", max_length=MESSAGE_LIMIT)
        yield Static(Content(self._hint(self._to)), classes="hint")

    @staticmethod
    def _hint(name: str) -> str:
        """The keys, and to whom it goes: a bar of colour alone would not say so."""
        return f"enter send to {name} · tab choose to whom · esc cancel"

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Say to whom it would go now."""
        self.query_one(".hint", Static).update(Content(self._hint(self._names[event.option_index])))

    def on_mount(self) -> None:
        """Begin with the text; the recipient stands already."""
        self.query_one(OptionList).highlighted = self._names.index(self._to)
        self.query_one(Input).focus()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """A recipient is chosen: on to the text."""
        self.query_one(Input).focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Send, if there is anything to send."""
        text = event.value.strip()
        if not text:
            return
        place = self.query_one(OptionList).highlighted or 0
        name = self._names[place]
        self.dismiss(Say(text=text, to=None if name == ALL else name))


class TooSmall(ModalScreen[None]):
    """Stands in for everything while the terminal is too small to show anything."""

    ABOUT: ClassVar[str] = "small"
    DEFAULT_CSS = """
    TooSmall { align: center middle; background: $background; }
    TooSmall Static { width: auto; height: auto; max-width: 100%; text-align: center; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q,ctrl+c", "app.leave_now", "leave", id="small.leave", tooltip="Quit; a team goes on")
    ]

    def __init__(self) -> None:
        super().__init__()
        self._covered = False

    def compose(self) -> ComposeResult:
        """One sentence."""
        yield Static(Content(""))

    def on_mount(self) -> None:
        """Say it."""
        self.tell()

    def on_screen_suspend(self) -> None:
        """Something stands over it."""
        self._covered = True

    def on_screen_resume(self) -> None:
        """What stood over it is gone: by now the terminal may be large enough."""
        if self._covered:
            app_of(self).call_later(app_of(self).check_size)

    def tell(self) -> None:
        """What is needed, and what there is."""
        width, height = self.app.size
        text = f"terminal too small: needs {MIN_WIDTH}×{MIN_HEIGHT}, is {width}×{height}\nq quits"
        self.query_one(Static).update(Content(text))


def agent_of(panel: Widget | None) -> str | None:
    """The agent that a panel is about, if it is about one."""
    if isinstance(panel, AgentPane):
        return panel.agent_name
    return panel.selected if isinstance(panel, Roster) else None


def _mark(state: RunState, name: str) -> str:
    """How the agent is, if that matters to somebody who picks it."""
    status = state.agents.agents[name].status
    glyph, word, _ = STATUS[status]
    return f"  {glyph} {clean_line(word)}" if status in ("down", "stalled") else ""
