"""The panel of rounds: what failed, clashed, was said, or came to nothing, round by round."""

from __future__ import annotations

from typing import ClassVar

from tui.widgets.moment import Moment
from tui.widgets.panel import Panel
from tui.widgets.round_rows import round_rows
from tui.widgets.spans import Row, Span


class RoundsPanel(Panel):
    """Failed tests, conflicts, messages and idle rounds as they happen."""

    LINKED: ClassVar[bool] = True

    def __init__(self) -> None:
        super().__init__("rounds")

    def title(self, moment: Moment, cells: int) -> tuple[Row, Row]:
        """How many rounds there were."""
        if "rounds" in moment.state.run.gaps:
            return [Span("Rounds", "strong")], [Span("unknown", "muted")]
        number = len(moment.state.metrics.rounds)
        return [Span("Rounds", "strong")], [Span(f"{number} so far", "muted")] if number else []

    def rows(self, moment: Moment, cells: int, height: int) -> list[Row]:
        """The charts."""
        self.length = height
        return round_rows(moment, cells, height)
