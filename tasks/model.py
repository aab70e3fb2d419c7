"""What a suite is: tasks, their graph, their tests, and (not for agents) reference solutions."""

from __future__ import annotations

import hashlib
import heapq
import json
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, field
from functools import cached_property
from typing import Protocol, TypeVar


@dataclass(frozen=True, slots=True)
class Task:
    """One node of the task graph.

    ``files`` are POSIX paths relative to the workspace; ``dependencies`` are ids of tasks in the same suite;
    ``tests`` are the node ids expected to pass, as ``file::function`` or ``file::Class::function`` (all
    parametrised cases of a function count as that one node).
    """

    id: str
    name: str
    title: str
    description: str
    files: tuple[str, ...]
    dependencies: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()


@dataclass(frozen=True)
class Suite:
    """A task graph that a team can work on, in one structure.

    ``support`` are files that stand in the workspace from the start and stay as they are, ``start`` those
    that agents are to change, ``tests`` the pristine test files by path relative to the tests folder,
    ``references`` a solution per workspace path (empty for suites that have none). ``suite_tests`` are
    expected nodes that belong to no single task. ``content_hash`` names
    everything that an agent could notice. ``warnings`` are sentences for people.
    """

    name: str
    structure: str
    title: str
    brief: str
    tasks: tuple[Task, ...]
    support: Mapping[str, str]
    tests: Mapping[str, str]
    references: Mapping[str, str]
    content_hash: str
    suite_tests: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    start: Mapping[str, str] = field(default_factory=dict)
    source: str = field(default="", compare=False)

    @cached_property
    def by_id(self) -> dict[str, Task]:
        """Tasks by id."""
        return {task.id: task for task in self.tasks}

    @cached_property
    def span(self) -> int:
        """Number of tasks on the longest dependency chain (the critical path, at one unit per task)."""
        depth: dict[str, int] = {}
        for task in self.topological:
            depth[task.id] = 1 + max((depth[d] for d in task.dependencies), default=0)
        return max(depth.values(), default=0)

    @property
    def p(self) -> float:
        """Parallel share of the work: 1 - span / tasks (paper, section 3)."""
        return 1 - self.span / len(self.tasks) if self.tasks else 0.0

    @cached_property
    def topological(self) -> tuple[Task, ...]:
        """The tasks in topological order (see ``topological``)."""
        return topological(self.tasks)

    @cached_property
    def expected(self) -> tuple[str, ...]:
        """All test nodes expected to pass at the end: the tasks' in task order, then the suite's own."""
        return (*(node for task in self.tasks for node in task.tests), *self.suite_tests)


class Node(Protocol):
    """Anything with a place in a task graph."""

    @property
    def id(self) -> str:
        """Unique in the graph."""
        ...

    @property
    def dependencies(self) -> tuple[str, ...]:
        """Ids of what comes before."""
        ...


N = TypeVar("N", bound=Node)


def topological(tasks: Sequence[N]) -> tuple[N, ...]:
    """Order tasks so that each follows its dependencies; among the ready ones, listing order is kept.

    Raises ``ValueError`` for a graph with a cycle (loaders report it with file and key before).
    """
    place = {task.id: index for index, task in enumerate(tasks)}
    waits = {task.id: len(set(task.dependencies)) for task in tasks}
    after: dict[str, list[str]] = {task.id: [] for task in tasks}
    for task in tasks:
        for dependency in set(task.dependencies):
            after[dependency].append(task.id)
    ready = [place[task_id] for task_id, count in waits.items() if count == 0]
    order: list[N] = []
    while ready:
        task = tasks[heapq.heappop(ready)]
        order.append(task)
        for follower in after[task.id]:
            waits[follower] -= 1
            if waits[follower] == 0:
                heapq.heappush(ready, place[follower])
    if len(order) < len(tasks):
        raise ValueError("cycle among " + ", ".join(i for i, count in waits.items() if count))
    return tuple(order)


def sha256(text: str) -> str:
    """SHA-256 (hex) of the UTF-8 text: the name of a file's content."""
    return hashlib.sha256(text.encode()).hexdigest()


def content_hash(
    *,
    name: str,
    structure: str,
    title: str,
    brief: str,
    tasks: Sequence[Task],
    support: Mapping[str, str],
    tests: Mapping[str, str],
    suite_tests: Sequence[str] = (),
    start: Mapping[str, str] | None = None,
) -> str:
    """SHA-256 (hex) of everything about a suite that an agent could notice; reference solutions are not."""
    parts = [name, structure, title, brief, [astuple(task) for task in tasks]]
    parts += [sorted(support.items()), sorted(tests.items()), list(suite_tests)]
    parts += [sorted(start.items())] if start else []  # suites without keep the hash that they had
    return sha256(json.dumps(parts, ensure_ascii=True))
