"""Histories of runs that went on after an end or a kill: what stands before the cut is no end."""

from __future__ import annotations

from engine.analysis.consistency import check
from engine.record import events as ev
from tests.helpers.histories import Book


def broken(book: Book) -> list[str]:
    return [f.name for f in check(book.events).findings if f.class_ == "engine" and f.verdict == "false"]


def resume(book: Book) -> None:
    book.add(ev.RunResumed(author="you", clock="virtual", speed=0.0, max_rounds=8))


def stopped() -> Book:
    book = Book("add")
    book.round("Dev1")
    book.claim("Dev1", "1")
    book.close()
    book.finish("stopped", failed=["test_add.py::test_it"])
    return book


def test_turns_may_follow_the_end_of_a_run_that_was_resumed() -> None:
    book = stopped()
    resume(book)
    book.round("Dev1")
    book.complete("Dev1", "1")
    book.close()
    book.finish(failed=[])
    assert broken(book) == []
    assert book.find("premature_end", "engine").verdict == "true"
    assert book.find("premature_end", "team").verdict == "true"  # the second verification counts


def test_turns_may_not_follow_the_end_of_a_run_that_was_not() -> None:
    book = stopped()
    book.round("Dev1")
    book.close()
    assert broken(book) == ["late_turn"]


def test_what_a_kill_left_open_is_closed_after_the_cut() -> None:
    book = Book("add", locks="pessimistic")
    book.round("Dev1")
    book.lock("Dev1", "add.py")
    book.write("Dev1", "add.py")
    resume(book)
    book.end("Dev1", "failed")
    book.unlock("add.py")
    book.close()
    book.round("Dev1")
    book.close()
    assert broken(book) == []


def test_a_run_that_broke_off_says_nothing_about_tests() -> None:
    book = Book("add")
    book.round("Dev1")
    book.claim("Dev1", "1")
    book.write("Dev1", "add.py")
    book.test("Dev1", "1", failed=["1"], verdict="timeout")
    book.complete("Dev1", "1", evidence="none")
    book.test("Dev1", "1", failed=["1"], verdict="error")
    book.close()
    assert broken(book) == []
    assert book.find("recorded_evidence", "engine").verdict == "unknown"
    assert book.find("regression_after_done", "team").verdict == "true"
    assert "verdict" in book.find("dirty_completion", "team").sentence
