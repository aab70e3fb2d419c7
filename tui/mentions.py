"""Which tasks, files and agents a line of text speaks of: for links, and for filters.

Only names that the run knows are found, by looking up words; no name is ever part of a pattern, so that
names which agents or suites made up cannot slow this down.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple, TypeAlias

from engine.record.state import RunState

Kind: TypeAlias = Literal["task", "path", "agent", "turn", "help"]

READ_LIMIT = 4_000
"""Characters of a text that are looked through: a long message; a whole file is not one."""

NAME_LEAST = 3
"""Characters of a task's name from which on the name alone is taken to speak of the task."""

_WORD = re.compile(r"[\w./\\-]+")


class Mention(NamedTuple):
    """A task (by id), a file, an agent, an agent's turn, or what a panel shows."""

    kind: Kind
    name: str


class Names:
    """What the run's tasks, files and agents are called. ``of`` makes it anew when something came."""

    def __init__(self, state: RunState) -> None:
        self.key = key_of(state)
        self.agents = tuple(state.agents.agents)
        self.tasks = {task.id: task.name for task in state.board.tasks.values()}
        self.labels = {task: state.agents.task_label(task) for task in self.tasks}
        self.paths = tuple(
            dict.fromkeys(
                [path for task in state.board.tasks.values() for path in task.files] + list(state.files.files)
            )
        )
        # By its first word: all that may begin with it, the longest first.
        self._known: dict[str, list[tuple[str, Mention]]] = {}
        for name in self.agents:
            self._note(name, Mention("agent", name))
        for path in self.paths:
            self._note(path, Mention("path", path))
        for task, label in self.labels.items():
            mention = Mention("task", task)
            self._note(label if label != task else f"task {task}", mention)
            self._note(f"task {task}", mention)
            if len(self.tasks[task]) >= NAME_LEAST:
                self._note(self.tasks[task], mention)
        for entries in self._known.values():
            entries.sort(key=lambda entry: -len(entry[0]))

    def _note(self, text: str, mention: Mention) -> None:
        if (first := _WORD.search(text)) is not None and first.start() == 0:
            self._known.setdefault(first[0].rstrip("."), []).append((text, mention))

    def in_text(self, text: str) -> list[Mention]:
        """What ``text`` speaks of, in order, each once."""
        return list(dict.fromkeys(mention for _, _, mention in self._places(text)))

    def in_rows(self, texts: Iterable[str]) -> list[Mention]:
        """What rows of a panel speak of, in order, each once."""
        return list(dict.fromkeys(mention for text in texts for mention in self.in_text(text)))

    def at(self, text: str, place: int) -> Mention | None:
        """What the words at character ``place`` of ``text`` speak of."""
        return next((found for start, end, found in self._places(text) if start <= place < end), None)

    def _places(self, text: str) -> Iterator[tuple[int, int, Mention]]:
        """Where ``text`` speaks of something: first character, the one after the last, and of what."""
        text = text[:READ_LIMIT]
        after = 0
        for word in _WORD.finditer(text):
            if word.start() < after:
                continue
            for known, mention in self._known.get(word[0].rstrip("."), ()):
                end = word.start() + len(known)
                if text.startswith(known, word.start()) and not _goes_on(text, end):
                    yield word.start(), end, mention
                    after = end
                    break

    def label(self, mention: Mention) -> str:
        """``task 8 normalize``, ``file normalize.py``, ``agent Dev1``."""
        if mention.kind == "task":
            return f"task {self.labels.get(mention.name, mention.name)}"
        return f"{'file' if mention.kind == 'path' else 'agent'} {mention.name}"


def _goes_on(text: str, end: int) -> bool:
    return end < len(text) and (text[end].isalnum() or text[end] == "_")


def key_of(state: RunState) -> tuple[int, int, int]:
    """What tells whether there are new names."""
    return len(state.agents.agents), len(state.board.tasks), len(state.files.files)
