"""The summary of a run as a panel: rows that scroll."""

from __future__ import annotations

from typing import ClassVar

from tui.widgets.moment import Moment
from tui.widgets.page import EMPTY
from tui.widgets.panel import Panel
from tui.widgets.spans import Role, Row, Span, fit, wrap
from tui.widgets.summary_figures import Report
from tui.widgets.summary_rows import summary_rows

LOW = 30
"""Rows below which none is left empty above the finding."""


class SummaryView(Panel):
    """Shows a report, or a sentence while there is none."""

    DEFAULT_CSS: ClassVar[str] = """
    SummaryView { padding: 0; }
    """

    def __init__(self) -> None:
        super().__init__("summary")
        self._report: Report | None = None
        self._sentence = "Reading the journal …"
        self._role: Role = "muted"
        self._laid: tuple[tuple[int, int], list[Row]] | None = None

    def show_report(self, report: Report) -> None:
        """Show the figures of a run."""
        self._report, self._laid = report, None
        self.show(EMPTY)

    def show_problem(self, sentence: str) -> None:
        """Say why there is no report; an earlier one stays."""
        self._sentence, self._role, self._laid = sentence, "bad", None
        self.show(EMPTY)

    def rows(self, moment: Moment, cells: int, height: int) -> list[Row]:
        """The rows that are seen."""
        if self._laid is None or self._laid[0] != (cells, height):
            self._laid = ((cells, height), self._lay(cells, height))
        rows = self._laid[1]
        self.length = len(rows)
        self.top = min(self.top, self._limit)
        shown = rows[self.top : self.top + height]
        shown += [[] for _ in range(height - len(shown))]
        below = self.length - self.top - height
        if below > 0:
            shown[-1] = fit([Span(f" … {below + 1} more lines ↓", "muted")], cells)
        return shown

    def _lay(self, cells: int, height: int) -> list[Row]:
        if self._report is None:
            return [[], *([Span(f" {line}", self._role)] for line in wrap(self._sentence, cells - 2))]
        # The last row says how much there is below.
        low = height < LOW
        return [*([] if low else [[]]), *summary_rows(self._report, cells, height - (1 if low else 2))]
