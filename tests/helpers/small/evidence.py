"""Test runs, completions and what they rest on; rewrites that tests judge; trees."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from engine.analysis.consistency import completion, ordering, trees
from engine.analysis.consistency import rewrites as rewriting
from engine.record import events as ev
from engine.world.treehash import content_hash, tree_hash
from tests.helpers.histories import Book
from tests.helpers.small.alphabet import Op
from tests.helpers.small.past import before, span
from tests.helpers.small.subject import Definition, Events, Judged, Subject, six

FILES = {"1": ("add.py",), "2": ("sub.py",)}
NODES = {"1": "test_add.py::test_it", "2": "test_sub.py::test_it"}
BELOW = {"1": ("1",), "2": ("1", "2")}
"""Tasks that a task builds on, itself included."""


# ------------------------------------------------------------ completions


def play(ops: Sequence[Op], **settings: Any) -> Events:
    """Two tasks, of which the second builds on the first, are tested and completed, by Dev1 if nobody is
    named; files are written anew, by Dev2 if nobody is named, or put back as they were."""
    book = Book("add", "sub", after={"sub": "add"}, **settings)
    book.round()
    running: list[str] = []
    for kind, *agents in ops:
        word, _, task = kind.partition(" ")
        agent = agents[0] if agents else "Dev1"
        match word:
            case "write":
                book.write(
                    agents[0] if agents else "Dev2",
                    FILES[task][0],
                    f"v{book.versions.get(FILES[task][0], 0) + 1}\n",
                )
            case "restore":
                book.write("Dev2", FILES[task][0], "v1\n")
            case "begin" if not running:
                book.begin_test(agent, task)
                running.append(task)
            case "pass" | "fail" if running:
                tested = running.pop()
                book.end_test(agent, tested, failed=(tested,) if word == "fail" else ())
            case "test":
                book.test(agent, task)
            case "break":
                book.test(agent, task, failed=(task,))
            case "abort":
                book.test(agent, task, failed=(task,), verdict="error")
            case "complete" | "forge":
                book.complete(agent, task, evidence="passed" if word == "forge" else "none")
    return book.events


Run = tuple[ev.TestsStarted, ev.TestsFinished]


def runs(events: Events, task: str) -> list[Run]:
    """Finished runs for a task, in the order in which they finished."""
    started = {e.run: e for e in events if isinstance(e, ev.TestsStarted)}
    return [
        (started[e.run], e)
        for e in events
        if isinstance(e, ev.TestsFinished) and task in started[e.run].tasks
    ]


def done(events: Events, task: str) -> ev.TaskCompleted | None:
    """The first completion of a task."""
    return next((e for e in events if isinstance(e, ev.TaskCompleted) and e.task == task), None)


def contents(events: Events, task: str, seq: int) -> list[str]:
    """What the files of a task held just before ``seq``."""
    held = {e.path: e.content for e in events if isinstance(e, ev.FileEdited) and e.seq < seq}
    return [held.get(path, "") for path in FILES[task]]


def same(events: Events, tasks: Sequence[str], one: int, other: int) -> bool:
    return all(contents(events, task, one) == contents(events, task, other) for task in tasks)


def dirty(asked: bool, events: Events) -> Judged:
    looked, found = False, []
    for task, below in BELOW.items():
        end = done(events, task)
        if end is None or not asked:
            continue
        looked = True
        clean = any(
            finished.seq < end.seq
            and NODES[task] in finished.passed
            and same(events, below, started.seq, end.seq)
            for started, finished in runs(events, task)
        )
        if not clean:
            found.append(end.seq)
    return looked, found


def misrecorded(events: Events) -> Judged:
    """Evidence that is not the verdict of the last run for the task, on its files as they are."""
    looked, found = False, []
    for task in BELOW:
        end = done(events, task)
        if end is None:
            continue
        last = [run for run in runs(events, task) if run[1].seq < end.seq][-1:]
        if last and last[0][1].verdict == "error":
            continue
        looked = True
        expected = "none"
        if last and same(events, (task,), last[0][0].seq, end.seq):
            expected = last[0][1].verdict
        if end.evidence != expected:
            found.append(end.seq)
    return looked, found


def regressed(events: Events) -> Judged:
    """Tasks that fail in a run begun after they were done, told by the first such run."""
    looked, found = False, []
    for task in BELOW:
        end = done(events, task)
        later = [run for run in runs(events, task) if end is not None and run[0].seq > end.seq]
        looked |= bool(later)
        found += [finished.seq for _, finished in later if finished.verdict == "failed"][:1]
    return looked, found


def acausal(events: Events) -> Judged:
    """Task 2 done on tests of another task 1 than the one that was completed."""
    end, first = done(events, "2"), done(events, "1")
    tested = [run for run in runs(events, "2") if end is not None and run[1].seq < end.seq]
    if end is None or first is None or not tested:
        return False, []
    return True, [] if same(events, ("1",), tested[-1][0].seq, first.seq) else [end.seq]


def flaky(events: Events) -> Judged:
    """Runs that say otherwise than the first one on the same tree; runs that broke off say nothing."""
    looked, found = False, []
    for task in BELOW:
        judged = [run for run in runs(events, task) if run[1].verdict != "error"]
        for started, finished in judged:
            first = next(run for run in judged if run[0].tree == started.tree)
            looked |= first[1] is not finished
            if first[1].verdict != finished.verdict:
                found.append(finished.seq)
    return looked, found


# ------------------------------------------------------------ rewrites


def play_rewrites(ops: Sequence[Op]) -> Events:
    book = Book("add", "sub", after={"sub": "add"})
    book.round()
    for kind, *agents in ops:
        match kind:
            case "write":
                book.end(agents[0])
                version = book.versions.get("sub.py", 0)
                book.turn(agents[0], seen=ev.Seen(board=1, files=(("sub.py", version),) if version else ()))
                book.write(agents[0], "sub.py", f"v{version + 1}\n")
            case "change below":
                book.write("Dev1", "add.py", f"v{book.versions.get('add.py', 0) + 1}\n")
            case "test" | "break" | "abort":
                verdict = "error" if kind == "abort" else None
                book.test("Dev1", "2", failed=() if kind == "test" else ("2",), verdict=verdict)
    return book.events


def destroyed(events: Events) -> Judged:
    """Knowing rewrites of a teammate's file before which the task passed last and after which it failed,
    all else the same."""
    looked, found = False, []
    edits = [e for e in events if isinstance(e, ev.FileEdited) and e.path == "sub.py"]
    for w1, w2, w3 in zip(edits, edits[1:], [*edits[2:], None], strict=False):
        if w1.agent == w2.agent or w2.base != w1.version or w1.seq > span(events, w2.turn)[0]:
            continue
        earlier = [run for run in runs(events, "2") if w1.seq < run[0].seq < w2.seq][-1:]
        later = [run for run in runs(events, "2") if w2.seq < run[0].seq < (w3.seq if w3 else 10**9)][:1]
        if not earlier or not later or later[0][1].verdict == "error":
            continue
        if same(events, ("1",), earlier[0][0].seq, later[0][0].seq):
            looked = True
            if earlier[0][1].verdict == "passed" and later[0][1].verdict == "failed":
                found.append(w2.seq)
    return looked, found


# ------------------------------------------------------------ trees


def play_trees(ops: Sequence[Op]) -> Events:
    book = Book("add", "sub")
    book.round()
    for kind, *agents in ops:
        agent = agents[0] if agents else "Dev1"
        match kind:
            case "write" | "write elsewhere":
                book.write(agent, "add.py" if kind == "write" else "sub.py", f"v{len(book.events)}\n")
            case "write misnamed":
                book.write(agent, "add.py", f"v{len(book.events)}\n", hash="00")
            case "test":
                book.test(agent, "1")
            case "test another tree":
                book.test(agent, "1", tree="ff")
    return book.events


def phantoms(events: Events) -> Judged:
    """Wrong hashes of contents, and trees that are not those of the edits; the same wrong tree told once."""
    edits = [e for e in events if isinstance(e, ev.FileEdited)]
    found = [e.seq for e in edits if e.hash != content_hash(e.content)]
    tests = [e for e in events if isinstance(e, ev.TestsStarted)]
    told = ""
    for test in tests:
        held = {e.path: e.content for e in before(events, test) if isinstance(e, ev.FileEdited)}
        right = test.tree == tree_hash(held)
        if not right and test.tree != told:
            found.append(test.seq)
        told = "" if right else test.tree
    return bool(tests), found


COMPLETIONS = (
    Definition(completion.dirty_completion, partial(dirty, True)),
    Definition(completion.dirty_completion_engine, partial(dirty, False), frozenset({"unknown"})),
    Definition(completion.recorded_evidence, misrecorded),
    Definition(completion.regression_after_done, regressed),
    Definition(ordering.causal_evidence, acausal),
)

SUBJECTS = [
    Subject(
        "completions and their evidence",
        399_783,
        (
            six("write 1", "write 2", "restore 2", "begin 2", "pass", "fail", "complete 1", "complete 2"),
            six("write 2 a", "test 2 a", "complete 2 a"),
        ),
        play,
        COMPLETIONS,
        also=((("write 1",), ("complete 1",), ("write 1",), ("begin 2",), ("pass",), ("complete 2",)),),
    ),
    Subject(
        "evidence that broke off or was forged",
        146_650,
        (
            six("write 2", "test 2", "break 2", "abort 2", "forge 2", "complete 2", "complete 1"),
            six("test 2 a", "break 2 a"),
        ),
        play,
        (COMPLETIONS[0], *COMPLETIONS[2:4], Definition(completion.flaky_evidence, flaky)),
    ),
    Subject(
        "completions that the engine verifies",
        156_177,
        (
            six("write 1", "write 2", "test 2", "break 2", "complete 1", "complete 2"),
            six("write 2 a", "test 2 a", "complete 2 a"),
        ),
        partial(play, completion="verified"),
        (
            Definition(completion.dirty_completion_engine, partial(dirty, True)),
            Definition(completion.dirty_completion, partial(dirty, False), frozenset({"unknown"})),
        ),
    ),
    Subject(
        "rewrites that tests judge",
        78_393,
        (six("write a", "change below", "test", "break", "abort", known=1),),
        play_rewrites,
        (Definition(rewriting.destructive_rewrite, destroyed),),
    ),
    Subject(
        "trees that tests see",
        28_924,
        (
            six("write", "write elsewhere", "write misnamed", "test", "test another tree"),
            six("write a", "test a"),
        ),
        play_trees,
        (Definition(trees.phantom_write, phantoms),),
    ),
]
