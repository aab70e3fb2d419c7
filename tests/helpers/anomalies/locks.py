"""Cases about locks."""

from __future__ import annotations

from engine.record import events as ev
from tests.helpers.anomalies.case import Cases
from tests.helpers.histories import Book

CASES = Cases()


@CASES.add("lock_exclusion", "engine")
def a_lock_has_two_holders(wrong: bool) -> Book:
    book = Book("add", locks="pessimistic")
    book.round("Dev1", "Dev2")
    book.lock("Dev1", "add.py")
    if not wrong:
        book.unlock("add.py")
    book.lock("Dev2", "add.py")
    book.close()
    return book


@CASES.add("lock_exclusion", "engine")
def a_lock_is_given_back_with_another_token(wrong: bool) -> Book:
    book = Book("add", locks="pessimistic")
    book.round("Dev1")
    book.lock("Dev1", "add.py")
    book.end("Dev1")
    book.held.clear()
    token = 2 if wrong else 1
    book.add(ev.LockReleased(path="add.py", agent="Dev1", token=token, reason="barrier"))
    book.close()
    return book


@CASES.add("lock_exclusion", "prevented")
def a_lock_is_denied(wrong: bool) -> Book:
    book = Book("add", locks="pessimistic")
    book.round("Dev1", "Dev2")
    book.lock("Dev1", "add.py")
    if wrong:
        book.deny("Dev2", "add.py")
    book.close()
    return book


@CASES.add("fencing", "engine")
def a_write_carries_an_old_token(wrong: bool) -> Book:
    book = Book("add", locks="pessimistic")
    book.round("Dev1", "Dev2")
    book.lock("Dev1", "add.py")
    book.unlock("add.py", "lease")
    book.lock("Dev1", "add.py")
    book.write("Dev1", "add.py", token=1 if wrong else 2)
    book.close()
    return book


@CASES.add("fencing", "engine")
def a_token_does_not_grow(wrong: bool) -> Book:
    book = Book("add", locks="pessimistic")
    book.round("Dev1")
    book.lock("Dev1", "add.py")
    book.unlock("add.py", "lease")
    book.lock("Dev1", "add.py", token=1 if wrong else 2)
    book.close()
    return book


@CASES.add("fencing", "engine")
def a_write_holds_no_lock(wrong: bool) -> Book:
    book = Book("add", locks="pessimistic")
    book.round("Dev1")
    if not wrong:
        book.lock("Dev1", "add.py")
    book.write("Dev1", "add.py")
    book.close()
    return book


@CASES.add("fencing", "engine")
def a_write_uses_the_lock_of_another(wrong: bool) -> Book:
    book = Book("add", locks="pessimistic")
    book.round("Dev1", "Dev2")
    book.lock("Dev2" if wrong else "Dev1", "add.py")
    book.write("Dev1", "add.py")
    book.close()
    return book


@CASES.add("lock_leak", "engine")
def a_lock_outlives_its_turns(wrong: bool) -> Book:
    book = Book("add", locks="pessimistic")
    book.round("Dev1", "Dev2")
    book.lock("Dev1", "add.py")
    book.end("Dev1")
    book.end("Dev2")
    if wrong:
        book.add(ev.RoundEnded())
        book.unlock("add.py")
    else:
        book.unlock("add.py")
        book.add(ev.RoundEnded())
    return book


@CASES.add("lock_leak", "engine")
def a_lock_is_held_when_the_run_ends(wrong: bool) -> Book:
    book = Book("add", locks="pessimistic")
    book.round("Dev1")
    book.lock("Dev1", "add.py")
    book.end("Dev1")
    if not wrong:
        book.unlock("add.py", "end")
    book.finish("stopped")
    return book


@CASES.add("lock_leak", "engine")
def a_lock_stays_with_a_crashed_agent(wrong: bool) -> Book:
    book = Book("add", locks="pessimistic")
    book.round("Dev1", "Dev2")
    book.lock("Dev1", "add.py")
    book.crash("Dev1", lease=10.0)
    book.wait(30.0 if wrong else 5.0)
    book.unlock("add.py", "lease")
    book.close()
    return book


@CASES.add("lock_leak", "engine")
def a_leak_that_a_fault_makes_outlives_its_lease(wrong: bool) -> Book:
    book = Book("add", locks="pessimistic", lease_seconds=10.0)
    book.fault("lock_leak", "Dev1")
    book.round("Dev1")
    book.lock("Dev1", "add.py")
    book.end("Dev1")
    book.add(ev.RoundEnded())
    book.wait(15.0 if wrong else 5.0)
    book.unlock("add.py", "lease")
    return book
