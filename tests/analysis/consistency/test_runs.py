"""Real runs: the engine breaks none of its promises, whatever team, policy or fault."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from types import FrameType

import pytest

from engine.analysis.consistency import check
from engine.record import events as ev
from engine.record.state import RunState
from tests.helpers.histories import Book

Play = Callable[..., list[ev.AnyEvent]]

CRASH = '[[fault]]\nkind = "crash"\ntarget = "Dev2"\nat_round = 2\nduration_seconds = 40.0\n'
STALL = '[[fault]]\nkind = "stall"\ntarget = "Dev1"\nat_round = 2\nduration_seconds = 60.0\n'
DROP = '[[fault]]\nkind = "drop_messages"\ntarget = "all"\nat_round = 1\nprobability = 0.5\n'

STRATEGIES = ("preassigned", "decentralized", "lead-assigned", "lead")
MODELS = ("sim/claude-sonnet-4-6", "sim/gemini-3-flash", "sim/gpt-5.2", "sim/perfect")


def broken(events: Sequence[ev.Event]) -> list[tuple[str, tuple[int, ...], str]]:
    findings = check(events).findings
    return [
        (f.name, f.witnesses, f.sentence) for f in findings if f.class_ == "engine" and f.verdict == "false"
    ]


@pytest.mark.parametrize("strategy", STRATEGIES)
@pytest.mark.parametrize("model", MODELS)
def test_the_engine_keeps_its_promises_under_every_strategy(play: Play, model: str, strategy: str) -> None:
    assert broken(play(model=model, strategy=strategy)) == []


@pytest.mark.parametrize("strategy", STRATEGIES)
@pytest.mark.parametrize("locks", ["none", "optimistic"])
def test_the_engine_keeps_its_promises_under_every_lock_policy(play: Play, locks: str, strategy: str) -> None:
    assert broken(play(locks=locks, strategy=strategy, model="sim/gemini-3-flash")) == []


@pytest.mark.parametrize("plan", [CRASH, STALL, DROP, CRASH + DROP], ids=["crash", "stall", "drop", "both"])
@pytest.mark.parametrize("strategy", STRATEGIES)
def test_the_engine_keeps_its_promises_under_faults(play: Play, strategy: str, plan: str) -> None:
    assert broken(play(strategy=strategy, faults=plan, lease_seconds=10.0)) == []


@pytest.mark.parametrize("strategy", STRATEGIES)
@pytest.mark.parametrize("locks", ["none", "pessimistic"])
def test_completions_that_the_engine_verifies_are_clean(play: Play, locks: str, strategy: str) -> None:
    events = play(
        strategy=strategy, completion="verified", locks=locks, model="sim/gemini-3-flash", faults=CRASH
    )
    assert broken(events) == []
    assert check(events).get("dirty_completion", "engine").verdict == "true"


def test_a_prefix_of_a_run_breaks_no_promise_either(play: Play) -> None:
    events = play(faults=CRASH, lease_seconds=10.0)
    for length in range(1, len(events), 23):
        assert broken(events[:length]) == []


def test_counts_agree_with_those_of_reports(play: Play) -> None:
    for locks in ("pessimistic", "none"):
        events = play(locks=locks)
        state, report = RunState.of(events), check(events)
        assert report.get("temporal_violation", "prevented").count >= state.metrics.claims_blocked > 0
        assert report.get("concurrent_write", "team").count == state.files.concurrent_writes
        assert report.get("lock_exclusion", "prevented").count == state.locks.denied
        informed = report.get("rewrite", "team").count + report.get("noop_rewrite", "team").count
        assert 0 < informed <= state.files.rewrites


def test_locks_rule_out_what_their_absence_lets_happen(play: Play) -> None:
    free, locked = (check(play(locks=locks, model="sim/gemini-3-flash")) for locks in ("none", "pessimistic"))
    for name in ("concurrent_write", "blind_overwrite", "aged_read"):
        assert free.get(name, "team").verdict == "false"
        assert locked.get(name, "team").verdict == "true"
    assert free.get("fencing", "engine").verdict == "unknown"
    assert locked.get("fencing", "engine").verdict == "true"


def calls(events: Sequence[ev.Event]) -> int:
    """How many calls a check makes: the time it takes, told without a clock."""
    count = 0

    def trace(frame: FrameType | None, kind: str, detail: object) -> None:
        nonlocal count
        count += 1

    sys.setprofile(trace)
    try:
        check(events)
    finally:
        sys.setprofile(None)
    return count


def contended(rounds: int) -> list[ev.Event]:
    """Three agents that overwrite one file blindly, test, talk and claim in every round."""
    book = Book("add", "sub", locks="none", completion="reported")
    for number in range(rounds):
        book.round()
        for agent in book.team:
            book.write(agent, "add.py", f"{agent} {number}\n", base=0)
            book.test(agent, "1")
        book.claim("Dev1", "1")
        book.release("Dev1", "1")
        book.send("Dev2", "Dev1", "Dev3")
        book.close()
    return book.events


def test_twice_the_events_take_twice_the_work() -> None:
    assert calls(contended(80)) < 2.3 * calls(contended(40))
