"""The speedup panel."""

from __future__ import annotations

from engine.analysis.laws import team_size
from tui.widgets.chart import ChartData, chart_rows
from tui.widgets.figures import times
from tui.widgets.locks import ESTIMATED, baseline_label
from tui.widgets.moment import Moment
from tui.widgets.panel import Panel
from tui.widgets.spans import Row, Span


class SpeedupPanel(Panel):
    """Measured speedup over completed work, and the bounds it runs against."""

    def __init__(self) -> None:
        super().__init__("speedup")
        self._data: ChartData | None = None
        self._drawn: tuple[int, int] = (0, 0)
        self._chart: list[Row] = []

    def title(self, moment: Moment, cells: int) -> tuple[Row, Row]:
        """The value as it stands."""
        left: Row = [Span("Speedup", "strong")]
        if moment.speedup is not None:
            left.append(Span(" " + times(moment.speedup), "measured"))
            if baseline_label(moment.baseline) == ESTIMATED:
                left.append(Span(" estimated", "muted"))
        n = moment.state.crew.developers
        return left, [Span(f"{n} agents", "muted")] if n > 1 else []

    def rows(self, moment: Moment, cells: int, height: int) -> list[Row]:
        """The chart; drawn again only if what it shows is new."""
        if moment.bounds is None:
            return [[Span("no team yet", "muted")], *([] for _ in range(height - 1))]
        data = self._describe(moment)
        if data != self._data or self._drawn != (cells, height):
            self._data, self._drawn = data, (cells, height)
            self._chart = chart_rows(data, cells, height)
        return list(self._chart)

    @staticmethod
    def _describe(moment: Moment) -> ChartData:
        run = moment.state.run
        amdahl, graph = moment.bounds or (1.0, 1.0)
        speedup = moment.speedup
        curve = moment.curve
        if speedup is not None:  # the curve ends in the value as it stands
            done = (
                moment.state.board.done
                if moment.state.board.unnamed
                else len(moment.state.metrics.completions)
            )
            curve = [*curve, (done, round(speedup, 2))]
        return ChartData(
            curve=tuple(curve),
            total=moment.state.board.total,
            amdahl=amdahl,
            graph=graph,
            p=run.p,
            agents=round(team_size(moment.state), 2),
            speedup=None if speedup is None else round(speedup, 2),
            faults=tuple((f.tasks_done, f.tasks_done_after) for f in moment.state.faults.all()),
            baseline=baseline_label(moment.baseline),
        )
