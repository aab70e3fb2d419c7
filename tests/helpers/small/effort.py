"""What turns are spent on, and the end of a run."""

from __future__ import annotations

from collections.abc import Sequence

from engine.analysis.consistency import effort, ownership
from engine.record import events as ev
from tests.helpers.histories import Book
from tests.helpers.small.alphabet import AGENTS, Op
from tests.helpers.small.course import state
from tests.helpers.small.past import before, span
from tests.helpers.small.subject import Definition, Events, Judged, Subject, six, up_to

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
        "what turns are spent on",
        862_288,
        (
            up_to(
                5,
                "talk a",
                "talk in two turns a",
                "talk louder a",
                "write a",
                "write and fail a",
                "claim a",
                "nothing a",
            ),
            six("talk a", "write a", "nothing a"),
            six("talk a", "talk louder a"),
            six("write a", "claim a"),
            six("talk in two turns a", "nothing a"),
            six("write and fail a", "write a"),
        ),
        play_turns,
        (Definition(effort.empty_turn, empty), Definition(effort.repetition, repeated)),
    ),
    Subject(
        "turns on one task",
        648_085,
        (
            up_to(5, "write a", "write another a", "claim a", "try a", "ask in vain a", "end a"),
            six("write a", "claim a", "end a"),
            six("write a", "write another a", "end a"),
            six("try a", "write a", "end a"),
            six("ask in vain a", "claim a"),
        ),
        play_work,
        (
            Definition(ownership.duplicate_work, doubled),
            Definition(ownership.duplicate_claim_prevented, asked_in_vain),
        ),
    ),
    Subject(
        "the end",
        380_733,
        (
            six(
                "complete 1",
                "complete 2",
                "turn a",
                "end completed",
                "end stopped",
                "verify",
                "verify badly",
                "resume",
            ),
        ),
        play_end,
        (
            Definition(effort.premature_end, called_too_early),
            Definition(effort.premature_success, called_done),
            Definition(effort.late_turn, late),
        ),
        also=(
            (("complete 1",), ("complete 2",), ("end completed",)),
            (("complete 1",), ("complete 2",), ("turn", "Dev1"), ("end completed",), ("turn", "Dev2")),
            (("complete 1",), ("end completed",), ("verify",)),
            (("complete 1",), ("end completed",), ("verify badly",)),
        ),
    ),
]
