"""A run on the screen, wherever its state comes from: what live and replay have in common."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.message import Message
from textual.reactive import Reactive
from textual.screen import Screen
from textual.widget import Widget

from engine.record.folder import RunFolder
from tui.checks import Checks, checking_words
from tui.insights import Insights
from tui.keys import APP, READ, VIEW, Key
from tui.mentions import key_of
from tui.screens.arranged import WithLayouts
from tui.screens.reading import Reading, turn_at
from tui.source import RunSource, TailSource
from tui.widgets.agents import AgentPane
from tui.widgets.header_rows import banners, rung_of
from tui.widgets.lines import BannerLines, CheckLine, FooterLine, HeaderLine
from tui.widgets.log import LogPanel
from tui.widgets.moment import Moment
from tui.widgets.panel import Panel
from tui.widgets.roster import Roster
from tui.widgets.runview import RunView, zoom_key
from tui.widgets.searchline import SearchLine
from tui.widgets.talk import TalkPanel
from tui.widgets.viewed import Deeper

FLUSH_SECONDS = 0.125
"""Between two looks at the journal: 8 Hz reads as live, and costs a fraction of a core."""

TICK_SECONDS = 0.5
"""Between two repaints in which only ages and clocks moved."""


class RunScreen(WithLayouts, Reading):
    """A run on the screen: header, panels, footer, and what moves them. Live and replay build on it.

    Subclasses add keys (``KEYS``, in the order of the footer) and actions.
    """

    KEYS: ClassVar[tuple[Key, ...]] = (*VIEW, *READ, *APP)
    BINDINGS: ClassVar[list[BindingType]] = [key.binding() for key in (*VIEW, *READ)]
    AUTO_FOCUS = ""
    PLACE: ClassVar[str] = "the run"
    focused: Reactive[Widget | None] = Reactive(None, repaint=False)
    """What has the keyboard. Who gets or loses it repaints itself: the screen need not, each time."""

    class Checked(Message):
        """The checker has looked again."""

    def __init__(self, source: RunSource) -> None:
        super().__init__()
        self.source = source
        self.view = RunView()
        self._header = HeaderLine()
        self._banner = BannerLines()
        self.search_line = SearchLine()
        self._check_line = CheckLine()
        self._footer = FooterLine(lambda: self.KEYS)
        self._insights: Insights | None = None
        self.held: Moment | None = None
        self._since_paint = 0.0
        self._changed = True  # the empty screen is to be painted too

    def compose(self) -> ComposeResult:
        """Header, warnings, panels, keys."""
        yield self._header
        yield self._banner
        yield self.view
        yield self.search_line
        yield self._check_line
        yield from self.extra_lines()
        yield self._footer

    def extra_lines(self) -> Iterable[Widget]:
        """Lines between the panels and the keys, such as the transport of a replay."""
        return ()

    def on_mount(self) -> None:
        """Start to look."""
        self.call_after_refresh(self._begin_layout)
        self.set_interval(FLUSH_SECONDS, self.flush)
        self.call_after_refresh(self.flush)

    def on_unmount(self) -> None:
        """Nobody looks any more: checks that are at work end."""
        for checks in self.checked:
            checks.close()

    @property
    def checked(self) -> tuple[Checks, ...]:
        """All checks of this run: of what is shown, and of what else a screen looks at."""
        return (self.source.checks,) if self.source.checks is not None else ()

    def _begin_layout(self) -> None:
        """Stand as it was chosen last."""
        layout = self._kept.layouts.current
        if layout.panels is not None:
            self.view.take(layout)

    @property
    def moment(self) -> Moment:
        """What is to be painted now."""
        source, run = self.source, self.source.state.run
        # What one agent of one model needed for other work is no measure.
        baseline = None if run.grown or len(run.models) > 1 else source.baseline
        verdicts = source.checks.verdicts if source.checks is not None else None
        gone = isinstance(source, TailSource) and source.gone
        return Moment(
            source.state,
            source.now,
            source.mode,
            source.live,
            baseline,
            verdicts=verdicts,
            checking=checking_words(self.checked),
            gone=gone,
            sandbox=rung_of(self.source.meta),
            insight=self._insights.insight if self._insights is not None else None,
            held=self.held is not None,
            partials=source.partials if isinstance(source, TailSource) else {},
        )

    def flush(self) -> None:
        """Take in what is new; paint it, or now and then what time alone has changed."""
        self._changed = self.source.poll() or self._changed
        self._since_paint += FLUSH_SECONDS
        if self._changed or self._since_paint >= TICK_SECONDS:
            self.call_later(self.paint)  # keys come first
        self._catch_up()
        checks, seq = self.source.checks, self.source.state.seq
        if checks is not None and self.source.behind == 0 and checks.begin(seq):
            self.run_worker(
                lambda: self._check(checks, seq), thread=True, group="checks", exit_on_error=False
            )

        self._look_deeper(seq)

    def _look_deeper(self, seq: int) -> None:
        """Compute beside the loop what the first panel asks for that is seen."""
        checks, source = self.source.checks, self.source
        wanted = next(
            (p.deeper for p in self.view.panels if isinstance(p, Deeper) and p.display and p.deeper), None
        )
        if wanted is None or checks is None:
            return
        if self._insights is None:
            self._insights = Insights(checks.events)
        insights = self._insights
        if insights.begin(wanted, seq):
            folder = getattr(source, "folder", None)
            runs = folder.path.parent if isinstance(folder, RunFolder) else None
            meta, base = source.meta, source.baseline

            def make() -> None:
                insights.make(wanted, seq, meta=meta, runs=runs, base=base)
                self.post_message(self.Checked())

            self.run_worker(make, thread=True, group="insights", exit_on_error=False)

    def _check(self, checks: Checks, seq: int) -> None:
        checks.make(seq)
        self.post_message(self.Checked())

    def on_run_screen_checked(self, event: Checked) -> None:
        """Show what was found."""
        self.paint()

    def _catch_up(self) -> None:
        """Read on through a backlog without waiting for the next look; keys come in between."""
        if self.source.behind > 0 and self.source.poll():
            self._changed = True
            self.call_later(self._catch_up)

    def paint(self) -> None:
        """Paint what differs from what is seen."""
        self._since_paint, self._changed = 0.0, False
        moment, meta = self.moment, self.source.meta
        shown = self.held or moment
        unsafe = meta is not None and meta.config.unsafe_tests
        self._header.show(moment)
        self._banner.moment = moment
        self._banner.set_lines(
            banners(shown, unsafe=unsafe, note=self.source.note, behind=self.source.behind)
        )
        wanted = self.search_line.wanted
        if wanted and self._names is not None and self._names.key != key_of(self.source.state):
            self.apply_search(wanted)  # it may mean tasks, files or agents that are new
        self.view.show(shown)
        self.tell_found()
        self._check_line.show(moment)
        self._footer.show(moment)

    # ------------------------------------------------------------ panels

    def action_panel(self, key: str) -> None:
        """Bring a panel to full screen, or all panels back."""
        self.view.zoom(key)

    def action_zoom(self) -> None:
        """Bring the panel that has the keyboard to full screen, or all panels back; of a row, its agent, and
        from all agents in full screen the one that has the keyboard.
        """
        if isinstance(self.focused, Roster) and (name := self.focused.selected) is not None:
            self.view.zoom(f"agent:{name}")
        elif self.view.full == "agents" and isinstance(self.focused, AgentPane):
            self.view.zoom(self.focused.key)
        elif self.view.full is not None:
            self.view.zoom(None)
        elif isinstance(self.focused, Panel):
            self.view.zoom(zoom_key(self.focused))

    def action_back(self) -> None:
        """End the search; then bring all panels back; then say what leaves, for one Escape too many is soon
        pressed.
        """
        if self.end_search():
            return
        if self.view.full is not None:
            self.view.zoom(None)
        else:
            self.inform(f"Nothing is open here that Escape would close; q leaves {self.PLACE}.")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys do nothing where they do not apply."""
        key = next((key for key in self.KEYS if key.action == action), None)
        return True if key is None or key.action == "detail" else key.applies(self.moment)

    def tell_hindrance(self, action: str) -> None:
        """Say why a key does nothing now, if that is so."""
        key = next((key for key in self.KEYS if key.action == action), None)
        if key is not None and (why := key.hindrance(self.moment)):
            self.inform(why)

    def action_findings(self) -> None:
        """What the checker found, and the way to its witnesses."""
        from tui.screens.findings import FindingsScreen

        if (checks := self.source.checks) is not None:
            self.app.push_screen(FindingsScreen(checks, lambda: self.source.state.seq, self.open_witness))

    def open_witness(self, findings: Screen[Any], seq: int) -> None:
        """Show the run as it was at event ``seq``, above or instead of its findings."""
        raise NotImplementedError

    def action_deeds(self) -> None:
        """Who did what to the run, from the whole journal."""
        from tui.screens.stories import DeedsDialog

        self.app.push_screen(DeedsDialog(self.source, self.moment.pins))

    def action_detail(self) -> None:
        """Open what the keyboard is on: an agent's turn, a task; at a line, offer what it speaks of."""
        panel = self.focused
        if isinstance(panel, LogPanel) and self.open_line(panel):
            return
        if isinstance(panel, Panel) and self.open_mentioned(panel):
            return
        self.open_detail(panel if isinstance(panel, Panel) else None)

    def on_panel_idle(self, event: Panel.Idle) -> None:
        """A key of a panel did nothing."""
        self.inform(event.why)

    def on_panel_opened(self, event: Panel.Opened) -> None:
        """A panel was clicked twice."""
        if isinstance(event.panel, TalkPanel) and self.open_line(event.panel):
            return
        if event.at is not None and self.open_mentioned(event.panel, event.at):
            return
        self.open_detail(event.panel)

    def open_detail(self, panel: Panel | None) -> None:
        """Show the whole of what a panel's cursor is on; of the first agent's turn without one."""
        from tui.screens.details import detail_of

        number = None
        if isinstance(panel, LogPanel) and (turn := turn_at(panel, self.view.moment)) is not None:
            number = turn.turn
        if (dialog := detail_of(panel, self.source, number)) is not None:
            self.app.push_screen(dialog)
        else:
            self.inform("There is nothing to open yet.")
