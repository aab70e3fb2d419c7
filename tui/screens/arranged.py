"""What a screen with panels does about layouts: takes them, saves them, goes from one to the next."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, cast

from textual.screen import Screen

from tui import layouts
from tui.layouts import Layouts
from tui.screens.arranging import Arranged, LayoutDialog

if TYPE_CHECKING:
    from tui.app import TeamtopApp
    from tui.widgets.runview import RunView


class WithLayouts(Screen[Any]):
    """Actions of screens with a ``RunView``. The application knows the layouts; all screens share them."""

    view: RunView

    @property
    def _kept(self) -> TeamtopApp:
        return cast("TeamtopApp", self.app)

    def action_layout(self) -> None:
        """Ask which panels are to stand together."""
        known = self._kept.layouts
        self.app.push_screen(LayoutDialog(self.view, known.all, known.start), self._arranged)

    def action_next_layout(self) -> None:
        """Take the next layout that was saved; after the last one, the standard one."""
        known = self._kept.layouts
        if not known.saved:
            self._kept.say("No layout is saved yet: v chooses panels and keeps them under a name.")
            return
        self.action_take_layout(known.after(known.start).name)

    def action_take_layout(self, name: str) -> None:
        """Take the layout of that name."""
        known = self._kept.layouts.chosen(name)
        self.view.take(known.current)
        self._keep(known, f"Layout: {known.current.name}.")

    def _arranged(self, chosen: Arranged | None) -> None:
        if chosen is None:
            return
        known = self._kept.layouts
        if chosen.what == "take":
            self.action_take_layout(chosen.name)
        elif chosen.what == "delete":
            self._keep(known.without(chosen.name), f"Layout {chosen.name} is deleted.")
        else:
            try:
                known = known.with_layout(self.view.saved_as(chosen.name))
            except ValueError as error:
                self._kept.say(str(error), "warning")
            else:
                self._keep(
                    known, f"Layout {known.start} is saved: V takes it again, and it is here next time."
                )

    def _keep(self, known: Layouts, said: str) -> None:
        self._kept.layouts = known
        self.run_worker(self._write(known, said), group="layouts", exit_on_error=False)

    async def _write(self, known: Layouts, said: str) -> None:
        try:
            await asyncio.to_thread(layouts.save, known)
        except OSError as error:
            why = error.strerror or str(error)
            self._kept.say(
                f"{known.path} cannot be written ({why}): the layout holds until you quit.", "warning"
            )
        else:
            self._kept.say(said)
