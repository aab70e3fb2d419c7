"""Advice while a team works: right where the answer is known, silent where it is not."""

from __future__ import annotations

from functools import lru_cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from engine.advice.rehearsal import NEVER, Part, _start, played
from engine.analysis.laws import Baseline
from engine.analysis.layout import steps
from engine.analysis.sizing import again, sizing
from engine.control import AddAgent
from engine.errors import UsageError
from engine.record import events as ev
from engine.record.state import RunState
from engine.simulation.scenario import Scenario
from engine.simulation.world import play


@lru_cache(maxsize=64)
def events(
    suite: str, strategy: str, agents: int, model: str = "sim/perfect", seed: int = 0
) -> list[ev.AnyEvent]:
    """A whole run in virtual time."""
    found = played(Part(suite, "", strategy, agents, model), seed)
    assert found is not None
    return found


def half_way(run: list[ev.AnyEvent]) -> RunState:
    """The state once half of the tasks are done."""
    state = RunState()
    for event in run:
        state.apply(event)
        if state.board.total and 2 * state.board.done >= state.board.total:
            break
    return state


def seconds(run: list[ev.AnyEvent]) -> float:
    return next(event.wall_seconds for event in reversed(run) if isinstance(event, ev.RunEnded))


WIDER = "synthetic:tasks=48,p=1"
WIDE, CHAIN, HALF = "synthetic:tasks=24,p=1", "synthetic:tasks=12,p=0", "synthetic:tasks=24,p=0.5,width=2"


@pytest.mark.parametrize(
    ("suite", "agents", "verdict"),
    [
        (WIDE, 1, "add"),
        (WIDE, 3, "keep"),  # 12 tasks left: four turns, with or without one who misses the first of them
        (WIDER, 3, "add"),
        (CHAIN, 1, "keep"),
        (CHAIN, 3, "remove"),
        (HALF, 1, "add"),
        (HALF, 2, "keep"),
        (HALF, 4, "remove"),
    ],
)
def test_perfect_agents_are_added_as_long_as_the_graph_has_work_for_them(
    suite: str, agents: int, verdict: str
) -> None:
    found = sizing(half_way(events(suite, "critical-path", agents)))
    assert found is not None
    assert (found.verdict, found.agents) == (verdict, agents)


@pytest.mark.parametrize(("suite", "agents"), [(WIDE, 1), (WIDE, 3), (HALF, 1), (HALF, 2)])
def test_the_expected_effect_is_what_the_larger_team_then_shows(suite: str, agents: int) -> None:
    state = half_way(events(suite, "critical-path", agents))
    found = again(_whole(suite, agents))
    assert found is not None
    assert found.same is not None
    assert found.more is not None
    measured = seconds(events(suite, "critical-path", agents + 1)) / seconds(
        events(suite, "critical-path", agents)
    )
    assert found.more / found.same == pytest.approx(measured, abs=0.05)
    assert sizing(state) is not None


def test_another_run_of_those_who_do_many_tasks_a_turn_is_told_by_their_work_not_by_their_turns() -> None:
    runs = {n: events(WIDER, "preassigned", n, "sim/gpt-5.2") for n in (1, 2, 3)}
    found = again(RunState.of(runs[2]))
    assert found is not None
    assert found.verdict == "add"
    assert found.less is not None
    assert found.same is not None
    assert found.more is not None
    assert found.less / found.same == pytest.approx(seconds(runs[1]) / seconds(runs[2]), rel=0.25)
    assert found.more / found.same == pytest.approx(seconds(runs[3]) / seconds(runs[2]), rel=0.25)


def _whole(suite: str, agents: int) -> RunState:
    return RunState.of(events(suite, "critical-path", agents))


def test_one_that_claims_is_told_to_stay_alone_for_two_take_the_same_tasks_as_recorded_teams_did() -> None:
    alone = sizing(half_way(events(WIDE, "decentralized", 1)))
    assert alone is not None
    assert (alone.verdict, alone.agents) == ("keep", 1)
    assert alone.effect is not None
    assert abs(alone.effect) < 0.1


@pytest.mark.parametrize("strategy", ["critical-path", "work-stealing", "preassigned"])
@pytest.mark.parametrize(("suite", "agents"), [(WIDE, 1), (WIDE, 3), (WIDER, 2), (WIDER, 3), (HALF, 1)])
def test_the_expected_effect_on_the_rest_is_what_one_who_joins_then_has(
    suite: str, agents: int, strategy: str
) -> None:
    run = events(suite, strategy, agents)
    now = half_way(run).ts
    state = RunState.of([event for event in run if event.ts <= now])
    found = sizing(state)
    assert found is not None
    assert found.same is not None
    assert found.more is not None
    grown = joined(suite, strategy, agents, now)
    rest, larger = (ended(each) - now for each in (run, grown))
    assert found.same == pytest.approx(rest, rel=0.05)
    assert found.more == pytest.approx(larger, rel=0.05)


def joined(suite: str, strategy: str, agents: int, at: float) -> list[ev.AnyEvent]:
    """The same run, but somebody joins right after that moment."""
    begun = _start(Part(suite, "", strategy, agents, "sim/perfect"))
    assert not isinstance(begun, UsageError)
    commands = ((at + 0.001, AddAgent()),)
    return play(
        Scenario(0, *begun, (), commands, "fifo", (1.0, 0.0), None, attended=False, quiet=NEVER)
    ).events


def ended(run: list[ev.AnyEvent]) -> float:
    return next(event.ts for event in reversed(run) if isinstance(event, ev.RunEnded))


def test_of_the_rest_shares_are_told_and_of_another_run_seconds() -> None:
    rest = sizing(half_way(events(WIDE, "critical-path", 1)))
    whole = again(_whole(WIDE, 1))
    assert rest is not None
    assert whole is not None
    assert rest.sentence == "Add an agent: 2 would take 42 % less time."
    assert whole.sentence.startswith("Another time, add an agent: 2 would take 12 s less (")


def test_nothing_is_said_before_enough_is_done() -> None:
    state = RunState()
    for event in events(WIDE, "critical-path", 2):
        state.apply(event)
        if isinstance(event, ev.TaskCompleted):
            break
    found = sizing(state)
    assert found is not None
    assert (found.verdict, found.more) == ("unknown", None)
    assert "3 tasks have to be done first" in found.sentence


def test_of_a_run_of_another_engine_nothing_is_advised() -> None:
    journal = list(events(WIDE, "decentralized", 2))
    start = next(event for event in journal if isinstance(event, ev.RunStarted))
    foreign = [replace(event, source="log") if event is start else event for event in journal]
    found = again(RunState.of(foreign))
    assert found is not None
    assert found.verdict == "unknown"
    assert "another engine made this run" in found.sentence


def test_where_work_is_given_out_nobody_is_added() -> None:
    found = sizing(half_way(events(WIDE, "preassigned", 2)))
    assert found is not None
    assert found.verdict == "keep"
    assert "who joins gets nothing" in found.sentence


def test_where_several_do_one_task_it_is_not_known() -> None:
    found = sizing(half_way(events(WIDE, "quorum", 3)))
    assert found is not None
    assert found.verdict == "unknown"
    assert "under quorum" in found.sentence


def test_a_team_that_is_far_slower_than_its_saved_measure_is_not_to_grow() -> None:
    state = half_way(events(WIDE, "critical-path", 3))
    done = len(state.metrics.completions)
    one = 0.8 * state.metrics.completions[-1].ts / done  # one agent was faster than these three
    slow = Baseline("runs", "mean", ("a",), one * 24, tuple(one * k for k in range(1, 25)))
    found = sizing(state, slow)
    assert found is not None
    assert found.verdict == "remove"


def test_nothing_is_advised_once_all_is_done() -> None:
    assert sizing(_whole(WIDE, 2)) is None


graphs = st.integers(1, 12).flatmap(
    lambda n: st.tuples(*(st.sets(st.integers(0, max(0, i - 1)), max_size=2 if i else 0) for i in range(n)))
)


@settings(max_examples=80)
@given(graphs, st.integers(1, 5))
def test_a_layout_keeps_the_bounds_of_graham(graph: tuple[set[int], ...], agents: int) -> None:
    tasks = {str(i): tuple(map(str, sorted(before))) for i, before in enumerate(graph)}
    depth: dict[str, int] = {}
    for task, before in tasks.items():
        depth[task] = 1 + max((depth[each] for each in before), default=0)
    work, span = len(tasks), max(depth.values())
    laid_out = steps(tasks, agents)
    assert max(span, -(-work // agents)) <= laid_out <= work / agents + (1 - 1 / agents) * span
    assert steps(tasks, 1) == work
    assert steps(tasks, work) == span


def before_the_end(run: list[ev.AnyEvent]) -> list[ev.AnyEvent]:
    """The events of a run until half of its tasks are done."""
    return [event for event in run if event.seq <= half_way(run).seq]


def test_of_a_team_that_has_no_developer_left_nothing_is_known() -> None:
    run = before_the_end(events(HALF, "lead", 2, "sim/gpt-5.2"))
    state, last = RunState.of(run), run[-1]
    names = [agent.name for agent in state.agents.present if agent.role == "developer"]
    for seq, name in enumerate(names, last.seq + 1):
        state.apply(ev.AgentLeft(seq=seq, ts=last.ts, round=last.round, agent=name, epoch=1, author="ann"))
    assert state.crew.developers == 0
    found = sizing(state)
    assert found is not None
    assert (found.verdict, found.more) == ("unknown", None)
    assert "nobody is there now" in found.sentence


def test_of_tasks_that_wait_for_each_other_nothing_is_known() -> None:
    run = before_the_end(events(HALF, "decentralized", 2, "sim/gpt-5.2"))
    started = run[0]
    assert isinstance(started, ev.RunStarted)
    left = [task.id for task in RunState.of(run).board.tasks.values() if task.status != "done"]
    before = dict(zip(left, [*left[1:], left[0]], strict=True))
    forged = tuple(
        replace(task, dependencies=(before[task.id],)) if task.id in before else task
        for task in started.tasks
    )
    found = sizing(RunState.of([replace(started, tasks=forged), *run[1:]]))
    assert found is not None
    assert (found.verdict, found.same) == ("unknown", None)
    assert "wait for each other" in found.sentence
