"""What an agent can know of its own past: its replies and what the earlier prompts told it of files."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from engine.models.base import Message
from engine.models.simulated.prompt import read_changes, read_outcomes, sections

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
    wrote last time it touched them and was not refused; ``said`` are its replies in order.
    """

    authors: dict[str, str] = field(default_factory=dict)
    mine: set[str] = field(default_factory=set)
    said: list[Said] = field(default_factory=list)

    @property
    def turn(self) -> int:
        """The number of the turn that is due: one more than the replies so far."""
        return len(self.said) + 1


def recall(agent: str, messages: Sequence[Message]) -> Past:
    """Fold a conversation, the prompt that is due included, into what the agent knows of files."""
    past = Past()
    last: Said | None = None
    for message in messages[1:]:
        if message.role == "assistant":
            last = digest_reply(message.text)
            past.said.append(last)
            continue
        told = digest_prompt(message.parts)
        if last is not None:
            for path in last.edits:
                if path not in told.refused:
                    past.mine.add(path)
                    past.authors[path] = agent
            last = None
        for path, author in told.changes:
            past.authors[path] = author
    return past


# Both digests are functions of text alone; they are kept because every turn reads the conversation again.
# 2,048 entries cover a team of 17 over 60 rounds; beyond that digests are made anew.
@lru_cache(maxsize=2048)
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


@lru_cache(maxsize=2048)
def digest_prompt(parts: tuple[str, ...]) -> Told:
    """Digest one prompt: only the two sections that tell of files, which precede all quoted content."""
    changes: dict[str, str] = {}
    refused: frozenset[str] = frozenset()
    for heading, body in sections("".join(parts)):
        if heading.startswith("Files changed"):
            changes = read_changes(body)
        elif heading.startswith("Outcomes"):
            refused = frozenset(
                outcome.object
                for outcome in read_outcomes(body)
                if outcome.action == "edit_file" and outcome.verdict == "refused"
            )
        elif not heading.startswith("Task board"):
            break
    return Told(tuple(changes.items()), refused)
