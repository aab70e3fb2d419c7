"""One recorded run of the paper's engine as events of ours.

The log names an agent only with its replies and claims. A reply was processed without a pause, so everything
up to the next reply is that agent's (the claims, which do name their agents, agree in all 22,309 cases).
``lock_attempt`` is left out: who was granted or refused a lock was not recorded.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec.structs import replace

from engine.record import events as ev
from engine.record.state.lanes import LONGEST

SOURCE = "paper"
"""What ``run.json`` and the journal call these runs."""

TASKS = 20
"""Of every recorded run (section 3 of the paper); the log does not say which task an event is about."""

GAPS: tuple[ev.Gap, ...] = (
    "graph",
    "tasks",
    "prompts",
    "replies",
    "contents",
    "nodes",
    "tokens",
    "locks",
    "refusals",
    "settings",
)

VERDICTS: dict[int, ev.Verdict] = {0: "passed", 1: "failed", 2: "error", 3: "error", 4: "none", 5: "none"}
"""pytest's exit codes: passed, failed, interrupted, internal error; wrong usage and nothing collected ran no
test at all."""

SKIPPED = frozenset({"run_start", "initialize", "lock_attempt", "run_end"})
"""Rows that are no events of ours: the start and the end are made of the run's own row."""

Row = Mapping[str, Any]


class Translator:
    """Makes the journal of one run: ``events`` in order, ``left_out`` rows that could not be placed."""

    def __init__(self, start: ev.RunStarted, first_ts: float | None) -> None:
        self.events: list[ev.Event] = []
        self.left_out = 0
        self._team = tuple(spec.name for spec in start.team)
        self._zero = first_ts or 0.0
        self._now = 0.0
        self._round = 0
        self._round_open = False
        self._prompted: float | None = None
        self._turn = 0
        self._waiting: dict[str, tuple[int, float]] = {}
        self._acting: tuple[str, int] | None = None
        self._effects = 0
        self._versions: dict[str, tuple[int, str]] = {}
        self._test_runs = 0
        self._emit(start)

    def _emit(self, event: ev.Event) -> None:
        self.events.append(replace(event, seq=len(self.events) + 1, ts=self._now, round=self._round))

    def _clock(self, ts: float | None) -> float:
        """The run clock at a row, never before the row above.

        Not rounded: the log's times differ by whole multiples of 2^-22 s, which these differences keep, and
        the paper's statistics of ranks would not come out the same with the last digits gone.
        """
        return self._now if ts is None else max(self._now, ts - self._zero)

    def take(self, rows: Iterable[Row]) -> None:
        """Translate the rows of the log, in their order."""
        for row in rows:
            kind = row["type"]
            if kind in SKIPPED:
                continue
            if kind == "agent_reply" and row["agent"]:
                self._replied(row["agent"], row["ts"])
            elif kind == "round_start":
                self._round_started(row["round"], row["ts"])
            elif self._acting is not None and kind in _ACTS:
                if kind != "run_tests":  # its row comes after the run
                    self._now = self._clock(row["ts"])
                _ACTS[kind](self, row, *self._acting)
            else:
                self.left_out += 1

    def end(self, end: ev.RunEnded, ts: float | None) -> None:
        """Close what is open, and the run, which lasted ``wall_seconds``: a little longer than its log.

        A run of which these are not known (0) lasted as long as its log.
        """
        self._close_round(ts)
        self._now = self._clock(ts)
        if self._prompted is not None:
            self._now = max(self._now, self._prompted + min(end.wall_seconds, LONGEST))
            end = replace(end, wall_seconds=end.wall_seconds or self._now - self._prompted)
        self._emit(end)

    # ------------------------------------------------------------ rounds and turns

    def _round_started(self, number: float | None, ts: float | None) -> None:
        self._close_round(ts)
        self._now = self._clock(ts)
        self._round = int(number) if number is not None else self._round + 1
        self._round_open = True
        self._emit(ev.RoundStarted(agents=self._team))
        for agent in self._team:
            self._begin(agent)

    def _begin(self, agent: str) -> None:
        self._prompted = self._now if self._prompted is None else self._prompted
        self._turn += 1
        self._waiting[agent] = (self._turn, self._now)
        self._emit(ev.TurnStarted(turn=self._turn, agent=agent, epoch=1, seen=ev.Seen(board=0), request=""))

    def _replied(self, agent: str, ts: float | None) -> None:
        self._close_turn()
        self._now = self._clock(ts)
        if agent not in self._waiting:
            self._begin(agent)
        turn, began = self._waiting.pop(agent)
        self._acting = agent, turn
        self._emit(
            ev.Replied(
                turn=turn,
                agent=agent,
                text="",
                finish_reason="",
                input_tokens=None,
                output_tokens=None,
                latency_seconds=self._now - began,
                attempts=1,
            )
        )

    def _close_turn(self) -> None:
        """End the open turn with its last row: from there on its agent waited for the others."""
        if self._acting is not None:
            agent, turn = self._acting
            self._emit(ev.TurnEnded(turn=turn, agent=agent, outcome="replied", effects=self._effects))
        self._acting, self._effects = None, 0

    def _close_round(self, ts: float | None) -> None:
        """The barrier opens with the last act, or at ``ts`` if a reply is missing, whose turn is lost."""
        self._close_turn()
        if self._waiting:
            self._now = self._clock(ts)
        for agent, (turn, _) in self._waiting.items():
            detail = "No reply of this turn was recorded."
            self._emit(ev.TurnEnded(turn=turn, agent=agent, outcome="failed", effects=0, detail=detail))
        self._waiting.clear()
        if self._round_open:
            self._emit(ev.RoundEnded())
        self._round_open = False

    # ------------------------------------------------------------ actions

    def _edited(self, row: Row, agent: str, turn: int) -> None:
        path = row["path"]
        if not path:
            self.left_out += 1
            return
        version, previous = self._versions.get(path, (0, ""))
        self._versions[path] = (version + 1, agent)
        self._effects += 1
        self._emit(
            ev.FileEdited(
                path=path,
                agent=agent,
                turn=turn,
                version=version + 1,
                base=0,
                content="",
                hash="",
                previous=previous,
            )
        )

    def _claimed(self, row: Row, agent: str, turn: int) -> None:
        self._effects += 1
        self._emit(ev.TaskClaimed(task="", agent=agent, turn=turn))

    def _blocked(self, row: Row, agent: str, turn: int) -> None:
        self._emit(
            ev.ActionRefused(
                agent=agent,
                turn=turn,
                action="claim_task",
                object="",
                reason="blocked",
                detail="it waits for other tasks (which one is not recorded)",
            )
        )

    def _completed(self, row: Row, agent: str, turn: int) -> None:
        self._effects += 1
        self._emit(ev.TaskCompleted(task="", agent=agent, turn=turn, evidence="unknown"))

    def _tested(self, row: Row, agent: str, turn: int) -> None:
        """The row comes when the run is over; it began ``seconds`` before, and the agent waited for it."""
        seconds, code = max(0.0, row["seconds"] or 0.0), row["returncode"]
        end = self._clock(row["ts"])
        self._now = max(self._now, end - seconds)
        self._test_runs += 1
        self._emit(ev.TestsStarted(run=self._test_runs, agent=agent, turn=turn, tasks=(), tree=""))
        self._now = end
        self._emit(
            ev.TestsFinished(
                run=self._test_runs,
                agent=agent,
                turn=turn,
                verdict=VERDICTS.get(int(code), "error") if code is not None else "none",
                passed=(),
                failed=(),
                seconds=seconds,
                output=""
                if code is None
                else f"pytest ended with code {int(code)}; its output is not recorded.",
                exit_code=None if code is None else int(code),
            )
        )


_ACTS = {
    "edit_file": Translator._edited,
    "claim_task": Translator._claimed,
    "claim_blocked": Translator._blocked,
    "complete_task": Translator._completed,
    "run_tests": Translator._tested,
}
