"""How many of each agent's lines a search finds, kept up to date line by line."""

from __future__ import annotations

from itertools import islice

from engine.record.state import AgentState, Line
from tui.search import Words
from tui.widgets.log import Matcher


def words_of(agent: AgentState, line: Line) -> Words:
    """A line of an agent as it is searched, with what stands behind it in the turn."""
    text = f"{line.text}\n{line.detail}" if line.detail else line.text
    return Words((agent.name,), line.kind, line.round, text)


class Sieve:
    """What ``matcher`` finds. Every line is looked at once, whatever is painted how often."""

    def __init__(self, matcher: Matcher) -> None:
        self._matcher = matcher
        self._seen: dict[str, int] = {}
        self._found: dict[str, list[tuple[int, Line]]] = {}

    def found(self, agent: AgentState) -> list[tuple[int, Line]]:
        """Number and line of what was found among the lines that are kept, oldest first."""
        first = agent.line_count - len(agent.lines)
        if agent.line_count < self._seen.get(agent.name, 0):  # a replay went back
            self._seen.pop(agent.name)
            self._found.pop(agent.name, None)
        start = max(first, self._seen.get(agent.name, 0))
        found = [entry for entry in self._found.get(agent.name, ()) if entry[0] >= first]
        for number, line in enumerate(islice(agent.lines, start - first, None), start):
            if self._matcher(words_of(agent, line)):
                found.append((number, line))
        self._seen[agent.name], self._found[agent.name] = agent.line_count, found
        return found
