"""Whole runs of simulated teams: the engine itself on the virtual clock."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.launch import prepare, run_here
from engine.models.registry import DEFAULT, SIMULATED
from engine.record import events as ev
from engine.record.config import RunConfig

Play = Callable[..., list[ev.AnyEvent]]


@pytest.fixture
def play(tmp_path: Path) -> Play:
    """``play(model=…, strategy=…, seed=…)`` -> all events of a run."""
    runs = iter(range(1000))

    def start(**changes: Any) -> list[ev.AnyEvent]:
        usual = {"suite": "mathutils", "structure": "mixed", "agents": 4, "strategy": "decentralized"}
        clock = {"speed": 0.0, "clock": "virtual", "tests": "simulated"}
        config = RunConfig(**{"model": DEFAULT, "seed": 1, **usual, **clock, **changes})
        seen: list[ev.AnyEvent] = []
        run_here(prepare(config, tmp_path, f"run-{next(runs)}", {}), {}, seen.append)
        return seen

    return start


def of(events: list[ev.AnyEvent], kind: type[Any]) -> list[Any]:
    return [event for event in events if isinstance(event, kind)]


def outcome(events: list[ev.AnyEvent]) -> str:
    (end,) = of(events, ev.RunEnded)
    return str(end.outcome)


def rewrites(events: list[ev.AnyEvent]) -> int:
    last: dict[str, tuple[str, int]] = {}
    count = 0
    for edit in of(events, ev.FileEdited):
        author, round_number = last.get(edit.path, (edit.agent, edit.round))
        count += author != edit.agent and round_number < edit.round
        last[edit.path] = (edit.agent, edit.round)
    return count


def test_four_self_claiming_agents_collide_and_still_finish(play: Play) -> None:
    for seed in range(6):
        events = play(seed=seed)
        assert outcome(events) == "completed"
        assert events[-1].round < 60
        assert of(events, ev.LockDenied)
        assert rewrites(events)
        refused = of(events, ev.ActionRefused)
        assert any(r.action == "claim_task" and r.reason == "blocked" for r in refused)
    chatter = [turn for turn in of(events, ev.TurnEnded) if turn.effects == 0]
    assert chatter


@pytest.mark.parametrize("strategy", ["preassigned", "decentralized", "lead-assigned", "lead"])
@pytest.mark.parametrize("model", SIMULATED)
def test_every_model_finishes_under_every_strategy(play: Play, model: str, strategy: str) -> None:
    for completion in ("reported", "verified"):
        events = play(model=model, strategy=strategy, completion=completion)
        assert outcome(events) == "completed"


@pytest.mark.parametrize("strategy", ["preassigned", "decentralized", "lead-assigned", "lead"])
@pytest.mark.parametrize("model", SIMULATED)
def test_a_team_finishes_without_a_developer_that_is_down(play: Play, model: str, strategy: str) -> None:
    crash = '[[fault]]\nkind = "crash"\ntarget = "Dev2"\nat_round = 2\n'
    assert outcome(play(model=model, strategy=strategy, faults=crash, lease_seconds=10.0)) == "completed"


@pytest.mark.parametrize("model", SIMULATED)
def test_a_team_finishes_without_its_lead(play: Play, model: str) -> None:
    crash = '[[fault]]\nkind = "crash"\ntarget = "lead"\nat_round = 3\n'
    assert outcome(play(model=model, strategy="lead", faults=crash, lease_seconds=10.0)) == "completed"


@pytest.mark.parametrize("locks", ["optimistic", "none"])
def test_a_team_finishes_under_every_kind_of_lock(play: Play, locks: str) -> None:
    assert outcome(play(locks=locks)) == "completed"


def test_the_same_seed_plays_the_same_run_and_another_seed_another(play: Play) -> None:
    first, again, other = (play(seed=seed) for seed in (3, 3, 4))
    assert first == again
    assert [r.text for r in of(first, ev.Replied)] != [r.text for r in of(other, ev.Replied)]


@pytest.mark.parametrize(("agents", "rounds"), [(1, 20), (4, 6)])
def test_perfect_agents_take_as_many_rounds_as_the_longest_list_has_tasks(
    play: Play, agents: int, rounds: int
) -> None:
    events = play(model="sim/perfect", strategy="preassigned", structure="parallel", agents=agents)
    (end,) = of(events, ev.RunEnded)
    assert end.outcome == "completed"
    assert end.wall_seconds == pytest.approx(rounds)


@pytest.mark.parametrize(("structure", "rounds"), [("parallel", 5), ("mixed", 10), ("serial", 16)])
def test_perfect_agents_that_claim_reach_the_graph_bound(play: Play, structure: str, rounds: int) -> None:
    events = play(model="sim/perfect", structure=structure)
    (end,) = of(events, ev.RunEnded)
    assert end.wall_seconds == pytest.approx(rounds)
    assert not of(events, ev.ActionRefused)
    assert of(events, ev.RunVerified)[0].verdict == "passed"


@pytest.mark.parametrize(("structure", "rounds"), [("parallel", 6), ("mixed", 11), ("serial", 17)])
@pytest.mark.parametrize("strategy", ["lead", "lead-assigned"])
def test_a_perfect_lead_costs_one_round_more(play: Play, strategy: str, structure: str, rounds: int) -> None:
    events = play(model="sim/perfect", strategy=strategy, structure=structure)
    (end,) = of(events, ev.RunEnded)
    assert end.wall_seconds <= rounds + (strategy == "lead-assigned")
    assert not of(events, ev.ActionRefused)


def test_wrong_code_is_written_seen_and_mended(play: Play) -> None:
    verdicts = []
    for seed in range(6):
        events = play(seed=seed, agents=1)
        tests = of(events, ev.TestsFinished)
        verdicts.append(
            (any(test.verdict != "passed" for test in tests), of(events, ev.RunVerified)[0].verdict)
        )
    assert any(failed for failed, _ in verdicts)
    assert sum(verdict == "passed" for _, verdict in verdicts) >= 4


def test_replies_hold_no_malformed_action_unless_they_were_cut(play: Play) -> None:
    for suite in ("mathutils", "dataanalysis", "svg"):
        events = play(suite=suite)
        cut = {reply.turn for reply in of(events, ev.Replied) if reply.finish_reason == "length"}
        malformed = {r.turn for r in of(events, ev.ActionRefused) if r.reason == "malformed"}
        assert malformed == cut
