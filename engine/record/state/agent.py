"""One agent as far as a pane can show it: what it does, its lines, its turns, its silences."""

from __future__ import annotations

from collections import deque
from typing import Literal, TypeAlias

import msgspec

from engine.record import events as ev
from engine.record.state.suspicion import PULSE_MEDIAN, Rhythm

AgentStatus: TypeAlias = Literal[
    "idle", "thinking", "acting", "testing", "waiting", "stalled", "down", "left"
]
LineKind: TypeAlias = Literal["act", "good", "bad", "refused", "speech", "mail", "question", "fault", "error"]

LINES_KEPT = 400
"""Lines per agent pane: some forty turns, more than anybody scrolls back live; all is in the journal."""

TURNS_KEPT = 30
"""Whole turns kept per agent, for reading one in full."""


class Line(msgspec.Struct, frozen=True):
    """One line of a pane: round, what was done, to what, how it ended. ``kind`` decides its colour."""

    seq: int
    ts: float
    round: int
    kind: LineKind
    text: str
    detail: str = ""


class Turn(msgspec.Struct):
    """A turn that can be opened: its number among its agent's (``round``), the reply, what came of it."""

    turn: int
    round: int
    started: float
    request: str
    seen: ev.Seen
    reply: str = ""
    finish_reason: str = ""
    latency_seconds: float | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    cached_tokens: int | None = None
    reasoning_tokens: int | None = None
    attempts: int = 0
    ended: float | None = None
    outcome: str = ""
    effects: int = 0
    lines: list[Line] = msgspec.field(default_factory=list)


class AgentState(msgspec.Struct):
    """One member of the team. ``since`` is when ``status`` began (run-clock seconds).

    ``silent_since`` is when the agent was last heard of, while a reply of it is due; ``suspicion_peak`` is
    the highest that its silences have reached so far (see ``suspicion``). ``line_count`` counts lines ever
    added, so that a view knows how many are new and how many were let go. ``rhythm`` is of waits for a reply,
    or for its first piece, ``pulse`` of those between pieces; ``writing`` is how many characters have come of
    the reply that is due, null before the first piece.
    Tokens are sums of what was reported; ``cost_usd`` is null from the first reply of unknown price on.
    """

    name: str
    role: str
    model: str
    status: AgentStatus = "idle"
    since: float = 0.0
    epoch: int = 1
    done: int = 0
    edits: int = 0
    refusals: int = 0
    replies: int = 0
    chatter: int = 0
    test_runs: int = 0
    test_failures: int = 0
    messages_sent: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: float | None = 0.0
    busy_seconds: float = 0.0
    lease_until: float | None = None
    silent_since: float | None = None
    suspicion_peak: float = 0.0
    rhythm: Rhythm = msgspec.field(default_factory=Rhythm)
    pulse: Rhythm = msgspec.field(default_factory=lambda: Rhythm(median=PULSE_MEDIAN))
    writing: int | None = None
    lines: deque[Line] = msgspec.field(default_factory=lambda: deque(maxlen=LINES_KEPT))
    line_count: int = 0
    turns: deque[Turn] = msgspec.field(default_factory=lambda: deque(maxlen=TURNS_KEPT))

    @property
    def turn(self) -> Turn | None:
        """The latest turn."""
        return self.turns[-1] if self.turns else None

    def suspicion(self, now: float) -> float:
        """φ of the agent's silence at ``now`` (run-clock seconds); 0 while nothing of it is due."""
        if self.silent_since is None:
            return 0.0
        rhythm = self.rhythm if self.writing is None else self.pulse
        return rhythm.phi(now - self.silent_since)

    def hush(self, ts: float) -> None:
        """From now on something of the agent is due."""
        self.silent_since = ts

    def heard(self, ts: float, *, reply: bool = False) -> None:
        """The agent gave a sign of life; a ``reply`` says how long its replies take."""
        if self.silent_since is None:
            return
        self.suspicion_peak = max(self.suspicion_peak, self.suspicion(ts))
        if reply:
            (self.rhythm if self.writing is None else self.pulse).beat(ts - self.silent_since)
        self.silent_since, self.writing = None, None

    def beats(self, ts: float, characters: int) -> None:
        """A sign of life within a reply: so many characters of it are there, and more is due."""
        self.heard(ts, reply=True)
        self.hush(ts)
        self.writing = characters

    def pay(self, reply: ev.Replied | ev.ReplyFenced) -> None:
        """Count the tokens and the cost of a reply."""
        self.input_tokens += reply.input_tokens or 0
        self.output_tokens += reply.output_tokens or 0
        if reply.cost_usd is None:
            self.cost_usd = None
        elif self.cost_usd is not None:
            self.cost_usd += reply.cost_usd
