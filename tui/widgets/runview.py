"""All panels of a run in one widget: live and replay show a state with the same one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from rich.style import Style
from textual.events import DescendantBlur, DescendantFocus, Resize
from textual.geometry import NULL_OFFSET, NULL_SPACING, Region, Size
from textual.layout import ArrangeResult, Layout, WidgetPlacement
from textual.strip import Strip as TextualStrip
from textual.widget import Widget

from tui.layouts import Layout as SavedLayout
from tui.theme import Ink, ink_for
from tui.widgets.agents import AgentPane
from tui.widgets.board import TaskBoard
from tui.widgets.cost import CostPanel
from tui.widgets.frame import Frame, Title
from tui.widgets.layout import CHOICES, PANELS, Tile, arrange
from tui.widgets.locks import LocksPanel, Strip
from tui.widgets.log import LogPanel, Matcher
from tui.widgets.moment import Moment
from tui.widgets.panel import Panel, strip_of
from tui.widgets.roster import Roster
from tui.widgets.rounds import RoundsPanel
from tui.widgets.spans import Row, Span, width_of
from tui.widgets.speedup import SpeedupPanel
from tui.widgets.talk import TalkPanel
from tui.widgets.timeline import TimelinePanel
from tui.widgets.viewed import ViewedPanel


class TileLayout(Layout):
    """Puts each panel inside its tile; panels without a tile get no cells."""

    name = "tiles"

    def arrange(
        self, parent: Widget, children: list[Widget], size: Size, greedy: bool = True
    ) -> ArrangeResult:
        """Place the children of a ``RunView``."""
        assert isinstance(parent, RunView)
        inner = {tile.key: tile.inner for tile in parent.tiles_for(size)}
        placements: ArrangeResult = []
        for child in children:
            region = Region(*inner.get(child.key, (0, 0, 0, 0))) if isinstance(child, Panel) else Region()
            placements.append(WidgetPlacement(region, NULL_OFFSET, NULL_SPACING, child))
        return placements


def zoom_key(panel: Panel) -> str:
    """What to give the whole area to, so that ``panel`` is seen in full."""
    return {"roster": "agents", "strip": "locks"}.get(panel.key, panel.key)


def zoom_to(key: str) -> str:
    """The panel of ``CHOICES`` that a tile or a panel belongs to; of a strip, the locks."""
    return "agents" if key.startswith("agent:") else {"roster": "agents", "strip": "locks"}.get(key, key)


_TILES = TileLayout()

TITLE_SPARE = 10
"""Cells of a title line that corners and blanks take, and the gap between its two ends."""


class RunView(Widget):
    """The panels of one run and the frame around them. Give it a ``Moment`` at every flush.

    ``full`` is the panel that has the whole area, if one has; ``chosen`` are those that a person wants to
    stand together, null for those that the size suggests.
    """

    DEFAULT_CSS = """
    RunView { width: 1fr; height: 1fr; background: $background; color: $foreground; overflow: hidden; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.full: str | None = None
        self.chosen: tuple[str, ...] | None = None
        self._views: Mapping[str, str] = {}
        self.moment: Moment | None = None
        self._matcher: Matcher | None = None
        self._agents: tuple[str, ...] = ()
        self._frame: Frame | None = None
        self._frame_rows: list[Row] = []
        self._base = Style()
        self._ink: Ink = {}
        self._cells = 0

    def on_mount(self) -> None:
        """Stand the fixed panels."""
        self.mount(TaskBoard(), Roster(), LocksPanel(), SpeedupPanel(), TalkPanel(), RoundsPanel(), Strip())
        self.mount(TimelinePanel(), CostPanel())

    # ------------------------------------------------------------ layout

    @property
    def layout(self) -> Layout:
        """Tiles, whatever the styles say."""
        return _TILES

    def tiles_for(self, size: Size) -> list[Tile]:
        """Tiles of all panels at this size."""
        return arrange(size.width, size.height, self._agents, self.full, self.chosen)

    @property
    def panels(self) -> list[Panel]:
        """All panels, in the order in which the keyboard visits them."""
        return [child for child in self.children if isinstance(child, Panel)]

    def panel(self, key: str) -> Panel | None:
        """The panel with this key."""
        return next((panel for panel in self.panels if panel.key == key), None)

    def _relayout(self) -> None:
        """Find out which panels have a tile, and where the frame runs; Textual places those that have."""
        width, height = self.size
        tiles = self.tiles_for(self.size)
        keys = {tile.key for tile in tiles}
        for panel in self.panels:
            panel.display = panel.key in keys
        self._frame = Frame(width, height, tiles) if width > 1 and height > 1 else None
        self._frame_rows = []

    def on_resize(self, event: Resize) -> None:
        """A new size is a new layout."""
        self._relayout()
        self._paint_frame()

    def zoom(self, key: str | None) -> None:
        """Give the whole area to a panel (``tasks``, …, ``agent:NAME``); again, or null, brings all back."""
        self.full = None if key == self.full else key
        self._relayout()
        self.refresh(layout=True)
        if self.full is not None:
            self.take_keyboard()
        if self.moment is not None:
            self.show(self.moment)

    @property
    def standing(self) -> tuple[str, ...]:
        """Panels that stand together when none has the whole area."""
        tiles = arrange(self.size.width, self.size.height, self._agents, None, self.chosen)
        keys = {zoom_to(tile.key) for tile in tiles}
        return tuple(panel for panel in CHOICES if panel in keys)

    def choose(self, panels: tuple[str, ...] | None) -> None:
        """Have these panels stand together; null leaves it to the size."""
        self.chosen, self.full = panels, None
        self._show_layout()

    def take(self, layout: SavedLayout) -> None:
        """Stand as a saved layout has it."""
        self.chosen, self.full, self._views = layout.panels, layout.full or None, layout.views
        self._show_views()
        self._show_layout()

    def saved_as(self, name: str) -> SavedLayout:
        """What stands now, to be saved."""
        full = zoom_to(self.full or "")
        views = {zoom_to(p.key): p.view for p in self.panels if isinstance(p, ViewedPanel) and p.viewed}
        return SavedLayout(name, self.standing, full if full in CHOICES else "", views)

    def _show_views(self) -> None:
        for panel in self.panels:
            if isinstance(panel, ViewedPanel):
                panel.choose(self._views.get(zoom_to(panel.key), panel.VIEWS[0]))

    def _show_layout(self) -> None:
        self._relayout()
        self.refresh(layout=True)
        if isinstance(self.screen.focused, Panel) and not self.screen.focused.display:
            self.take_keyboard()
        if self.moment is not None:
            self.show(self.moment)

    def take_keyboard(self) -> None:
        """Give the keyboard to the first panel that is seen."""
        for tile in self.tiles_for(self.size):
            panel = self.panel(tile.key)
            if panel is not None:
                panel.focus(scroll_visible=False)
                return

    @property
    def follows(self) -> bool:
        """Whether every panel follows what comes."""
        return all(panel.at_present for panel in self.panels)

    def follow(self) -> None:
        """Have every panel follow what comes, wherever somebody has scrolled to."""
        for panel in self.panels:
            panel.follow_end()
        self._paint_frame()

    # ------------------------------------------------------------ searching

    def search(self, matcher: Matcher | None) -> None:
        """Narrow every panel of lines to those that ``matcher`` accepts; null shows all."""
        self._matcher = matcher
        for panel in self._searched:
            panel.search(matcher)
        self._paint_frame()

    @property
    def _searched(self) -> list[LogPanel | Roster]:
        return [panel for panel in self.panels if isinstance(panel, LogPanel | Roster)]

    @property
    def found(self) -> tuple[int, int]:
        """How many of how many lines a search found in the panels that are seen."""
        counts = [panel.found for panel in self._searched if panel.display and panel.found is not None]
        return sum(found for found, _ in counts), sum(of for _, of in counts)

    # ------------------------------------------------------------ painting

    def show(self, moment: Moment) -> None:
        """Paint what is new."""
        self.moment = moment
        team = tuple(agent.name for agent in moment.state.agents.present)
        if team != self._agents:
            self._assemble(team)
            if self.screen.focused is None:
                self.call_after_refresh(self.take_keyboard)
        for panel in self.panels:
            if panel.display:
                panel.show(moment)
        self._paint_frame()

    def _assemble(self, team: tuple[str, ...]) -> None:
        """Stand a pane for each agent of the team."""
        for panel in self.panels:
            if isinstance(panel, AgentPane) and panel.agent_name not in team:
                panel.remove()
        known = {panel.agent_name for panel in self.panels if isinstance(panel, AgentPane)}
        self._agents = team
        panes = [AgentPane(name) for name in team if name not in known]
        if panes:
            for pane in panes:
                pane.search(self._matcher)
                pane.choose(self._views.get("agents", pane.view))
            self.mount(*panes, before=1)
        self._relayout()
        self.refresh(layout=True)

    def _paint_frame(self) -> None:
        if self._frame is None or self.moment is None:
            return
        moment = self.moment
        titles: dict[str, Title] = {}
        for tile in self._frame.tiles:
            panel = self.panel(tile.key)
            if panel is not None:
                left, right = panel.title(moment, tile.width)
                left = self._digit(tile.key) + left
                if tile.key == self.full and (hint := panel.own_keys):
                    more = [*right, Span(" · ", "muted"), *hint] if right else hint
                    right = more if width_of(left) + width_of(more) + TITLE_SPARE <= tile.width else right
                titles[tile.key] = (left, right)
        focused = next((panel.key for panel in self.panels if panel.has_focus), None)
        rows = [self._frame.row(y, titles, focused) for y in range(self._frame.height)]
        before, self._frame_rows = self._frame_rows, rows
        if len(before) != len(rows):
            self.refresh()
            return
        changed = [y for y, (old, new) in enumerate(zip(before, rows, strict=True)) if old != new]
        if changed:
            self.refresh(*(Region(0, y, self.size.width, 1) for y in changed))

    @staticmethod
    def _digit(key: str) -> Row:
        """The digit that brings a panel to full screen."""
        if key in PANELS and key != "agents":
            return [Span(f"{PANELS.index(key) + 1} ", "accent")]
        return [Span("2 ", "accent")] if key == "roster" else []

    def render_lines(self, crop: Region) -> list[TextualStrip]:
        """Rows of the frame, for Textual; what all of them need is worked out once."""
        self._base, self._ink, self._cells = self.rich_style, ink_for(self.app), self.size.width
        return super().render_lines(crop)

    def render_line(self, y: int) -> TextualStrip:
        """A row of the frame."""
        row = self._frame_rows[y] if y < len(self._frame_rows) else []
        return strip_of(row, self._cells, self._ink, self._base)

    def on_panel_retitled(self, event: Panel.Retitled) -> None:
        """The frame shows what a panel is at."""
        event.stop()
        self._paint_frame()

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        """The frame shows where the keyboard is."""
        self._paint_frame()

    def on_descendant_blur(self, event: DescendantBlur) -> None:
        """The frame shows where the keyboard is."""
        self._paint_frame()

    ALLOW_SELECT: ClassVar[bool] = False
