"""The course of a run: order, pace and progress."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import pairwise

import msgspec

from engine.analysis.consistency import pace, progress, recording
from engine.record import events as ev
from tests.helpers.histories import Book
from tests.helpers.small.alphabet import AGENTS, Op
from tests.helpers.small.past import before, span
from tests.helpers.small.subject import Definition, Events, Judged, Subject, six, up_to

# ------------------------------------------------------------ order


def play_order(ops: Sequence[Op]) -> Events:
    """Events that follow each other, or do not, in number, time or round."""
    book = Book("add")
    for (kind,) in ops:
        book.round_ += {"round on": 1, "round back": -1}.get(kind, 0)
        book.now -= 5.0 * (kind == "time back")
        book.add(book.events[0] if kind == "start anew" else ev.RoundEnded())
        if kind == "leave one out":
            last = book.events[-1]
            book.events[-1] = msgspec.structs.replace(last, seq=last.seq + 1)
    return book.events


def disordered(events: Events) -> Judged:
    """Seqs that are not the next, times and rounds below one before, starts other than the first event."""
    found = []
    for place, event in enumerate(events):
        past = events[:place]
        gap = event.seq != (past[-1].seq + 1 if past else 1)
        back = any(e.ts > event.ts or e.round > event.round for e in past)
        if gap or back or isinstance(event, ev.RunStarted) != (place == 0):
            found.append(event.seq)
    return bool(events), found


# ------------------------------------------------------------ pace


def play_pace(ops: Sequence[Op], barrier: str) -> Events:
    """Agents begin and end turns of their own number, rounds begin; one may be lost or leave."""
    book = Book("add", barrier=barrier)
    book.round_ = 1
    book.add(ev.RoundStarted(agents=AGENTS[:2]))
    own = dict.fromkeys(AGENTS, 0)
    for kind, *agents in ops:
        agent = agents[0] if agents else ""
        match kind:
            case "turn" | "skip" | "same":
                if agent in book.open:
                    book.end(agent)
                own[agent] = max(1, own[agent] + {"turn": 1, "skip": 2, "same": 0}[kind])
                book.turn(agent, own=own[agent])
            case "end" if agent in book.open:
                book.end(agent)
            case "lose":
                book.add(ev.AgentCrashed(agent=agent, epoch=1, lease_until=1e9))
            case "round":
                book.round_ += 1
                book.add(ev.RoundStarted(agents=AGENTS[:2]))
    return book.events


def hasty(bound: int | None, events: Events) -> Judged:
    """Turns whose number is not above the agent's last, below the round, or above it by more than the bound;
    rounds that begin, for each agent of the one before who is not lost and has not ended its turn of it."""
    found = []
    for event in events:
        past = before(events, event)
        if isinstance(event, ev.TurnStarted):
            own = [e.own_round for e in past if isinstance(e, ev.TurnStarted) and e.agent == event.agent]
            ahead = bound is not None and event.own_round > event.round + bound
            if event.own_round <= max(own, default=0) or event.own_round < event.round or ahead:
                found.append(event.seq)
        elif isinstance(event, ev.RoundStarted):
            rounds = [e for e in past if isinstance(e, ev.RoundStarted)]
            for agent in rounds[-1].agents if rounds else ():
                lost = any(
                    isinstance(e, ev.AgentCrashed) and e.agent == agent and e.seq > rounds[-1].seq
                    for e in past
                )
                ended = [
                    e.own_round
                    for e in past
                    if isinstance(e, ev.TurnStarted)
                    and e.agent == agent
                    and span(past, e.turn)[1] < event.seq
                ]
                if not lost and max(ended, default=0) < event.round - 1:
                    found.append(event.seq)
    return any(isinstance(e, ev.TurnStarted) for e in events), found


# ------------------------------------------------------------ progress


def play_progress(ops: Sequence[Op]) -> Events:
    """Every operation is a round, in which one agent does something or nobody anything."""
    book = Book("add", "sub")
    for kind, *agents in ops:
        book.round("Dev1", "Dev2", "Dev3")
        match kind:
            case "claim":
                book.claim(agents[0], "1")
            case "release":
                book.release(agents[0], "1")
            case "x" | "y":
                book.write(agents[0], "add.py", f"{kind}\n")
            case "talk":
                book.send("Dev1", "Dev2")
        book.close()
    return book.events


def state(events: Events) -> tuple[object, ...]:
    """Status and owner of task 1, and the file, after these events."""
    owner, content = "", ""
    for event in events:
        match event:
            case ev.TaskClaimed():
                owner = event.agent
            case ev.TaskReleased():
                owner = ""
            case ev.FileEdited():
                content = event.content
            case _:
                pass
    return owner, content


def states(events: Events) -> list[tuple[int, tuple[object, ...]]]:
    """Seq and state at the start and at the end of each round."""
    ends = [e for e in events if isinstance(e, ev.RoundEnded)]
    return [(0, state([])), *((e.seq, state(before(events, e))) for e in ends)]


def stagnant(events: Events) -> Judged:
    """Ends of three rounds in a row without a change, told once for each stretch."""
    seen = states(events)
    still = [one[1] == other[1] for one, other in pairwise(seen)]
    found = [
        seen[place + 1][0]
        for place in range(2, len(still))
        if all(still[place - 2 : place + 1]) and not (place > 2 and still[place - 3])
    ]
    return len(still) >= 3, found


def back_again(events: Events) -> Judged:
    """Ends of rounds as at the end of an earlier round, with another between."""
    seen = states(events)[1:]
    found = [
        seen[place][0]
        for place in range(2, len(seen))
        if seen[place][1] != seen[place - 1][1] and any(s == seen[place][1] for _, s in seen[: place - 1])
    ]
    return len(seen) >= 3, found


def wars(events: Events) -> Judged:
    """Four versions x, y, x, y by a, b, a, b; told once for each stretch."""
    edits = [e for e in events if isinstance(e, ev.FileEdited)]

    def at_war(place: int) -> bool:
        if place < 3:
            return False
        one, two, three, four = ((e.agent, e.content) for e in edits[place - 3 : place + 1])
        return one == three and two == four and one[0] != two[0] and one[1] != two[1]

    found = [edit.seq for place, edit in enumerate(edits) if at_war(place) and not at_war(place - 1)]
    return len(edits) >= 4, found


def play_waits(ops: Sequence[Op]) -> Events:
    """Three tasks come to wait for each other."""
    book = Book("add", "sub", "mul")
    for (kind,) in ops:
        task, dependency = kind.split()
        book.add(ev.DependencyAdded(task=task, dependency=dependency, author="you"))
    return book.events


def stuck(events: Events) -> Judged:
    """The addition with which a task first waited, near or far, for itself."""
    added = [e for e in events if isinstance(e, ev.DependencyAdded)]
    for place in range(len(added)):
        waits = {(e.task, e.dependency) for e in added[: place + 1]}
        for _ in range(3):
            waits |= {(a, d) for a, b in waits for c, d in waits if b == c}
        if any(a == b for a, b in waits):
            return True, [added[place].seq]
    return bool(added), []


_LEADS = (six("turn a", "lose a", "round", known=2), six("skip a", "same a", "round", known=2))
"""Where there is a lead to bound."""

SUBJECTS = [
    Subject(
        "the order of events",
        55_986,
        (six("go on", "leave one out", "time back", "round on", "round back", "start anew"),),
        play_order,
        (Definition(recording.journal_order, disordered),),
    ),
    *(
        Subject(
            f"the pace under barrier {barrier}",
            histories,
            (
                up_to(4, "turn a", "skip a", "same a", "end a", "lose a", "round", known=2),
                six("turn a", "end a", "round", known=2),
                *more,
            ),
            partial(play_pace, barrier=barrier),
            (Definition(pace.run_ahead, partial(hasty, bound)),),
        )
        for barrier, bound, histories, more in (
            ("round", 0, 207_160, ()),
            ("stale:1", 1, 481_672, _LEADS),
            ("none", None, 207_160, ()),
        )
    ),
    Subject(
        "rounds without progress",
        881_274,
        (six("talk", "claim a", "release a", "x a", "y a"),),
        play_progress,
        (
            Definition(progress.stagnation, stagnant),
            Definition(progress.livelock, back_again),
            Definition(progress.edit_war, wars),
        ),
        also=((("x", "Dev1"), ("y", "Dev2"), ("x", "Dev1"), ("y", "Dev2")),),
    ),
    Subject(
        "tasks that wait for each other",
        55_986,
        (six("1 2", "1 3", "2 1", "2 3", "3 1", "3 2"),),
        play_waits,
        (Definition(progress.deadlock, stuck),),
    ),
]
