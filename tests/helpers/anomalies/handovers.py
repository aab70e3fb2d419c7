"""Cases about tasks and leads that are replaced."""

from __future__ import annotations

from typing import Any

from engine.record import events as ev
from tests.helpers.anomalies.case import Cases
from tests.helpers.histories import Book

CASES = Cases()


@CASES.add("begun_theft", "engine")
def a_claimed_task_is_taken_over(wrong: bool) -> Book:
    book = Book("add", strategy="work-stealing")
    book.assign("1", "Dev1", "strategy")
    book.round("Dev1", "Dev2")
    if wrong:
        book.claim("Dev1", "1")
    book.close()
    book.add(ev.TaskReleased(task="1", agent="Dev1", reason="stolen", to="Dev2"), board=True)
    book.assign("1", "Dev2", "strategy")
    return book


@CASES.add("begun_theft", "engine")
def a_task_is_taken_over_in_the_middle_of_its_owners_turn(wrong: bool) -> Book:
    book = Book("add", strategy="work-stealing")
    book.assign("1", "Dev1", "strategy")
    book.round("Dev1", "Dev2")
    if not wrong:
        book.end("Dev1")
    book.add(ev.TaskReleased(task="1", agent="Dev1", reason="stolen", to="Dev2"), board=True)
    book.assign("1", "Dev2", "strategy")
    book.close()
    return book


@CASES.add("begun_theft", "engine")
def a_task_is_taken_over_by_somebody_who_does_not_get_it(wrong: bool) -> Book:
    book = Book("add", strategy="work-stealing")
    book.assign("1", "Dev1", "strategy")
    book.add(ev.TaskReleased(task="1", agent="Dev1", reason="stolen", to="Dev2"), board=True)
    book.assign("1", "Dev3" if wrong else "Dev2", "strategy")
    return book


@CASES.add("lead_policy", "engine")
def a_lead_is_lost_and_nobody_leads(wrong: bool) -> Book:
    book = Book("add", strategy="lead", lead_lost="promote")
    book.round("Lead", "Dev1")
    book.crash("Lead", lease=10.0)
    book.wait(8.0)
    if not wrong:
        book.add(ev.LeadLost(agent="Lead", policy="promote", heir="Dev2"))
    book.wait(5.0)
    book.close()
    return book


@CASES.add("lead_policy", "engine")
def a_lead_is_replaced_before_its_lease_is_over(wrong: bool) -> Book:
    book = Book("add", strategy="lead", lead_lost="promote")
    book.round("Lead", "Dev1")
    book.crash("Lead", lease=10.0)
    book.wait(2.0 if wrong else 8.0)
    book.add(ev.LeadLost(agent="Lead", policy="promote", heir="Dev2"))
    book.close()
    return book


@CASES.add("lead_policy", "engine")
def a_lost_developer_becomes_the_lead(wrong: bool) -> Book:
    book = Book("add", strategy="lead", lead_lost="promote")
    book.round("Lead", "Dev1")
    book.crash("Dev1", lease=20.0)
    book.crash("Lead", lease=10.0)
    book.wait(8.0)
    book.add(ev.LeadLost(agent="Lead", policy="promote", heir="Dev1" if wrong else "Dev2"))
    book.close()
    return book


def _calls_of_the_lead_fail(book: Book, seconds: float, *, for_all: bool = False) -> None:
    """Twice, so far apart; Dev1's succeeds between, if not ``for_all``."""
    book.round_ = 1
    book.add(ev.RoundStarted(agents=("Lead", "Dev1")))
    book.turn("Lead", reply=False)
    book.turn("Dev1", reply=False)
    for attempt, wait in enumerate((1.0, seconds), 1):
        book.wait(wait)
        if attempt > 1 and not for_all:
            book.reply("Dev1")
        failed: dict[str, Any] = {"kind": "timeout", "detail": "", "retry_seconds": 1.0}
        book.add(ev.CallFailed(turn=book.open["Lead"], agent="Lead", attempt=attempt, **failed))


def _replaced_for_failing(seconds: float, *, for_all: bool = False) -> Book:
    book = Book("add", strategy="lead", lead_lost="promote")
    _calls_of_the_lead_fail(book, seconds, for_all=for_all)
    book.add(ev.LeadLost(agent="Lead", policy="promote", heir="Dev2", failing=True))
    book.end("Lead", "failed")
    book.close()
    return book


@CASES.add("lead_policy", "engine")
def a_lead_is_replaced_whose_calls_failed_for_less_than_a_lease(wrong: bool) -> Book:
    return _replaced_for_failing(2.0 if wrong else 40.0)


@CASES.add("lead_policy", "engine")
def a_lead_is_replaced_in_an_outage_for_all(wrong: bool) -> Book:
    return _replaced_for_failing(40.0, for_all=wrong)


@CASES.add("lead_policy", "engine")
def a_lead_whose_calls_fail_leads_the_next_round(wrong: bool) -> Book:
    book = Book("add", strategy="lead", lead_lost="self-claim")
    _calls_of_the_lead_fail(book, 40.0)
    book.end("Lead", "failed")
    book.close()
    book.round_ = 2
    book.add(ev.RoundStarted(agents=("Lead", "Dev1")))
    if not wrong:
        book.add(ev.LeadLost(agent="Lead", policy="self-claim", failing=True))
    book.turn("Dev1")
    book.close()
    return book


@CASES.add("lead_policy", "engine", count=2)
def a_second_lead_is_made_beside_a_live_one(wrong: bool) -> Book:
    book = Book("add", strategy="lead", lead_lost="promote")
    book.round("Lead", "Dev1")
    if wrong:
        book.add(ev.LeadLost(agent="Lead", policy="promote", heir="Dev1"))
        book.add(ev.LeadLost(agent="Lead", policy="promote", heir="Dev2"))
    else:
        book.crash("Lead", lease=2.0)
        book.add(ev.LeadLost(agent="Lead", policy="promote", heir="Dev1"))
    book.close()
    return book
