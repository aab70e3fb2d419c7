from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.analysis.laws import (
    Baseline,
    amdahl_bound,
    bounds_of,
    final_speedup,
    graph_bound,
    running_speedup,
    speedup_curve,
)
from engine.record import events as ev
from engine.record.state import RunState

MakeJournal = Callable[..., list[ev.AnyEvent]]


def test_amdahl_bound_has_the_values_of_the_paper_for_twenty_tasks() -> None:
    parallel = [round(amdahl_bound(0.9, n), 2) for n in (2, 3, 4, 5)]
    mixed = [round(amdahl_bound(0.5, n), 2) for n in (2, 5)]
    serial = [round(amdahl_bound(0.2, n), 2) for n in (2, 5)]
    assert (parallel, mixed, serial) == ([1.82, 2.5, 3.08, 3.57], [1.33, 1.67], [1.11, 1.19])


def test_graph_bound_is_the_team_until_the_chain_is_the_bottleneck() -> None:
    assert [round(graph_bound(20, 7, n), 2) for n in (2, 3, 4, 5)] == [2.0, 2.86, 2.86, 2.86]
    assert [graph_bound(20, 2, n) for n in (4, 20)] == [4.0, 10.0]
    assert [graph_bound(20, 16, n) for n in (1, 2)] == [1.0, 1.25]


@given(st.integers(1, 200), st.data())
def test_the_graph_bound_is_never_below_amdahls(tasks: int, data: st.DataObject) -> None:
    span = data.draw(st.integers(1, tasks))
    n = data.draw(st.integers(1, 50))
    assert graph_bound(tasks, span, n) >= amdahl_bound(1 - span / tasks, n) - 1e-9


@given(st.integers(1, 40), st.integers(1, 8), st.randoms(use_true_random=False))
def test_who_never_idles_beside_ready_work_is_between_amdahl_and_the_graph(
    tasks: int, agents: int, chance: Random
) -> None:
    waits_for = {task: {before for before in range(task) if chance.random() < 0.15} for task in range(tasks)}
    chain: dict[int, int] = {}
    for task, before in waits_for.items():
        chain[task] = 1 + max((chain[each] for each in before), default=0)
    span, done, turns = max(chain.values()), set[int](), 0
    while len(done) < tasks:  # equal tasks, one per turn, in any order
        ready = [task for task in waits_for if task not in done and waits_for[task] <= done]
        done |= set(chance.sample(ready, min(agents, len(ready))))
        turns += 1
    floor, ceiling = amdahl_bound(1 - span / tasks, agents), graph_bound(tasks, span, agents)
    assert floor - 1e-9 <= tasks / turns <= ceiling + 1e-9


@pytest.mark.parametrize(("p", "n"), [(0.5, 0), (-0.1, 2), (1.1, 2)])
def test_amdahl_bound_refuses_what_has_no_meaning(p: float, n: int) -> None:
    with pytest.raises(ValueError, match="no Amdahl bound"):
        amdahl_bound(p, n)


def test_graph_bound_refuses_an_empty_team_and_allows_an_empty_graph() -> None:
    with pytest.raises(ValueError, match="no graph bound"):
        graph_bound(20, 2, 0)
    assert graph_bound(0, 0, 3) == 3.0


def _two_done() -> RunState:
    """First prompt at 1 s; completions at 3 s and 5 s, after 2 s and 6 s of busy time; open until 9 s."""
    common: dict[str, Any] = {"agent": "Dev1", "round": 1}
    done = {"evidence": "none", **common}
    reply = {
        "text": "",
        "finish_reason": "stop",
        "input_tokens": 1,
        "output_tokens": 1,
        "attempts": 1,
        **common,
    }
    start = {"epoch": 1, "seen": ev.Seen(board=1), "request": "", **common}
    state = RunState()
    for event in (
        ev.TurnStarted(ts=1.0, turn=1, **start),
        ev.Replied(ts=3.0, turn=1, latency_seconds=2.0, **reply),
        ev.TaskCompleted(ts=3.0, turn=1, task="1", **done),
        ev.TurnEnded(ts=3.0, turn=1, outcome="replied", effects=1, **common),
        ev.TurnStarted(ts=3.0, turn=2, **start),
        ev.Replied(ts=5.0, turn=2, latency_seconds=4.0, **reply),
        ev.TaskCompleted(ts=5.0, turn=2, task="2", **done),
        ev.TurnEnded(ts=5.0, turn=2, outcome="replied", effects=1, **common),
    ):
        state.apply(event)
    return state


SAVED = Baseline("runs", "run x", ("x",), 30.0, (6.0, 10.0, 30.0), 100.0)


def test_speedup_against_saved_runs_compares_the_kth_completions() -> None:
    metrics = _two_done().metrics
    assert running_speedup(metrics, 9.0, SAVED) == 10.0 / 4.0
    assert speedup_curve(metrics, SAVED) == [(1, 6.0 / 2.0), (2, 10.0 / 4.0)]


def test_speedup_without_saved_runs_is_busy_time_over_elapsed_time() -> None:
    metrics = _two_done().metrics
    assert running_speedup(metrics, 9.0, None) == 6.0 / 8.0
    assert speedup_curve(metrics, None) == [(1, 2.0 / 2.0), (2, 6.0 / 4.0)]
    estimated = Baseline("estimated", "busy", (), 6.0)
    assert running_speedup(metrics, 9.0, estimated) == 6.0 / 8.0


def test_speedup_is_unknown_before_the_first_task_is_done() -> None:
    state = RunState()
    assert running_speedup(state.metrics, 5.0, SAVED) is None
    assert running_speedup(state.metrics, 5.0, None) is None
    assert speedup_curve(state.metrics, None) == []


def test_a_baseline_with_fewer_tasks_leaves_the_rest_of_the_curve_open() -> None:
    short = Baseline("runs", "run x", ("x",), 6.0, (6.0,))
    assert speedup_curve(_two_done().metrics, short) == [(1, 3.0)]
    assert running_speedup(_two_done().metrics, 9.0, short) is None


def test_no_time_gives_no_speedup() -> None:
    metrics = _two_done().metrics
    metrics.first_prompt = 5.0
    assert running_speedup(metrics, 5.0, None) is None
    assert speedup_curve(metrics, SAVED) == []


def test_the_final_speedup_needs_an_end_with_all_tasks_done() -> None:
    assert final_speedup(15.0, True, SAVED) == 2.0
    assert final_speedup(15.0, False, SAVED) is None
    assert final_speedup(None, False, SAVED) is None
    assert final_speedup(0.0, True, SAVED) is None
    assert final_speedup(15.0, True, None) is None


def test_bounds_of_a_run_come_from_its_team_and_graph(make_journal: MakeJournal) -> None:
    events = make_journal(agents=4, tasks=20, chain=10)
    assert bounds_of(RunState()) is None
    assert bounds_of(RunState.of(events[:1])) == (amdahl_bound(0.5, 4), 2.0)
