"""The panel with a row per agent, in several columns where the team is large."""

from __future__ import annotations

from textual.events import Click

from engine.record.state import AgentState, Line
from tui.widgets.agent_rows import over_word, roster_row
from tui.widgets.log import Matcher
from tui.widgets.moment import Moment
from tui.widgets.panel import Panel
from tui.widgets.sieve import Sieve
from tui.widgets.spans import Row, Span, fit

GAP = 3
"""Cells between two columns: a line and its blanks."""

COLUMN_WIDTH = 36
"""Cells of a column at least: name, state with its age, tasks done."""

CROWDED = 1.5
"""Times as many agents as rows, from which on seeing more agents is worth more than their last acts."""


class Roster(Panel):
    """A row per agent, in team order; a large team in columns, read downwards."""

    def __init__(self) -> None:
        super().__init__("roster")
        self.cursor = 0
        self._sieve: Sieve | None = None
        self._agents: list[AgentState] = []
        self._cell = 1
        self.found: tuple[int, int] | None = None

    def search(self, matcher: Matcher | None) -> None:
        """Show only agents with lines that ``matcher`` accepts, and the latest of these lines."""
        self._sieve = None if matcher is None else Sieve(matcher)
        self.found = None
        self.cursor = self.top = 0
        self.repaint()

    def title(self, moment: Moment, cells: int) -> tuple[Row, Row]:
        """How many work, how many are lost."""
        agents = moment.state.agents.present
        busy = sum(a.status in ("thinking", "acting", "testing") for a in agents)
        lost = sum(a.status in ("down", "stalled") for a in agents)
        right: Row = [Span(f"■ {over_word(moment)}" if moment.over else f"{busy} working", "muted")]
        if moment.state.run.phase == "paused" and not moment.over:
            right = [Span("⏸ paused", "warn")]
        if lost:
            right.append(Span(f" · {lost} lost", "bad"))
        if not agents:
            return [Span("Agents", "strong")], []
        if self.found is not None:
            right = [Span(f"{self.found[0]} of {self.found[1]} lines", "accent")]
        return [Span("Agents ", "strong"), Span(str(len(agents)))], right

    @property
    def selected(self) -> str | None:
        """Name of the agent that the cursor is on."""
        return self._agents[self.cursor].name if self.cursor < len(self._agents) else None

    def rows(self, moment: Moment, cells: int, height: int) -> list[Row]:
        """The agents that are seen."""
        agents = list(moment.state.agents.agents.values())
        if not agents:
            return [[Span("the team has not assembled yet", "muted")], *([] for _ in range(height - 1))]
        latest = self._sift(agents)
        if latest is not None:
            agents = [agent for agent in agents if agent.name in latest]
            if not agents:
                self._agents, self.length = [], 0
                none: Row = [Span("nothing here matches · esc ends the search", "muted")]
                return [none, *([] for _ in range(height - 1))]
        columns = _columns(len(agents), cells, height)
        self._agents, self.length = agents, -(-len(agents) // columns)
        self.top = min(self.top, max(0, self.length - height))
        self._cell = cell = (cells - GAP * (columns - 1)) // columns
        rows: list[Row] = []
        for y in range(self.top, min(self.top + height, self.length)):
            row: Row = []
            for at, agent in enumerate(agents[y :: self.length]):
                line = (latest or {}).get(agent.name)
                row += [Span(" │ ", "faint")] if at else []
                row += fit(roster_row(agent, moment, cell, line), cell)
            rows.append(row)
        if self.length - self.top - height > 0:
            hidden = sum(i % self.length >= self.top + height - 1 for i in range(len(agents)))
            rows[-1] = [Span(f"… {hidden} more ↓", "muted")]
        return [*rows, *([] for _ in range(height - len(rows)))]

    def _sift(self, agents: list[AgentState]) -> dict[str, Line] | None:
        """The latest line that is searched for of each agent that has one; null without a search."""
        if self._sieve is None:
            return None
        found = {agent.name: self._sieve.found(agent) for agent in agents}
        self.found = sum(map(len, found.values())), sum(len(agent.lines) for agent in agents)
        return {name: lines[-1][1] for name, lines in found.items() if lines}

    def marked(self) -> tuple[int, int, int] | None:
        """The cursor's row, if the panel has the keyboard."""
        if not self.has_focus or not self.length:
            return None
        column, row = divmod(self.cursor, self.length)
        start = column * (self._cell + GAP)
        return row - self.top, start, start + self._cell

    def action_move(self, step: int) -> None:
        """Move the cursor, and the view with it where it would leave."""
        self.cursor = min(max(0, len(self._agents) - 1), max(0, self.cursor + step))
        self.reveal(self.cursor % max(1, self.length))

    def action_home(self) -> None:
        """To the first agent."""
        self.action_move(-len(self._agents))

    def action_end(self) -> None:
        """To the last agent."""
        self.action_move(len(self._agents))

    def on_click(self, event: Click) -> None:
        """The cursor goes to the agent under the mouse; a second click opens its turn."""
        index = event.x // (self._cell + GAP) * self.length + self.top + event.y
        if event.y + self.top < self.length and index < len(self._agents):
            self.cursor = index
            self.refresh()
            if event.chain == 2:
                self.post_message(self.Opened(self))


def _columns(agents: int, cells: int, height: int) -> int:
    """One, as long as nearly all agents have room below one another; else as few as show all, or as fit."""
    if agents <= CROWDED * height:
        return 1
    most = max(1, (cells + GAP) // (COLUMN_WIDTH + GAP))
    return min(most, -(-agents // max(1, height)))
