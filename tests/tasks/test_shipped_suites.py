"""Every shipped suite is what it says: its graph, its descriptions, its tests, its solutions."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from tasks.model import Suite, Task
from tasks.pool import Pool
from tasks.probe import Prober
from tasks.suite import load, pool, shipped, structures
from tasks.testmap import imports_by_test

SHAPES = {"parallel": (0.9, 2), "mixed": (0.5, 10), "serial": (0.2, 16)}
CELLS = [(name, structure) for name in shipped() for structure in structures(name)]
POOLS = {name: pool(name) for name in shipped()}
every_suite = pytest.mark.parametrize("name", shipped())
every_cell = pytest.mark.parametrize(("name", "structure"), CELLS)


def chain(suite: Suite) -> list[Task]:
    """Return the tasks of the longest dependency chain."""
    longest: dict[str, list[Task]] = {}
    for task in suite.topological:
        before = max((longest[d] for d in task.dependencies), key=len, default=[])
        longest[task.id] = [*before, task]
    return max(longest.values(), key=len)


def imported(source: str) -> set[str]:
    """Return the top-level modules that a source imports."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom):
            found.add((node.module or "").partition(".")[0])
        elif isinstance(node, ast.Import):
            found.update(alias.name.partition(".")[0] for alias in node.names)
    return found


def test_the_three_suites_are_there() -> None:
    assert {"mathutils", "dataanalysis", "svg"} <= set(shipped())


@every_suite
def test_each_has_the_three_structures(name: str) -> None:
    assert structures(name) == tuple(SHAPES)


@every_cell
def test_p_and_the_longest_chain_are_what_the_structure_says(name: str, structure: str) -> None:
    suite = load(name, structure)
    p, span = SHAPES[structure]
    assert len(suite.tasks) == 20
    assert suite.span == span
    assert suite.p == pytest.approx(p)
    assert suite.warnings == ()


@every_cell
def test_the_chain_comes_first_and_all_other_tasks_are_independent(name: str, structure: str) -> None:
    suite = load(name, structure)
    links = chain(suite)
    assert [task.id for task in links] == [str(n) for n in range(1, len(links) + 1)]
    assert not any(task.dependencies for task in suite.tasks[len(links) :])
    assert [task.id for task in suite.topological] == [task.id for task in suite.tasks]


@every_suite
def test_the_last_dependency_is_the_link_before(name: str) -> None:
    # The preassigned strategy gives a task to the agent of its last dependency.
    links = chain(load(name, "serial"))
    assert [task.dependencies[-1] for task in links[1:]] == [task.id for task in links[:-1]]


@every_suite
def test_links_of_the_chain_import_and_call_the_one_before(name: str) -> None:
    links = chain(load(name, "serial"))
    for before, task in pairwise(links):
        tree = ast.parse(POOLS[name].references[task.files[0]])
        calls = {
            n.func.id for n in ast.walk(tree) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)
        }
        assert before.name in imported(POOLS[name].references[task.files[0]])
        assert before.name in calls


@every_suite
def test_solutions_import_their_dependencies_support_and_the_standard_library_only(name: str) -> None:
    suite = POOLS[name]
    support = {Path(path).stem for path in suite.support}
    for task in suite.tasks.values():
        foreign = imported(suite.references[task.files[0]]) - sys.stdlib_module_names
        assert foreign - support == set(task.dependencies)


@every_suite
def test_tests_import_their_own_function_support_and_the_standard_library_only(name: str) -> None:
    suite = POOLS[name]
    allowed = sys.stdlib_module_names | {"pytest"} | {Path(path).stem for path in suite.support}
    for task in suite.tasks.values():
        for path in {node.partition("::")[0] for node in task.tests}:
            assert imported(suite.tests[path]) - allowed == {task.name}
            every = imports_by_test(ast.parse(suite.tests[path])).values()
            assert any(task.name in {i.module for i in imports} for imports in every)


@every_suite
def test_each_task_is_one_function_in_a_file_of_its_name(name: str) -> None:
    for task in POOLS[name].tasks.values():
        assert task.files == (f"{task.name}.py",)
        tree = ast.parse(POOLS[name].references[task.files[0]])
        assert task.name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


@every_suite
def test_every_task_has_three_tests_or_more(name: str) -> None:
    for task in POOLS[name].tasks.values():
        assert len(task.tests) >= 3, task.name


@every_suite
def test_descriptions_are_specifications(name: str) -> None:
    for task in POOLS[name].tasks.values():
        assert len(task.description) >= 120, task.name
        assert f"{task.name}(" in task.description
        assert task.files[0] in task.description
        assert task.title != task.name


@every_suite
def test_an_error_that_a_test_expects_is_named_in_the_description(name: str) -> None:
    suite = POOLS[name]
    for task in suite.tasks.values():
        for path in {node.partition("::")[0] for node in task.tests}:
            for call in (n for n in ast.walk(ast.parse(suite.tests[path])) if isinstance(n, ast.Call)):
                if ast.unparse(call.func) == "pytest.raises" and isinstance(call.args[0], ast.Name):
                    error = call.args[0].id
                    told = [
                        task.description,
                        *(suite.tasks[d].description for d in task.dependencies),
                        suite.brief,
                    ]
                    assert any(error in text for text in told), f"{task.name}: {error}"


@every_suite
def test_the_references_pass_all_tests_in_a_process_of_their_own(name: str, tmp_path: Path) -> None:
    suite = POOLS[name]
    files = {**suite.support, **suite.references, **suite.tests, **suite.helpers}
    for path, text in files.items():
        (tmp_path / path).write_text(text, encoding="utf-8")
    environment = {
        "PATH": os.environ["PATH"],
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "PYTHONPATH": str(tmp_path),
    }
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-rA",
            "-p",
            "no:cacheprovider",
            "--rootdir",
            str(tmp_path),
            str(tmp_path),
        ],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    passed = {
        line.split()[1].partition("[")[0] for line in done.stdout.splitlines() if line.startswith("PASSED ")
    }
    expected = {node for task in suite.tasks.values() for node in task.tests}
    assert done.returncode == 0, done.stdout[-2000:]
    assert passed == expected


@every_suite
def test_all_tests_of_a_task_fail_without_its_file(name: str, probers: Callable[[str], Prober]) -> None:
    suite: Pool = POOLS[name]
    for task in suite.tasks.values():
        own = {node.partition("::")[0] for node in task.tests}
        assert probers(name).broken({task.files[0]: None}, own) == frozenset(task.tests), task.name
