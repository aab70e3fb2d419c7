"""One agent's conversation, and what has gathered for its next prompt."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.models.base import Message
from engine.record import events as ev
from engine.team import prompts


@dataclass(slots=True)
class Thread:
    """What was said to and by one agent, what it has been shown, and what it is to be told next."""

    spec: ev.AgentSpec
    messages: list[Message] = field(default_factory=list)
    digest: bytes = b""
    tasks_shown: set[str] = field(default_factory=set)
    files_shown: dict[str, int] = field(default_factory=dict)
    changed: dict[str, None] = field(default_factory=dict)
    wanted_files: dict[str, None] = field(default_factory=dict)
    wanted_tasks: dict[str, None] = field(default_factory=dict)
    unseen_drafts: dict[str, None] = field(default_factory=dict)
    outcomes: list[str] = field(default_factory=list)
    mail: list[str] = field(default_factory=list)
    news: list[str] = field(default_factory=list)
    changed_team: bool = False
    changed_role: bool = False
    briefed: tuple[str, str] = ("", "")
    """The role and the strategy of the message that the conversation begins with."""

    def tell(self, action: str, subject: str, result: str, say: str) -> None:
        """Have the next prompt say what became of something."""
        self.outcomes.append(prompts.outcome(action, subject, result, say))

    def told(self, seen: ev.Seen) -> None:
        """A prompt has said all that had gathered, and showed ``seen``."""
        self.tasks_shown.update(seen.tasks)
        self.files_shown.update(seen.changes)
        self.files_shown.update(seen.files)
        for gathered in (self.changed, self.wanted_files, self.wanted_tasks, self.unseen_drafts):
            gathered.clear()
        self.outcomes, self.mail, self.news = [], [], []
        self.changed_team = self.changed_role = False

    def forget(self) -> None:
        """Begin the conversation anew; the mail that waits unread is not its memory."""
        self.messages, self.digest, self.outcomes = [], b"", []
        self.changed_team = self.changed_role = False
        for known in (self.tasks_shown, self.files_shown, self.wanted_files, self.wanted_tasks):
            known.clear()
