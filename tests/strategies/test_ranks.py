"""Upward ranks and earliest finish, against brute force on small graphs and teams."""

from __future__ import annotations

from functools import cache
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.strategies.ranks import earliest_finish, upward_ranks

Graph = dict[str, tuple[str, ...]]


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    """Up to seven tasks; each builds on some of those before it."""
    names = [str(number) for number in range(1, draw(st.integers(1, 7)) + 1)]
    graph = {
        name: tuple(draw(st.lists(st.sampled_from(names[:place]), unique=True, max_size=3)) if place else ())
        for place, name in enumerate(names)
    }
    shuffled = draw(st.permutations(names))
    return {name: graph[name] for name in shuffled}


def chains(graph: Graph, task: str) -> list[tuple[str, ...]]:
    """Every chain of tasks, each building on the one before, that begins with ``task``."""
    after = [other for other, needs in graph.items() if task in needs]
    return [(task,), *((task, *rest) for other in after for rest in chains(graph, other))]


@given(graphs(), st.data())
@settings(max_examples=80)
def test_a_rank_is_the_weight_of_the_heaviest_chain_that_begins_with_the_task(
    graph: Graph, data: st.DataObject
) -> None:
    weights = {task: data.draw(st.integers(1, 9)) / 2 for task in graph}
    for ranks, weigh in (
        (upward_ranks(graph), dict.fromkeys(graph, 1.0)),
        (upward_ranks(graph, weights), weights),
    ):
        longest = {t: max(sum(weigh[each] for each in chain) for chain in chains(graph, t)) for t in graph}
        assert ranks == longest


def test_what_is_done_counts_no_more_and_long_chains_need_no_recursion() -> None:
    assert upward_ranks({"2": ("1",), "3": ("2", "1", "2")}) == {"2": 2.0, "3": 1.0}
    chain = {str(n): (str(n - 1),) for n in range(1, 5_001)}
    assert upward_ranks(chain)["1"] == 5_000


@given(st.integers(1, 5), st.lists(st.integers(1, 8), min_size=1, max_size=3), st.data())
@settings(max_examples=60)
def test_each_task_goes_to_the_agent_that_ends_it_first(
    tasks: int, paces: list[int], data: st.DataObject
) -> None:
    names = [f"Dev{n}" for n in range(1, len(paces) + 1)]
    seconds = dict(zip(names, map(float, paces), strict=True))
    free_at = {name: float(data.draw(st.integers(0, 8))) for name in names}
    order = [str(n) for n in range(tasks)]
    plan = earliest_finish(order, free_at, seconds)
    assert sorted(task for queue in plan.values() for task in queue) == order
    until = dict(free_at)
    owner = {task: name for name, queue in plan.items() for task in queue}
    for task in order:  # no other agent could have ended it sooner
        ends = {name: until[name] + seconds[name] for name in names}
        assert ends[owner[task]] == min(ends.values())
        until[owner[task]] = ends[owner[task]]
    # for equal tasks without dependencies this greedy plan is as short as any
    assert max(until[n] for n in names if plan[n]) <= _shortest(
        tasks, tuple(free_at.values()), tuple(seconds.values())
    )


@cache
def _shortest(tasks: int, free_at: tuple[float, ...], seconds: tuple[float, ...]) -> float:
    spans = []
    for choice in product(range(len(seconds)), repeat=tasks):
        ends = [free_at[a] + choice.count(a) * seconds[a] for a in set(choice)]
        spans.append(max(ends))
    return min(spans)


def test_a_slow_agent_gets_a_task_only_when_it_would_end_it_first() -> None:
    seconds = {"Dev1": 1.0, "Dev2": 4.0}
    idle = {"Dev1": 0.0, "Dev2": 0.0}
    assert earliest_finish("abc", idle, seconds) == {"Dev1": ["a", "b", "c"], "Dev2": []}
    assert earliest_finish("abcde", idle, seconds)["Dev2"] == ["e"]


def test_a_task_goes_back_to_who_lost_it_only_if_there_is_nobody_else() -> None:
    two = {"Dev1": 0.0, "Dev2": 9.0}
    pace = {"Dev1": 1.0, "Dev2": 1.0}
    assert earliest_finish(["a", "b"], two, pace, {"a": "Dev1"}) == {"Dev1": ["b"], "Dev2": ["a"]}
    assert earliest_finish(["a"], {"Dev1": 0.0}, pace, {"a": "Dev1"}) == {"Dev1": ["a"]}
