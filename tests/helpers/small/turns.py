"""Rounds, turns, replies, and what is done in turns: what was open when."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from engine.analysis.consistency import recording
from engine.record import events as ev
from tests.helpers.histories import Book
from tests.helpers.small.acts import ACTS
from tests.helpers.small.alphabet import Op
from tests.helpers.small.past import before
from tests.helpers.small.subject import Definition, Events, Judged, Subject, six, up_to

# ------------------------------------------------------------ how it is played


def play(ops: Sequence[Op], barrier: str = "round") -> Events:
    """Rounds and turns begin and end; agents speak and act in the turn that they began last, or in the newest
    of all, which may be another's. Round 1 is open when it begins."""
    book = Book("add", barrier=barrier)
    book.round_ = 1
    book.add(ev.RoundStarted(agents=tuple(book.team)))
    latest: dict[str, int] = {}
    for kind, *agents in ops:
        agent = agents[0] if agents else ""
        _do(book, kind, agent, latest)
    return book.events


def _do(book: Book, kind: str, agent: str, latest: dict[str, int]) -> None:
    turn = book.turns if kind.endswith("the newest") else latest.get(agent, 0)
    match kind.removesuffix(" the newest"):
        case "open" | "open the next":
            book.round_ += kind == "open the next"
            book.add(ev.RoundStarted(agents=tuple(book.team)))
        case "close" | "close the next":
            book.round_ += kind == "close the next"
            book.add(ev.RoundEnded())
        case "finish":
            book.finish("stopped")
        case "go on":
            book.add(ev.RunResumed(author="you", clock="virtual", speed=0.0, max_rounds=8))
        case "turn" | "skip one":
            book.turns += kind == "skip one"
            book.turn(agent, reply=False)
            latest[agent] = book.turns
        case "turn of the same number":
            book.turns -= 1
            book.turn(agent, reply=False)
            latest[agent] = book.turns
        case "reply":
            book.add(
                ev.Replied(
                    turn=turn,
                    agent=agent,
                    text="So be it.",
                    finish_reason="stop",
                    latency_seconds=1.0,
                    attempts=1,
                    input_tokens=1,
                    output_tokens=1,
                )
            )
        case "fail":
            book.add(ev.CallFailed(turn=turn, agent=agent, kind="timeout", attempt=1, detail=""))
        case "end":
            book.add(ev.TurnEnded(turn=turn, agent=agent, outcome="replied", effects=0))
        case act:
            book.add(ACTS[act](agent, turn))


# ------------------------------------------------------------ definitions


def begins(events: Events) -> list[ev.TurnStarted]:
    return [e for e in events if isinstance(e, ev.TurnStarted)]


def current(events: Events) -> list[ev.TurnStarted]:
    """Turns that have begun and not ended. Of turns of one number only the last is known by it."""
    return [
        turn
        for turn in begins(events)
        if not any(
            e.seq > turn.seq and isinstance(e, ev.TurnStarted | ev.TurnEnded) and e.turn == turn.turn
            for e in events
        )
    ]


def replied(events: Events, number: int) -> bool:
    return any(isinstance(e, ev.Replied) and e.turn == number for e in events)


def open_round(events: Events) -> int | None:
    """The number of the round that is open; null if none is."""
    told = [e for e in events if isinstance(e, ev.RoundStarted | ev.RoundEnded)]
    return told[-1].round if told and isinstance(told[-1], ev.RoundStarted) else None


def over(events: Events) -> bool:
    told = [e for e in events if isinstance(e, ev.RunEnded | ev.RunResumed)]
    return bool(told) and isinstance(told[-1], ev.RunEnded)


def unnested(lockstep: bool, events: Events) -> Judged:
    """Rounds that begin or end out of their order, or end with turns open where they may not; turns that do
    not count on, begin outside of their round or in another of their agent, or end or are heard without being
    open and the agent's own; second replies; ends of the run that are not the first or leave turns open."""
    found = []
    for event in events:
        past = before(events, event)
        open_ = current(past)
        match event:
            case ev.RoundStarted():
                wrong = open_round(past) is not None
            case ev.RoundEnded():
                wrong = open_round(past) != event.round or (lockstep and bool(open_))
            case ev.RunEnded():
                wrong = over(past) or bool(open_)
            case ev.TurnStarted():
                newest = max((turn.turn for turn in begins(past)), default=0)
                twice = any(turn.agent == event.agent for turn in open_)
                wrong = open_round(past) != event.round or event.turn != newest + 1 or twice
            case ev.TurnEnded() | ev.Replied() | ev.CallFailed():
                own = any((turn.turn, turn.agent) == (event.turn, event.agent) for turn in open_)
                again = not isinstance(event, ev.TurnEnded) and replied(past, event.turn)
                wrong = not own or again
            case _:
                continue
        if wrong:
            found.append(event.seq)
    return bool(begins(events)), found


def _doer(event: ev.Event) -> tuple[str, int] | None:
    """Who did this in which turn, nobody named if the event does not say; null if it is nobody's act."""
    match event:
        case ev.ActionRefused(reason="fenced"):
            return None
        case ev.TaskReleased(reason="released"):
            return event.agent, event.turn
        case ev.TaskReleased(reason="reassigned"):
            return "", event.turn
        case ev.TaskCompleted() if event.reviewer:
            return event.reviewer, event.turn
        case ev.TaskAssigned() if event.turn:
            return event.by, event.turn
        case ev.MessageSent() if event.turn:
            return event.sender, event.turn
        case ev.TaskAdded() | ev.DependencyAdded() if event.turn:
            return event.author, event.turn
        case ev.TaskReleased() | ev.TaskAssigned() | ev.MessageSent() | ev.TaskAdded() | ev.DependencyAdded():
            return None
        case ev.TurnStarted() | ev.TurnEnded() | ev.Replied() | ev.CallFailed():
            return None
    if hasattr(event, "agent") and hasattr(event, "turn"):
        return event.agent, event.turn
    return None


def misplaced(events: Events) -> Judged:
    """Acts in a turn that is not open, or another's, or has no reply yet."""
    looked, found = False, []
    for event in events:
        did = _doer(event)
        if did is None:
            continue
        looked = True
        past = before(events, event)
        agent, number = did
        own = any(turn.turn == number and agent in ("", turn.agent) for turn in current(past))
        if not own or not replied(past, number):
            found.append(event.seq)
    return looked, found


SUBJECTS = [
    *(
        Subject(
            f"rounds and turns under barrier {barrier}",
            histories,
            (
                up_to(
                    3,
                    "open",
                    "open the next",
                    "close",
                    "close the next",
                    "finish",
                    "go on",
                    "turn a",
                    "skip one a",
                    "turn of the same number a",
                    "reply a",
                    "reply the newest a",
                    "fail a",
                    "end a",
                    "end the newest a",
                ),
                six("turn a", "end a", "close", "open the next"),
                *more,
            ),
            partial(play, barrier=barrier),
            (Definition(recording.turn_nesting, partial(unnested, lockstep)),),
        )
        for barrier, lockstep, histories, more in (
            (
                "round",
                True,
                421_593,
                (
                    six("turn a", "reply a", "end a"),
                    six("turn a", "end the newest a"),
                    six("turn a", "reply the newest a", "fail a"),
                    six("turn a", "turn of the same number a", "end a"),
                    six("turn a", "end a", "finish", "go on"),
                ),
            ),
            ("none", False, 58_922, ()),
        )
    ),
    Subject(
        "what is done in turns",
        493_389,
        (
            up_to(3, "turn a", "reply a", "end a", *(f"{act} a" for act in ACTS)),
            six("turn a", "reply a", "claim a"),
            six("turn a", "end a", "claim a"),
            six("turn a", "reply a", "claim the newest a"),
            six(
                "turn Dev1",
                "reply Dev1",
                "end Dev1",
                "take away Dev2",
                "edit Dev3",
                "edit the newest Dev3",
                known=3,
            ),
        ),
        play,
        (Definition(recording.act_in_turn, misplaced),),
    ),
]
