"""Cases about the journal, rounds and turns."""

from __future__ import annotations

from engine.record import events as ev
from tests.helpers.anomalies.case import Cases
from tests.helpers.histories import Book

CASES = Cases()


def _plain() -> Book:
    book = Book("add")
    book.round("Dev1")
    book.claim("Dev1", "1")
    book.close()
    return book


@CASES.add("journal_order", "engine")
def a_seq_is_left_out(wrong: bool) -> Book:
    book = _plain()
    last = book.events[-1]
    book.events[-1] = ev.RoundEnded(seq=last.seq + wrong, ts=last.ts, round=last.round)
    return book


@CASES.add("journal_order", "engine")
def time_goes_back(wrong: bool) -> Book:
    book = _plain()
    last = book.events[-1]
    book.events[-1] = ev.RoundEnded(seq=last.seq, ts=last.ts - 2.0 * wrong, round=last.round)
    return book


@CASES.add("journal_order", "engine")
def the_run_starts_twice(wrong: bool) -> Book:
    book = _plain()
    if wrong:
        book.add(book.events[0])
    return book


@CASES.add("turn_nesting", "engine")
def an_agent_has_two_turns_at_once(wrong: bool) -> Book:
    book = Book("add")
    book.round("Dev1")
    first = book.open["Dev1"]
    if not wrong:
        book.end("Dev1")
    book.turn("Dev1")
    book.close()
    if wrong:
        book.events.pop()
        book.add(ev.TurnEnded(turn=first, agent="Dev1", outcome="replied", effects=0))
        book.add(ev.RoundEnded())
    return book


@CASES.add("turn_nesting", "engine", count=2)
def a_turn_stays_open_while_two_more_come_and_go(wrong: bool) -> Book:
    book = Book("add")
    book.round("Dev1")
    first = book.open["Dev1"]
    if not wrong:
        book.end("Dev1")
    for _ in range(2):
        book.turn("Dev1")
        book.end("Dev1")
    if wrong:
        book.add(ev.TurnEnded(turn=first, agent="Dev1", outcome="replied", effects=0))
    book.close()
    return book


@CASES.add("turn_nesting", "engine")
def a_round_ends_with_a_turn_open(wrong: bool) -> Book:
    book = Book("add")
    book.round("Dev1")
    if wrong:
        book.add(ev.RoundEnded())
    else:
        book.close()
    return book


@CASES.add("turn_nesting", "engine")
def a_turn_has_two_replies(wrong: bool) -> Book:
    book = Book("add")
    book.round("Dev1")
    if wrong:
        book.reply("Dev1")
    book.close()
    return book


@CASES.add("turn_nesting", "engine")
def a_turn_begins_between_two_rounds(wrong: bool) -> Book:
    book = Book("add")
    book.round("Dev1")
    if wrong:
        book.close()
    else:
        book.end("Dev1")
    book.turn("Dev1")
    book.end("Dev1")
    return book


@CASES.add("turn_nesting", "engine", count=2)
def a_turn_number_is_left_out_and_a_turn_ends_twice(wrong: bool) -> Book:
    book = Book("add")
    book.round("Dev1")
    if wrong:
        book.turns += 1
        book.turn("Dev2")
        again = book.open["Dev2"]
        book.end("Dev2")
        book.add(ev.TurnEnded(turn=again, agent="Dev2", outcome="failed", effects=0))
    book.close()
    return book


@CASES.add("run_ahead", "engine")
def an_agent_leads_the_slowest_by_more_than_the_bound(wrong: bool) -> Book:
    book = Book("add", barrier="stale:1")
    book.round("Dev1", "Dev2")
    book.end("Dev1")
    book.turn("Dev1", own=2)
    book.end("Dev1")
    if not wrong:
        book.end("Dev2")
        book.add(ev.RoundEnded())
        book.round_ += 1
        book.add(ev.RoundStarted(agents=("Dev1", "Dev2")))
        book.turn("Dev2", own=2)
    book.turn("Dev1", own=3)
    return book


@CASES.add("run_ahead", "engine")
def a_round_ends_before_the_slowest_has_ended_its_turn_of_it(wrong: bool) -> Book:
    book = Book("add", barrier="none")
    book.round("Dev1", "Dev2")
    book.end("Dev1")
    if not wrong:
        book.end("Dev2")
    book.add(ev.RoundEnded())
    book.round_ += 1
    book.add(ev.RoundStarted(agents=("Dev1", "Dev2")))
    book.turn("Dev1", own=2)
    return book


@CASES.add("run_ahead", "engine")
def an_agent_takes_its_second_turn_twice(wrong: bool) -> Book:
    book = Book("add", barrier="stale:2")
    book.round("Dev1", "Dev2")
    book.end("Dev1")
    book.turn("Dev1", own=2)
    book.end("Dev1")
    book.turn("Dev1", own=2 if wrong else 3)
    return book


@CASES.add("act_in_turn", "engine")
def a_claim_stands_outside_of_its_turn(wrong: bool) -> Book:
    book = Book("add")
    book.round("Dev1", "Dev2")
    turn = book.open["Dev1"]
    if wrong:
        book.end("Dev1")
    book.add(ev.TaskClaimed(task="1", agent="Dev1", turn=turn))
    book.close()
    return book


@CASES.add("act_in_turn", "engine")
def a_completion_stands_in_the_turn_of_another(wrong: bool) -> Book:
    book = Book("add")
    book.round("Dev1", "Dev2")
    book.claim("Dev1", "1")
    turn = book.open["Dev2" if wrong else "Dev1"]
    book.add(ev.TaskCompleted(task="1", agent="Dev1", turn=turn, evidence="none"))
    book.close()
    return book


@CASES.add("act_in_turn", "engine")
def an_edit_comes_before_the_reply(wrong: bool) -> Book:
    book = Book("add")
    book.round_ += 1
    book.add(ev.RoundStarted(agents=("Dev1",)))
    book.turn("Dev1", reply=not wrong)
    book.write("Dev1", "add.py")
    if wrong:
        book.reply("Dev1")
    book.close()
    return book
