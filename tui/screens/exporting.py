"""The dialog that saves a summary: in which form, where to."""

from __future__ import annotations

from typing import ClassVar, NamedTuple

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Input, OptionList, Static

from engine.analysis.exports import FORMATS, Format
from tui.screens.dialogs import Dialog, options

_ABOUT: dict[Format, str] = {
    "svg": "a picture of this page, for a paper or a chat",
    "md": "Markdown: sentence, figures, agents, faults",
    "json": "every figure, unrounded",
    "csv": "every figure in one row, for spreadsheets",
    "parquet": "the same for polars and pandas",
}

PATH_MAX = 1_000
"""Characters of a path that can be typed; systems take up to 4,096 bytes."""


class Chosen(NamedTuple):
    """The form, and the file or folder to write to."""

    form: Format
    where: str


class ExportDialog(Dialog[Chosen]):
    """Asks for form and place; ``where`` is the place that stands there at first."""

    ABOUT: ClassVar[str] = "export"
    heading = "Save the summary"
    DEFAULT_CSS: ClassVar[str] = "ExportDialog Input { margin-top: 1; }"

    def __init__(self, where: str) -> None:
        super().__init__()
        self._where = where

    def parts(self) -> ComposeResult:
        """Forms, place, keys."""
        yield OptionList(*options(*((form, f"{form:<8} {_ABOUT[form]}") for form in FORMATS)))
        yield Input(self._where, max_length=PATH_MAX)
        yield Static(Content("enter save · tab to the folder or file below · esc cancel"), classes="hint")

    def on_mount(self) -> None:
        """Begin with the forms."""
        self.query_one(OptionList).focus()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Enter on a form."""
        self._save()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter on the place."""
        self._save()

    def _save(self) -> None:
        chosen = FORMATS[self.query_one(OptionList).highlighted or 0]
        where = self.query_one(Input).value.strip() or self._where
        self.dismiss(Chosen(chosen, where))
