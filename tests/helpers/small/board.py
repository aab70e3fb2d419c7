"""Claims, assignments, reviews and the task graph: who owned what, and what waited for what."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import msgspec

from engine.analysis.consistency import ordering, ownership
from engine.record import events as ev
from tests.helpers.histories import Book
from tests.helpers.small.alphabet import AGENTS, Op
from tests.helpers.small.past import before
from tests.helpers.small.subject import Definition, Events, Judged, Subject, six, up_to

OWNING = (
    ev.TaskAssigned,
    ev.TaskClaimed,
    ev.TaskReleased,
    ev.TaskCompleted,
    ev.ReviewRequested,
    ev.ReviewGiven,
)


# ------------------------------------------------------------ one task


@cache
def _start() -> ev.Event:
    return Book("add", "sub").events[0]


@cache
def _event(kind: str, agent: str, token: int = 0) -> ev.Event:
    turn = AGENTS.index(agent) + 1
    match kind:
        case "claim":
            return ev.TaskClaimed(task="1", agent=agent, turn=turn)
        case "release":
            return ev.TaskReleased(task="1", agent=agent, reason="released", turn=turn)
        case "assign":
            return ev.TaskAssigned(task="1", agent=agent, by="strategy")
        case "hand in":
            return ev.ReviewRequested(task="1", agent=agent, turn=turn, reviewer="Dev9")
        case "reject":
            return ev.ReviewGiven(task="1", agent="Dev9", author=agent, turn=turn, approved=False)
    return ev.TaskCompleted(task="1", agent=agent, turn=turn, evidence="none", token=token)


def play_one(ops: Sequence[Op]) -> Events:
    """Everything is done to task 1; who completes it names the ownership that it last heard of. Reviewers are
    none of the three, for nothing here depends on who they are."""
    events = [_start()]
    known: dict[str, int] = {}
    for kind, agent in ops:
        seq = len(events) + 1
        event = msgspec.structs.replace(_event(kind, agent, known.get(agent, 9)), seq=seq)
        events.append(event)
        if kind in ("assign", "claim"):
            known[agent] = number_of_owners(events)
    return events


def owner(events: Events) -> tuple[str, str]:
    """Status and owner of task 1 after these events, of which none counts once it is done."""
    status, who = "pending", ""
    for event in events:
        if status == "done":
            break
        match event:
            case ev.TaskAssigned():
                status, who = "assigned", event.agent
            case ev.TaskClaimed():
                status, who = "in_progress", event.agent
            case ev.ReviewRequested():
                status, who = "review", event.agent
            case ev.ReviewGiven():
                status, who = "in_progress", event.author
            case ev.TaskReleased():
                status, who = "pending", ""
            case ev.TaskCompleted():
                status = "done"
    return status, who


def number_of_owners(events: Events) -> int:
    """How often task 1 was given, taken or left: assignments, releases, claims of what was not one's."""
    count = 0
    for place, event in enumerate(events):
        status, who = owner(events[:place])
        if status == "done":
            break
        took = isinstance(event, ev.TaskClaimed) and who != event.agent
        count += took or isinstance(event, ev.TaskAssigned | ev.TaskReleased)
    return count


def duplicate_claims(events: Events) -> Judged:
    claims = [e for e in events if isinstance(e, ev.TaskClaimed)]
    found = []
    for claim in claims:
        status, who = owner(before(events, claim))
        if status != "done" and who not in ("", claim.agent):
            found.append(claim.seq)
    return bool(claims), found


def illegal_edges(events: Events) -> Judged:
    """All but what the rules allow; claims of what somebody else owns have a predicate of their own."""
    found = []
    for event in events:
        if not isinstance(event, OWNING):
            continue
        status, who = owner(before(events, event))
        match event:
            case ev.TaskAssigned():
                ok = status == "pending"
            case ev.TaskClaimed():
                ok = (status, who) in (("pending", ""), ("assigned", event.agent)) or (
                    status != "done" and who != event.agent
                )
            case ev.ReviewRequested():
                ok = status in ("assigned", "in_progress") and who == event.agent
            case ev.ReviewGiven():
                ok = status == "review" and who == event.author
            case _:
                ok = status != "done" and who == event.agent
        if not ok:
            found.append(event.seq)
    return any(isinstance(e, OWNING) for e in events), found


def late_completions(events: Events) -> Judged:
    """Completions under another ownership than the one that stood; old journals have no tokens."""
    done = [e for e in events if isinstance(e, ev.TaskCompleted) and e.token]
    return bool(done), [e.seq for e in done if e.token != number_of_owners(before(events, e))]


# ------------------------------------------------------------ two tasks, a graph that grows


def play_graph(ops: Sequence[Op]) -> Events:
    """Task 2 waits for task 1 from ``need`` on; ``add`` puts task 3 on the board, which waits for task 1."""
    book = Book("add", "sub")
    book.round()
    for kind, *agents in ops:
        word, _, task = kind.partition(" ")
        match word:
            case "claim":
                book.claim(agents[0], task)
            case "complete":
                book.complete(agents[0], task)
            case "write":
                book.write(agents[0], "sub.py" if task == "2" else "mul.py")
            case "refused":
                book.refuse(agents[0], "claim_task", "2", "blocked")
            case "need":
                book.add(ev.DependencyAdded(task="2", dependency="1", author="you"), board=True)
            case "add":
                files, tests = ("mul.py",), ("test_mul.py::test_it",)
                spec = ev.TaskSpec(
                    id="3",
                    name="mul",
                    title="",
                    description="",
                    files=files,
                    dependencies=("1",),
                    tests=tests,
                )
                book.add(ev.TaskAdded(spec=spec, author="you"), board=True)
    return book.events


def waits(events: Events, task: str) -> list[str]:
    """What ``task`` waits for, done or not, after these events."""
    found = []
    for event in events:
        if isinstance(event, ev.DependencyAdded) and event.task == task:
            found.append(event.dependency)
        elif isinstance(event, ev.TaskAdded) and event.spec.id == task:
            found += event.spec.dependencies
    return found


def open_(events: Events, task: str) -> bool:
    """Whether ``task`` waits for one that is not done after these events."""
    done = {e.task for e in events if isinstance(e, ev.TaskCompleted)}
    return not done.issuperset(waits(events, task))


def early_moves(events: Events) -> Judged:
    moves = [e for e in events if isinstance(e, ev.TaskClaimed | ev.TaskCompleted)]
    looked = any(waits(before(events, e), e.task) for e in moves)
    return looked, [e.seq for e in moves if open_(before(events, e), e.task)]


def blocked(events: Events) -> Judged:
    refusals = [e.seq for e in events if isinstance(e, ev.ActionRefused) and e.reason == "blocked"]
    return early_moves(events)[0], refusals


def early_writes(events: Events) -> Judged:
    of = {"sub.py": "2", "mul.py": "3"}
    writes = [(e, of[e.path]) for e in events if isinstance(e, ev.FileEdited)]
    looked = any(waits(before(events, e), task) for e, task in writes)
    return looked, [e.seq for e, task in writes if open_(before(events, e), task)]


SUBJECTS = [
    Subject(
        "claims of one task",
        100_191,
        (six("claim a", "release a", "complete a"),),
        play_one,
        (
            Definition(ownership.duplicate_claim, duplicate_claims),
            Definition(ownership.board_monotonicity, illegal_edges),
        ),
    ),
    Subject(
        "ownership and review of one task",
        6_030_150,
        (six("assign a", "claim a", "release a", "complete a", "hand in a", "reject a"),),
        play_one,
        (
            Definition(ownership.duplicate_claim, duplicate_claims),
            Definition(ownership.board_monotonicity, illegal_edges),
            Definition(ownership.task_fencing, late_completions),
        ),
    ),
    Subject(
        "a graph that grows",
        310_649,
        (
            up_to(
                4,
                "claim 2 a",
                "complete 1 a",
                "complete 2 a",
                "write 2 a",
                "claim 3 a",
                "write 3 a",
                "refused a",
                "need",
                "add",
            ),
            six("claim 2 a", "complete 1 a", "need"),
            six("write 2 a", "complete 1 a", "need"),
            six("complete 2 a", "refused a", "need"),
            six("claim 3 a", "write 3 a", "complete 1 a", "add"),
        ),
        play_graph,
        (
            Definition(ordering.early_claim, early_moves),
            Definition(ordering.blocked_claim, blocked),
            Definition(ordering.early_write, early_writes),
        ),
    ),
]
