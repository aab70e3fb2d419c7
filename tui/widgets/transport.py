"""The line that drives a replay, as a widget."""

from __future__ import annotations

from typing import ClassVar

from textual.content import Content
from textual.events import MouseDown, MouseMove, MouseUp
from textual.message import Message

from tui.widgets.moment import Moment
from tui.widgets.page import EMPTY
from tui.widgets.panel import Painted
from tui.widgets.spans import Row
from tui.widgets.transport_rows import BUTTONS, Place, TransportData, share_at, transport_row


class Transport(Painted):
    """The line as a widget: its buttons and its slider take the mouse; keys belong to the screen."""

    DEFAULT_CSS: ClassVar[str] = """
    Transport { height: 1; background: $panel; }
    """

    class Pressed(Message):
        """A button was pressed; ``action`` is one of the screen's."""

        def __init__(self, action: str) -> None:
            super().__init__()
            self.action = action

    class Sought(Message):
        """The slider was moved to ``share`` of the run's time."""

        def __init__(self, share: float) -> None:
            super().__init__()
            self.share = share

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 Textual's name
        super().__init__(id=id)
        self.data: TransportData | None = None
        self._places: list[Place] = []

    def update(self, data: TransportData) -> None:
        """Show another position."""
        self.data = data
        self.show(EMPTY)

    def rows(self, moment: Moment, cells: int, height: int) -> list[Row]:
        """The one row."""
        if self.data is None:
            return [[]]
        row, self._places = transport_row(self.data, cells)
        return [row]

    def _place(self, x: int) -> Place | None:
        return next((place for place in self._places if place.start <= x < place.end), None)

    def on_mouse_down(self, event: MouseDown) -> None:
        """Press a button, or take hold of the slider."""
        place = self._place(event.x)
        if place is None:
            return
        event.stop()
        if place.action == "seek":
            self.capture_mouse()
            self.post_message(self.Sought(share_at(event.x, place)))
        else:
            self.post_message(self.Pressed(place.action))

    def on_mouse_move(self, event: MouseMove) -> None:
        """Drag the slider; elsewhere say what the button does."""
        slider_ = next((place for place in self._places if place.action == "seek"), None)
        if slider_ is not None and self.app.mouse_captured is self:
            self.post_message(self.Sought(share_at(event.x, slider_)))
            return
        place = self._place(event.x)
        known = {button.action: button.tooltip for button in BUTTONS} | {
            "seek": "Click or drag to any moment"
        }
        self.tooltip = Content(known[place.action]) if place is not None else None

    def on_mouse_up(self, event: MouseUp) -> None:
        """Let the slider go."""
        self.release_mouse()
