"""Cases about the journal, turns, locks, lost agents, messages and progress."""

from __future__ import annotations

from typing import Any

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


# ------------------------------------------------------------ locks


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


# ------------------------------------------------------------ lost agents


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


# ------------------------------------------------------------ messages


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


# ------------------------------------------------------------ progress


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


# ------------------------------------------------------------ what changes hands


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


@CASES.add("lead_policy", "engine")
def a_lead_is_replaced_whose_calls_failed_for_less_than_a_lease(wrong: bool) -> Book:
    book = Book("add", strategy="lead", lead_lost="promote")
    book.round("Dev1")
    book.turn("Lead", reply=False)
    for attempt, seconds in enumerate((1.0, 2.0 if wrong else 40.0), 1):
        book.wait(seconds)
        failed: dict[str, Any] = {"kind": "timeout", "detail": "", "retry_seconds": 1.0}
        book.add(ev.CallFailed(turn=book.open["Lead"], agent="Lead", attempt=attempt, **failed))
    book.add(ev.LeadLost(agent="Lead", policy="promote", heir="Dev2", failing=True))
    book.end("Lead", "failed")
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
