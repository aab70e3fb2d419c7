"""Pages over the panels: a whole turn, a task, what a panel shows, the help."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from engine.record.state import AgentState, DraftState, TaskState, Turn
from tui.clipboard import copy
from tui.help import PANEL_HELP, panel_page
from tui.mentions import Mention, Names
from tui.screens.dialogs import Dialog, agent_of
from tui.source import RunSource
from tui.widgets.agent_rows import STATUS
from tui.widgets.board import TaskBoard
from tui.widgets.board_rows import status_of, waits_for
from tui.widgets.figures import clock, many, money
from tui.widgets.moment import Moment
from tui.widgets.page import Page, Paragraph
from tui.widgets.panel import Panel

RENEW_SECONDS = 0.5
"""How often an open page looks whether its turn or task went on."""

BROKEN_FROM = 80
"""Characters from which on a line of a description counts as broken for the width of an editor."""


class PageDialog(Dialog[None]):
    """A page to read, nearly as large as the screen."""

    DEFAULT_CSS = """
    PageDialog > Vertical { width: 96%; max-width: 124; height: 92%; }
    PageDialog Page { height: 1fr; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,q", "dismiss", "close", id="page.close", tooltip="Close the page"),
        Binding("question_mark", "about", "help", id="page.about", tooltip="What the page says"),
        Binding("y", "copy", "copy", id="page.copy", tooltip="Copy what is selected, or the whole page"),
    ]

    footer = "esc close · ↑↓ PgUp PgDn scroll"

    def parts(self) -> ComposeResult:
        """The page and its keys."""
        yield Page(lambda _: self.paragraphs())
        yield Static(Content(self.footer), classes="hint")

    def on_mount(self) -> None:
        """Show it."""
        self.renew(top=True)
        self.query_one(Page).focus()
        self.set_interval(RENEW_SECONDS, self.renew)

    def renew(self, *, top: bool = False) -> None:
        """Look again at what the page is about."""
        self.query_one(Vertical).border_title = Content(self.headline() or "–")
        self.query_one(Page).renew(top=top)

    def action_copy(self) -> None:
        """Copy what is selected, or the whole page."""
        text = self.get_selected_text() or "\n".join(part.label + part.text for part in self.paragraphs())
        self.app.notify(copy(self.app, text), markup=False)

    def headline(self) -> str:
        """What stands in the frame."""
        return self.heading

    def paragraphs(self) -> list[Paragraph]:
        """What the page says."""
        raise NotImplementedError


class HelpDialog(PageDialog):
    """What is in front, all keys of a screen, what its panels show; or what one panel or dialog is about."""

    heading = "Help"
    ABOUT: ClassVar[str] = "help"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark,f1", "dismiss", "close", id="help.close", tooltip="Close the help")
    ]

    def __init__(self, page: list[Paragraph]) -> None:
        super().__init__()
        self._page = page

    def paragraphs(self) -> list[Paragraph]:
        """The page, as it was written."""
        return self._page


class TurnDialog(PageDialog):
    """A whole turn of an agent: what came of it, and the reply as it was. Left and right go to others."""

    ABOUT: ClassVar[str] = "turn"
    footer = "esc close · ← → turn before, turn after · p whole prompt · enter what it speaks of · y copy"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("p", "prompt", "prompt", id="turn.prompt", tooltip="The whole prompt and reply"),
        Binding("enter", "links", "open", id="turn.links", tooltip="Open what the turn speaks of"),
        Binding("left", "turn(-1)", "before", id="turn.before", tooltip="The turn before"),
        Binding("right", "turn(1)", "after", id="turn.after", tooltip="The turn after"),
    ]

    def __init__(self, source: RunSource, agent: str, number: int | None = None) -> None:
        super().__init__()
        self._source = source
        self._agent_name = agent
        self._number = number  # turns are kept by number: the oldest go away while one reads

    def _agent(self) -> AgentState | None:
        return self._source.state.agents.agents.get(self._agent_name)

    def _turn(self) -> Turn | None:
        agent = self._agent()
        if agent is None or not agent.turns:
            return None
        if self._number is None:
            self._number = agent.turns[-1].turn
        return next((turn for turn in agent.turns if turn.turn >= self._number), agent.turns[-1])

    def action_turn(self, step: int) -> None:
        """To the turn before or after."""
        agent, turn = self._agent(), self._turn()
        if agent is None or turn is None:
            return
        numbers = [t.turn for t in agent.turns]
        place = numbers.index(turn.turn) + step
        if 0 <= place < len(numbers):
            self._number = numbers[place]
            self.renew(top=True)

    def action_prompt(self) -> None:
        """The whole prompt and reply, from the journal."""
        from tui.screens.stories import PromptDialog

        if (turn := self._turn()) is not None:
            self.app.push_screen(PromptDialog(self._source, self._agent_name, turn.turn))

    def action_links(self) -> None:
        """Offer the agent, and what the turn speaks of."""
        from tui.screens.links import offer

        names = Names(self._source.state)
        found = {Mention("agent", self._agent_name): None}
        for paragraph in self.paragraphs():
            found |= dict.fromkeys(names.in_text(paragraph.text))
        offer(self.app, self._source, list(found))

    def headline(self) -> str:
        """Whose turn, in which round."""
        turn = self._turn()
        return self._agent_name if turn is None else f"{self._agent_name}, round {turn.round}"

    def paragraphs(self) -> list[Paragraph]:
        """Figures, outcomes, reply."""
        turn = self._turn()
        return [Paragraph("No turn yet.", "muted")] if turn is None else turn_page(turn)


def turn_page(turn: Turn) -> list[Paragraph]:
    """A turn in paragraphs; what the model or a test wrote is kept line by line."""
    page = [Paragraph(_figures(turn), "muted"), Paragraph("")]
    page.append(Paragraph("What came of it", "strong"))
    for line in turn.lines:
        if line.kind == "speech":
            continue  # the reply below holds it, whole
        page.append(Paragraph(line.text, "bad" if line.kind in ("bad", "error", "fault") else "plain", "·"))
        if line.detail:
            page.append(Paragraph(line.detail, "muted", " ", verbatim=True))
    if not turn.lines:
        page.append(Paragraph("nothing came of it" if turn.ended is not None else "nothing yet", "muted"))
    page += [Paragraph(""), Paragraph("The reply", "strong")]
    if turn.reply:
        page.append(Paragraph(turn.reply, "speech", verbatim=True))
    else:
        words = "no words" if turn.request else "not recorded"  # only imported turns have no digest
        page.append(Paragraph(words if turn.ended is not None else "not here yet", "muted"))
    return page


def _figures(turn: Turn) -> str:
    parts = [f"turn {turn.turn}", f"began at {clock(turn.started)}"]
    if turn.latency_seconds is not None:
        parts.append(f"answered after {turn.latency_seconds:.1f} s")
    if turn.attempts > 1:
        parts.append(many(turn.attempts, "attempt"))
    if turn.input_tokens is not None and turn.output_tokens is not None:
        cached = "" if turn.cached_tokens is None else f" ({turn.cached_tokens:,} cached)"
        thought = "" if turn.reasoning_tokens is None else f" ({turn.reasoning_tokens:,} reasoning)"
        parts.append(f"{turn.input_tokens:,} tokens in{cached}, {turn.output_tokens:,} out{thought}")
    if turn.finish_reason and turn.finish_reason != "stop":
        parts.append(f"finish reason {turn.finish_reason}")
    if turn.outcome:
        parts.append(f"{turn.outcome}, {many(turn.effects, 'effect')}")
    shown = [f"{path} v{version}" for path, version in turn.seen.files]
    known = ", ".join(shown) if shown else "no file"
    parts.append("was shown " + (known if turn.request else "unknown files"))
    return " · ".join(parts)


def agent_page(agent: AgentState) -> list[Paragraph]:
    """An agent in paragraphs."""
    glyph, word, role = STATUS[agent.status]
    work = f"{many(agent.done, 'task')} done", many(agent.edits, "edit"), many(agent.refusals, "refusal")
    cost = "unknown" if agent.cost_usd is None else money(agent.cost_usd)
    tokens = f"{agent.input_tokens:,} in, {agent.output_tokens:,} out, {cost}"
    return [
        Paragraph(f"{glyph} {word} since {clock(agent.since)}", role, "status      "),
        Paragraph(f"{agent.role}, {agent.model}", label="role, model "),
        Paragraph(", ".join(work), label="work        "),
        Paragraph(f"{agent.test_runs}, {agent.test_failures} of them failed", label="test runs   "),
        Paragraph(tokens, label="tokens      "),
    ]


def task_page(task: TaskState, moment: Moment) -> list[Paragraph]:
    """A task in paragraphs."""
    board = moment.state.board
    copies = moment.state.drafts.on(task.id)
    glyph, word, role = status_of(task, moment)
    state = waits_for(task, board) if word == "waits" else word
    passed = (
        "not run yet" if task.tests_passed is None else f"{task.tests_passed} of {len(task.tests)} passed"
    )
    tests = f"{len(task.tests)}; {passed}" if task.tests else "none of its own"
    labels = moment.state.agents
    return [
        Paragraph(f"{glyph} {state}" + (f", {task.owner}" if task.owner else ""), role, "status      "),
        Paragraph(", ".join(map(labels.task_label, task.dependencies)) or "none", label="depends on  "),
        Paragraph(", ".join(task.files) or "none named", label="files       "),
        Paragraph(tests, label="tests       "),
        Paragraph(" → ".join(task.owners) or "nobody yet", label="owners      "),
        *([Paragraph(f"{task.reviewer} is to", label="review      ")] if task.reviewer else ()),
        *(Paragraph(_copy(copy, len(task.tests)), label="copy        ") for copy in copies),
        Paragraph(""),
        Paragraph(task.title, "strong"),
        Paragraph(reflowed(task.description), verbatim=True),
    ]


def reflowed(text: str) -> str:
    """The text without the breaks that its author made at the width of an editor, for it is wrapped anew.

    Short lines, blank ones, items of lists and code (indented by four) keep theirs.
    """
    lines: list[str] = []
    broken = False
    for line in text.split("\n"):
        words = line.strip()
        if broken and words and not words.startswith(("-", "*", ">>>")) and not line.startswith("    "):
            lines[-1] += f" {words}"
        else:
            lines.append(line)
        broken = len(line) >= BROKEN_FROM and not line.startswith("    ")
    return "\n".join(lines)


def _copy(copy: DraftState, tests: int) -> str:
    """``Dev2, backup for Dev1, 3 edits, 4 of 6 tests passed``."""
    what = f"backup for {copy.owner}" if copy.kind == "backup" else "version"
    edits = many(copy.edits, "edit")
    passed = "not tested yet" if copy.passed is None else f"{copy.passed} of {tests} tests passed"
    return f"⧉ {copy.agent}, {what}, {edits}, {'submitted' if copy.submitted else passed}"


def detail_of(panel: Widget | None, source: RunSource, number: int | None = None) -> PageDialog | None:
    """The page for what a panel's cursor is on; without a panel the first agent's latest turn."""
    from tui.screens.stories import TaskDialog

    if isinstance(panel, TaskBoard):
        return TaskDialog(source, panel.selected.id) if panel.selected is not None else None
    if isinstance(panel, Panel) and panel.key in PANEL_HELP:
        return HelpDialog(panel_page(panel.key))
    name = agent_of(panel) or next(iter(source.state.agents.agents), None)
    return TurnDialog(source, name, number) if name is not None else None
