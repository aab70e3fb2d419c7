"""Counters over the run and per round, and the times that speedup is computed from."""

from __future__ import annotations

from collections import deque

import msgspec

from engine.record import events as ev
from engine.record.clean import clean_line

ROUNDS_KEPT = 2_000
"""Rounds with their own row: far above any run of the paper (100) at a few dozen bytes each."""

PAYMENTS_KEPT = 500
"""Replies whose tokens are kept one by one, for the rate at which a team spends now."""


class RoundRow(msgspec.Struct):
    """One round: times in run-clock seconds (``ended`` null while it is open), and what agents did in their
    turns of that number.
    """

    round: int
    started: float
    agents: int
    ended: float | None = None
    replies: int = 0
    completions: int = 0
    denied: int = 0
    refused: int = 0
    messages: int = 0
    chatter: int = 0
    edits: int = 0
    test_runs: int = 0
    test_failures: int = 0
    latencies: list[float] = msgspec.field(default_factory=list)

    @property
    def straggler_gap(self) -> float | None:
        """Slowest reply minus the mean of all (seconds), for two or more replies (paper, section 4.5)."""
        if len(self.latencies) < 2:
            return None
        return max(self.latencies) - sum(self.latencies) / len(self.latencies)


class Completion(msgspec.Struct, frozen=True):
    """A task was done at ``ts``; ``busy`` is the team's busy time in turns that had effects until then.

    ``tokens`` and ``cost_usd`` are what was spent by then, as far as it was reported (null: unknown).
    """

    ts: float
    task: str
    agent: str
    busy: float
    tokens: int = 0
    cost_usd: float | None = None


class Payment(msgspec.Struct, frozen=True):
    """What a reply cost that came at ``ts``; null where nobody said."""

    ts: float
    tokens: int | None
    cost_usd: float | None


class MetricsState:
    """Totals as defined for reports (SEMANTICS, Words)."""

    def __init__(self) -> None:
        self.replies = 0
        self.messages = 0
        self.chatter = 0
        self.idle_rounds = 0
        self.test_runs = 0
        self.test_failures = 0
        self.claims_blocked = 0
        self.refusals = 0
        self.input_tokens = 0
        self.output_tokens = 0
        self.tokens_unknown = 0
        self.cached_tokens: int | None = None
        self.reasoning_tokens: int | None = None
        """Sums of what replies reported of these; null as long as none did."""
        self.cost_usd: float | None = 0.0
        self.cost_source = "unknown"
        self.payments: deque[Payment] = deque(maxlen=PAYMENTS_KEPT)
        self.gap_sum = 0.0
        self.gap_count = 0
        self.completions: list[Completion] = []
        self.rounds: deque[RoundRow] = deque(maxlen=ROUNDS_KEPT)
        self.first_prompt: float | None = None
        self.busy = 0.0
        self._open_turns: dict[str, float] = {}
        self._numbers: dict[int, int] = {}
        self._ahead: dict[int, RoundRow] = {}

    def _row(self, turn: int) -> RoundRow | None:
        """The row that something in a turn counts for: of its agent's own round, if that is still to end."""
        row, number = self.current, self._numbers.get(turn, 0)
        if row is None or number <= row.round:
            return row
        if number not in self._ahead and len(self._ahead) >= ROUNDS_KEPT:
            return row
        return self._ahead.setdefault(number, RoundRow(number, 0.0, 0))

    @property
    def current(self) -> RoundRow | None:
        """The latest round."""
        return self.rounds[-1] if self.rounds else None

    def round_started(self, event: ev.RoundStarted) -> None:
        """A round opens; who ran ahead may have had a turn of it already."""
        row = self._ahead.pop(event.round, None) or RoundRow(event.round, 0.0, 0)
        row.started, row.agents = event.ts, len(event.agents)
        self.rounds.append(row)

    def round_ended(self, event: ev.RoundEnded) -> None:
        """The barrier closes it."""
        row = self.current
        if row is None or row.ended is not None:
            return
        row.ended = event.ts
        self.idle_rounds += row.completions == 0
        gap = row.straggler_gap
        if gap is not None:
            self.gap_sum += gap
            self.gap_count += 1

    def turn_started(self, event: ev.TurnStarted) -> None:
        """A prompt goes out; the first one starts the run's wall time."""
        if self.first_prompt is None:
            self.first_prompt = event.ts
        self._numbers[event.turn] = event.number
        self._open_turns[event.agent] = 0.0

    def call_failed(self, event: ev.CallFailed) -> None:
        """A call whose outcome is unknown cost tokens that nobody counted."""
        self.tokens_unknown += event.kind in ev.UNKNOWN_OUTCOME

    def call_abandoned(self, event: ev.CallAbandoned) -> None:
        """So did one that nobody waited for any more."""
        self.tokens_unknown += 1

    def replied(self, event: ev.Replied) -> None:
        """A reply came."""
        self.replies += 1
        self._pay(event)
        self.cached_tokens = _plus(self.cached_tokens, event.cached_tokens)
        self.reasoning_tokens = _plus(self.reasoning_tokens, event.reasoning_tokens)
        self._open_turns[event.agent] = self._open_turns.get(event.agent, 0.0) + event.latency_seconds
        if (row := self._row(event.turn)) is not None:
            row.replies += 1
            row.latencies.append(event.latency_seconds)

    def reply_fenced(self, event: ev.ReplyFenced) -> None:
        """A reply came too late to count; it is paid for all the same."""
        self._pay(event)

    def _pay(self, event: ev.Replied | ev.ReplyFenced) -> None:
        known = event.input_tokens is not None and event.output_tokens is not None
        tokens = (event.input_tokens or 0) + (event.output_tokens or 0) if known else None
        self.payments.append(Payment(event.ts, tokens, event.cost_usd))
        if not known:
            self.tokens_unknown += 1
        self.input_tokens += event.input_tokens or 0
        self.output_tokens += event.output_tokens or 0
        if event.cost_usd is None:
            self.cost_usd = None
            self.cost_source = "unknown"
        elif self.cost_usd is not None:
            self.cost_usd += event.cost_usd
            self.cost_source = event.cost_source

    def turn_ended(self, event: ev.TurnEnded) -> None:
        """A turn with effects adds its busy time; one without was chatter."""
        busy = self._open_turns.pop(event.agent, 0.0)
        if event.effects:
            self.busy += busy
        elif event.outcome == "replied":
            self.chatter += 1
            if (row := self._row(event.turn)) is not None:
                row.chatter += 1
        self._numbers.pop(event.turn, None)

    def task_completed(self, event: ev.TaskCompleted) -> None:
        """A task is done."""
        busy = self.busy + self._open_turns.get(event.agent, 0.0)
        task, agent = clean_line(event.task), clean_line(event.agent)
        if task:  # of a completion without a name nobody knows whether it was a task's first
            tokens = self.input_tokens + self.output_tokens
            self.completions.append(Completion(event.ts, task, agent, busy, tokens, self.cost_usd))
        if (row := self._row(event.turn)) is not None:
            row.completions += 1

    def tests_finished(self, event: ev.TestsFinished) -> None:
        """A test run is over."""
        failed = event.verdict in ev.FAILURES
        self.test_runs += 1
        self.test_failures += failed
        self._open_turns[event.agent] = self._open_turns.get(event.agent, 0.0) + event.seconds
        if (row := self._row(event.turn)) is not None:
            row.test_runs += 1
            row.test_failures += failed

    def run_ended(self, event: ev.RunEnded) -> None:
        """Tokens that were recorded for the whole run only."""
        if event.input_tokens is not None and event.output_tokens is not None:
            self.input_tokens, self.output_tokens = event.input_tokens, event.output_tokens
            self.tokens_unknown = 0

    def action_refused(self, event: ev.ActionRefused) -> None:
        """An action had no effect."""
        self.refusals += 1
        self.claims_blocked += event.action == "claim_task" and event.reason == "blocked"
        if (row := self._row(event.turn)) is not None:
            row.refused += 1

    def lock_denied(self, event: ev.LockDenied) -> None:
        """A lock was refused."""
        if (row := self._row(event.turn)) is not None:
            row.denied += 1

    def file_edited(self, event: ev.FileEdited) -> None:
        """A file was written."""
        if (row := self._row(event.turn)) is not None:
            row.edits += 1

    def message_delivered(self, event: ev.MessageDelivered) -> None:
        """Mail arrived."""
        self.messages += 1
        if (row := self.current) is not None:
            row.messages += 1


def _plus(sum_: int | None, reported: int | None) -> int | None:
    return sum_ if reported is None else (sum_ or 0) + reported
