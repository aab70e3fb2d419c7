"""What people do to saved runs in the browser: tags, notes, the trash, and the way back from it."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from textual.screen import Screen

from engine import trash
from engine.record.clean import clean_line
from engine.rows import RunRow
from engine.runnotes import NOTE_MAX
from tui.screens import keeping
from tui.screens.going import app_of
from tui.screens.notes import NoteDialog, TagsDialog
from tui.widgets.runtable import RunTable

if TYPE_CHECKING:
    from tui.screens.trashing import Emptied

UNDO_MAX = 100
"""Deletions that are remembered as one step each; older ones come back run by run."""


class Keeping(Screen[None]):
    """A screen with a ``table`` of the runs in ``_dirs``.

    What is done is done to the marked runs, or to the one that the cursor is on.
    """

    table: RunTable
    _dirs: tuple[Path, ...]

    def __init__(self) -> None:
        super().__init__()
        self._deleted: list[tuple[Path, ...]] = []

    def look_anew(self) -> None:
        """Look at the folders as they are from now on."""
        raise NotImplementedError

    @property
    def _meant(self) -> list[RunRow]:
        """The marked runs, or the one that the cursor is on."""
        table = self.table
        marked = [row for row in table.listed if row.folder.path in table.picked]
        return marked or ([table.selected] if table.selected is not None else [])

    def action_tags(self) -> None:
        """Ask for the tags of what is meant."""
        if rows := self._meant:
            name = clean_line(rows[0].run_id, 50) if len(rows) == 1 else f"{len(rows)} runs"
            before = tuple(sorted({clean_line(tag) for row in rows for tag in row.tags}))
            self.app.push_screen(TagsDialog(name, before), partial(self._tag, rows))

    async def _tag(self, rows: list[RunRow], tags: tuple[str, ...] | None) -> None:
        if tags is not None:
            self._report(await keeping.tag(rows, tags))

    def action_note(self) -> None:
        """Ask for the note on the run that the cursor is on."""
        if (row := self.table.selected) is not None:
            dialog = NoteDialog(clean_line(row.run_id, 50), clean_line(row.note, NOTE_MAX))
            self.app.push_screen(dialog, partial(self._note, row))

    async def _note(self, row: RunRow, text: str | None) -> None:
        if text is not None:
            self._report(await keeping.note(row, text))

    async def action_delete(self) -> None:
        """Move what is meant to the trash."""
        if rows := self._meant:
            said = await keeping.discard(rows)
            self._deleted = [*self._deleted[1 - UNDO_MAX :], said.gone] if said.gone else self._deleted
            self._report(said)

    async def action_undo(self) -> None:
        """Bring back what was deleted last, here or by an earlier teamtop."""
        places = self._deleted.pop() if self._deleted else ()
        if not places:
            found = await asyncio.to_thread(trash.last, self._dirs)
            places = (found,) if found is not None else ()
        if places:
            self._report(await keeping.restore(places))
        else:
            app_of(self).say("There is nothing in the trash.", "warning")

    def action_trash(self) -> None:
        """Show the trash."""
        from tui.screens.trashing import TrashDialog

        self.app.push_screen(TrashDialog(self._dirs), self._sort_out)

    async def _sort_out(self, chosen: Emptied | None) -> None:
        if chosen is not None:
            act = keeping.remove if chosen.for_good else keeping.restore
            self._report(await act(chosen.places))

    def _report(self, said: keeping.Said) -> None:
        """Say what came of it, and look at the folders again."""
        app_of(self).say(said.text, "information" if said.good else "warning")
        self.look_anew()
