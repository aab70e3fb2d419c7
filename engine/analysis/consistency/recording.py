"""Checkers of the journal itself: order, nesting of rounds and turns, acts inside their turns."""

from __future__ import annotations

from engine.analysis.consistency.findings import Tally, predicate
from engine.analysis.consistency.history import History
from engine.analysis.consistency.spans import actor
from engine.record import events as ev
from engine.record.barrier import slack


@predicate(
    "journal_order",
    "engine",
    holds="Seqs have no gap, time and rounds never go back, and the run starts once, first.",
    unknown="The journal is empty.",
)
def journal_order(history: History, tally: Tally) -> None:
    """``seq`` counts 1, 2, 3 …; ``ts`` and ``round`` never decrease; ``run_started`` is first, and once."""
    seq, ts, round_ = 0, 0.0, 0
    for place, event in enumerate(history.events):
        tally.look()
        if event.seq != seq + 1:
            tally.found(event.seq, "Event {} follows event {}.", event.seq, seq)
        elif event.ts < ts:
            tally.found(event.seq, "Time goes back from {:.6f} s to {:.6f} s.", ts, event.ts)
        elif event.round < round_:
            tally.found(event.seq, "Round {} follows round {}.", event.round, round_)
        elif isinstance(event, ev.RunStarted) != (place == 0):
            text = "The run starts again." if place else "The journal does not begin with the start of a run."
            tally.found(event.seq, text)
        seq, ts, round_ = event.seq, max(ts, event.ts), max(round_, event.round)


_FRAME = frozenset(
    (
        ev.RoundStarted,
        ev.RoundEnded,
        ev.RunResumed,
        ev.RunEnded,
        ev.TurnStarted,
        ev.TurnEnded,
        ev.Replied,
        ev.CallStarted,
        ev.ReplyHeard,
        ev.CallFailed,
        ev.CallAbandoned,
    )
)
"""Kinds of events that open and close something."""


class _Nesting:
    """Which round and turns are open; every event is judged against it. Returns what is wrong, or ""."""

    def __init__(self, history: History) -> None:
        self._lockstep = history.start is None or slack(history.start.barrier) == 0
        self._round: int | None = None
        self._turns: dict[int, str] = {}
        self._replied: set[int] = set()
        self._newest = 0
        self._ended = False

    def take(self, event: ev.Event) -> str:
        """Judge one event, then take it as it is."""
        if type(event) not in _FRAME:
            return ""
        match event:
            case ev.RoundStarted():
                return self._round_started(event)
            case ev.RoundEnded():
                open_, self._round = self._round, None
                if open_ != event.round:
                    return f"Round {event.round} ended without being open."
                return self._still_open(f"round {event.round} ended") if self._lockstep else ""
            case ev.RunResumed():
                self._ended = False
            case ev.RunEnded():
                again, self._ended = self._ended, True
                return "The run ended twice." if again else self._still_open("the run ended")
            case ev.TurnStarted():
                return self._turn_started(event)
            case ev.TurnEnded():
                agent = self._turns.pop(event.turn, None)
                if agent != event.agent:
                    return f"Turn {event.turn} of {event.agent} ended without being open."
            case ev.Replied() | ev.CallFailed() | ev.CallStarted() | ev.ReplyHeard():
                wrong = self._turns.get(event.turn) != event.agent or event.turn in self._replied
                if isinstance(event, ev.Replied):
                    self._replied.add(event.turn)
                if wrong:
                    return f"{event.agent} was heard in turn {event.turn}, where no reply was due."
        return ""

    def _round_started(self, event: ev.RoundStarted) -> str:
        open_, self._round = self._round, event.round
        return f"Round {event.round} began while round {open_} was open." if open_ is not None else ""

    def _still_open(self, what: str) -> str:
        return f"Turn {min(self._turns)} was open when {what}." if self._turns else ""

    def _turn_started(self, event: ev.TurnStarted) -> str:
        wrong = ""
        # All open turns are looked through: a wrong one more does not hide that an older one is open.
        running = [turn for turn, agent in self._turns.items() if agent == event.agent]
        if self._round != event.round:
            wrong = f"Turn {event.turn} began outside of a round."
        elif event.turn != self._newest + 1:
            wrong = f"Turn {event.turn} follows turn {self._newest}."
        elif running:
            wrong = f"{event.agent} began turn {event.turn} in the middle of turn {running[-1]}."
        self._turns[event.turn] = event.agent
        self._newest = max(self._newest, event.turn)
        return wrong

    def misplaced(self, agent: str, turn: int) -> str:
        """Whether an agent's act stands inside its open turn, after the reply; what is wrong, or ""."""
        said = f"{agent or 'Somebody'} acted in turn {turn}"
        owner = self._turns.get(turn)
        if owner is None:
            return f"{said}, which was not open."
        if agent and owner != agent:
            return f"{said}, which is {owner}'s."
        return "" if turn in self._replied else f"{said} before its reply."


@predicate(
    "turn_nesting",
    "engine",
    holds="Rounds and turns open and close in order, one turn per agent at a time, one reply per turn.",
    unknown="No turn began.",
)
def turn_nesting(history: History, tally: Tally) -> None:
    """Turns are numbered 1, 2, 3 …, begin in an open round, and end once: before their round does, unless
    the barrier lets agents run ahead."""
    nesting = _Nesting(history)
    for event in history.events:
        tally.look(isinstance(event, ev.TurnStarted))
        if wrong := nesting.take(event):
            tally.found(event.seq, "{}", wrong)


@predicate(
    "act_in_turn",
    "engine",
    holds="Every act of an agent stands in an open turn of its own, after the reply.",
    unknown="No agent acted.",
)
def act_in_turn(history: History, tally: Tally) -> None:
    """Claims, completions, releases, assignments, edits, locks, tests, messages, requests and refusals happen
    inside the turn that they name, which is open, the agent's own, and has been replied to; but what is
    refused as fenced is refused for not being so."""
    nesting = _Nesting(history)
    for event in history.events:
        nesting.take(event)
        who = actor(event)
        if who is None or (isinstance(event, ev.ActionRefused) and event.reason == "fenced"):
            continue
        tally.look()
        if wrong := nesting.misplaced(*who):
            tally.found(event.seq, "{}", wrong)
