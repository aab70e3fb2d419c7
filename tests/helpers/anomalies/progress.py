"""Cases about progress, and what turns are spent on."""

from __future__ import annotations

from tests.helpers.anomalies.case import Cases
from tests.helpers.histories import Book

CASES = Cases()


@CASES.add("stagnation", "team")
def three_rounds_change_nothing(wrong: bool) -> Book:
    book = Book("add", "sub")
    for number in range(4):
        book.round("Dev1")
        if number == 0:
            book.claim("Dev1", "1")
        if number == 3 and not wrong:
            book.claim("Dev1", "2")
        book.close()
    return book


@CASES.add("livelock", "team")
def the_team_comes_back_to_where_it_was(wrong: bool) -> Book:
    book = Book("add", "sub")
    for number in range(3):
        book.round("Dev1")
        if number % 2 == 0:
            book.claim("Dev1", "1" if wrong or number == 0 else "2")
        else:
            book.release("Dev1", "1")
        book.close()
    return book


@CASES.add("lock_starvation", "team")
def a_file_is_refused_in_five_turns(wrong: bool) -> Book:
    book = Book("add", locks="pessimistic")
    for number in range(5):
        book.round("Dev1", "Dev2")
        if number == 4 and not wrong:
            book.lock("Dev2", "add.py")
        else:
            book.lock("Dev1", "add.py")
            book.deny("Dev2", "add.py")
            book.deny("Dev2", "add.py")  # twice in a turn counts once
        book.close()
    return book


@CASES.add("task_starvation", "team")
def claims_are_refused_in_five_turns(wrong: bool) -> Book:
    book = Book(*"abcdefg")
    for number in range(5):
        book.round("Dev1", "Dev2")
        book.claim("Dev1", str(number + 1))
        if number == 3 and not wrong:
            book.claim("Dev2", "7")
        else:
            book.refuse("Dev2", "claim_task", str(number + 1), "owned")
        book.close()
    return book


@CASES.add("empty_turn", "team")
def a_reply_changes_nothing(wrong: bool) -> Book:
    book = Book("add")
    book.round("Dev1", "Dev2")
    book.write("Dev1", "add.py")
    if not wrong:
        book.claim("Dev2", "1")
    book.send("Dev2", "Dev1")
    book.close()
    return book


@CASES.add("repetition", "team")
def the_same_actions_come_three_times(wrong: bool) -> Book:
    book = Book("add", "sub")
    for number in range(3):
        book.round("Dev1")
        if number == 0:
            book.claim("Dev1", "1")
        else:
            book.refuse("Dev1", "claim_task", "1", "owned")
        book.send("Dev1", "Dev2", text="Going  ON." if wrong or number < 2 else "Stuck.")
        book.close()
    return book
