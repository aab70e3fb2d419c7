"""What an agent can know of its own past: its replies and what the earlier prompts told it of files."""

from __future__ import annotations

import operator
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from engine.models.base import Message
from engine.models.simulated.prompt import (
    CHANGED,
    NEWS,
    OPENING,
    RECAST,
    Prompt,
    read_brief,
    read_changes,
    read_outcomes,
    sections,
)

_ACTION = re.compile(r'^<(\w+)(?: path="([^"\n]*)")?(?: id="([^"\n]*)" to="([^"\n]*)")?', re.M)


@dataclass(frozen=True, slots=True)
class Said:
    """One own reply: the paths it wrote and how many other actions it asked for; of a lead, which."""

    edits: tuple[str, ...]
    tags: int
    assigned: tuple[tuple[str, str], ...] = ()
    summed_up: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """One earlier prompt: who changed which files, and which edits of the reply before were refused."""

    changes: tuple[tuple[str, str], ...]
    refused: frozenset[str]


@dataclass(slots=True)
class Past:
    """The conversation before this prompt.

    ``authors`` is the last known author of each path that exists; ``mine`` are the paths the agent itself
    wrote last time it touched them and was not refused; ``said`` are its replies in order. ``changed``,
    ``role`` and ``team`` are what prompts, the one that is due included, said last in place of the brief.
    """

    authors: dict[str, str] = field(default_factory=dict)
    mine: set[str] = field(default_factory=set)
    said: list[Said] = field(default_factory=list)
    changed: str = ""
    role: str = ""
    team: tuple[str, ...] = ()

    @property
    def turn(self) -> int:
        """The number of the turn that is due: one more than the replies so far."""
        return len(self.said) + 1


class Memory:
    """Folds a conversation, and from one turn to the next only what is new of it.

    Nothing else is remembered: of other messages than before, were it one, all is folded anew.
    """

    def __init__(self) -> None:
        self._folded: list[Message] = []
        self._past = Past()
        self._last: Said | None = None

    def recall(self, agent: str, messages: Sequence[Message], due: Prompt | None = None) -> Past:
        """What the agent knows; the prompt that is due, if read already, is the last message.

        It is good for this turn only.
        """
        known = len(self._folded)
        if known > len(messages) or not all(map(operator.is_, self._folded, messages)):
            self._folded, self._past, self._last = [], Past(), None
            known = 0
        last = len(messages) - 1
        for place in range(max(known, 1), len(messages)):
            self._fold(agent, messages[place], due if place == last else None)
        self._folded.extend(messages[known:])
        return self._past

    def _fold(self, agent: str, message: Message, read: Prompt | None) -> None:
        past = self._past
        if message.role == "assistant":
            self._last = digest_reply(message.text)
            past.said.append(self._last)
            return
        told = digest_prompt(message.text) if read is None or not read.opening else _told(read)
        if self._last is not None:
            for path in self._last.edits:
                if path not in told.refused:
                    past.mine.add(path)
                    past.authors[path] = agent
            self._last = None
        past.authors.update(told.changes)
        _amend(past, message)


def _amend(past: Past, message: Message) -> None:
    """Note the sections that say otherwise than the brief; of two on the team in a prompt, the first."""
    changed = role = ""
    team: tuple[str, ...] = ()
    for part in message.parts:
        if not part.startswith("## "):
            continue
        if not changed and part.startswith(CHANGED):
            changed, team = part, team or read_brief(part).team
        elif not role and part.startswith(RECAST):
            role = read_brief(part).role
        elif not team and part.startswith(NEWS):
            team = read_brief(part).team
    past.changed, past.role, past.team = changed or past.changed, role or past.role, team or past.team


def digest_reply(text: str) -> Said:
    """Digest one own reply."""
    edits: list[str] = []
    assigned: list[tuple[str, str]] = []
    tags = 0
    for name, path, task, to in _ACTION.findall(text):
        if name == "edit_file":
            edits.append(path)
            continue
        tags += 1
        if name == "assign_task":
            assigned.append((task, to))
    return Said(tuple(edits), tags, tuple(assigned), "\n<synthesize>" in text)


def digest_prompt(text: str) -> Told:
    """Digest one prompt: only the two sections that tell of files, which precede all quoted content."""
    opening = Prompt()
    for heading, body in sections(text):
        if heading.startswith("Files changed"):
            opening.changes = read_changes(body)
        elif heading.startswith("Outcomes"):
            opening.outcomes = read_outcomes(body)
        elif not heading.startswith(OPENING):
            break
    return _told(opening)


def _told(prompt: Prompt) -> Told:
    refused = frozenset(
        outcome.object
        for outcome in prompt.outcomes
        if outcome.action == "edit_file" and outcome.verdict == "refused"
    )
    return Told(tuple(prompt.changes.items()), refused)
