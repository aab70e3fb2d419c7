"""Panels of agents: a pane for each, or a row for each."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

from textual.events import Click

from engine.record.state import AgentState
from tui.widgets.agent_rows import LINE_ROWS, agent_title, line_rows, roster_row
from tui.widgets.log import LogPanel
from tui.widgets.moment import Moment
from tui.widgets.panel import Panel
from tui.widgets.spans import Row, Span

ROOMY_HEIGHT = 24
"""From this height on a pane has room for long lines as a whole."""


class AgentPane(LogPanel):
    """What one agent says and does, newest last."""

    def __init__(self, name: str) -> None:
        super().__init__(f"agent:{name}")
        self.agent_name = name
        self._roomy = False

    def agent(self, moment: Moment) -> AgentState | None:
        """The agent's state; null in a state that does not know it."""
        return moment.state.agents.agents.get(self.agent_name)

    def title(self, moment: Moment, cells: int) -> tuple[Row, Row]:
        """Name, state with its age, what it has done."""
        agent = self.agent(moment)
        return agent_title(agent, moment, cells) if agent is not None else ([Span(self.agent_name)], [])

    def entry_range(self, moment: Moment) -> tuple[int, int]:
        """Lines are counted since the run began; the state keeps the latest."""
        agent = self.agent(moment)
        return (0, 0) if agent is None else (agent.line_count - len(agent.lines), agent.line_count)

    def entries(self, moment: Moment, start: int) -> Sequence[list[Row]]:
        """New lines, wrapped; the round is written where it changes."""
        agent = self.agent(moment)
        if agent is None:
            return []
        limit = None if self.size.height >= ROOMY_HEIGHT else LINE_ROWS
        skip = start - (agent.line_count - len(agent.lines))
        before = agent.lines[skip - 1].round if skip > 0 else -1
        blocks: list[list[Row]] = []
        for line in islice(agent.lines, skip, None):
            blocks.append(line_rows(line, self.size.width, limit, first=line.round != before))
            before = line.round
        return blocks

    def rows(self, moment: Moment, cells: int, height: int) -> list[Row]:
        """The lines that are seen; all of them anew if the pane grew roomy."""
        if (height >= ROOMY_HEIGHT) != self._roomy:
            self._roomy = height >= ROOMY_HEIGHT
            self._width = 0
        return super().rows(moment, cells, height)

    def on_click(self, event: Click) -> None:
        """A second click opens the turn."""
        if event.chain == 2:
            self.post_message(self.Opened(self))


class Roster(Panel):
    """A row per agent, in team order."""

    def __init__(self) -> None:
        super().__init__("roster")
        self.cursor = 0

    def title(self, moment: Moment, cells: int) -> tuple[Row, Row]:
        """How many work, how many are lost."""
        agents = moment.state.agents.present
        busy = sum(a.status in ("thinking", "acting", "testing") for a in agents)
        lost = sum(a.status in ("down", "stalled") for a in agents)
        right: Row = [Span(f"{busy} working", "muted")]
        if lost:
            right.append(Span(f" · {lost} lost", "bad"))
        if not agents:
            return [Span("Agents", "strong")], []
        return [Span("Agents ", "strong"), Span(str(len(agents)))], right

    @property
    def selected(self) -> str | None:
        """Name of the agent that the cursor is on."""
        if self.moment is None:
            return None
        names = list(self.moment.state.agents.agents)
        return names[self.cursor] if self.cursor < len(names) else None

    def rows(self, moment: Moment, cells: int, height: int) -> list[Row]:
        """The agents that are seen."""
        agents = list(moment.state.agents.agents.values())
        if not agents:
            return [[Span("the team has not assembled yet", "muted")], *([] for _ in range(height - 1))]
        self.length = len(agents)
        self.top = min(self.top, self._limit)
        rows = [roster_row(agent, moment, cells) for agent in agents[self.top : self.top + height]]
        below = self.length - self.top - height
        if below > 0:
            rows[-1] = [Span(f"… {below + 1} more ↓", "muted")]
        return [*rows, *([] for _ in range(height - len(rows)))]

    def marked(self) -> tuple[int, int, int] | None:
        """The cursor's row, if the panel has the keyboard."""
        if not self.has_focus or not self.length:
            return None
        return self.cursor - self.top, 0, self.size.width

    def action_move(self, step: int) -> None:
        """Move the cursor, and the view with it where it would leave."""
        self.cursor = min(max(0, self.length - 1), max(0, self.cursor + step))
        height = self.size.height
        more = 1 if self.length > height else 0
        if self.cursor < self.top:
            self.top = self.cursor
        elif self.cursor >= self.top + height - more:
            self.top = min(self.cursor - height + 1 + more, self._limit)
        self.repaint()
        self.refresh()

    def on_click(self, event: Click) -> None:
        """The cursor goes to the agent under the mouse; a second click opens its turn."""
        if event.y + self.top < self.length:
            self.cursor = event.y + self.top
            self.refresh()
            if event.chain == 2:
                self.post_message(self.Opened(self))
