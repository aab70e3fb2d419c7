"""Checkers of starvation: agents that are refused again and again while others get what they want (A12)."""

from __future__ import annotations

from dataclasses import dataclass

from engine.analysis.consistency.findings import Tally, predicate
from engine.analysis.consistency.history import History
from engine.record import events as ev

DENIALS = 5
"""Turns in a row in which an agent is refused (k of the definition)."""


@dataclass(slots=True)
class _Wait:
    """A request that has not been granted: turns with a refusal, grants to others since the first one."""

    turns: int = 0
    last_turn: int = -1
    grants_before: int = 0
    told: bool = False


class _Queue:
    """Requests for one kind of thing, by what is asked for."""

    def __init__(self, history: History, tally: Tally, text: str) -> None:
        self._bypass = 2 * max(1, len(history.team))
        self._tally = tally
        self._text = text
        self._waits: dict[tuple[str, str], _Wait] = {}
        self._granted: dict[str, int] = {}

    def denied(self, event: ev.LockDenied | ev.ActionRefused, what: str) -> None:
        """One refusal per turn counts: asking twice in a reply cannot end differently."""
        self._tally.look()
        granted = self._granted.get(what, 0)
        wait = self._waits.setdefault((event.agent, what), _Wait(grants_before=granted))
        if event.turn == wait.last_turn:
            return
        wait.turns, wait.last_turn = wait.turns + 1, event.turn
        bypassed = granted - wait.grants_before
        if not wait.told and ((wait.turns >= DENIALS and bypassed) or bypassed > self._bypass):
            wait.told = True
            self._tally.found(event.seq, self._text, event.agent, what, wait.turns, bypassed)

    def granted(self, agent: str, what: str) -> None:
        """What was asked for was given to ``agent``."""
        self._tally.look()
        self._granted[what] = self._granted.get(what, 0) + 1
        self._waits.pop((agent, what), None)


@predicate(
    "lock_starvation",
    "team",
    holds="Nobody was refused a file time and again while others got it.",
    unknown="Nobody asked for a lock.",
)
def lock_starvation(history: History, tally: Tally) -> None:
    """A12: without a grant between, a file is refused to an agent in at least five of its turns while others
    get it, or is given to others more than twice as often as the team has members."""
    text = "{} was refused {} in {} turns, while others got it {} times."
    queue = _Queue(history, tally, text)
    for event in history.events:
        if isinstance(event, ev.LockDenied):
            queue.denied(event, event.path)
        elif isinstance(event, ev.LockAcquired):
            queue.granted(event.agent, event.path)


@predicate(
    "task_starvation",
    "team",
    holds="Nobody asked for tasks in vain time and again while others got some.",
    unknown="Nobody asked for a task.",
)
def task_starvation(history: History, tally: Tally) -> None:
    """A12: without a grant between, claims of an agent are refused in at least five of its turns while others
    get tasks, or others get more than twice as many as the team has members."""
    text = "{} asked for {} in vain in {} turns, while others got {}."
    queue = _Queue(history, tally, text)
    for event in history.events:
        if isinstance(event, ev.ActionRefused) and event.action == "claim_task":
            queue.denied(event, "tasks")
        elif isinstance(event, ev.TaskClaimed):
            queue.granted(event.agent, "tasks")
