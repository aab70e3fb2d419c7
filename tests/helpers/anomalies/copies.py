"""Cases about drafts and reviews."""

from __future__ import annotations

from engine.record import events as ev
from engine.world.treehash import content_hash, tree_hash
from tests.helpers.anomalies.case import Cases
from tests.helpers.histories import Book

CASES = Cases()


def _opened(*agents: str) -> Book:
    """A round in which Dev1 has draft 1 of task 1."""
    book = Book("add")
    book.round(*(agents or ("Dev1", "Dev2")))
    book.add(ev.DraftOpened(draft=1, task="1", agent="Dev1", kind="version"))
    return book


def _edited(book: Book, agent: str = "Dev1") -> None:
    turn, hashed = book.number(agent), content_hash("x")
    book.add(
        ev.DraftEdited(
            draft=1, task="1", agent=agent, turn=turn, path="add.py", base=0, content="x", hash=hashed
        )
    )


def _accepted(book: Book, run: int = 1, needed: int = 1) -> None:
    turn = book.number("Dev1")
    book.add(
        ev.DraftAccepted(draft=1, task="1", agent="Dev1", turn=turn, run=run, needed=needed, agreeing=(1,))
    )


def _passed(book: Book) -> None:
    turn = book.number("Dev1")
    book.add(
        ev.TestsStarted(
            run=1, agent="Dev1", turn=turn, tasks=("1",), tree=tree_hash({"add.py": "x"}), drafts=(1,)
        )
    )
    nodes = tuple(book.tests["1"])
    book.add(
        ev.TestsFinished(
            run=1, agent="Dev1", turn=turn, verdict="passed", passed=nodes, failed=(), seconds=0.1
        )
    )


@CASES.add("draft_privacy", "engine")
def an_agent_writes_in_the_draft_of_another(wrong: bool) -> Book:
    book = _opened()
    _edited(book, "Dev2" if wrong else "Dev1")
    return book


@CASES.add("draft_privacy", "engine")
def a_prompt_shows_the_draft_of_another(wrong: bool) -> Book:
    book = _opened()
    agent = "Dev2" if wrong else "Dev1"
    book.close()
    book.round_ += 1
    book.add(ev.RoundStarted(agents=("Dev1", "Dev2")))
    book.turn(agent, seen=ev.Seen(board=book.board, drafts=(1,)))
    book.close()
    return book


@CASES.add("draft_verified", "engine")
def a_draft_is_taken_that_was_never_tested(wrong: bool) -> Book:
    book = _opened()
    _edited(book)
    if not wrong:
        _passed(book)
    _accepted(book)
    return book


@CASES.add("draft_verified", "engine")
def a_draft_is_changed_after_it_passed(wrong: bool) -> Book:
    book = _opened()
    _edited(book)
    _passed(book)
    if wrong:
        _edited(book)
    _accepted(book)
    return book


@CASES.add("draft_verified", "engine")
def fewer_versions_agree_than_were_needed(wrong: bool) -> Book:
    book = _opened()
    _edited(book)
    _passed(book)
    _accepted(book, needed=2 if wrong else 1)
    return book


def _handed_in() -> Book:
    book = Book("add")
    book.round("Dev1", "Dev2")
    book.claim("Dev1", "1")
    turn = book.number("Dev1")
    book.add(ev.ReviewRequested(task="1", agent="Dev1", turn=turn, reviewer="Dev2"), board=True)
    return book


@CASES.add("own_review", "engine")
def an_author_approves_its_own_task(wrong: bool) -> Book:
    book = _handed_in()
    agent = "Dev1" if wrong else "Dev2"
    turn = book.number(agent)
    book.add(ev.ReviewGiven(task="1", agent=agent, author="Dev1", turn=turn, approved=True))
    return book


@CASES.add("own_review", "engine")
def a_task_is_done_by_a_review_that_nobody_gave(wrong: bool) -> Book:
    book = _handed_in()
    turn = book.number("Dev2")
    if not wrong:
        book.add(ev.ReviewGiven(task="1", agent="Dev2", author="Dev1", turn=turn, approved=True))
    book.add(
        ev.TaskCompleted(task="1", agent="Dev1", turn=turn, evidence="none", reviewer="Dev2"), board=True
    )
    return book
