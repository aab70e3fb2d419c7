"""The graph of a suite."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.model import Suite, Task, content_hash, topological
from tasks.validate import find_cycle


def task(task_id: str, *dependencies: str) -> Task:
    return Task(task_id, f"t{task_id}", "title", "text", (f"t{task_id}.py",), dependencies)


def suite(tasks: Sequence[Task]) -> Suite:
    return Suite("s", "x", "S", "brief", tuple(tasks), {}, {}, {}, "hash")


def test_order_follows_dependencies_and_else_the_listing() -> None:
    tasks = [task("1", "3"), task("2"), task("3"), task("4", "1")]
    assert [t.id for t in topological(tasks)] == ["2", "3", "1", "4"]


def test_the_first_ready_task_in_the_listing_comes_next() -> None:
    tasks = [task("1", "2"), task("2"), task("3")]
    assert [t.id for t in topological(tasks)] == ["2", "1", "3"]


def test_a_cycle_has_no_order() -> None:
    with pytest.raises(ValueError, match="cycle among 1, 2"):
        topological([task("1", "2"), task("2", "1"), task("3")])


def test_span_and_p_come_from_the_longest_chain() -> None:
    diamond = suite([task("1"), task("2", "1"), task("3", "1"), task("4", "2", "3")])
    assert diamond.span == 3
    assert diamond.p == pytest.approx(0.25)


def test_an_empty_suite_has_no_parallel_share() -> None:
    assert suite([]).span == 0
    assert suite([]).p == 0


@given(st.lists(st.sets(st.integers(0, 11)), min_size=1, max_size=12))
def test_a_graph_has_either_an_order_or_a_cycle(edges: list[set[int]]) -> None:
    tasks = [task(str(i), *(str(d) for d in sorted(ds) if d < len(edges))) for i, ds in enumerate(edges)]
    graph = {t.id: t.dependencies for t in tasks}
    cycle = find_cycle(graph)
    if cycle:
        assert cycle[0] == cycle[-1]
        assert all(after in graph[before] for before, after in pairwise(cycle))
        with pytest.raises(ValueError, match="cycle"):
            topological(tasks)
    else:
        order = [t.id for t in topological(tasks)]
        assert sorted(order) == sorted(graph)
        assert all(order.index(d) < order.index(name) for name, ds in graph.items() for d in ds)


def test_the_hash_changes_with_what_an_agent_could_notice() -> None:
    def of(title: str = "S", text: str = "x") -> str:
        return content_hash(
            name="s",
            structure="x",
            title=title,
            brief="brief",
            tasks=[task("1")],
            support={},
            tests={"test_a.py": text},
        )

    assert of() == of()
    assert len({of(), of(title="T"), of(text="y")}) == 3
