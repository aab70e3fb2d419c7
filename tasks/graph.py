"""The dependency graph of a suite as lines of text."""

from __future__ import annotations

from tasks.errors import printable
from tasks.model import Suite, Task

# Beyond this depth, tasks are not indented further: a chain of a thousand would leave the screen.
MAX_INDENT = 16


def render(suite: Suite) -> list[str]:
    """Return the suite's figures, then its tasks as a tree, then its warnings.

    A task stands under its last dependency, the one that it has to wait for; all its dependencies are named
    behind ``after``, and its files where they are not called like the task. Every line is printable text
    without a newline; the titles are last, so that a narrow screen may cut them.
    """
    rows = [_row(suite, task, depth) for task, depth in _tree(suite)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))] if rows else []
    lines = [
        f"{suite.name} · {suite.structure}: {suite.title}",
        f"{len(suite.tasks)} tasks · p = {suite.p:.2f} · span {suite.span} · {len(suite.expected)} tests",
        "",
    ]
    lines += [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]
    if suite.suite_tests:
        lines += ["", f"The suite as a whole has {_tests(len(suite.suite_tests))} more."]
    if suite.warnings:
        lines += ["", *(f"Warning: {warning}" for warning in suite.warnings)]
    return [printable(line) for line in lines]


def _tree(suite: Suite) -> list[tuple[Task, int]]:
    """Return the tasks with their depth, each after the last of its dependencies, roots in listing order."""
    place = {task.id: index for index, task in enumerate(suite.topological)}
    below: dict[str | None, list[Task]] = {}
    for task in suite.tasks:
        parent = max(task.dependencies, key=place.__getitem__, default=None)
        below.setdefault(parent, []).append(task)
    found: list[tuple[Task, int]] = []
    stack = [(task, 0) for task in reversed(below.get(None, []))]
    while stack:
        task, depth = stack.pop()
        found.append((task, depth))
        stack += [(child, depth + 1) for child in reversed(below.get(task.id, []))]
    return found


def _row(suite: Suite, task: Task, depth: int) -> tuple[str, ...]:
    branch = " " * (min(depth, MAX_INDENT) - 1) + "└ " if depth else ""
    files = ", ".join(task.files) or "no file"
    return (
        task.id,
        branch + (task.name if files == f"{task.name}.py" else f"{task.name} ({files})"),
        _tests(len(task.tests)),
        f"after {', '.join(task.dependencies)}" if task.dependencies else "",
        task.title,
    )


def _tests(count: int) -> str:
    return f"{count} test" if count == 1 else f"{count} tests"
