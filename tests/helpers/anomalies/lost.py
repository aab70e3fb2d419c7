"""Cases about agents who are lost."""

from __future__ import annotations

from engine.record import events as ev
from tests.helpers.anomalies.case import Cases
from tests.helpers.histories import Book

CASES = Cases()


@CASES.add("zombie", "engine", also="act_in_turn")
def an_agent_writes_after_its_crash(wrong: bool) -> Book:
    book = Book("add")
    book.round("Dev1", "Dev2")
    turn = book.open["Dev1"]
    if wrong:
        book.crash("Dev1")
        book.open["Dev1"] = turn
    book.write("Dev1", "add.py")
    if wrong:
        book.open.pop("Dev1")
    else:
        book.crash("Dev1")
    book.close()
    return book


@CASES.add("zombie", "engine", also="act_in_turn")
def an_agent_acts_in_a_turn_that_was_fenced(wrong: bool) -> Book:
    book = Book("add")
    book.round("Dev1", "Dev2")
    turn = book.open["Dev1"]
    book.add(ev.AgentStalled(agent="Dev1", lease_until=book.now + 11.0))
    if not wrong:
        book.claim("Dev1", "1")
    book.end("Dev1", "fenced")
    if wrong:
        book.add(ev.TaskClaimed(task="1", agent="Dev1", turn=turn))
    book.close()
    return book


@CASES.add("zombie", "engine")
def an_agent_begins_a_turn_in_an_old_epoch(wrong: bool) -> Book:
    book = Book("add")
    book.round("Dev1", "Dev2")
    book.crash("Dev1")
    book.close()
    book.add(ev.AgentRevived(agent="Dev1", epoch=2))
    book.round_ += 1
    book.add(ev.RoundStarted(agents=("Dev1",)))
    book.turn("Dev1", epoch=1 if wrong else 2)
    book.close()
    return book


@CASES.add("zombie", "engine")
def an_agent_begins_a_turn_while_it_is_down(wrong: bool) -> Book:
    book = Book("add")
    book.round("Dev1", "Dev2")
    book.crash("Dev1")
    book.close()
    book.round("Dev1" if wrong else "Dev2")
    book.close()
    return book


@CASES.add("zombie", "engine")
def an_agent_acts_in_a_turn_of_an_older_epoch(wrong: bool) -> Book:
    book = Book("add")
    book.round("Dev1", "Dev2")
    book.add(ev.AgentStalled(agent="Dev1", lease_until=book.now + 11.0))
    book.add(ev.AgentRevived(agent="Dev1", epoch=2 if wrong else 1))
    book.claim("Dev1", "1")
    book.close()
    return book


@CASES.add("zombie", "prevented")
def a_late_action_is_fenced_off(wrong: bool) -> Book:
    book = Book("add")
    book.round("Dev1", "Dev2")
    book.add(ev.AgentStalled(agent="Dev1", lease_until=book.now + 11.0))
    book.refuse("Dev1", "complete_task", "1", "fenced" if wrong else "not_owner")
    book.close()
    return book
