"""Panels that show the same thing in several ways; one key goes from one to the next."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import BindingType

from tui.keys import VIEWED
from tui.widgets.panel import Panel
from tui.widgets.spans import Row, Span


class ViewedPanel(Panel):
    """A panel with several ``VIEWS``, of which ``view`` is shown."""

    VIEWS: ClassVar[tuple[str, ...]] = ()
    BINDINGS: ClassVar[list[BindingType]] = [key.binding() for key in VIEWED]

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.view = self.VIEWS[0]

    def choose(self, view: str) -> None:
        """Show this view; one that the panel does not have changes nothing."""
        if view in self.VIEWS and view != self.view:
            self.view, self.top = view, 0
            self.repaint()
            self.refresh()
            self.post_message(self.Retitled())

    def action_next_view(self) -> None:
        """The next view, or the first one again."""
        self.choose(self.VIEWS[(self.VIEWS.index(self.view) + 1) % len(self.VIEWS)])

    @property
    def viewed(self) -> bool:
        """Whether it shows another than its usual view."""
        return self.view != self.VIEWS[0]

    @property
    def own_keys(self) -> Row:
        """That there are other views; another one than the usual says so in its title."""
        return (
            []
            if self.viewed
            else [Span(VIEWED[0].name, "accent"), Span(f" {', '.join(self.VIEWS[1:])}", "muted")]
        )

    def view_name(self) -> Row:
        """``by status g``: the view that is not the usual one, and the key that leads on."""
        if self.view == self.VIEWS[0]:
            return []
        return [Span(f"{self.view} ", "plain"), Span(VIEWED[0].name, "accent"), Span(" next view", "muted")]


class Deeper(ViewedPanel):
    """A panel with views that take too long for the loop to compute."""

    @property
    def deeper(self) -> str | None:
        """What the present view needs to have computed (see ``tui.insights``); null if nothing."""
        return None
