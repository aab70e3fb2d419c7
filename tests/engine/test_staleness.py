"""Bounded staleness: agents run ahead of their round as far as the barrier lets them, and no further."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from engine import control, fork, launch
from engine.analysis import frames, summary
from engine.analysis.consistency import check
from engine.analysis.figures import live
from engine.errors import UsageError
from engine.record import events as ev
from engine.record.barrier import slack
from engine.record.config import RunConfig
from engine.record.folder import RunFolder
from engine.record.journal import read
from engine.setup import check as prepare
from tests.engine.test_cuts import cuts, sound
from tests.helpers.durable import config, go
from tests.helpers.scripted import Played, Say, Steering, done, edit, play

QUICK_AND_SLOW = {"Dev1": [Say("Hm.", 1.0)] * 12, "Dev2": [Say("Hm.", 4.0)] * 12}
"""Dev1 could take four turns while Dev2 takes one."""


def numbers(played: Played, agent: str) -> list[int]:
    return [event.own_round for event in played.of(ev.TurnStarted, agent=agent)]


def starts(played: Played, agent: str) -> list[float]:
    return [event.ts for event in played.of(ev.TurnStarted, agent=agent)]


# ------------------------------------------------------------ how far


@pytest.mark.parametrize(
    ("barrier", "dev1"),
    [
        ("round", [0.0, 4.0, 8.0, 12.0]),
        ("stale:0", [0.0, 4.0, 8.0, 12.0]),
        ("stale:1", [0.0, 1.0, 4.0, 8.0]),
        ("stale:2", [0.0, 1.0, 2.0, 4.0]),
        ("none", [0.0, 1.0, 2.0, 3.0]),
    ],
)
def test_an_agent_leads_the_slowest_by_so_many_turns_at_most(barrier: str, dev1: list[float]) -> None:
    played = play(QUICK_AND_SLOW, barrier=barrier, max_rounds=4)
    assert starts(played, "Dev1") == dev1
    assert starts(played, "Dev2") == [0.0, 4.0, 8.0, 12.0]
    assert numbers(played, "Dev1") == numbers(played, "Dev2") == [1, 2, 3, 4]
    assert played.outcome == "max_rounds"


def test_the_round_of_the_team_is_that_of_its_slowest_agent() -> None:
    played = play(QUICK_AND_SLOW, barrier="none", max_rounds=4)
    assert [(event.round, event.ts) for event in played.of(ev.RoundEnded)] == [
        (1, 4.0),
        (2, 8.0),
        (3, 12.0),
        (4, 16.0),
    ]
    assert [event.round for event in played.of(ev.TurnStarted, agent="Dev1")] == [1, 1, 1, 1]
    assert [played.prompt("Dev1", call).split("\n")[0] for call in (1, 2, 3)] == [
        "# Round 1",
        "# Round 2",
        "# Round 3",
    ]


@settings(max_examples=20)
@given(
    latencies=st.lists(st.lists(st.integers(1, 9), min_size=6, max_size=6), min_size=2, max_size=4),
    bound=st.sampled_from(["stale:0", "stale:1", "stale:3", "none"]),
)
def test_whatever_the_latencies_nobody_waits_without_need_or_runs_too_far(
    latencies: list[list[int]], bound: str
) -> None:
    script = {f"Dev{n}": [Say("Hm.", float(s)) for s in row] for n, row in enumerate(latencies, 1)}
    played = play(script, agents=len(latencies), barrier=bound, max_rounds=6)
    # the recurrence of stale synchronous parallel: turn n waits for the agent's own n - 1 and all n - 1 - s
    ends: dict[tuple[int, int], float] = {}
    lead = slack(bound)
    for turn, (agent, row) in itertools.product(range(6), enumerate(latencies)):
        begin = ends.get((agent, turn - 1), 0.0)
        if lead is not None and turn - 1 - lead >= 0:
            begin = max(begin, *(ends[other, turn - 1 - lead] for other in range(len(latencies))))
        ends[agent, turn] = begin + row[turn]
    for agent in range(len(latencies)):
        assert [e.ts for e in played.of(ev.TurnEnded, agent=f"Dev{agent + 1}")] == [
            ends[agent, turn] for turn in range(6)
        ]
    assert check(played.events).verdict != "false"


def test_in_lockstep_a_bound_of_zero_is_a_round_under_another_name() -> None:
    plan = '[[fault]]\nkind = "stall"\ntarget = "Dev1"\nat_round = 2\nduration_seconds = 50\n'
    chosen = config(model="sim/claude-sonnet-4-6", strategy="decentralized", agents=4, faults=plan)
    rounds, zero = go(chosen), go(replace(chosen, barrier="stale:0"))
    assert zero.events[1:] == rounds.events[1:]


@pytest.mark.parametrize("barrier", ["stale:1", "stale:2", "none"])
def test_the_same_seed_gives_the_same_journal(barrier: str) -> None:
    chosen = config(model="sim/gpt-5.2", strategy="decentralized", agents=4, barrier=barrier)
    assert go(chosen).events == go(chosen).events


@pytest.mark.parametrize(
    "word", ["stale", "stale:", "stale:-1", "stale:1000", "stale:1.5", "rounds", "", "none\n"]
)
def test_a_barrier_that_is_none_is_refused_with_what_can_be_written(word: str) -> None:
    with pytest.raises(UsageError, match=r"round, none, or stale:K"):
        prepare(config(barrier=word), {})


# ------------------------------------------------------------ what agents see and hold


def test_a_prompt_is_built_from_the_state_as_its_own_turn_begins() -> None:
    script = {
        "Dev1": [Say("Hm.", 1.0), Say("Hm.", 1.0)],
        "Dev2": [Say(edit("add.py"), 0.5), Say(edit("add.py"), 1.0)],
        "Dev3": [Say("Hm.", 5.0)],
    }
    played = play(script, agents=3, barrier="stale:2", locks="none", max_rounds=3)
    first, second, third = (event.seen.changes for event in played.of(ev.TurnStarted, agent="Dev1"))
    assert (first, second, third) == ((), (("add.py", 1),), (("add.py", 2),))
    assert starts(played, "Dev1") == [0.0, 1.0, 2.0]  # while Dev3 is still at its first


def test_a_lock_is_held_until_every_turn_has_ended_that_began_before_the_edit() -> None:
    script = {
        "Dev1": [Say(edit("add.py"), 1.0), *[Say("Hm.", 1.0)] * 5],
        "Dev2": [Say("Hm.", 3.5), Say("Hm.", 9.0)],
        "Dev3": [Say("Hm.", 2.0), Say(edit("add.py"), 1.0), Say(edit("add.py"), 1.0)],
    }
    played = play(script, agents=3, barrier="none", max_rounds=6)
    freed = played.of(ev.LockReleased)[0]
    assert (freed.path, freed.agent, freed.ts) == ("add.py", "Dev1", 3.5)  # Dev2's first turn saw no edit
    assert [event.ts for event in played.of(ev.LockDenied, agent="Dev3")] == [3.0]
    assert played.of(ev.LockAcquired, agent="Dev3")[0].ts == 4.0
    assert check(played.events).get("lock_leak", "engine").verdict == "true"


def test_two_writes_of_overlapping_turns_are_concurrent_also_in_different_rounds() -> None:
    script = {
        "Dev1": [Say("Hm.", 1.0), Say(edit("add.py", "x = 1\n"), 1.0), *[Say("Hm.", 5.0)] * 2],
        "Dev2": [Say(edit("add.py", "x = 2\n"), 4.0), Say(edit("add.py", "x = 3\n"), 4.0)],
    }
    played = play(script, barrier="none", locks="none", max_rounds=4)
    figures = live(played.state)
    assert (figures.concurrent_writes, figures.rewrites) == (1, 0)
    assert check(played.events).get("concurrent_write", "team").count == 1
    table = frames.build(played.events)
    assert summary.figures(table).concurrent_writes == 1
    assert summary.figures(table).idle_rounds == figures.idle_rounds == 4


def test_what_an_agent_does_counts_for_its_own_round() -> None:
    script = {
        "Dev1": [Say("Hm.", 1.0), Say(done("1", "add.py"), 1.0), *[Say("Hm.", 6.0)] * 2],
        "Dev2": [Say("Hm.", 4.0), Say("Hm.", 3.0), Say(done("2", "sub.py"), 3.0)],
    }
    played = play(script, barrier="none", max_rounds=4)
    rows = list(played.state.metrics.rounds)
    assert [row.completions for row in rows] == [0, 1, 1]
    assert played.state.metrics.idle_rounds == 1
    assert [row.straggler_gap for row in rows[:2]] == [1.5, 1.0]
    built = summary.figures(frames.build(played.events))
    assert (built.idle_rounds, built.gap_mean) == (1, live(played.state).gap_mean)


# ------------------------------------------------------------ who counts


def test_a_silent_agent_holds_nobody_back_and_goes_on_with_the_round_after_the_open_one() -> None:
    plan = '[[fault]]\nkind = "stall"\ntarget = "Dev2"\nat_round = 1\nduration_seconds = 6\n'
    script = {"Dev1": [Say("Hm.", 1.0)] * 12, "Dev2": [Say("Hm.", 1.0)] * 12}
    played = play(script, barrier="stale:1", plan=plan, max_rounds=10)
    assert starts(played, "Dev1")[:6] == [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]
    back = played.one(ev.AgentRevived)
    again = [event for event in played.of(ev.TurnStarted, agent="Dev2") if event.seq > back.seq]
    assert again[0].own_round in (back.round, back.round + 1)
    assert check(played.events).get("run_ahead", "engine").verdict == "true"


def test_the_death_of_the_slowest_lets_the_others_go_on_at_once() -> None:
    async def steer(hand: Steering) -> None:
        await hand.sleep(2.5)
        await hand.do(control.Inject(kind="crash", target="Dev2"))

    slow = {"Dev1": [Say("Hm.", 1.0)] * 12, "Dev2": [Say("Hm.", 50.0)] * 12}
    played = play(slow, barrier="stale:1", steer=steer, max_rounds=5)
    assert starts(played, "Dev1") == [0.0, 1.0, 2.5, 3.5, 4.5]
    assert [event.round for event in played.of(ev.RoundStarted)] == [1, 2, 3, 4, 5]


def test_the_team_ends_when_all_is_done_and_no_reply_is_thrown_away() -> None:
    script = {"Dev1": [Say("Hm.", 7.0)], "Dev2": [Say(done("1", "add.py") + done("2", "sub.py"), 2.0)]}
    played = play(script, barrier="none", max_rounds=5)
    assert played.outcome == "completed"
    assert [event.outcome for event in played.of(ev.TurnEnded)] == ["replied", "replied"]
    assert played.one(ev.RunEnded).ts == 7.0
    assert check(played.events).verdict != "false"


# ------------------------------------------------------------ people


def test_a_step_lasts_until_the_slowest_has_ended_a_turn() -> None:
    async def steer(hand: Steering) -> None:
        await hand.sleep(0.5)
        await hand.do(control.Pause())
        await hand.do(control.Step())
        await hand.until(ev.Paused, 2)
        stood.append(hand.run.team.clock.now())
        await hand.sleep(100.0)
        stood.append(hand.run.team.clock.now())
        await hand.do(control.Resume())

    stood: list[float] = []
    played = play(QUICK_AND_SLOW, barrier="none", steer=steer, attended=True, max_rounds=3)
    assert stood == [4.0, 4.0]
    first = played.of(ev.Paused)[1]
    assert isinstance(played.events[first.seq - 2], ev.RoundEnded)
    assert starts(played, "Dev2") == [0.0, 4.0, 8.0]


def test_nobody_begins_a_turn_while_the_team_is_paused() -> None:
    async def steer(hand: Steering) -> None:
        await hand.sleep(1.5)
        await hand.do(control.Pause())
        await hand.sleep(60.0)
        await hand.do(control.Resume())

    played = play(QUICK_AND_SLOW, barrier="none", steer=steer, max_rounds=3)
    assert starts(played, "Dev1") == [0.0, 1.0, 2.0]
    assert played.one(ev.RunEnded).ts == 12.0


def test_a_stop_ends_every_turn_whoever_is_ahead() -> None:
    async def steer(hand: Steering) -> None:
        await hand.sleep(2.5)
        await hand.do(control.Stop())

    played = play(QUICK_AND_SLOW, barrier="none", steer=steer, max_rounds=9)
    assert played.outcome == "stopped"
    assert {event.detail for event in played.of(ev.TurnEnded)} == {"", "the run was stopped"}
    assert check(played.events).verdict != "false"


# ------------------------------------------------------------ going on


@pytest.mark.parametrize("barrier", ["stale:1", "none"])
def test_a_run_cut_anywhere_goes_on_to_the_same_board_and_files(barrier: str) -> None:
    chosen = config(agents=3, barrier=barrier)
    whole = go(chosen)
    assert whole.state.completed
    for upto in cuts(whole, 9):
        kept = go(chosen, whole.events[:upto])
        sound(kept, upto)
        assert kept.final() == whole.final(), upto
        assert check(kept.events).verdict != "false", upto


@pytest.mark.parametrize("barrier", ["stale:2", "none"])
def test_a_null_fork_is_its_parent_byte_for_byte_where_nothing_ever_rests(
    tmp_path: Path, barrier: str
) -> None:
    chosen = config(model="sim/claude-sonnet-4-6", strategy="decentralized", agents=4, barrier=barrier)
    parent = _played(tmp_path, chosen)
    whole, count = parent.events_path.read_bytes(), len(read(parent.events_path).events)
    for at in (1, count // 2, count):
        assert _forked(parent, at, f"fork{at}").events_path.read_bytes() == whole, at


def test_a_fork_begins_where_the_team_last_rested(tmp_path: Path) -> None:
    chosen = config(agents=3, barrier="stale:1")  # sim/perfect: all answer at the same instant
    parent = _played(tmp_path, chosen)
    events = read(parent.events_path).events
    rests = [e.seq for e in events if isinstance(e, ev.RoundEnded)]
    prepared = fork.prepare(parent, lambda _: rests[2] + 3, runs_dir=tmp_path, run_id="later", environ={})
    script = fork.script(prepared.folder)
    assert script is not None
    assert 0 <= script.prefix <= rests[2]
    launch.run_here(prepared, {})
    assert prepared.folder.events_path.read_bytes() == parent.events_path.read_bytes()


def _played(path: Path, chosen: RunConfig) -> RunFolder:
    prepared = launch.prepare(chosen, path, "parent", {})
    launch.run_here(prepared, {})
    return prepared.folder


def _forked(parent: RunFolder, at: int, name: str) -> RunFolder:
    prepared = fork.prepare(parent, lambda _: at, runs_dir=parent.path.parent, run_id=name, environ={})
    launch.run_here(prepared, {})
    return prepared.folder
