"""The trash as a dialog: bring runs back, or delete all of them for good."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar, NamedTuple

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from engine import trash
from engine.record.clean import clean_line
from engine.space import used_bytes
from tui.screens.dialogs import Dialog
from tui.widgets.figures import age, storage
from tui.widgets.spans import shorten

SHOWN_MAX = 200
"""Deleted runs in the list; the latest ones. Emptying takes all of them."""

NAME_CELLS = 44
"""Cells of a run's name in the list."""


class Emptied(NamedTuple):
    """Runs of the trash, to be deleted ``for_good`` or brought back."""

    places: tuple[Path, ...]
    for_good: bool


class _Row(NamedTuple):
    """A deleted run: where it lies, what it takes (bytes), seconds since it was deleted."""

    place: Path
    space: int
    ago: float


class TrashDialog(Dialog[Emptied]):
    """Deleted runs of ``dirs``, the latest first. Deleting for good takes the key twice."""

    ABOUT: ClassVar[str] = "trash"
    heading = "Trash"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("E", "empty", "empty", id="trash.empty", tooltip="Delete all of it for good; asks once more"),
    ]

    class Looked(Message):
        """The disk has been looked at."""

        def __init__(self, rows: list[_Row]) -> None:
            super().__init__()
            self.rows = rows

    def __init__(self, dirs: Sequence[Path]) -> None:
        super().__init__()
        self._dirs = tuple(dirs)
        self._rows: list[_Row] = []
        self._asked = False

    def parts(self) -> ComposeResult:
        """The runs, what they take, the keys."""
        yield OptionList()
        yield Static(Content("Looking …"), classes="hint", id="said")

    def on_mount(self) -> None:
        """Look at the disk in a thread."""
        self.query_one(OptionList).focus()
        self.run_worker(lambda: self.post_message(self.Looked(_look(self._dirs))), thread=True)

    def on_trash_dialog_looked(self, event: Looked) -> None:
        """Show what there is."""
        self._rows = event.rows
        shown = self.query_one(OptionList)
        shown.clear_options()
        for number, row in enumerate(self._rows[:SHOWN_MAX]):
            name = shorten(clean_line(row.place.name), NAME_CELLS)
            text = f"{name:<{NAME_CELLS}} {storage(row.space):>8}  {age(row.ago)} ago"
            shown.add_option(Option(Content(text), id=f"r{number}"))
        shown.highlighted = 0 if self._rows else None
        self._say()

    @property
    def _amount(self) -> str:
        count = len(self._rows)
        return f"{count} run{'' if count == 1 else 's'}, {storage(sum(row.space for row in self._rows))}"

    def _say(self) -> None:
        if not self._rows:
            text, kind = "The trash is empty. esc close", "hint"
        elif self._asked:
            text, kind = f"E again deletes {self._amount}, for good. esc keeps them.", "problem"
        else:
            text, kind = f"{self._amount} · enter brings one back · E empty the trash · esc close", "hint"
        said = self.query_one("#said", Static)
        said.set_classes(kind)
        said.update(Content(text))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Bring it back."""
        self.dismiss(Emptied((self._rows[event.option_index].place,), for_good=False))

    def action_empty(self) -> None:
        """Ask; asked again, do it."""
        if not self._rows:
            return
        if self._asked:
            self.dismiss(Emptied(tuple(row.place for row in self._rows), for_good=True))
        self._asked = True
        self._say()


def _look(dirs: Sequence[Path]) -> list[_Row]:
    """In a thread: deleted runs with their space."""
    rows: list[_Row] = []
    for place in trash.listing(dirs):
        try:
            since = place.parent.stat().st_mtime
        except OSError:
            continue  # somebody else was faster
        rows.append(_Row(place, used_bytes(place), max(0.0, time.time() - since)))
    return rows
