"""Dialogs that change a running team and its work: who joins, who leaves, what more is to be done."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from engine.control import AddAgent, AddDependency, AddTask, AnyCommand, RemoveAgent
from engine.record.state import RunState
from engine.team.names import LEAD, wrong_name
from tasks.errors import nearest, quoted
from tui.screens.dialogs import Dialog, _mark


class FormDialog(Dialog[AnyCommand]):
    """Fields to fill in, one below the other; enter goes on, and at the last one it is done."""

    ABOUT: ClassVar[str] = "member"
    DEFAULT_CSS = """
    FormDialog Horizontal { height: 1; }
    FormDialog .label { width: 13; color: $secondary; }
    FormDialog Input { width: 1fr; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "app.focus_next", "next", id="form.next", tooltip="On to the next field"),
        Binding("up", "app.focus_previous", "previous", id="form.previous", tooltip="Back to the last field"),
    ]

    FIELDS: ClassVar[tuple[tuple[str, str, str], ...]] = ()
    """Name of each field, what stands before it, and what stands in it while it is empty."""

    note = ""

    def __init__(self, state: RunState) -> None:
        super().__init__()
        self.state = state

    def parts(self) -> ComposeResult:
        """A field each."""
        for name, label, placeholder in self.FIELDS:
            with Horizontal():
                yield Static(Content(label), classes="label")
                yield Input(placeholder=placeholder, max_length=4_000, id=name)
        yield Static(Content(""), classes="problem")
        if self.note:
            yield Static(Content(self.note), classes="hint")
        yield Static(Content("enter next field, then done · ↑↓ fields · esc cancel"), classes="hint")

    def on_mount(self) -> None:
        """Begin with the first."""
        self.query(Input).first().focus()

    def value(self, name: str) -> str:
        """What was typed there."""
        return self.query_one(f"#{name}", Input).value.strip()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """On to the next field, or done."""
        names = [name for name, _, _ in self.FIELDS]
        place = names.index(event.input.id or names[-1]) + 1
        if place < len(names):
            self.query_one(f"#{names[place]}", Input).focus()
            return
        command, problem = self.command()
        if command is None:
            self.query_one(".problem", Static).update(Content(problem))
        else:
            self.dismiss(command)

    def command(self) -> tuple[AnyCommand | None, str]:
        """What the fields ask for, or why they ask for nothing: what was typed stands to be mended.

        Whatever else does not fit is the engine's to refuse, for it knows the team of the moment.
        """
        raise NotImplementedError

    def unknown(self, *words: str) -> str:
        """A sentence about the first of ``words`` that names no task; empty if each does."""
        tasks = self.state.board.tasks.values()
        known = {name for task in tasks for name in (task.id, task.name)}
        for word in words:
            if word.removeprefix("task-").removeprefix("#") not in known:
                return f"There is no task {quoted(word)}.{nearest(word, [task.id for task in tasks])}"
        return ""


class JoinDialog(FormDialog):
    """Takes an agent into the team."""

    heading = "Add an agent"
    FIELDS = (
        ("name", "name", "the next of Dev1, Dev2, …"),
        ("model", "model", "that of the others; or as sim/gpt-5.2"),
    )

    def command(self) -> tuple[AnyCommand | None, str]:
        """Both fields may be empty."""
        name = self.value("name")
        taken = [agent.name for agent in self.state.agents.present]
        if name not in ("", LEAD) and (problem := wrong_name(name, taken)):
            return None, problem
        return AddAgent(name=name or None, model=self.value("model") or None), ""


class TaskDialog(FormDialog):
    """Puts a task on the board."""

    heading = "Add a task"
    FIELDS = (
        ("title", "title", "what the board says"),
        ("file", "file", "what it writes, as csv_report.py"),
        ("after", "waits for", "no task; or by id or name, as 3, 7"),
        ("description", "description", "the title; or all that agents are to read"),
    )
    note = "It has no tests, so nothing can verify it."

    def command(self) -> tuple[AnyCommand | None, str]:
        """Title and file are needed."""
        title, files = self.value("title"), _words(self.value("file"))
        if not title or not files:
            return None, "A task needs a title and a file."
        after, said = _words(self.value("after")), self.value("description")
        if problem := self.unknown(*after):
            return None, problem
        return AddTask(title=title, files=files, after=after, description=said), ""


class DependencyDialog(FormDialog):
    """Has a task wait for another one."""

    heading = "Add a dependency"
    FIELDS = (
        ("task", "task", "one that nobody has begun, by id or name"),
        ("on", "waits for", "another one, by id or name"),
    )

    def command(self) -> tuple[AnyCommand | None, str]:
        """Both are needed."""
        task, on = self.value("task"), self.value("on")
        if not task or not on:
            return None, "Name two tasks."
        if problem := self.unknown(task, on):
            return None, problem
        return AddDependency(task=task, on=on), ""


class LeaveDialog(Dialog[AnyCommand]):
    """Chooses who leaves the team."""

    ABOUT: ClassVar[str] = "member"
    heading = "Take an agent out of the team"

    def __init__(self, state: RunState, name: str | None = None) -> None:
        super().__init__()
        self._names = [agent.name for agent in state.agents.present]
        self._marks = {each: _having(state, each) + _mark(state, each) for each in self._names}
        self._name = name

    def parts(self) -> ComposeResult:
        """The team."""
        rows = enumerate(self._names)
        yield OptionList(*(Option(Content(f"{n}{self._marks[n]}"), id=f"n{i}") for i, n in rows))
        yield Static(Content("At once: an open turn is lost, open tasks are passed on."), classes="hint")
        yield Static(Content("enter take out · ↑↓ choose · esc cancel"), classes="hint")

    def on_mount(self) -> None:
        """Begin with the one in focus."""
        options = self.query_one(OptionList)
        options.highlighted = self._names.index(self._name) if self._name in self._names else 0
        options.focus()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Whom."""
        self.dismiss(RemoveAgent(name=self._names[event.option_index]))


def _having(state: RunState, name: str) -> str:
    """How many tasks somebody else would have to take over."""
    count = len(state.board.owned_by(name))
    return f"  {count} open task{'' if count == 1 else 's'}"


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())
