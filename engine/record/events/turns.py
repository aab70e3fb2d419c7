"""Events of turns: what an agent saw, the reply of its model, failed calls."""

from __future__ import annotations

from typing import Literal

import msgspec

from engine.record.events.common import Event


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """What a prompt showed: versions of the board (seq of its last change) and of files, ids of the rest.

    ``drafts`` are the agent's own open drafts, which nobody else is shown.
    """

    board: int
    files: tuple[tuple[str, int], ...] = ()
    changes: tuple[tuple[str, int], ...] = ()
    tasks: tuple[str, ...] = ()
    mail: tuple[str, ...] = ()
    drafts: tuple[int, ...] = ()


class TurnStarted(Event, frozen=True, kw_only=True, tag="turn_started"):
    """An agent's prompt is ready. ``turn`` counts over the run; ``request`` is a digest of the whole prompt.

    ``files`` of ``seen`` were shown with content, ``changes`` by version and author only. ``backup`` is the
    draft for which the turn began in the middle of a round (0: it began with the round). ``own_round`` is
    the number by which the agent counts it and which its prompt shows: the team's round, or with a barrier
    that lets agents run ahead one after it (0: not recorded, the team's).
    """

    turn: int
    agent: str
    epoch: int
    seen: Seen
    request: str
    backup: int = 0
    own_round: int = 0

    @property
    def number(self) -> int:
        """The agent's own round."""
        return self.own_round or self.round


class ConversationCompacted(Event, frozen=True, kw_only=True, tag="conversation_compacted"):
    """The oldest ``dropped`` messages of the agent's conversation, but for the brief, are no part of it now.

    It had grown to about ``tokens``, which with the next prompt would not fit the ``budget`` of its model.
    ``refused``: its model had refused it as too long, in a turn that goes on with the rest; ``budget`` is
    then what it was to be cut to. The agent is told, and shown again the texts of tasks that are open to it.
    """

    agent: str
    dropped: int
    tokens: int
    budget: int
    refused: bool = False


UNKNOWN_OUTCOME = ("timeout", "connection")
"""Kinds of failed calls that the provider may have answered all the same: their tokens were spent, unseen."""


class CallFailed(Event, frozen=True, kw_only=True, tag="call_failed"):
    """An attempt at a model call failed. ``retry_seconds``: the wait before the next, null after the last,
    0 if another attempt is out beside it.

    After a ``kind`` of ``UNKNOWN_OUTCOME`` nobody knows whether the call was carried out, and charged.
    """

    turn: int
    agent: str
    attempt: int
    kind: str
    detail: str
    retry_seconds: float | None = None


class CallStarted(Event, frozen=True, kw_only=True, tag="call_started"):
    """An attempt leaves this process: number ``attempt`` of its turn, after so long a wait for its provider's
    limits. A ``hedge`` goes out beside one that takes long. Calls of simulated models are not announced.

    What becomes of it is one of ``replied`` (the last attempt that did not fail), ``call_failed`` and
    ``call_abandoned``.
    """

    turn: int
    agent: str
    attempt: int
    waited_seconds: float = 0.0
    hedge: bool = False


class ReplyHeard(Event, frozen=True, kw_only=True, tag="reply_heard"):
    """A sign of life within a reply that arrives in pieces: so many characters of it have come.

    At the first piece, and then not more often than every two seconds; the pieces themselves are no events.
    """

    turn: int
    agent: str
    attempt: int
    characters: int


class CallAbandoned(Event, frozen=True, kw_only=True, tag="call_abandoned"):
    """Nobody waits any more for an attempt that is out. Its outcome is unknown, and so is what it cost."""

    turn: int
    agent: str
    attempt: int
    detail: str = ""


class Replied(Event, frozen=True, kw_only=True, tag="replied"):
    """A model's reply, whole. ``latency_seconds`` counts from the prompt, waits for retries included.

    Token counts are what the model reported, null where it did not. ``cost_usd`` is null if unknown.
    """

    turn: int
    agent: str
    text: str
    finish_reason: str
    input_tokens: int | None
    output_tokens: int | None
    latency_seconds: float
    attempts: int
    cost_usd: float | None = None
    cost_source: Literal["reported", "notional", "unknown"] = "unknown"
    cached_tokens: int | None = None
    reasoning_tokens: int | None = None


class TurnEnded(Event, frozen=True, kw_only=True, tag="turn_ended"):
    """A turn is over. ``effects`` is how many of its actions changed anything (0: chatter).

    ``overtaken``: its reply was not waited for, because all that it was about was done by a copy.
    """

    turn: int
    agent: str
    outcome: Literal["replied", "failed", "crashed", "fenced", "overtaken", "left"]
    effects: int
    detail: str = ""


class ReplyFenced(Event, frozen=True, kw_only=True, tag="reply_fenced"):
    """The reply to a turn that was fenced came after all: its tokens are spent, nothing of it is carried out.

    The turn began under ``epoch`` of the agent, which is at ``current`` by now. Each of its ``actions`` is
    refused by an event of its own.
    """

    turn: int
    agent: str
    epoch: int
    current: int
    actions: int
    input_tokens: int | None
    output_tokens: int | None
    cost_usd: float | None = None
    cost_source: Literal["reported", "notional", "unknown"] = "unknown"
