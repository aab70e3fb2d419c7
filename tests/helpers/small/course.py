"""The course of a run: order and nesting, pace, progress, wasted turns, and the end."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import pairwise

import msgspec

from engine.analysis.consistency import effort, ownership, pace, progress, recording
from engine.record import events as ev
from tests.helpers.histories import Book
from tests.helpers.small.alphabet import AGENTS, Alphabet, Op
from tests.helpers.small.past import before, span
from tests.helpers.small.subject import Definition, Events, Judged, Subject

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


# ------------------------------------------------------------ effort


def play_turns(ops: Sequence[Op]) -> Events:
    """Every operation is a turn of somebody, with what it does in it."""
    book = Book("add")
    book.round_ = 1
    for kind, agent in ops:
        for _ in range(2 if kind == "talk in two turns" else 1):
            if agent in book.open:
                book.end(agent)
            book.turn(agent)
            match kind:
                case "talk" | "talk in two turns":
                    book.send(agent, "Dev9", deliver=False, text="Hello  there.")
                case "talk louder":
                    book.send(agent, "Dev9", deliver=False, text="HELLO THERE.")
                case "write" | "write and fail":
                    book.write(agent, "add.py", "x\n")
                case "claim":
                    book.claim(agent, "1")
            book.end(agent, "failed" if kind == "write and fail" else "replied")
    return book.events


def turns(events: Events) -> list[ev.TurnEnded]:
    return [e for e in events if isinstance(e, ev.TurnEnded) and e.outcome == "replied"]


def acts(events: Events, turn: int) -> list[ev.Event]:
    kinds = (ev.MessageSent, ev.FileEdited, ev.TaskClaimed)
    return [e for e in events if isinstance(e, kinds) and e.turn == turn]


def empty(events: Events) -> Judged:
    """Turns of which no act changed the state."""
    ends = turns(events)
    found = [
        end.seq
        for end in ends
        if all(
            state(before(events, act)) == state([*before(events, act), act]) for act in acts(events, end.turn)
        )
    ]
    return bool(ends), found


def _tried(act: ev.Event) -> str:
    match act:
        case ev.MessageSent():
            return "talk " + " ".join(act.text.lower().split())
        case ev.FileEdited():
            return "write " + act.content
    return "claim"


def repeated(events: Events) -> Judged:
    """Third turns of an agent in a row in which it tried the same, if anything; told once for each row."""
    looked, found = False, []
    for agent in AGENTS:
        ends = [e for e in turns(events) if e.agent == agent]
        tried = [[_tried(act) for act in acts(events, end.turn)] for end in ends]
        looked |= sum(map(bool, tried)) >= 3
        for place in range(2, len(tried)):
            row = tried[place] and tried[place - 2] == tried[place - 1] == tried[place]
            if row and not (place > 2 and tried[place - 3] == tried[place]):
                found.append(ends[place].seq)
    return looked, found


def play_work(ops: Sequence[Op]) -> Events:
    """Turns that last until their agents end them, and what shows which task they were spent on."""
    book = Book("add", "sub")
    book.round_ = 1
    for kind, agent in ops:
        if kind == "end":
            if agent in book.open:
                book.end(agent)
            continue
        if agent not in book.open:
            book.turn(agent)
        match kind:
            case "write":
                book.write(agent, "add.py")
            case "write another":
                book.write(agent, "sub.py")
            case "claim":
                book.claim(agent, "1")
            case "try":
                book.refuse(agent, "edit_file", "add.py", "locked")
            case "ask in vain":
                book.refuse(agent, "claim_task", "1", "owned")
    return book.events


def doubled(events: Events) -> Judged:
    """For each turn and task, its first act on it, if an earlier turn of another on it overlaps."""
    begun = [e for e in events if isinstance(e, ev.TurnStarted)]
    worked: list[tuple[ev.TurnStarted, str, int]] = []
    for turn in begun:
        targets: dict[str, int] = {}
        for e in events:
            if isinstance(e, ev.FileEdited | ev.TaskClaimed | ev.ActionRefused) and e.turn == turn.turn:
                if isinstance(e, ev.ActionRefused) and e.action != "edit_file":
                    continue
                targets.setdefault("2" if isinstance(e, ev.FileEdited) and e.path == "sub.py" else "1", e.seq)
        worked += [(turn, task, seq) for task, seq in targets.items()]
    found = [
        seq
        for turn, task, seq in worked
        if any(
            other.seq < turn.seq < span(events, other.turn)[1] and other.agent != turn.agent and on == task
            for other, on, _ in worked
        )
    ]
    return bool(worked), found


def asked_in_vain(events: Events) -> Judged:
    refused = [e.seq for e in events if isinstance(e, ev.ActionRefused) and e.reason == "owned"]
    return any(isinstance(e, ev.TaskClaimed) for e in events), refused


# ------------------------------------------------------------ the end


def play_end(ops: Sequence[Op]) -> Events:
    book = Book("add", "sub")
    book.round_ = 1
    for kind, *agents in ops:
        word, _, what = kind.partition(" ")
        match word:
            case "complete":
                book.complete("Dev1", what)
            case "turn":
                book.turn(agents[0])
            case "end":
                book.finish("completed" if what == "completed" else "stopped")
            case "verify":
                failed = ("test_add.py::test_it",) if what == "badly" else ()
                book.add(ev.RunVerified(verdict="failed" if failed else "passed", passed=(), failed=failed))
            case "resume":
                book.add(ev.RunResumed(author="you", clock="virtual", speed=0.0, max_rounds=8))
    return book.events


def the_end(events: Events) -> list[ev.RunEnded]:
    """The last end of the run, if it did not go on."""
    told = [e for e in events if isinstance(e, ev.RunEnded | ev.RunResumed)][-1:]
    return [e for e in told if isinstance(e, ev.RunEnded)]


def all_done(events: Events) -> bool:
    return {e.task for e in events if isinstance(e, ev.TaskCompleted)} == {"1", "2"}


def called_too_early(events: Events) -> Judged:
    ends = [e for e in the_end(events) if e.outcome == "completed"]
    return bool(ends), [e.seq for e in ends if not all_done(events)]


def called_done(events: Events) -> Judged:
    """Task 1 fails the last verification after the run ended as completed."""
    resumed = max((e.seq for e in events if isinstance(e, ev.RunResumed)), default=0)
    verified = [e for e in events if isinstance(e, ev.RunVerified) and e.seq > resumed][-1:]
    ends = [e for e in the_end(events) if e.outcome == "completed"]
    if not ends or not verified:
        return False, []
    return True, [e.seq for e in verified if e.failed]


def late(events: Events) -> Judged:
    """Turns that begin when all is done, or after the end of a run that did not go on."""
    ends = [e.seq for e in the_end(events)]
    begun = [e for e in events if isinstance(e, ev.TurnStarted)]
    found = [e.seq for e in begun if all_done(before(events, e)) or any(end < e.seq for end in ends)]
    return bool(ends) or all_done(events), found


SUBJECTS = [
    Subject(
        "the order of events",
        Alphabet("go on", "leave one out", "time back", "round on", "round back", "start anew"),
        6,
        55_986,
        play_order,
        (Definition(recording.journal_order, disordered),),
    ),
    *(
        Subject(
            f"the pace under barrier {barrier}",
            Alphabet("turn a", "skip a", "same a", "end a", "lose a", "round"),
            4,
            12_429,
            partial(play_pace, barrier=barrier),
            (Definition(pace.run_ahead, partial(hasty, bound)),),
        )
        for barrier, bound in (("round", 0), ("stale:1", 1), ("none", None))
    ),
    Subject(
        "rounds without progress",
        Alphabet("talk", "claim a", "release a", "x a", "y a"),
        5,
        68_993,
        play_progress,
        (
            Definition(progress.stagnation, stagnant),
            Definition(progress.livelock, back_again),
            Definition(progress.edit_war, wars),
        ),
        600,
    ),
    Subject(
        "tasks that wait for each other",
        Alphabet("1 2", "1 3", "2 1", "2 3", "3 1", "3 2"),
        6,
        55_986,
        play_waits,
        (Definition(progress.deadlock, stuck),),
    ),
    Subject(
        "what turns are spent on",
        Alphabet(
            "talk a",
            "talk in two turns a",
            "talk louder a",
            "write a",
            "write and fail a",
            "claim a",
            "nothing a",
        ),
        4,
        35_434,
        play_turns,
        (Definition(effort.empty_turn, empty), Definition(effort.repetition, repeated)),
    ),
    Subject(
        "turns on one task",
        Alphabet("write a", "write another a", "claim a", "try a", "ask in vain a", "end a"),
        4,
        19_302,
        play_work,
        (
            Definition(ownership.duplicate_work, doubled),
            Definition(ownership.duplicate_claim_prevented, asked_in_vain),
        ),
    ),
    Subject(
        "the end",
        Alphabet(
            "complete 1",
            "complete 2",
            "turn a",
            "end completed",
            "end stopped",
            "verify",
            "verify badly",
            "resume",
        ),
        4,
        5_125,
        play_end,
        (
            Definition(effort.premature_end, called_too_early),
            Definition(effort.premature_success, called_done),
            Definition(effort.late_turn, late),
        ),
        800,
        (
            (("complete 1",), ("complete 2",), ("end completed",)),
            (("complete 1",), ("complete 2",), ("turn", "Dev1"), ("end completed",), ("turn", "Dev2")),
            (("complete 1",), ("end completed",), ("verify",)),
            (("complete 1",), ("end completed",), ("verify badly",)),
        ),
    ),
]
