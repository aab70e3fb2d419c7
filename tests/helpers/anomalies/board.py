"""Cases about the board: claims, dependencies, completions, evidence, lost owners."""

from __future__ import annotations

from engine.record import events as ev
from tests.helpers.anomalies.case import Cases
from tests.helpers.histories import Book

CASES = Cases()
CHAIN = {"sub": "add"}


@CASES.add("duplicate_claim", "engine")
def a_task_is_claimed_while_it_has_an_owner(wrong: bool) -> Book:
    book = Book("add")
    book.round("Dev1", "Dev2")
    book.claim("Dev1", "1")
    if not wrong:
        book.release("Dev1", "1")
    book.claim("Dev2", "1")
    book.close()
    return book


@CASES.add("task_fencing", "engine")
def a_task_that_was_lost_and_came_back_is_completed_under_the_old_token(wrong: bool) -> Book:
    book = Book("add")
    book.round("Dev1", "Dev2")
    book.claim("Dev1", "1")
    book.release("Dev1", "1")
    book.claim("Dev1", "1")
    turn, token = book.open["Dev1"], 1 if wrong else 3
    book.add(ev.TaskCompleted(task="1", agent="Dev1", turn=turn, evidence="none", token=token), board=True)
    book.close()
    return book


@CASES.add("duplicate_claim", "prevented", count=2)
def claims_of_taken_tasks_are_refused(wrong: bool) -> Book:
    book = Book("add", "sub")
    book.round("Dev1", "Dev2")
    book.claim("Dev1", "1")
    if wrong:
        book.refuse("Dev2", "claim_task", "1", "owned")
        book.complete("Dev1", "1")
        book.refuse("Dev2", "claim_task", "1", "done")
    else:
        book.refuse("Dev2", "claim_task", "9", "unknown")
    book.close()
    return book


@CASES.add("duplicate_work", "team")
def two_agents_work_on_one_task_at_once(wrong: bool) -> Book:
    book = Book("add", "sub")
    book.round("Dev1", "Dev2")
    book.claim("Dev1", "1")
    if wrong:
        book.refuse("Dev2", "edit_file", "add.py", "locked")
    book.write("Dev2", "sub.py")
    book.close()
    book.round("Dev3")
    book.write("Dev3", "add.py")  # later, so not at once
    book.close()
    return book


def _edge(name: str) -> None:
    def build(wrong: bool) -> Book:
        book = Book("add", strategy="lead")
        lead = book.number
        book.round("Lead", "Dev1", "Dev2")
        book.assign("1", "Dev1", "Lead", lead("Lead"))
        if name == "assigned_while_owned":
            if not wrong:
                turn = lead("Lead")
                book.add(ev.TaskReleased(task="1", agent="Dev1", reason="reassigned", turn=turn), board=True)
            book.assign("1", "Dev2", "Lead", lead("Lead"))
        elif name == "claimed_twice":
            book.claim("Dev1", *(["1", "1"] if wrong else ["1"]))
        elif name == "completed_by_another":
            book.complete("Dev2" if wrong else "Dev1", "1")
        elif name == "given_back_by_another":
            book.release("Dev2" if wrong else "Dev1", "1")
        elif name == "completed_twice":
            book.complete("Dev1", *(["1", "1"] if wrong else ["1"]))
        elif name == "given_back_when_done":
            if not wrong:
                book.release("Dev1", "1")
                book.claim("Dev1", "1")
            book.complete("Dev1", "1")
            if wrong:
                book.release("Dev1", "1")
        book.close()
        return book

    build.__name__ = name
    CASES.add("board_monotonicity", "engine")(build)


for edge in (
    "assigned_while_owned",
    "claimed_twice",
    "completed_by_another",
    "given_back_by_another",
    "completed_twice",
    "given_back_when_done",
):
    _edge(edge)


@CASES.add("board_monotonicity", "engine")
def a_task_that_does_not_exist_is_claimed(wrong: bool) -> Book:
    book = Book("add")
    book.round("Dev1")
    book.claim("Dev1", "7" if wrong else "1")
    book.close()
    return book


@CASES.add("temporal_violation", "prevented")
def a_claim_comes_before_the_dependency_is_done(wrong: bool) -> Book:
    book = Book("add", "sub", after=CHAIN)
    book.round("Dev1", "Dev2")
    book.claim("Dev1", "1")
    if wrong:
        book.refuse("Dev2", "claim_task", "2", "blocked")
    book.complete("Dev1", "1")
    book.claim("Dev2", "2")
    book.close()
    return book


@CASES.add("temporal_violation", "team")
def a_file_is_written_before_the_dependency_is_done(wrong: bool) -> Book:
    book = Book("add", "sub", after=CHAIN)
    book.round("Dev1", "Dev2")
    book.claim("Dev1", "1")
    if not wrong:
        book.complete("Dev1", "1")
    book.write("Dev2", "sub.py")
    book.close()
    return book


@CASES.add("temporal_violation", "engine")
def a_claim_goes_through_before_the_dependency_is_done(wrong: bool) -> Book:
    book = Book("add", "sub", after=CHAIN)
    book.round("Dev1", "Dev2")
    book.claim("Dev1", "1")
    if not wrong:
        book.complete("Dev1", "1")
    book.claim("Dev2", "2")
    book.close()
    return book


@CASES.add("temporal_violation", "engine")
def a_completion_goes_through_before_the_dependency_is_done(wrong: bool) -> Book:
    book = Book("add", "sub", after=CHAIN)
    book.assign("2", "Dev2")
    book.round("Dev1", "Dev2")
    book.claim("Dev1", "1")
    if not wrong:
        book.complete("Dev1", "1")
    book.complete("Dev2", "2")
    book.close()
    return book


@CASES.add("causal_evidence", "team")
def tests_ran_on_other_files_of_the_dependency(wrong: bool) -> Book:
    book = Book("add", "sub", after=CHAIN)
    book.assign("1", "Dev1")
    book.assign("2", "Dev2")
    book.round("Dev1", "Dev2")
    book.write("Dev1", "add.py", "a = 1\n")
    if wrong:
        book.test("Dev2", "2")
    book.write("Dev1", "add.py", "a = 2\n")
    if not wrong:
        book.test("Dev2", "2")
    book.complete("Dev1", "1")
    book.complete("Dev2", "2", evidence="passed")
    book.close()
    return book


@CASES.add("orphaned_task", "engine")
def a_task_stays_with_a_crashed_owner(wrong: bool) -> Book:
    book = Book("add", lease_seconds=30.0)
    book.round("Dev1", "Dev2")
    book.claim("Dev1", "1")
    book.crash("Dev1")
    book.wait(29.0 - 1.0)
    if not wrong:
        book.release("Dev1", "1", "lease")
    book.wait(5.0)
    book.close()
    return book


@CASES.add("orphaned_task", "engine")
def a_task_is_given_to_a_lost_agent_and_stays_there(wrong: bool) -> Book:
    book = Book("add", strategy="lead", lease_seconds=10.0)
    book.round("Lead", "Dev1")
    book.add(ev.AgentStalled(agent="Dev1", lease_until=book.now + 11.0))
    book.wait(20.0)
    book.assign("1", "Dev1", "Lead", book.number("Lead"))
    book.wait(20.0 if wrong else 5.0)
    if not wrong:
        book.add(ev.AgentRevived(agent="Dev1", epoch=1))
        book.wait(20.0)
    book.close()
    return book


@CASES.add("dirty_completion", "team")
def a_task_is_completed_untested(wrong: bool) -> Book:
    book = Book("add")
    book.round("Dev1")
    book.claim("Dev1", "1")
    book.write("Dev1", "add.py")
    if not wrong:
        book.test("Dev1", "1")
    book.complete("Dev1", "1", evidence="none" if wrong else "passed")
    book.close()
    return book


@CASES.add("dirty_completion", "team")
def a_task_is_completed_on_failed_tests(wrong: bool) -> Book:
    book = Book("add")
    book.round("Dev1")
    book.claim("Dev1", "1")
    book.write("Dev1", "add.py")
    book.test("Dev1", failed=["1"] if wrong else [])
    book.complete("Dev1", "1", evidence="failed" if wrong else "passed")
    book.close()
    return book


@CASES.add("dirty_completion", "team")
def a_task_is_completed_after_an_edit_of_what_it_builds_on(wrong: bool) -> Book:
    book = Book("add", "sub", "mul", after={"sub": "add", "mul": "sub"})
    for number, agent in (("1", "Dev1"), ("2", "Dev1"), ("3", "Dev2")):
        book.assign(number, agent)
    book.round("Dev1", "Dev2")
    for name in ("add.py", "sub.py"):
        book.write("Dev1", name)
    book.test("Dev1")
    book.complete("Dev1", "1", "2", evidence="passed")
    book.write("Dev2", "mul.py")
    book.test("Dev2", "3")
    book.write("Dev1", "add.py", "a = 2\n" if wrong else "x = 1\n")  # the same content is no change
    book.complete("Dev2", "3", evidence="passed")
    book.close()
    return book


@CASES.add("dirty_completion", "engine")
def a_verified_completion_rests_on_an_older_tree(wrong: bool) -> Book:
    book = Book("add", completion="verified")
    book.round("Dev1", "Dev2")
    book.claim("Dev1", "1")
    book.write("Dev1", "add.py")
    book.begin_test("Dev1", "1")
    if wrong:
        book.write("Dev2", "add.py", "x = 2\n")
    book.end_test("Dev1", "1")
    book.complete("Dev1", "1", evidence="none" if wrong else "passed")
    book.close()
    return book


@CASES.add("recorded_evidence", "engine")
def a_completion_records_evidence_that_is_not_there(wrong: bool) -> Book:
    book = Book("add")
    book.round("Dev1")
    book.claim("Dev1", "1")
    book.write("Dev1", "add.py")
    book.test("Dev1", "1", failed=["1"])
    book.complete("Dev1", "1", evidence="passed" if wrong else "failed")
    book.close()
    return book


@CASES.add("regression_after_done", "team")
def a_done_task_fails_a_later_run(wrong: bool) -> Book:
    book = Book("add")
    book.round("Dev1")
    book.claim("Dev1", "1")
    book.complete("Dev1", "1")
    book.test("Dev1", failed=["1"] if wrong else [])
    book.close()
    return book


@CASES.add("regression_after_done", "team")
def a_done_task_fails_the_closing_run(wrong: bool) -> Book:
    book = Book("add")
    book.round("Dev1")
    book.claim("Dev1", "1")
    book.complete("Dev1", "1")
    book.close()
    book.finish(failed=["test_add.py::test_it"] if wrong else [])
    return book


@CASES.add("flaky_evidence", "team")
def two_runs_on_one_tree_disagree(wrong: bool) -> Book:
    book = Book("add", "sub")
    book.round("Dev1")
    book.write("Dev1", "add.py")
    book.test("Dev1", "1")
    book.test("Dev1", failed=["1"] if wrong else [])
    book.test("Dev1", "1", failed=["1"], verdict="timeout")  # no verdict on the node
    book.close()
    return book


@CASES.add("premature_end", "engine")
def a_run_is_completed_with_a_task_open(wrong: bool) -> Book:
    book = Book("add")
    book.round("Dev1")
    book.claim("Dev1", "1")
    if not wrong:
        book.complete("Dev1", "1")
    book.close()
    book.finish()
    return book


@CASES.add("premature_end", "team")
def a_completed_run_fails_its_tests(wrong: bool) -> Book:
    book = Book("add")
    book.round("Dev1")
    book.claim("Dev1", "1")
    book.complete("Dev1", "1")
    book.close()
    book.finish(failed=["test_add.py::test_it"] if wrong else [])
    return book


@CASES.add("late_turn", "engine")
def a_turn_begins_when_all_is_done(wrong: bool) -> Book:
    book = Book("add")
    book.round("Dev1", "Dev2")
    book.claim("Dev1", "1")
    if wrong:
        book.complete("Dev1", "1")
    book.close()
    book.round("Dev1")
    if not wrong:
        book.complete("Dev1", "1")
    book.close()
    return book


@CASES.add("deadlock", "engine")
def tasks_wait_for_each_other(wrong: bool) -> Book:
    return Book("add", "sub", "mul", after={"sub": "mul" if wrong else "add", "mul": "sub"})
