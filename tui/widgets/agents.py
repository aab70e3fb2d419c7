"""The pane of an agent: what it says and does, what it wrote, how its tests went."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import ClassVar

from engine.record.state import AgentState, Line
from tui.search import Words
from tui.widgets.agent_rows import LINE_ROWS, agent_title, line_rows, partial_rows
from tui.widgets.log import LogPanel
from tui.widgets.moment import Moment, stamp
from tui.widgets.sieve import words_of
from tui.widgets.spans import Row, Span
from tui.widgets.viewed import Deeper
from tui.widgets.work_rows import diff_rows, verdict_rows

ROOMY_HEIGHT = 24
"""From this height on a pane has room for long lines as a whole."""


WRITING_HEIGHT = 5
"""From this height on a pane has room for the end of a reply that is on its way."""


class AgentPane(LogPanel, Deeper):
    """What one agent says and does, newest last; or what it wrote, or how its tests went, newest first."""

    VIEWS: ClassVar[tuple[str, ...]] = ("conversation", "diff", "tests")

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
        if agent is None:
            return [Span(self.agent_name)], []
        left, right = agent_title(agent, moment, cells)
        return left, self.narrowed or self.view_name() or right

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
        last = agent.lines[skip - 1] if skip > 0 else None
        before = "" if last is None else stamp(moment.state, last.round, last.ts)
        blocks: list[list[Row]] = []
        for line in islice(agent.lines, skip, None):
            when = stamp(moment.state, line.round, line.ts)
            first = when != before or self.found is not None
            blocks.append(line_rows(line, self.size.width, limit, first=first, label=when))
            before = when
        return blocks

    def words(self, moment: Moment, start: int) -> Sequence[Words]:
        """New lines, to search in."""
        agent = self.agent(moment)
        if agent is None:
            return []
        skip = start - (agent.line_count - len(agent.lines))
        return [words_of(agent, line) for line in islice(agent.lines, skip, None)]

    def line(self, moment: Moment) -> Line | None:
        """The line that the cursor is at."""
        agent = self.agent(moment)
        if agent is None or self.cursor is None:
            return None
        place = self.cursor - (agent.line_count - len(agent.lines))
        return agent.lines[place] if 0 <= place < len(agent.lines) else None

    def number_of(self, moment: Moment, seq: int) -> int | None:
        """Number of the line that event ``seq`` wrote."""
        agent = self.agent(moment)
        if agent is None:
            return None
        first = agent.line_count - len(agent.lines)
        return next((first + place for place, line in enumerate(agent.lines) if line.seq == seq), None)

    def copied(self) -> str:
        """The line that the cursor is at, or the latest one."""
        agent = self.agent(self.moment) if self.moment is not None else None
        if agent is None or self.moment is None or not agent.lines:
            return ""
        line = self.line(self.moment) or agent.lines[-1]
        when = stamp(self.moment.state, line.round, line.ts)
        return f"{when} {agent.name}: {line.text}" + (f"\n{line.detail}" if line.detail else "")

    def rows(self, moment: Moment, cells: int, height: int) -> list[Row]:
        """The lines that are seen; all of them anew if the pane grew roomy."""
        if self.view != self.VIEWS[0]:
            return self._work(moment, cells, height)
        if (height >= ROOMY_HEIGHT) != self._roomy:
            self._roomy = height >= ROOMY_HEIGHT
            self._width = 0
        written = self._writing(moment, cells, height)
        return [*super().rows(moment, cells, height - len(written)), *written]

    def _writing(self, moment: Moment, cells: int, height: int) -> list[Row]:
        """The end of what the agent has written so far, below its lines, for whoever follows them."""
        partial = moment.partials.get(self.agent_name)
        agent = self.agent(moment)
        if partial is None or agent is None or not self.follow or height < WRITING_HEIGHT:
            return []
        if agent.turn is None or agent.turn.turn != partial.turn or agent.turn.ended is not None:
            return []  # its reply is there by now
        return partial_rows(partial, cells, 2 if height < ROOMY_HEIGHT else height // 3)

    @property
    def deeper(self) -> str | None:
        """Files and tests are read from the journal."""
        return self.key if self.view != self.VIEWS[0] else None

    def _work(self, moment: Moment, cells: int, height: int) -> list[Row]:
        """What the agent wrote or tested, from the ``top``-th row on."""
        found = moment.insight
        if found is not None and found.work is not None and found.work.name == self.agent_name:
            all_ = (diff_rows if self.view == "diff" else verdict_rows)(found.work, cells)
        else:
            word = "There is no journal to read it from."
            if found is not None:
                word = found.missing.get(self.key, "It is being gathered …")
            all_ = [[Span(word, "muted")]]
        self.length = len(all_)
        self.top = max(0, min(self.top, len(all_) - height))
        rows = all_[self.top : self.top + height]
        return [*rows, *([] for _ in range(height - len(rows)))]

    def choose(self, view: str) -> None:
        """The conversation follows again; the others begin with the newest."""
        self.follow = view == self.VIEWS[0]
        super().choose(view)
