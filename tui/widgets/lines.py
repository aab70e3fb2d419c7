"""Header, banner and footer lines."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from textual.events import Click

from tui.footer import footer_row
from tui.keys import VIEW, Key
from tui.widgets.check_rows import check_row
from tui.widgets.header_rows import header_row
from tui.widgets.moment import Moment
from tui.widgets.panel import Painted
from tui.widgets.spans import Row, Span, crop_row, wrap_row

FINDINGS = next(key for key in VIEW if key.id == "view.findings")
"""The key that opens what the checker found."""

CHECK_HEIGHT = 20
"""Rows of a screen from which on the checker has one: below, the team needs them all."""


class HeaderLine(Painted):
    """What runs, how far, how fast, at what price."""

    DEFAULT_CSS = "HeaderLine { height: 1; background: $panel; }"

    def rows(self, moment: Moment, cells: int, height: int) -> list[Row]:
        """The one line."""
        return [header_row(moment, cells)]


BANNER_LINES = 2
"""Lines that a warning can take: the whole of what an agent asks stands in the talk panel."""


class BannerLines(Painted):
    """Warnings that stay as long as they are true; takes no room without any."""

    DEFAULT_CSS = "BannerLines { height: 0; background: $panel; }"

    def __init__(self) -> None:
        super().__init__()
        self._lines: list[Row] = []

    def set_lines(self, lines: list[Row]) -> None:
        """Say these from now on; what is too long takes two lines, where the screen has room for them."""
        width, height = self.screen.size
        most = BANNER_LINES if height >= CHECK_HEIGHT else 1
        lines = [line for row in lines for line in wrap_row(row, max(20, width), most)]
        if len(lines) != len(self._lines):
            self.styles.height = len(lines)
        self._lines = lines
        self.repaint()

    def rows(self, moment: Moment, cells: int, height: int) -> list[Row]:
        """The warnings."""
        return self._lines[:height]


class CheckLine(Painted):
    """What the checker has found so far; takes no room before it has looked, nor on a low screen."""

    DEFAULT_CSS = "CheckLine { height: 0; background: $panel; }"

    def __init__(self) -> None:
        super().__init__()
        self._shown = False

    def show(self, moment: Moment) -> None:
        """Appear with the first check."""
        wanted = moment.verdicts is not None or bool(moment.checking)
        wanted = wanted and self.screen.size.height >= CHECK_HEIGHT
        if wanted != self._shown:
            self._shown = wanted
            self.styles.height = int(wanted)
        super().show(moment)

    def rows(self, moment: Moment, cells: int, height: int) -> list[Row]:
        """The one line."""
        if moment.verdicts is not None:
            return [check_row(moment.verdicts, cells, moment.checking, FINDINGS.name)]
        return [crop_row([Span(f" … {moment.checking}", "muted")], cells)] if moment.checking else []

    async def on_click(self, event: Click) -> None:
        """The findings."""
        await self.screen.run_action("findings")


class FooterLine(Painted):
    """The keys that apply now; each can be clicked."""

    DEFAULT_CSS = "FooterLine { height: 1; background: $panel; }"

    def __init__(self, keys: Callable[[], Iterable[Key]]) -> None:
        super().__init__()
        self._keys = keys
        self._places: list[tuple[int, int, str]] = []

    def rows(self, moment: Moment, cells: int, height: int) -> list[Row]:
        """The one line."""
        row, self._places = footer_row(self._keys(), moment, cells)
        return [row]

    async def on_click(self, event: Click) -> None:
        """Do what the key under the mouse does."""
        for start, end, action in self._places:
            if start <= event.x < end and action:
                await self.screen.run_action(action)
