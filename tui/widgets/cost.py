"""The cost panel."""

from __future__ import annotations

from typing import ClassVar

from tui.widgets.cost_rows import cost_rows
from tui.widgets.figures import money
from tui.widgets.moment import Moment
from tui.widgets.panel import Panel
from tui.widgets.spans import Row, Span

_SOURCES = {"notional": "at list price", "reported": "as reported"}


class CostPanel(Panel):
    """Tokens and money: in all, against speedup, by agent, and the rate now."""

    LINKED: ClassVar[bool] = True

    def __init__(self) -> None:
        super().__init__("cost")

    def title(self, moment: Moment, cells: int) -> tuple[Row, Row]:
        """What it has cost so far."""
        metrics = moment.state.metrics
        source = _SOURCES.get(metrics.cost_source, "") if metrics.cost_usd is not None else ""
        right: Row = [Span(source, "muted")] if source else []
        return [Span("Cost ", "strong"), Span(money(metrics.cost_usd))], right

    def rows(self, moment: Moment, cells: int, height: int) -> list[Row]:
        """The rows that are seen."""
        rows = cost_rows(moment, cells)
        self.length = len(rows)
        self.top = min(self.top, max(0, len(rows) - height))
        seen = rows[self.top : self.top + height]
        seen += [[] for _ in range(height - len(seen))]
        below = len(rows) - self.top - height
        if below > 0:
            seen[-1] = [Span(f"… {below + 1} more ↓", "muted")]
        return seen
