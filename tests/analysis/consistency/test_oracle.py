"""All small histories: each checker agrees with its definition, evaluated by brute force.

Names of agents mean nothing, so of histories that differ in names alone one is enough: agents come in for
the first time in order.
"""

from __future__ import annotations

import functools
import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from engine.analysis.consistency import History, Predicate, ordering, ownership, reads, writes
from engine.analysis.consistency import rewrites as rewriting
from engine.record import events as ev
from tests.helpers import naive
from tests.helpers.histories import Book

AGENTS = ("Dev1", "Dev2", "Dev3")


def actors(length: int) -> list[tuple[str, ...]]:
    """Who acts when, in all ways."""
    found = []
    for who in itertools.product(range(3), repeat=length):
        firsts = list(dict.fromkeys(who))
        if firsts == sorted(firsts) == list(range(len(firsts))):
            found.append(tuple(AGENTS[place] for place in who))
    return found


def agrees(checker: Predicate, history: History, expected: Iterable[int], violated: Counter[str]) -> None:
    wanted = sorted(expected)
    finding = checker(history)
    assert (finding.count, list(finding.witnesses)) == (len(wanted), wanted), (finding, history.events)
    violated[checker.name] += finding.count


# ------------------------------------------------------------ claim, release, complete


@functools.cache
def board_event(kind: str, agent: str, task: str, seq: int) -> ev.Event:
    turn = AGENTS.index(agent) + 1
    made: dict[str, ev.Event] = {
        "claim": ev.TaskClaimed(task=task, agent=agent, turn=turn),
        "release": ev.TaskReleased(task=task, agent=agent, reason="released", turn=turn),
        "complete": ev.TaskCompleted(task=task, agent=agent, turn=turn, evidence="none"),
    }
    return msgspec.structs.replace(made[kind], seq=seq)


def boards(length: int, tasks: Sequence[str]) -> Iterator[list[ev.Event]]:
    start = Book("add", "sub", after={"sub": "add"}).events[0]
    kinds = list(itertools.product(("claim", "release", "complete"), tasks))
    for who in actors(length):
        for what in itertools.product(kinds, repeat=length):
            steps = zip(what, who, range(2, length + 2), strict=True)
            yield [start, *(board_event(kind, agent, task, seq) for (kind, task), agent, seq in steps)]


def test_claims_of_one_task_by_three_agents_in_all_histories_of_six_operations() -> None:
    seen, violated = 0, Counter[str]()
    for length in range(1, 7):
        for events in boards(length, ("1",)):
            history = History(events)
            agrees(ownership.duplicate_claim, history, naive.duplicate_claims(events), violated)
            agrees(ownership.board_monotonicity, history, naive.illegal_edges(events), violated)
            seen += 1
    assert seen == sum(len(actors(n)) * 3**n for n in range(1, 7))
    assert len(violated) == 2
    assert all(violated.values())


def test_dependencies_of_two_tasks_in_all_histories_of_four_operations() -> None:
    violated = Counter[str]()
    for length in range(1, 5):
        for events in boards(length, ("1", "2")):
            agrees(ordering.early_claim, History(events), naive.early_moves(events, {"2": "1"}), violated)
    assert all(violated.values())


# ------------------------------------------------------------ write, see


def files(length: int, kinds: Sequence[str]) -> Iterator[list[ev.Event]]:
    for who in actors(length):
        for what in itertools.product(kinds, repeat=length):
            book = Book("add")
            book.round()
            for agent, kind in zip(who, what, strict=True):
                _play(book, agent, kind)
            yield book.events


def _play(book: Book, agent: str, kind: str) -> None:
    version = book.versions.get("add.py", 0)
    if kind == "write":
        book.write(agent, "add.py", f"v{version + 1}\n")
    elif kind == "copy":
        book.write(agent, "add.py", book.contents.get("add.py", "v1\n"))
    else:  # a new turn, in a round of its own, whose prompt shows the file as it stands or as it was before
        book.end(agent)
        book.round_ += 1
        shown = max(0, version - (kind == "see old"))
        book.turn(agent, seen=ev.Seen(board=1, files=(("add.py", shown),) if version else ()))


def judge(events: list[ev.Event], violated: Counter[str]) -> None:
    history = History(events)
    agrees(writes.lost_update_team, history, naive.overwritten(events, blind=False), violated)
    agrees(writes.blind_overwrite_team, history, naive.overwritten(events, blind=True), violated)
    agrees(rewriting.rewrite, history, naive.rewrites(events, same=False), violated)
    agrees(rewriting.noop_rewrite, history, naive.rewrites(events, same=True), violated)
    agrees(reads.aged_read, history, naive.aged_reads(events), violated)
    agrees(reads.stale_read_engine, history, naive.stale_reads(events), violated)
    concurrent = writes.concurrent_write(history)
    rounds = {naive.number(events, edit) for edit in naive.edits(events) if edit.seq in concurrent.witnesses}
    assert (concurrent.count, rounds) == (len(rounds), naive.concurrent_writes(events))


def test_writes_and_reads_of_one_file_in_all_histories_of_six_operations() -> None:
    violated = Counter[str]()
    for length in range(1, 7):
        for events in files(length, ("write", "see")):
            judge(events, violated)
    assert {name for name, count in violated.items() if not count} == {"noop_rewrite", "stale_read"}


def test_copies_and_stale_reads_of_one_file_in_all_histories_of_four_operations() -> None:
    violated = Counter[str]()
    for length in range(1, 5):
        for events in files(length, ("write", "copy", "see", "see old")):
            judge(events, violated)
    assert all(violated.values())
