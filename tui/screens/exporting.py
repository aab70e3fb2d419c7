"""The dialog that saves a summary: in which form, where to."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from textual.app import ComposeResult
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Input, OptionList, Static

from engine.analysis.exports import FORMATS, Format
from engine.errors import TeamtopError
from engine.record.clean import clean_line
from engine.record.folder import RunFolder
from tui.exporting import export, place_of
from tui.screens.dialogs import Dialog, options
from tui.screens.going import app_of

if TYPE_CHECKING:
    from tui.widgets.summary_figures import Report

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
    """Asks for form and place; ``where`` is the place that stands there at first, ``name`` the run's."""

    ABOUT: ClassVar[str] = "export"
    DEFAULT_CSS: ClassVar[str] = "ExportDialog Input { margin-top: 1; }"

    def __init__(self, where: str, name: str = "") -> None:
        super().__init__()
        self._where = where
        self.heading = f"Save the summary of {name}" if name else "Save the summary"

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


def ask(screen: Screen[Any], folder: RunFolder, make: Callable[[], Report], wait: str = "") -> None:
    """Ask in which form and where the summary of a run is to be saved, and save it.

    ``make`` gives the summary, in a thread; ``wait`` is said meanwhile, where that may take long.
    """
    theme = screen.app.current_theme

    def write(chosen: Chosen) -> str:
        return str(export(make(), *chosen, folder.run_id, theme))

    async def save(chosen: Chosen) -> None:
        try:
            path = await asyncio.to_thread(write, chosen)
        except TeamtopError as error:
            app_of(screen).say(str(error), "error")
        else:
            app_of(screen).say(f"Saved {path}")

    def begin(chosen: Chosen | None) -> None:
        if chosen is not None:
            if wait:
                app_of(screen).say(wait)
            screen.app.run_worker(save(chosen), group="export", exit_on_error=False)

    screen.app.push_screen(
        ExportDialog(clean_line(str(place_of(folder))), clean_line(folder.run_id, 45)), begin
    )
