"""The timeline panel: a lane per agent, to scroll and zoom in time."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import BindingType

from tui.keys import MOVE, TIMELINE
from tui.widgets.moment import Moment
from tui.widgets.panel import Panel
from tui.widgets.spans import Row, Span
from tui.widgets.timeline_rows import Window, timeline_rows, whole

ZOOM = 2
"""How much one step of zooming widens or narrows the time that is seen."""

DEEPEST = 1_000_000_000
"""The narrowest window: one second on the run's clock, in nanoseconds."""

_WHOLE = "The whole run is in sight: zoom in first."
_DEEPEST = "One second is the least that is shown."


class TimelinePanel(Panel):
    """What every agent did when. It follows the present until it is moved away from it."""

    LINKED: ClassVar[bool] = True

    BINDINGS: ClassVar[list[BindingType]] = [
        key.binding() for key in (*MOVE, *TIMELINE) if not key.action.startswith("app.")
    ]

    def __init__(self) -> None:
        super().__init__("timeline")
        self._width: int | None = None
        self._start: int | None = None

    def title(self, moment: Moment, cells: int) -> tuple[Row, Row]:
        """Whether the view follows the present."""
        right: Row = [] if self._start is None else [Span("held here, End follows", "warn")]
        return [Span("Timeline", "strong")], right

    def window(self, moment: Moment) -> Window:
        """The time that is seen: all of it, or what was zoomed to."""
        all_ = whole(moment)
        if self._width is None or self._width >= all_.width:
            return all_
        last = all_.end - self._width
        start = last if self._start is None else min(last, max(all_.start, self._start))
        return Window(start, self._width)

    def rows(self, moment: Moment, cells: int, height: int) -> list[Row]:
        """Legend, lanes, faults, rounds, and what is seen."""
        if not moment.state.lanes.lanes:
            return [[Span("no team yet", "muted")], *([] for _ in range(height - 1))]
        self.length = len(moment.state.lanes.lanes) + 6
        self.top = min(self.top, self._limit)
        rows = timeline_rows(moment, self.window(moment), cells, height, self.top)
        return rows + [[] for _ in range(height - len(rows))]

    def action_zoom_time(self, step: int) -> None:
        """Narrow (1) or widen (-1) the window around its middle; around the present while it follows."""
        if self.moment is None:
            return
        window, all_ = self.window(self.moment), whole(self.moment)
        width = max(DEEPEST, window.width // ZOOM if step > 0 else window.width * ZOOM)
        if width == window.width or window.width == all_.width <= width:
            self.post_message(self.Idle(_DEEPEST if step > 0 else _WHOLE))
        if width >= all_.width:
            self._width = self._start = None
        else:
            self._width = width
            if self._start is not None:
                self._start = window.start + (window.width - width) // 2
        self._moved()

    def action_pan(self, step: int) -> None:
        """Move the window by a quarter of its width; at the end it follows again."""
        if self.moment is None:
            return
        window, all_ = self.window(self.moment), whole(self.moment)
        if window.width >= all_.width:
            self.post_message(self.Idle(_WHOLE))
            return
        start = window.start + step * window.width // 4
        self._start = None if start + window.width >= all_.end else max(all_.start, start)
        self._moved()

    def action_end(self) -> None:
        """Follow the present."""
        self._start = None
        self._moved()
        super().action_end()

    @property
    def own_keys(self) -> Row:
        """How to zoom and to move."""
        closer, wider, earlier, later = (key.name for key in TIMELINE)
        zoom, move = Span(f"{closer} {wider}", "accent"), Span(f"{earlier} {later}", "accent")
        return [zoom, Span(" zoom · ", "muted"), move, Span(" move", "muted")]

    @property
    def at_present(self) -> bool:
        """Whether the window ends in the present."""
        return self._start is None

    def follow_end(self) -> None:
        """Follow the present."""
        self.action_end()

    def action_home(self) -> None:
        """To the beginning of the run."""
        if self.moment is not None and self._width is not None:
            self._start = whole(self.moment).start
            self._moved()
        super().action_home()

    def _moved(self) -> None:
        """Show the window as it is now, and in the title whether it follows."""
        self.repaint()
        self.post_message(self.Retitled())
