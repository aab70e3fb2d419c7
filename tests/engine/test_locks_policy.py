"""Locks as agents meet them: who may write when, what the others are told, when they are free again."""

from __future__ import annotations

from engine.record import events as ev
from tests.helpers.scripted import Played, Say, done, edit, graph, play


def edits(played: Played) -> list[tuple[str, str, int]]:
    return [(event.path, event.agent, event.version) for event in played.of(ev.FileEdited)]


# ------------------------------------------------------------ pessimistic


def test_a_second_editor_in_a_round_is_denied_told_and_journalled_with_holder_and_age() -> None:
    played = play(
        {"Dev1": [edit("add.py", "first\n")], "Dev2": [Say(edit("add.py", "second\n"), 3.5)]}, max_rounds=2
    )
    assert edits(played) == [("add.py", "Dev1", 1)]
    denied = played.one(ev.LockDenied)
    assert (denied.path, denied.agent, denied.holder, denied.age_seconds) == ("add.py", "Dev2", "Dev1", 2.5)
    refused = played.one(ev.ActionRefused)
    assert (refused.reason, refused.holder, refused.age_seconds) == ("locked", "Dev1", 2.5)
    assert (
        "- edit_file add.py: refused (locked). Dev1 has held add.py for 2 s; edit it in the next round."
        in (played.section("Dev2", 2, "Outcomes"))
    )
    assert (played.state.locks.denied, played.state.metrics.rounds[0].denied) == (1, 1)


def test_who_was_denied_may_edit_in_the_next_round() -> None:
    played = play(
        {"Dev1": [edit("add.py")], "Dev2": [Say(edit("add.py"), 2.0), edit("add.py")]}, max_rounds=2
    )
    assert edits(played) == [("add.py", "Dev1", 1), ("add.py", "Dev2", 2)]
    assert played.state.files.rewrites == 1
    assert played.state.files.concurrent_writes == 0


def test_a_lock_is_held_until_the_barrier_and_released_there() -> None:
    played = play({"Dev1": [edit("add.py")], "Dev2": [Say("", 9.0)]}, max_rounds=1)
    taken, freed = played.one(ev.LockAcquired), played.one(ev.LockReleased)
    assert (taken.ts, freed.ts, freed.reason, freed.token) == (1.0, 9.0, "barrier", taken.token)
    assert freed.seq < played.one(ev.RoundEnded).seq


def test_a_holder_may_edit_again_under_the_same_lock() -> None:
    played = play({"Dev1": [edit("add.py", "1\n") + edit("add.py", "2\n")]}, max_rounds=1)
    assert [event.token for event in played.of(ev.FileEdited)] == [1, 1]
    assert len(played.of(ev.LockAcquired)) == 1


def test_tokens_grow_with_every_acquisition_of_a_path() -> None:
    script = {name: [edit("add.py") + edit(f"{name}.py")] * 3 for name in ("Dev1", "Dev2")}
    played = play(script, max_rounds=3)
    tokens = [event.token for event in played.of(ev.FileEdited) if event.path == "add.py"]
    assert tokens == [1, 2, 3]
    assert [event.token for event in played.of(ev.FileEdited) if event.path == "Dev1.py"] == [1, 2, 3]


def test_different_spellings_of_a_path_are_one_lock() -> None:
    played = play({"Dev1": [edit("./a//b.py")], "Dev2": [Say(edit("a/b.py"), 2.0)]}, max_rounds=1)
    assert edits(played) == [("a/b.py", "Dev1", 1)]
    assert played.one(ev.LockDenied).path == "a/b.py"


def test_a_refused_path_takes_no_lock() -> None:
    played = play(
        {"Dev1": [edit("../x") + edit("tests/test_add.py") + edit("a.py") + edit("a.py/b")]}, max_rounds=1
    )
    assert [event.path for event in played.of(ev.LockAcquired)] == ["a.py"]
    assert [event.reason for event in played.of(ev.ActionRefused)] == ["path", "protected", "path"]


def test_a_crashed_holders_lock_is_free_once_the_turns_beside_it_have_ended() -> None:
    plan = '[[fault]]\nkind = "crash"\ntarget = "Dev1"\nat_seconds = 1.2\n'
    played = play(
        {"Dev1": [edit("add.py") + "<run_tests/>"], "Dev2": [Say(edit("add.py"), 2.0), edit("add.py")]},
        plan=plan,
        max_rounds=2,
    )
    assert [event.agent for event in played.of(ev.LockDenied)] == ["Dev2"]  # the turn beside it still ran
    assert [(event.agent, event.reason) for event in played.of(ev.LockReleased)] == [
        ("Dev1", "barrier"),
        ("Dev2", "barrier"),
    ]
    assert edits(played) == [("add.py", "Dev1", 1), ("add.py", "Dev2", 2)]


def test_a_crashed_holders_lock_returns_with_the_lease_if_a_turn_beside_it_lasts_longer() -> None:
    plan = '[[fault]]\nkind = "crash"\ntarget = "Dev1"\nat_seconds = 1.2\n'
    played = play(
        {"Dev1": [edit("add.py") + "<run_tests/>"], "Dev2": [Say(edit("add.py"), 60.0)]},
        plan=plan,
        max_rounds=1,
    )
    freed = played.of(ev.LockReleased)[0]
    assert (freed.agent, freed.reason, freed.ts) == ("Dev1", "lease", 31.2)
    assert edits(played)[1] == ("add.py", "Dev2", 2)
    assert [event.token for event in played.of(ev.FileEdited)] == [1, 2]


def test_at_the_end_of_a_run_no_lock_is_held() -> None:
    played = play({"Dev1": [done("1", "add.py") + done("2", "sub.py")], "Dev2": [Say(edit("x.py"), 50.0)]})
    assert played.state.locks.held == {}
    assert len(played.of(ev.LockReleased)) == len(played.of(ev.LockAcquired)) == 3


# ------------------------------------------------------------ optimistic


def test_optimistic_edits_need_the_version_last_shown() -> None:
    played = play(
        {"Dev1": [edit("add.py", "1\n")], "Dev2": [Say(edit("add.py", "2\n"), 2.0)]},
        locks="optimistic",
        max_rounds=2,
    )
    assert edits(played) == [("add.py", "Dev1", 1)]
    refused = played.one(ev.ActionRefused)
    assert refused.detail == "add.py is at version 1, you saw 0; the current one stands below."
    assert played.of(ev.LockAcquired) == []


def test_an_optimistic_edit_may_name_the_version_it_follows() -> None:
    late = Say(
        edit("add.py", "2\n", base="1") + edit("add.py", "3\n", base="v2") + edit("add.py", "4\n", base="1"),
        2.0,
    )
    played = play({"Dev1": [edit("add.py", "1\n")], "Dev2": [late]}, locks="optimistic", max_rounds=1)
    assert edits(played) == [("add.py", "Dev1", 1), ("add.py", "Dev2", 2), ("add.py", "Dev2", 3)]
    assert played.one(ev.ActionRefused).reason == "stale"
    assert [event.base for event in played.of(ev.FileEdited)] == [0, 1, 2]


def test_an_agents_own_edits_follow_each_other() -> None:
    played = play(
        {"Dev1": [edit("a.py", "1\n") + edit("a.py", "2\n"), edit("a.py", "3\n")]},
        locks="optimistic",
        max_rounds=2,
    )
    assert [(event.base, event.version) for event in played.of(ev.FileEdited)] == [(0, 1), (1, 2), (2, 3)]


def test_a_base_that_is_no_number_counts_as_none_given() -> None:
    played = play(
        {"Dev1": [edit("a.py", "1\n", base="newest") + edit("b.py", "1\n", base="9" * 30)]},
        locks="optimistic",
        max_rounds=1,
    )
    assert edits(played) == [("a.py", "Dev1", 1), ("b.py", "Dev1", 1)]


def test_two_who_saw_the_same_version_cannot_both_win() -> None:
    both = {name: [edit("a.py", f"{name} {n}\n") for n in range(4)] for name in ("Dev1", "Dev2", "Dev3")}
    played = play(both, agents=3, locks="optimistic", max_rounds=4)
    assert all(event.version == event.base + 1 for event in played.of(ev.FileEdited))
    assert len(played.of(ev.FileEdited)) == 4
    assert played.state.files.concurrent_writes == 0


# ------------------------------------------------------------ none


def test_without_locks_the_last_writer_wins_and_concurrent_writes_are_counted() -> None:
    played = play(
        {
            "Dev1": [edit("a.py", "1\n")],
            "Dev2": [Say(edit("a.py", "2\n"), 2.0)],
            "Dev3": [Say(edit("a.py", "3\n"), 3.0)],
        },
        agents=3,
        locks="none",
        max_rounds=2,
    )
    assert played.folder["a.py"] == "3\n"
    assert [event.token for event in played.of(ev.FileEdited)] == [None, None, None]
    assert (played.state.files.concurrent_writes, played.state.files.rewrites) == (1, 0)
    assert played.of(ev.ActionRefused) == []


def test_a_rewrite_is_an_edit_of_what_somebody_else_wrote_in_an_earlier_round() -> None:
    played = play(
        {"Dev1": [edit("a.py"), edit("a.py")], "Dev2": ["", "", edit("a.py"), edit("a.py")]},
        graph("a"),
        locks="none",
        max_rounds=4,
    )
    assert [event.previous for event in played.of(ev.FileEdited)] == ["", "Dev1", "Dev1", "Dev2"]
    assert played.state.files.rewrites == 1
