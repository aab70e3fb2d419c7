"""The speedup panel."""

from __future__ import annotations

from typing import ClassVar

from engine.analysis.laws import team_size
from engine.analysis.sizing import Sizing
from tui.insights import Wanted
from tui.widgets.chart import ChartData, chart_rows
from tui.widgets.figures import many, times
from tui.widgets.locks import ESTIMATED, aged, baseline_label
from tui.widgets.moment import Moment
from tui.widgets.spans import Row, Span
from tui.widgets.speedup_rows import missing_rows, sizes_rows, waterfall_rows
from tui.widgets.viewed import Deeper


class SpeedupPanel(Deeper):
    """Measured speedup over completed work beside its bounds; where it went; speedup over team sizes."""

    LINKED: ClassVar[bool] = True

    VIEWS: ClassVar[tuple[str, ...]] = ("over work", "waterfall", "over N")

    def __init__(self) -> None:
        super().__init__("speedup")
        self._data: ChartData | None = None
        self._drawn: tuple[int, int] = (0, 0)
        self._chart: list[Row] = []
        self._sized: Sizing | None = None
        self._sized_at: tuple[int, int, int, int] = (-1, -1, -1, -1)

    @property
    def deeper(self) -> Wanted | None:
        """What the view needs to have computed; null for the running curve."""
        return "waterfall" if self.view == "waterfall" else "over N" if self.view == "over N" else None

    def title(self, moment: Moment, cells: int) -> tuple[Row, Row]:
        """The value as it stands."""
        left: Row = [Span("Speedup", "strong")]
        if self.view != self.VIEWS[0]:  # the other views say theirs, which may have another baseline
            return left, self.view_name()
        if moment.speedup is not None:
            left.append(Span(" " + times(moment.speedup), "measured"))
            if baseline_label(moment.baseline) == ESTIMATED:
                left.append(Span(" estimated", "muted"))
            left += aged(moment, long=cells >= 60)
        n = moment.state.crew.developers
        size: Row = [Span(many(n, "agent"), "muted")]
        return left, [*size, *self._advice(moment)] if n > 1 or self._advice(moment) else []

    def _advice(self, moment: Moment) -> Row:
        """Add one, keep, or one less, in a word; nothing where it is not known."""
        found = self._advised(moment)
        if found is None or found.verdict == "unknown":
            return []
        if found.verdict == "keep":
            return [Span(" · keep", "muted")]
        effect = f": {100 * (found.effect or 0.0):+.0f} % time".replace("-", "−")
        word = "add one" if found.verdict == "add" else f"without {found.who or 'one'}"
        return [Span(f" · {word}", "accent"), Span(effect, "muted")]

    def _advised(self, moment: Moment) -> Sizing | None:
        """The advice; computed again only once somebody replied or did something, or the team is another."""
        state = moment.state
        done, replies = len(state.metrics.completions), state.metrics.replies
        known = (state.board.version, done, replies, state.crew.developers)
        if known != self._sized_at:
            self._sized_at, self._sized = known, moment.sizing
        return self._sized

    def rows(self, moment: Moment, cells: int, height: int) -> list[Row]:
        """The chart; drawn again only if what it shows is new."""
        if moment.bounds is None and "dependencies" not in moment.state.run.gaps:
            return [[Span("no team yet", "muted")], *([] for _ in range(height - 1))]
        if self.view != self.VIEWS[0]:
            told = self._advised(moment)
            said = [] if told is None else missing_rows(told.sentence, cells)[:2]
            rows = self._insight(moment, cells, max(1, height - len(said)))
            rows = [*rows[: max(1, height - len(said))], *said][:height]
            return [*rows, *([] for _ in range(height - len(rows)))]
        data = self._describe(moment)
        if data != self._data or self._drawn != (cells, height):
            self._data, self._drawn = data, (cells, height)
            self._chart = chart_rows(data, cells, height)
        return list(self._chart)

    def _insight(self, moment: Moment, cells: int, height: int) -> list[Row]:
        found = moment.insight
        if found is None:
            return missing_rows("There is no journal to compute it from.", cells)
        if self.view == "waterfall" and found.losses is not None:
            return waterfall_rows(found.losses, cells, height, found.said)
        if self.view == "over N" and found.curve is not None:
            return sizes_rows(found.curve, cells, height)
        return missing_rows(found.missing.get(self.view, "It is being computed …"), cells)

    @staticmethod
    def _describe(moment: Moment) -> ChartData:
        run = moment.state.run
        amdahl, graph = moment.bounds or (None, None)
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
