"""Conversations: what each agent was told and answered, folded from the journal.

The same fold serves the running engine and the reader of a journal: ``TurnStarted`` names what a prompt
showed, and applying it to the fold of the events before gives that prompt again, byte for byte.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from engine.models.base import Message
from engine.record import events as ev
from engine.team.boards import Boards
from engine.team.composing import TASKS_SHOWN, Composer, Prompt
from engine.team.drafts import Drafts
from engine.team.ground import Ground
from engine.team.telling import Telling

__all__ = ["TASKS_SHOWN", "Conversations", "Prompt"]


class Conversations:
    """All agents' conversations. ``apply`` every event; ``compose`` the next prompt of an agent."""

    def __init__(self) -> None:
        self.drafts = Drafts()
        self._ground = Ground()
        self._telling = Telling(self._ground, self.drafts)
        self._composer = Composer(self._ground, self.drafts, self._telling)
        self._composed: dict[str, Prompt] = {}
        own: dict[type[ev.Event], Callable[[Any], None]] = {
            ev.TurnStarted: self._turn_started,
            ev.Replied: self._replied,
            ev.ConversationCompacted: self._compacted,
            ev.AgentLeft: self._agent_left,
        }
        self._handlers: dict[type[ev.Event], list[Callable[[Any], None]]] = {}
        for table in (self.drafts.handlers(), self._ground.handlers(), self._telling.handlers(), own):
            for kind, handler in table.items():
                self._handlers.setdefault(kind, []).append(handler)

    def apply(self, event: ev.Event) -> None:
        """Fold one event of a run that the engine itself wrote."""
        for handler in self._handlers.get(type(event), ()):
            handler(event)

    # ------------------------------------------------------------ questions

    @property
    def boards(self) -> Boards:
        """Every version of the board as prompts have it."""
        return self._ground.boards

    def messages(self, agent: str) -> list[Message]:
        """The conversation so far, the prompt of an open turn included. Do not change the list."""
        return self._telling.threads[agent].messages

    def request(self, agent: str) -> str:
        """The digest of the agent's conversation as it stands, as ``TurnStarted`` has it."""
        return self._telling.threads[agent].digest.hex()

    def base(self, agent: str, path: str) -> int:
        """The version of ``path`` that the agent was last shown or wrote itself; 0 for none."""
        return self._telling.threads[agent].files_shown.get(path, 0)

    def received(self, agent: str, message: str) -> bool:
        """Whether that message has reached the agent before."""
        return message in self._telling.received.get(agent, ())

    def asked(self, agent: str) -> int:
        """How many questions the agent has asked people since they last wrote to it."""
        return self._telling.asked[agent]

    def compose(self, agent: str, round_: int, board_version: int | None = None) -> Prompt:
        """Build the agent's prompt for its own round ``round_`` from all events so far.

        ``board_version`` is that of the board which it is shown; null for the present one.
        """
        thread = self._telling.threads[agent]
        prompt = self._composed[agent] = self._composer.prompt(thread, round_, board_version)
        return prompt

    # ------------------------------------------------------------ events

    def _turn_started(self, event: ev.TurnStarted) -> None:
        thread = self._telling.threads[event.agent]
        prompt = self._composed.pop(event.agent, None)
        if prompt is None:
            prompt = self._composer.prompt(thread, event.number, event.seen.board)
        if not thread.messages:
            thread.messages.append(Message("system", (self._composer.brief(thread),)))
            thread.briefed = (thread.spec.role, self._telling.strategy)
        thread.messages.append(prompt.message)
        thread.digest = bytes.fromhex(prompt.request)
        thread.told(prompt.seen)

    def _replied(self, event: ev.Replied) -> None:
        thread = self._telling.threads[event.agent]
        thread.messages.append(Message("assistant", (event.text,)))
        thread.digest = hashlib.blake2b(thread.digest + event.text.encode(), digest_size=16).digest()

    def _compacted(self, event: ev.ConversationCompacted) -> None:
        """Forget the oldest messages, say so, and show what is open to the agent as if for the first time."""
        thread = self._telling.threads[event.agent]
        del thread.messages[1 : 1 + event.dropped]
        thread.digest = shortened(thread.digest, event.dropped)
        thread.tasks_shown.clear()
        said = (
            f"Your conversation had grown too long: its oldest {event.dropped} messages were dropped. "
            "Ask with read_file or show_task for what you miss."
        )
        thread.tell("conversation", "", "shortened", said)
        self._telling.remind(thread)

    def _agent_left(self, event: ev.AgentLeft) -> None:
        self._composed.pop(event.agent, None)


def shortened(digest: bytes, dropped: int) -> bytes:
    """The digest of a conversation that lost ``dropped`` messages."""
    return hashlib.blake2b(digest + f"without {dropped}".encode(), digest_size=16).digest()
