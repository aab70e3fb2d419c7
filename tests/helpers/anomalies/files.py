"""Cases about files: reads, writes, rewrites, the tree."""

from __future__ import annotations

from engine.record import events as ev
from tests.helpers.anomalies.case import Cases
from tests.helpers.histories import Book

CASES = Cases()


@CASES.add("concurrent_write", "team")
def two_agents_write_a_file_in_one_round(wrong: bool) -> Book:
    book = Book("add")
    book.round("Dev1", "Dev2")
    book.write("Dev1", "add.py")
    if not wrong:
        book.close()
        book.round("Dev2")
    book.write("Dev2", "add.py", "x = 2\n")
    book.close()
    return book


@CASES.add("concurrent_write", "team")
def turns_overlap_without_a_common_round(wrong: bool) -> Book:
    book = Book("add")
    book.round("Dev1")
    book.turn("Dev2")
    book.write("Dev2", "add.py")
    if not wrong:
        book.close()
        book.round("Dev1")
    book.write("Dev1", "add.py", "x = 2\n")
    book.close()
    return book


@CASES.add("lost_update", "team")
def a_write_from_an_older_version_replaces_a_newer_one(wrong: bool) -> Book:
    book = Book("add")
    book.round("Dev1")
    book.write("Dev1", "add.py", "a = 1\n")
    book.close()
    book.round("Dev1", "Dev2")
    book.write("Dev1", "add.py", "a = 1\nb = 2\n")
    book.write("Dev2", "add.py", "a = 1\nc = 3\n" if wrong else "a = 1\nb = 2\nc = 3\n")  # a merge keeps b
    book.close()
    return book


@CASES.add("lost_update", "engine")
def optimistic_locks_let_a_stale_write_through(wrong: bool) -> Book:
    book = Book("add", locks="optimistic")
    book.round("Dev1")
    book.write("Dev1", "add.py", "a = 1\n")
    book.close()
    book.round("Dev1", "Dev2")
    book.write("Dev1", "add.py", "b = 2\n")
    if wrong:
        book.write("Dev2", "add.py", "c = 3\n")
    else:
        book.refuse("Dev2", "edit_file", "add.py", "stale")
    book.close()
    return book


@CASES.add("lost_update", "engine")
def pessimistic_locks_let_a_write_between(wrong: bool) -> Book:
    book = Book("add", locks="pessimistic")
    book.round("Dev1")
    book.lock("Dev1", "add.py")
    book.write("Dev1", "add.py", "a = 1\n")
    book.close()
    book.round("Dev1", "Dev2", "Dev3")
    book.lock("Dev1", "add.py")
    book.write("Dev1", "add.py", "b = 2\n")
    book.unlock(
        "add.py", "barrier" if wrong else "lease"
    )  # after a lease others may write, that is the team's
    book.lock("Dev2", "add.py")
    book.write("Dev2", "add.py", "c = 3\n")
    book.close()
    return book


@CASES.add("blind_overwrite", "team")
def a_file_is_replaced_by_somebody_who_never_saw_it(wrong: bool) -> Book:
    book = Book("add")
    book.round("Dev1", "Dev2")
    book.write("Dev1", "add.py", "a = 1\n")
    book.write("Dev2", "add.py", "b = 2\n" if wrong else "a = 1\n")  # the same content loses nothing
    book.close()
    return book


@CASES.add("blind_overwrite", "engine")
def optimistic_locks_let_a_blind_write_through(wrong: bool) -> Book:
    book = Book("add", locks="optimistic")
    book.round("Dev1", "Dev2")
    book.write("Dev1", "add.py", "a = 1\n")
    if not wrong:
        book.close()
        book.round("Dev2")
    book.write("Dev2", "add.py", "b = 2\n")
    book.close()
    return book


@CASES.add("version_chain", "engine")
def a_version_is_left_out(wrong: bool) -> Book:
    book = Book("add")
    book.round("Dev1")
    book.write("Dev1", "add.py", "a = 1\n")
    book.write("Dev1", "add.py", "a = 2\n", version=3 if wrong else 2)
    book.close()
    return book


@CASES.add("version_chain", "engine")
def a_write_names_another_author_before_it(wrong: bool) -> Book:
    book = Book("add")
    book.round("Dev1")
    book.write("Dev1", "add.py", "a = 1\n")
    book.close()
    book.round("Dev2")
    book.write("Dev2", "add.py", "a = 2\n", previous="Dev3" if wrong else "Dev1")
    book.close()
    return book


@CASES.add("version_chain", "engine", also="unseen_base")
def a_write_follows_itself(wrong: bool) -> Book:
    book = Book("add")
    book.round("Dev1")
    book.write("Dev1", "add.py", base=1 if wrong else 0)
    book.close()
    return book


@CASES.add("rewrite", "team")
def a_file_of_a_teammate_is_rewritten_in_a_later_round(wrong: bool) -> Book:
    book = Book("add")
    book.round("Dev1")
    book.write("Dev1", "add.py", "a = 1\n")
    book.close()
    author = "Dev2" if wrong else "Dev1"  # one's own file is no anomaly
    book.round(author)
    book.write(author, "add.py", "a = 2\n")
    book.close()
    return book


@CASES.add("noop_rewrite", "team")
def a_file_is_written_again_as_it_was(wrong: bool) -> Book:
    book = Book("add")
    book.round("Dev1")
    book.write("Dev1", "add.py", "a = 1\n")
    book.close()
    book.round("Dev2")
    book.write("Dev2", "add.py", "a = 1\n" if wrong else "a = 2\n")
    book.close()
    return book


@CASES.add("destructive_rewrite", "team")
def a_rewrite_breaks_what_had_passed(wrong: bool) -> Book:
    book = Book("add", "sub")
    book.round("Dev1")
    book.write("Dev1", "add.py", "a = 1\n")
    book.test("Dev1", "1")
    book.close()
    book.round("Dev2")
    book.write("Dev2", "add.py", "a = 2\n")
    book.test("Dev2", "1", failed=["1"] if wrong else [])
    book.close()
    return book


@CASES.add("stale_read", "engine")
def a_prompt_shows_an_old_version_of_a_file(wrong: bool) -> Book:
    book = Book("add")
    book.round("Dev1")
    book.write("Dev1", "add.py", "a = 1\n")
    book.write("Dev1", "add.py", "a = 2\n")
    book.close()
    book.round_ += 1
    book.add(ev.RoundStarted(agents=("Dev2",)))
    shown = (("add.py", 1 if wrong else 2),)
    book.turn("Dev2", seen=ev.Seen(board=book.board, changes=shown))
    book.close()
    return book


@CASES.add("stale_read", "engine")
def a_prompt_shows_an_old_board(wrong: bool) -> Book:
    book = Book("add")
    book.round("Dev1")
    book.claim("Dev1", "1")
    book.close()
    book.round_ += 1
    book.add(ev.RoundStarted(agents=("Dev2",)))
    book.turn("Dev2", seen=ev.Seen(board=1 if wrong else book.board))
    book.close()
    return book


@CASES.add("stale_read", "engine")
def a_prompt_shows_a_version_of_the_future(wrong: bool) -> Book:
    book = Book("add")
    book.round_ += 1
    book.add(ev.RoundStarted(agents=("Dev2",)))
    shown = (("add.py", 1),) if wrong else ()
    book.turn("Dev2", seen=ev.Seen(board=1, files=shown))
    book.close()
    return book


@CASES.add("stale_read", "team")
def a_fault_serves_an_old_board(wrong: bool) -> Book:
    book = Book("add")
    book.fault("stale_board", "Dev2")
    book.round("Dev1")
    book.claim("Dev1", "1")
    book.close()
    book.round_ += 1
    book.add(ev.RoundStarted(agents=("Dev2",)))
    book.turn("Dev2", seen=ev.Seen(board=1 if wrong else book.board))
    book.close()
    return book


@CASES.add("missed_change", "engine")
def a_prompt_leaves_a_change_out(wrong: bool) -> Book:
    book = Book("add")
    book.round("Dev1", "Dev2")
    book.write("Dev1", "add.py")
    book.close()
    if wrong:
        book.news.clear()
    book.round("Dev2")
    book.close()
    return book


@CASES.add("intermediate_read", "engine")
def a_prompt_shows_a_write_of_its_own_round(wrong: bool) -> Book:
    book = Book("add")
    book.round("Dev1")
    book.write("Dev1", "add.py")
    if not wrong:
        book.close()
        book.round("Dev2")
    else:
        book.turn("Dev2")
    book.close()
    return book


@CASES.add("unseen_base", "engine")
def a_write_claims_a_base_that_was_never_shown(wrong: bool) -> Book:
    book = Book("add")
    book.round("Dev1", "Dev2")
    book.write("Dev1", "add.py", "a = 1\n")
    book.write("Dev2", "add.py", "a = 1\n", base=1 if wrong else 0)
    book.close()
    return book


@CASES.add("aged_read", "team")
def a_write_lands_inside_the_turn_that_writes_next(wrong: bool) -> Book:
    book = Book("add")
    book.round("Dev1", "Dev2") if wrong else book.round("Dev1")
    book.write("Dev1", "add.py", "a = 1\n")
    if not wrong:
        book.close()
        book.round("Dev2")
    book.write("Dev2", "add.py", "a = 2\n")
    book.close()
    return book


@CASES.add("aged_read", "prevented", count=2)
def writes_from_an_old_prompt_are_refused(wrong: bool) -> Book:
    book = Book("add", locks="optimistic")
    book.round("Dev1", "Dev2")
    book.write("Dev1", "add.py", "a = 1\n")
    if wrong:
        book.refuse("Dev2", "edit_file", "add.py", "stale")
        book.refuse("Dev2", "edit_file", "add.py", "locked")
    else:
        book.refuse("Dev2", "edit_file", "../add.py", "path")
    book.close()
    return book


@CASES.add("phantom_write", "engine")
def tests_see_a_tree_that_no_edit_made(wrong: bool) -> Book:
    book = Book("add")
    book.round("Dev1")
    book.write("Dev1", "add.py")
    book.test("Dev1", "1", tree="7ee" if wrong else None)
    book.close()
    return book


@CASES.add("phantom_write", "engine")
def a_hash_does_not_fit_its_content(wrong: bool) -> Book:
    book = Book("add")
    book.round("Dev1")
    book.write("Dev1", "add.py", **({"hash": "00"} if wrong else {}))
    book.test("Dev1", "1")
    book.close()
    return book


@CASES.add("edit_war", "team")
def two_agents_keep_putting_their_own_version_back(wrong: bool) -> Book:
    book = Book("add")
    for agent in ("Dev1", "Dev2", "Dev1", "Dev2"):
        book.round(agent)
        book.write(agent, "add.py", f"by = '{agent if wrong else book.round_}'\n")
        book.close()
    return book
