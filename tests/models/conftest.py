"""Conversations as the engine would write them, without an engine."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

import pytest

from engine.models.base import Message
from engine.team import prompts
from tasks.model import Suite
from tasks.suite import load


class Conversation:
    """Builds what one agent is told and answers. ``board`` maps task ids to (status, owner)."""

    def __init__(
        self,
        suite: Suite,
        *,
        agent: str = "Dev1",
        team: Sequence[str] = ("Dev1", "Dev2", "Dev3", "Dev4"),
        strategy: str = "decentralized",
        own: Sequence[str] | None = None,
        completion: str = "reported",
    ) -> None:
        role = "lead" if agent == "Lead" else "developer"
        lines = [
            f"You are {agent}, {role} of the team that builds {suite.name}.",
            f"Team: {', '.join(team)}.",
            f"Strategy: {strategy}.",
        ]
        if own is not None:
            lines.append(f"Your tasks, in this order: {', '.join(own) or 'none'}.")
        lines += [f"Completion: {completion}.", "", "# Project", "> Build it."]
        self.suite = suite
        self.agent = agent
        self.board: dict[str, tuple[str, str]] = dict.fromkeys((t.id for t in suite.tasks), ("pending", ""))
        self.messages = [Message("system", ("\n".join(lines) + "\n",))]
        self.round = 0

    def own(self, *tasks: str, agent: str = "", status: str = "assigned") -> Conversation:
        for task in tasks:
            self.board[task] = (status, agent or self.agent)
        return self

    def prompt(
        self,
        *,
        changes: Sequence[tuple[str, int, str]] = (),
        outcomes: Sequence[str] = (),
        mail: Sequence[tuple[str, str, int, str]] = (),
        tasks: Sequence[str] = (),
        files: Sequence[tuple[str, int, str, str]] = (),
        reviews: Sequence[tuple[str, str, str]] = (),
    ) -> list[Message]:
        """The conversation with the next round's prompt."""
        self.round += 1
        done = sum(status == "done" for status, _ in self.board.values())
        lines = [prompts.board_line(task, *self.board[task.id]) for task in self.suite.tasks]  # type: ignore[arg-type]  # a Task has the fields of a TaskSpec
        parts = [f"# Round {self.round}\n", prompts.board(done, len(lines), lines)]
        if changes:
            parts.append(prompts.changes(changes))
        if outcomes:
            parts.append(prompts.outcomes(outcomes))
        if mail:
            parts.append(prompts.mail(mail))
        parts += [prompts.task_section(self.suite.by_id[task]) for task in tasks]  # type: ignore[arg-type]  # the same
        if reviews:
            parts.append(prompts.reviews(reviews))
        parts += [prompts.file_section(*file) for file in files]
        parts.append(prompts.reply_section(self.agent))
        self.messages.append(Message("user", tuple(parts)))
        return list(self.messages)

    def answered(self, text: str) -> Conversation:
        self.messages.append(Message("assistant", (text,)))
        return self


loaded = lru_cache(load)


@pytest.fixture
def talk() -> Callable[..., Conversation]:
    """``talk("mathutils", "mixed", agent=…, strategy=…, own=…)`` -> a conversation to fill."""

    def start(suite: str = "mathutils", structure: str | None = "mixed", **brief: object) -> Conversation:
        return Conversation(loaded(suite, structure), **brief)  # type: ignore[arg-type]  # passed on as they are

    return start
