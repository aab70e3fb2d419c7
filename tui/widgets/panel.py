"""The base of every panel: rows drawn line by line, and only those that changed are painted again."""

from __future__ import annotations

from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.binding import BindingType
from textual.events import Click, MouseDown, MouseScrollDown, MouseScrollUp, Resize
from textual.geometry import Region
from textual.message import Message
from textual.selection import Selection
from textual.strip import Strip
from textual.widget import Widget

from tui.keys import MOVE
from tui.theme import Ink, ink_for
from tui.widgets.moment import Moment
from tui.widgets.spans import Row, cells_of, fit, plain

WHEEL_ROWS = 3
"""Rows that one step of the mouse wheel moves."""


def strip_of(row: Row, cells: int, ink: Ink, base: Style) -> Strip:
    """The row as Textual paints it: exactly ``cells`` wide, every role in its ink."""
    segments = [Segment(span.text, base + ink[span.role]) for span in fit(row, cells)]
    return Strip(segments, cells)


def _restyled(strip: Strip, start: int, end: int, style: Style) -> Strip:
    """The strip with ``style`` over the cells from ``start`` to ``end``."""
    before, inside, after = strip.crop(0, start), strip.crop(start, end), strip.crop(end)
    return Strip.join([before, Strip(Segment.apply_style(list(inside), post_style=style)), after])


class Painted(Widget):
    """A widget that is a list of rows. ``rows`` is asked for at every flush; only changed ones repaint."""

    DEFAULT_CSS = """
    Painted { width: 1fr; height: 1fr; background: $background; color: $foreground; }
    """

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 Textual's name
        super().__init__(id=id, classes=classes)
        self.moment: Moment | None = None
        self._rows: list[Row] = []
        self._base = Style()
        self._ink: Ink = {}
        self._cells = 0

    def rows(self, moment: Moment, cells: int, height: int) -> list[Row]:
        """What stands in the ``height`` rows that can be seen."""
        raise NotImplementedError

    def marked(self) -> tuple[int, int, int] | None:
        """Row, first and last cell (exclusive) that the cursor is on, if it is shown."""
        return None

    def show(self, moment: Moment) -> None:
        """Paint what changed since the last time."""
        self.moment = moment
        self.repaint()

    def repaint(self) -> None:
        """Lay the rows out again and paint those that differ."""
        width, height = self.size
        if self.moment is None or not width or not height or not self.display:
            return
        before, self._rows = self._rows, self.rows(self.moment, width, height)
        if len(before) != len(self._rows):
            self.refresh()
            return
        changed = [y for y, (old, new) in enumerate(zip(before, self._rows, strict=True)) if old != new]
        if len(changed) > height // 2:
            self.refresh()
        elif changed:
            self.refresh(*(Region(0, y, width, 1) for y in changed))

    def on_resize(self, event: Resize) -> None:
        """A new size is new rows."""
        self.repaint()
        self.refresh()

    def render_lines(self, crop: Region) -> list[Strip]:
        """Rows of cells, for Textual; what all of them need is worked out once."""
        self._base, self._ink, self._cells = self.rich_style, ink_for(self.app), self.size.width
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        """One row of cells."""
        row = self._rows[y] if y < len(self._rows) else []
        strip = strip_of(row, self._cells, self._ink, self._base)
        if (mark := self.marked()) is not None and mark[0] == y:
            strip = _restyled(strip, mark[1], mark[2], self._cursor_style)
        if (selection := self.text_selection) is not None and (span := selection.get_span(y)) is not None:
            start, end = span
            stop = strip.cell_length if end == -1 else end
            chosen = self.screen.get_component_rich_style("screen--selection")
            strip = _restyled(strip, start, stop, chosen)
        return strip.apply_offsets(0, y)

    @property
    def _cursor_style(self) -> Style:
        return Style(bgcolor=self.app.theme_variables.get("panel", "#303030"), bold=True)

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """The selected text, as it stands on the screen."""
        return selection.extract("\n".join(plain(row).rstrip() for row in self._rows)), "\n"

    @property
    def texts(self) -> list[str]:
        """The rows as they stand on the screen."""
        return [plain(row) for row in self._rows]

    def place_at(self, x: int, y: int) -> tuple[str, int]:
        """The row at cell (``x``, ``y``) as text, and the character that stands there."""
        text = plain(self._rows[y]) if 0 <= y < len(self._rows) else ""
        place = next((i for i in range(len(text)) if cells_of(text[: i + 1]) > x), len(text))
        return text, place


class Panel(Painted, can_focus=True):
    """A painted widget with a title in the frame around it, that scrolls and takes the keyboard.

    ``top`` is the first row that is seen. ``length`` rows stand in the panel in all.
    """

    LINKED: ClassVar[bool] = False
    """Whether names on it lead to their pages: so in panels without a cursor on lines, tasks or agents."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key.binding() for key in MOVE if not key.action.startswith("app.")
    ]

    class Opened(Message):
        """Enter was pressed, or the panel clicked twice: show the whole of what the cursor is on.

        ``at`` is the cell of the click where the panel itself has no cursor.
        """

        def __init__(self, panel: Panel, at: tuple[int, int] | None = None) -> None:
            super().__init__()
            self.panel = panel
            self.at = at

    class Retitled(Message):
        """What stands in the frame above the panel has changed, apart from the run."""

    class Idle(Message):
        """A key did nothing, for ``why``."""

        def __init__(self, why: str) -> None:
            super().__init__()
            self.why = why

    def __init__(self, key: str) -> None:
        super().__init__(id=None)
        self.key = key
        self.top = 0
        self.length = 0

    def title(self, moment: Moment, cells: int) -> tuple[Row, Row]:
        """What stands in the frame above, at the left and at the right."""
        raise NotImplementedError

    @property
    def own_keys(self) -> Row:
        """Keys of its own that a person should know of, where it has the whole area."""
        return []

    @property
    def at_present(self) -> bool:
        """Whether it shows the present, and follows it."""
        return True

    def copied(self) -> str:
        """What is copied of the panel if nothing is selected: the row that the cursor is on, or all rows."""
        mark = self.marked()
        rows = self._rows if mark is None else self._rows[max(0, mark[0]) : mark[0] + 1]
        return "\n".join(plain(row).rstrip() for row in rows).strip("\n")

    @property
    def _limit(self) -> int:
        return max(0, self.length - self.size.height)

    def scroll_rows(self, rows: int) -> None:
        """Move the view by some rows, as far as there are any."""
        self.top = min(self._limit, max(0, self.top + rows))
        self.repaint()

    def reveal(self, row: int) -> None:
        """Move the view until ``row``, which the cursor is on, is seen, and paint."""
        height = self.size.height
        more = 1 if self.length > height else 0  # the last row then says how many more there are
        if row < self.top:
            self.top = row
        elif row >= self.top + height - more:
            self.top = min(row - height + 1 + more, self._limit)
        self.repaint()
        self.refresh()

    def action_move(self, step: int) -> None:
        """One line up or down."""
        self.scroll_rows(step)

    def action_page(self, step: int) -> None:
        """One page up or down."""
        self.action_move(step * max(1, self.size.height - 1))

    def action_home(self) -> None:
        """To the beginning."""
        self.action_move(-self.length - 1)

    def action_end(self) -> None:
        """To the end."""
        self.action_move(self.length + 1)

    def follow_end(self) -> None:
        """Show the present again, if the panel can be moved away from it."""

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        """The wheel moves the view, whoever has the keyboard."""
        event.stop()
        self.scroll_rows(-WHEEL_ROWS)

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        """The wheel moves the view, whoever has the keyboard."""
        event.stop()
        self.scroll_rows(WHEEL_ROWS)

    def on_mouse_down(self, event: MouseDown) -> None:
        """A click takes the keyboard here."""
        self.focus(scroll_visible=False)

    def on_click(self, event: Click) -> None:
        """A second click opens what it is on; panels with a cursor do so by themselves."""
        if event.chain == 2 and self.LINKED:
            self.post_message(self.Opened(self, (event.x, event.y)))

    def on_focus(self) -> None:
        """The cursor shows where the keyboard is."""
        self.refresh()

    def on_blur(self) -> None:
        """The cursor fades."""
        self.refresh()
