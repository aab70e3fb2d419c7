"""Dialogs that change a running team and its work: who joins, who leaves, what more is to be done."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from engine.control import AddAgent, AddDependency, AddTask, AnyCommand, RemoveAgent
from engine.record.state import RunState
from tui.screens.dialogs import Dialog, _mark


class FormDialog(Dialog[AnyCommand]):
    """Fields to fill in, one below the other; enter goes on, and at the last one it is done."""

    FIELDS: ClassVar[tuple[tuple[str, str], ...]] = ()
    """Name of each field and what stands in it while it is empty."""

    hint = "enter next, then done · esc cancel"

    def parts(self) -> ComposeResult:
        """A field each."""
        for name, placeholder in self.FIELDS:
            yield Input(placeholder=placeholder, max_length=4_000, id=name)
        yield Static(Content(""), classes="problem")
        yield Static(Content(self.hint), classes="hint")

    def on_mount(self) -> None:
        """Begin with the first."""
        self.query(Input).first().focus()

    def value(self, name: str) -> str:
        """What was typed there."""
        return self.query_one(f"#{name}", Input).value.strip()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """On to the next field, or done."""
        names = [name for name, _ in self.FIELDS]
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
        """What the fields ask for, or why they ask for nothing."""
        raise NotImplementedError


class JoinDialog(FormDialog):
    """Takes an agent into the team."""

    heading = "Add an agent"
    FIELDS = (
        ("name", "name; empty: the next Dev"),
        ("model", "model, as sim/gpt-5.2; empty: that of the others"),
    )

    def command(self) -> tuple[AnyCommand | None, str]:
        """Both fields may be empty."""
        return AddAgent(name=self.value("name") or None, model=self.value("model") or None), ""


class TaskDialog(FormDialog):
    """Puts a task on the board."""

    heading = "Add a task"
    FIELDS = (
        ("title", "title: what the board says"),
        ("file", "file that it writes, as csv_report.py"),
        ("after", "tasks it waits for, as 3, 7; empty: none"),
        ("description", "what agents read; empty: the title"),
    )
    hint = "enter next, then done · it has no tests: nothing can verify it · esc cancel"

    def command(self) -> tuple[AnyCommand | None, str]:
        """Title and file are needed."""
        title, files = self.value("title"), _words(self.value("file"))
        if not title or not files:
            return None, "A task needs a title and a file."
        after, said = _words(self.value("after")), self.value("description")
        return AddTask(title=title, files=files, after=after, description=said), ""


class DependencyDialog(FormDialog):
    """Has a task wait for another one."""

    heading = "Add a dependency"
    FIELDS = (("task", "task that is to wait, by id or name"), ("on", "task that it waits for"))

    def command(self) -> tuple[AnyCommand | None, str]:
        """Both are needed."""
        task, on = self.value("task"), self.value("on")
        if not task or not on:
            return None, "Name two tasks."
        return AddDependency(task=task, on=on), ""


class LeaveDialog(Dialog[AnyCommand]):
    """Chooses who leaves the team."""

    heading = "Take an agent out of the team"

    def __init__(self, state: RunState, name: str | None = None) -> None:
        super().__init__()
        self._names = [agent.name for agent in state.agents.present]
        self._marks = {each: _mark(state, each) for each in self._names}
        self._name = name

    def parts(self) -> ComposeResult:
        """The team."""
        rows = enumerate(self._names)
        yield OptionList(*(Option(Content(f"{n}{self._marks[n]}"), id=f"n{i}") for i, n in rows))
        hint = "enter takes it out at once: an open turn is lost, its tasks are passed on · esc cancel"
        yield Static(Content(hint), classes="hint")

    def on_mount(self) -> None:
        """Begin with the one in focus."""
        options = self.query_one(OptionList)
        options.highlighted = self._names.index(self._name) if self._name in self._names else 0
        options.focus()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Whom."""
        self.dismiss(RemoveAgent(name=self._names[event.option_index]))


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())
