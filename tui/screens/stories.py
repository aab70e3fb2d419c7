"""Pages that need the whole journal, read in a thread: a task, a file, an agent, the prompt of a turn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from engine.record import events as ev
from engine.record.state import Act
from tui.checks import EVENTS_MAX
from tui.deeds import deeds_story
from tui.history import agent_story, path_story, task_story
from tui.mentions import Mention, Names
from tui.screens.details import PageDialog, agent_page, task_page
from tui.source import RunSource
from tui.turnhistory import prompt_story, turns_of
from tui.widgets.figures import many
from tui.widgets.moment import Moment
from tui.widgets.page import Page, Paragraph
from tui.widgets.panel import Panel

READING = [Paragraph(""), Paragraph("reading the journal …", "muted")]


class StoryDialog(PageDialog):
    """A page about ``subject`` with what the journal tells of it, up to the event at which it was read."""

    footer = "esc close · enter what it speaks of · y copy · ↑↓ PgUp PgDn scroll"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "read", "read again", id="story.read", tooltip="Read what came since"),
        Binding("enter", "links", "open", id="story.links", tooltip="Open what the page speaks of"),
    ]

    class Told(Message):
        """The journal was read."""

        def __init__(self, story: list[Paragraph], seq: int) -> None:
            super().__init__()
            self.story = story
            self.seq = seq

    def __init__(self, source: RunSource, subject: Mention) -> None:
        super().__init__()
        self.source = source
        self.subject = subject
        self._story = READING
        self._seq = 0

    def parts(self) -> ComposeResult:
        """The page, and whether there is more by now."""
        yield Page(lambda _: self.paragraphs())
        yield Static(Content(self.footer), classes="hint", id="below")

    def on_mount(self) -> None:
        """Read; what the state has at once is shown by the base's handler, which Textual calls by itself."""
        self.action_read()

    def action_read(self) -> None:
        """Read the journal up to the present, in a thread."""
        seq, names = self.source.state.seq, Names(self.source.state)
        self.run_worker(
            lambda: self._make(seq, names), thread=True, group="story", exclusive=True, exit_on_error=False
        )

    def _make(self, seq: int, names: Names) -> None:
        events = self.source.upto(seq)
        story = self.story(events, names)
        if len(events) < seq:
            told = f"told of the first {EVENTS_MAX:,} events; the journal has {seq:,}"
            story = [Paragraph(""), Paragraph(told, "warn"), *story]
        self.post_message(self.Told(story, seq))

    def on_story_dialog_told(self, event: Told) -> None:
        """Show it."""
        self._story, self._seq = event.story, event.seq
        self.renew()

    def renew(self, *, top: bool = False) -> None:
        """The state goes on by itself; the story stays as it was read, so that the reader is not moved."""
        super().renew(top=top)
        more = self.source.state.seq - self._seq
        said = f" · +{more:,} events, r reads them" if self._seq and more > 0 else ""
        self.query_one("#below", Static).update(Content(self.footer + said))

    def story(self, events: Sequence[ev.Event], names: Names) -> list[Paragraph]:
        """What the events tell; called in a thread."""
        raise NotImplementedError

    def now(self) -> list[Paragraph]:
        """What the state tells."""
        return []

    def paragraphs(self) -> list[Paragraph]:
        """The present, then the story."""
        return [*self.now(), *self._story]

    def action_links(self) -> None:
        """Offer what the page speaks of."""
        from tui.screens.links import offer

        names = Names(self.source.state)
        found: dict[Mention, None] = {}
        for paragraph in self.paragraphs():
            found |= dict.fromkeys(names.in_text(paragraph.text))
        found.pop(self.subject, None)
        if found:
            offer(self.app, self.source, list(found))

    def on_panel_opened(self, event: Panel.Opened) -> None:
        """A name was clicked twice."""
        from tui.screens.links import dialog_for

        text, place = event.panel.place_at(*(event.at or (0, 0)))
        mention = Names(self.source.state).at(text, place)
        if mention is not None and mention != self.subject:
            self.app.push_screen(dialog_for(mention, self.source))


class TaskDialog(StoryDialog):
    """A task: what is asked for, who had it, its tests over time, its files' versions, what was said."""

    ABOUT: ClassVar[str] = "task"

    def __init__(self, source: RunSource, task: str) -> None:
        super().__init__(source, Mention("task", task))

    def headline(self) -> str:
        """Number and name."""
        return "Task " + self.source.state.agents.task_label(self.subject.name)

    def now(self) -> list[Paragraph]:
        """Status, tests, text."""
        task = self.source.state.board.tasks.get(self.subject.name)
        moment = Moment(self.source.state, self.source.now)
        return [Paragraph("There is no such task now.", "muted")] if task is None else task_page(task, moment)

    def story(self, events: Sequence[ev.Event], names: Names) -> list[Paragraph]:
        """Owners, tests, messages, versions."""
        return task_story(events, self.subject.name, names)


class PathDialog(StoryDialog):
    """A file: every version with what is different and by whom, locks, readers."""

    ABOUT: ClassVar[str] = "file"

    def __init__(self, source: RunSource, path: str) -> None:
        super().__init__(source, Mention("path", path))

    def headline(self) -> str:
        """The path."""
        return "File " + self.subject.name

    def now(self) -> list[Paragraph]:
        """The last version."""
        file = self.source.state.files.files.get(self.subject.name)
        if file is None:
            return [Paragraph("Nobody has written it yet.", "muted")]
        text = f"v{file.version}, last by {file.author} in round {file.round}"
        return [Paragraph(f"{text} · {many(file.edits, 'edit')}, {many(file.rewrites, 'rewrite')} of others")]

    def story(self, events: Sequence[ev.Event], names: Names) -> list[Paragraph]:
        """Versions, locks, readers."""
        return path_story(events, self.subject.name, names)


class AgentDialog(StoryDialog):
    """An agent: its figures, its turns, what it wrote, its tests, what it was refused."""

    ABOUT: ClassVar[str] = "agent"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("p", "prompt", "prompt", id="agent.prompt", tooltip="Prompt and reply of its turns, whole"),
    ]
    footer = "esc close · p prompts and replies · enter what it speaks of · ↑↓ PgUp PgDn scroll"

    def __init__(self, source: RunSource, agent: str) -> None:
        super().__init__(source, Mention("agent", agent))

    def headline(self) -> str:
        """The name."""
        return "Agent " + self.subject.name

    def now(self) -> list[Paragraph]:
        """What it is and does."""
        agent = self.source.state.agents.agents.get(self.subject.name)
        return [Paragraph("There is no such agent now.", "muted")] if agent is None else agent_page(agent)

    def story(self, events: Sequence[ev.Event], names: Names) -> list[Paragraph]:
        """Turns, edits, tests, refusals."""
        return agent_story(events, self.subject.name, names)

    def action_prompt(self) -> None:
        """The whole prompt and reply of the latest turn."""
        agent = self.source.state.agents.agents.get(self.subject.name)
        if agent is not None and agent.turn is not None:
            self.app.push_screen(PromptDialog(self.source, self.subject.name, agent.turn.turn))


class DeedsDialog(StoryDialog):
    """Who did what to the run, and what was noted about its moments; ``pins`` were written later."""

    ABOUT: ClassVar[str] = "deeds"

    def __init__(self, source: RunSource, pins: Sequence[Act] = ()) -> None:
        super().__init__(source, Mention("agent", ""))
        self._pins = pins

    def headline(self) -> str:
        """What the page is."""
        return "Who did what to the run"

    def now(self) -> list[Paragraph]:
        """What is told."""
        said = "Every act that the journal records of a person, a fault plan or the engine itself, by author."
        return [Paragraph(said, "muted")]

    def story(self, events: Sequence[ev.Event], names: Names) -> list[Paragraph]:
        """Acts by author, then notes."""
        return deeds_story(events, self._pins)


class PromptDialog(StoryDialog):
    """The whole prompt and the whole reply of any turn; left and right go to others of the agent."""

    ABOUT: ClassVar[str] = "prompt"
    footer = "esc close · ← → turn before, turn after · enter what it speaks of · ↑↓ PgUp PgDn scroll"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "turn(-1)", "before", id="prompt.before", tooltip="The turn before"),
        Binding("right", "turn(1)", "after", id="prompt.after", tooltip="The turn after"),
    ]

    def __init__(self, source: RunSource, agent: str, turn: int) -> None:
        super().__init__(source, Mention("agent", agent))
        self._turn = turn
        self._turns: list[int] = []

    def headline(self) -> str:
        """Whose turn."""
        place = (
            f" ({self._turns.index(self._turn) + 1} of {len(self._turns)})"
            if self._turn in self._turns
            else ""
        )
        return f"{self.subject.name}, turn {self._turn}{place}: prompt and reply"

    def action_turn(self, step: int) -> None:
        """To the turn before or after."""
        if self._turn not in self._turns:
            return
        place = self._turns.index(self._turn) + step
        if 0 <= place < len(self._turns):
            self._turn, self._story = self._turns[place], READING
            self.renew(top=True)
            self.action_read()

    def story(self, events: Sequence[ev.Event], names: Names) -> list[Paragraph]:
        """Prompt and reply."""
        self._turns = turns_of(events, self.subject.name)
        return prompt_story(events, self._turn)
