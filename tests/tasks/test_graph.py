"""The graph as text."""

from __future__ import annotations

from dataclasses import replace

from tasks.graph import MAX_INDENT, render
from tasks.model import Suite, Task
from tasks.suite import load


def test_the_head_names_structure_p_span_and_tests() -> None:
    head = "\n".join(render(load("mathutils", "mixed"))[:2])
    for part in ("mathutils", "mixed", "20 tasks", "p = 0.50", "span 10", "96 tests"):
        assert part in head


def test_every_task_has_one_line_with_its_dependencies() -> None:
    suite = load("mathutils", "mixed")
    lines = render(suite)[3:]
    for task in suite.tasks:
        (line,) = [line for line in lines if line.split()[:1] == [task.id]]
        assert task.name in line
        assert f"{len(task.tests)} tests" in line
        assert ("after " + ", ".join(task.dependencies) in line) == bool(task.dependencies)


def test_a_task_stands_under_the_last_of_its_dependencies() -> None:
    def task(task_id: str, *dependencies: str) -> Task:
        return Task(task_id, f"n{task_id}", "title", "text", (f"n{task_id}.py",), dependencies, ("a", "b"))

    suite = Suite(
        "s", "x", "S", "", (task("1"), task("2"), task("3", "1", "2"), task("4", "1")), {}, {}, {}, "h"
    )
    lines = render(suite)[3:]
    assert [line.split()[0] for line in lines] == ["1", "4", "2", "3"]
    assert lines[3].split()[1:3] == ["└", "n3"]


def test_a_long_chain_stays_on_the_screen() -> None:
    lines = render(load("synthetic:tasks=300,p=0"))
    assert len(lines) == 303
    assert max(map(len, lines)) < MAX_INDENT + 80


def test_hostile_text_stays_printable_on_one_line() -> None:
    suite = load("mathutils")
    task = replace(suite.tasks[0], title="a\x1b]52;c;x\x07\nb", files=("odd\u202e.py",))
    lines = render(replace(suite, tasks=(task, *suite.tasks[1:]), warnings=("bad\x07",)))
    assert all(line.isprintable() for line in lines)
    assert lines[-1] == "Warning: bad?"


def test_tests_of_the_suite_and_files_of_other_names_are_said() -> None:
    task = Task("1", "one", "One", "text", ("src/uno.py",), (), ("t::a",))
    suite = Suite("s", "x", "S", "", (task,), {}, {}, {}, "h", suite_tests=("t::b",))
    text = "\n".join(render(suite))
    assert "one (src/uno.py)  1 test " in text
    assert "The suite as a whole has 1 test more." in text
