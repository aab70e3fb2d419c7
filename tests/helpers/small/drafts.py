"""Drafts, which are private and verified, and reviews, which nobody gives itself."""

from __future__ import annotations

from collections.abc import Sequence

from engine.analysis.consistency import copies
from engine.record import events as ev
from engine.world.treehash import content_hash, tree_hash
from tests.helpers.histories import Book
from tests.helpers.small.alphabet import Op
from tests.helpers.small.evidence import contents, done, runs
from tests.helpers.small.past import before
from tests.helpers.small.subject import Definition, Events, Judged, Subject, six, up_to


def play_drafts(ops: Sequence[Op]) -> Events:
    """Draft 1 of task 1 is opened by somebody and worked on by anybody."""
    book = Book("add")
    book.round()
    text, run = "", 0
    for kind, *agents in ops:
        agent = agents[0] if agents else "Dev1"
        turn = book.number(agent)
        match kind:
            case "open":
                book.add(ev.DraftOpened(draft=1, task="1", agent=agent, kind="version"))
            case "edit":
                text = f"v{len(book.events)}\n"
                book.add(
                    ev.DraftEdited(
                        draft=1,
                        task="1",
                        agent=agent,
                        turn=turn,
                        path="add.py",
                        base=0,
                        content=text,
                        hash=content_hash(text),
                    )
                )
            case "begin" | "begin another":
                run += 1
                tasks = ("1",) if kind == "begin" else ("2",)
                tree = tree_hash({"add.py": text})
                book.add(
                    ev.TestsStarted(run=run, agent=agent, turn=turn, tasks=tasks, tree=tree, drafts=(1,))
                )
            case "pass" if run:
                nodes = tuple(book.tests["1"])
                book.add(
                    ev.TestsFinished(
                        run=run,
                        agent=agent,
                        turn=turn,
                        verdict="passed",
                        passed=nodes,
                        failed=(),
                        seconds=0.1,
                    )
                )
            case "submit":
                book.add(
                    ev.DraftSubmitted(
                        draft=1, task="1", agent=agent, turn=turn, run=run, hash=content_hash(text)
                    )
                )
            case "accept" | "accept too few":
                agreeing, needed = (1,), 1 if kind == "accept" else 2
                book.add(
                    ev.DraftAccepted(
                        draft=1, task="1", agent=agent, turn=turn, run=run, needed=needed, agreeing=agreeing
                    )
                )
            case "end":
                book.add(ev.DraftEnded(draft=1, task="1", agent=agent, reason="lost"))
            case "show":
                book.end(agent)
                book.turn(agent, seen=ev.Seen(board=1, drafts=(1,)))
            case "complete" | "complete otherwise":
                book.write("Dev1", "add.py", text if kind == "complete" else "other\n")
                book.complete("Dev1", "1")
    return book.events


def exposed(events: Events) -> Judged:
    """Drafts shown to, or worked on by, another than who opened them, or when they are not open."""
    found = []
    for event in events:
        own = ""
        worked = isinstance(event, ev.DraftEdited | ev.DraftSubmitted | ev.DraftAccepted)
        for e in before(events, event):
            if isinstance(e, ev.DraftOpened):
                own = e.agent
            elif isinstance(e, ev.DraftEnded | ev.DraftAccepted):
                own = ""
        shown = isinstance(event, ev.TurnStarted) and bool(event.seen.drafts)
        if (shown or worked) and event.agent != own:  # type: ignore[attr-defined]  # each has one
            found.append(event.seq)
    return any(isinstance(e, ev.DraftOpened) for e in events), found


def unverified(events: Events) -> Judged:
    """Drafts taken without a passing run of the task's tests begun after their last edit, or as a second one,
    or without enough that agree, or of which something else became the task's file."""
    taken = [e for e in events if isinstance(e, ev.DraftAccepted)]
    found = []
    for accepted in taken:
        past = before(events, accepted)
        edits = [e for e in past if isinstance(e, ev.DraftEdited)]
        last = max((e.seq for e in edits), default=0)
        passed = any(
            started.run == accepted.run and started.seq > last and finished.verdict == "passed"
            for started, finished in runs(past, "1")
        )
        second = any(isinstance(e, ev.DraftAccepted | ev.TaskCompleted) for e in past)
        few = len(accepted.agreeing) < accepted.needed
        end = done(events, "1")
        other = end is not None and bool(edits) and contents(events, "1", end.seq) != [edits[-1].content]
        if not passed or second or few or other:
            found.append(accepted.seq)
    return bool(taken), found


def play_reviews(ops: Sequence[Op]) -> Events:
    book = Book("add")
    book.round()
    for kind, *agents in ops:
        agent = agents[0] if agents else ""
        turn = book.number(agent)
        match kind:
            case "hand to":
                book.add(ev.ReviewRequested(task="1", agent=agent, turn=turn, reviewer=agents[1]))
            case "hand to oneself":
                book.add(ev.ReviewRequested(task="1", agent=agent, turn=turn, reviewer=agent))
            case "pass on to":
                book.add(ev.ReviewAssigned(task="1", reviewer=agent, author="Dev1"))
            case "approve" | "reject":
                book.add(
                    ev.ReviewGiven(
                        task="1", agent=agent, author="Dev1", turn=turn, approved=kind == "approve"
                    )
                )
            case "complete by":
                book.add(ev.TaskCompleted(task="1", agent="Dev1", turn=turn, evidence="none", reviewer=agent))
            case "release":
                book.release("Dev1", "1")
    return book.events


def improper(events: Events) -> Judged:
    """Reviews by the author, or of what is not handed in; completions that follow no such approval."""
    found = []
    for event in events:
        past = [
            e
            for e in before(events, event)
            if isinstance(e, ev.ReviewRequested | ev.ReviewGiven | ev.TaskReleased | ev.TaskCompleted)
        ]
        last = past[-1] if past else None
        match event:
            case ev.ReviewRequested():
                wrong = event.reviewer == event.agent
            case ev.ReviewAssigned():
                wrong = event.reviewer == event.author
            case ev.ReviewGiven():
                wrong = not _proper(events, event)
            case ev.TaskCompleted():
                wrong = not (
                    isinstance(last, ev.ReviewGiven)
                    and last.approved
                    and last.agent == event.reviewer
                    and _proper(events, last)
                )
            case _:
                continue
        if wrong:
            found.append(event.seq)
    return any(isinstance(e, ev.ReviewRequested) for e in events), found


def _proper(events: Events, review: ev.ReviewGiven) -> bool:
    """Whether the task was handed in, and by somebody else, when it was reviewed."""
    past = before(events, review)
    moves = [e for e in past if isinstance(e, ev.ReviewRequested | ev.ReviewGiven | ev.TaskReleased)]
    return bool(moves) and isinstance(moves[-1], ev.ReviewRequested) and moves[-1].agent != review.agent


SUBJECTS = [
    Subject(
        "drafts",
        522_761,
        (
            up_to(5, "open a", "edit a", "show a", "submit a", "accept a", "end", "begin", "pass"),
            six("open a", "edit a", "end"),
            six("open a", "show a", "end"),
            six("open a", "submit a", "end"),
            six("open a", "edit a", "accept a"),
        ),
        play_drafts,
        (Definition(copies.draft_privacy, exposed),),
    ),
    Subject(
        "drafts that are taken",
        299_592,
        (
            six(
                "edit",
                "begin",
                "begin another",
                "pass",
                "accept",
                "accept too few",
                "complete",
                "complete otherwise",
            ),
        ),
        play_drafts,
        (Definition(copies.draft_verified, unverified),),
    ),
    Subject(
        "reviews",
        288_794,
        (
            up_to(
                4,
                "hand to a b",
                "hand to oneself a",
                "pass on to a",
                "approve a",
                "reject a",
                "complete by a",
                "release",
                known=1,
            ),
            six(
                "hand to Dev1 Dev2",
                "approve Dev1",
                "approve Dev2",
                "reject Dev3",
                "complete by Dev2",
                "complete by Dev3",
                "release",
                known=3,
            ),
            six("hand to oneself a", "pass on to a", known=1),
        ),
        play_reviews,
        (Definition(copies.own_review, improper),),
    ),
]
