"""Cases about messages."""

from __future__ import annotations

from engine.record import events as ev
from tests.helpers.anomalies.case import Cases
from tests.helpers.histories import Book

CASES = Cases()


@CASES.add("message_loss", "engine")
def a_message_has_no_fate(wrong: bool) -> Book:
    book = Book("add")
    book.round("Dev1", "Dev2")
    book.send("Dev1", "Dev2", deliver=not wrong)
    book.close()
    book.finish("stopped")
    return book


@CASES.add("message_loss", "engine")
def a_delivered_message_is_not_in_the_next_prompt(wrong: bool) -> Book:
    book = Book("add")
    book.round("Dev1", "Dev2")
    book.send("Dev1", "Dev2")
    if wrong:
        book.inbox.clear()
    book.close()
    book.round("Dev2")
    book.close()
    return book


@CASES.add("message_loss", "engine")
def a_message_is_lost_without_a_fault(wrong: bool) -> Book:
    book = Book("add")
    book.round("Dev1", "Dev2")
    if not wrong:
        book.fault("drop_messages", "Dev2")
    id_ = book.send("Dev1", "Dev2", deliver=False)
    book.add(ev.MessageLost(id=id_, recipient="Dev2", reason="fault 1 on Dev2"))
    book.close()
    return book


@CASES.add("message_loss", "team")
def a_fault_swallows_a_message(wrong: bool) -> Book:
    book = Book("add")
    book.fault("drop_messages", "Dev2" if wrong else "Dev3")
    book.round("Dev1", "Dev2")
    id_ = book.send("Dev1", "Dev2", deliver=not wrong)
    if wrong:
        book.add(ev.MessageLost(id=id_, recipient="Dev2", reason="fault 1 on Dev2"))
    book.close()
    return book


@CASES.add("message_loss", "prevented")
def an_inbox_is_full(wrong: bool) -> Book:
    book = Book("add")
    book.round("Dev1", "Dev2")
    id_ = book.send("Dev1", "Dev2", deliver=not wrong)
    if wrong:
        book.add(ev.MessageLost(id=id_, recipient="Dev2", reason="inbox full"))
    book.close()
    return book


@CASES.add("message_duplicate", "engine")
def a_message_is_shown_twice(wrong: bool) -> Book:
    book = Book("add")
    book.round("Dev1", "Dev2")
    id_ = book.send("Dev1", "Dev2")
    book.close()
    book.round("Dev2")
    book.close()
    if wrong:
        book.inbox["Dev2"] = [id_]
    book.round("Dev2")
    book.close()
    return book


@CASES.add("message_duplicate", "engine")
def a_message_is_delivered_twice(wrong: bool) -> Book:
    book = Book("add")
    book.round("Dev1", "Dev2")
    id_ = book.send("Dev1", "Dev2")
    if wrong:
        book.deliver(id_, "Dev2", show=False)
    book.close()
    return book


@CASES.add("message_duplicate", "prevented")
def a_fault_delivers_a_message_twice(wrong: bool) -> Book:
    book = Book("add")
    book.fault("duplicate_messages", "Dev2")
    book.round("Dev1", "Dev2")
    id_ = book.send("Dev1", "Dev2")
    if wrong:
        book.deliver(id_, "Dev2", show=False)
    book.close()
    book.round("Dev2")
    book.close()
    return book


@CASES.add("message_phantom", "engine")
def a_message_is_shown_that_nobody_sent(wrong: bool) -> Book:
    book = Book("add")
    book.round("Dev1", "Dev2")
    book.send("Dev1", "Dev2")
    book.close()
    if wrong:
        book.inbox["Dev2"].append("m9")
    book.round("Dev2")
    book.close()
    return book


@CASES.add("message_order", "engine")
def messages_are_shown_in_another_order(wrong: bool) -> Book:
    book = Book("add")
    book.round("Dev1", "Dev2")
    book.send("Dev1", "Dev2")
    book.send("Dev1", "Dev2")
    book.close()
    if wrong:
        book.inbox["Dev2"].reverse()
    book.round("Dev2")
    book.close()
    return book


@CASES.add("message_order", "team")
def a_fault_shuffles_messages(wrong: bool) -> Book:
    book = Book("add")
    book.fault("reorder_messages", "Dev2")
    book.round("Dev1", "Dev2")
    book.send("Dev1", "Dev2")
    book.send("Dev1", "Dev2")
    book.close()
    if wrong:
        book.inbox["Dev2"].reverse()
    book.round("Dev2")
    book.close()
    return book


@CASES.add("message_causality", "team")
def an_answer_arrives_before_its_cause(wrong: bool) -> Book:
    book = Book("add")
    book.round()
    cause = book.send("Dev1", "Dev2", "Dev3", deliver=False)
    book.deliver(cause, "Dev2")
    if not wrong:
        book.deliver(cause, "Dev3")
    book.close()
    book.round()
    book.send("Dev2", "Dev3")
    book.close()
    book.round()
    if wrong:
        book.deliver(cause, "Dev3")
    book.close()
    book.round()
    book.close()
    return book
