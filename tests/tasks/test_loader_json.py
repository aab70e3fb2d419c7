"""The published JSON form: loaded as it is, its tests given to tasks by what they import."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tasks.errors import SuiteError, UnknownSuiteError
from tasks.suite import load, structures

TESTS = '''\
"""Tests of all tasks in one file."""
import pytest
import shift as moved


def test_square():
    from square import square
    assert square(3) == 9


def test_square_root_of_both():
    from root import root
    from square import square
    assert root(square(3)) == 3


class TestShift:
    def test_by_one(self):
        assert moved.shift(1) == 2


@pytest.fixture
def nine():
    from square import square
    return square(3)


def test_with_a_fixture(nine):
    assert nine == 9


def test_of_the_suite():
    assert pytest


def test_with_a_fixture_of_conftest(four):
    assert four == 4
'''
CONFTEST = """\
import os
import sys

import pytest

sys.path.insert(0, os.path.dirname(__file__))


@pytest.fixture
def four():
    import importlib
    return importlib.import_module("root").root(16)
"""


def entry(task_id: object, file: str, *dependencies: object, **other: object) -> dict[str, Any]:
    return {
        "id": task_id,
        "title": f"Implement {file}",
        "description": f"Create {file} with one function.",
        "status": "pending",
        "owner": None,
        "assigned_by": None,
        "priority": 1,
        "dependencies": list(dependencies),
        "files": [file],
        **other,
    }


def published(folder: Path, tasks: list[Any], tests: str | None = TESTS, **other: object) -> str:
    """Write a suite in the published form and return its path."""
    data = {
        "project": "Number tools",
        "description": "Three small functions.",
        "repository": "repo",
        "success_criteria": "All tests pass.",
        "tasks": tasks,
        **other,
    }
    path = folder / "numbers05.json"
    path.write_text(json.dumps(data), encoding="utf-8")
    if tests is not None:
        (folder / "test_numbers05.py").write_text(tests, encoding="utf-8")
    return str(path)


TASKS = [entry("task-1", "square.py"), entry("task-2", "root.py", "task-1"), entry("task-3", "shift.py")]


def test_the_form_loads_unchanged(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text(CONFTEST)
    suite = load(published(tmp_path, TASKS))
    assert (suite.name, suite.structure, suite.title) == ("numbers05", "published", "Number tools")
    assert [(t.id, t.name, t.dependencies) for t in suite.tasks] == [
        ("task-1", "square", ()),
        ("task-2", "root", ("task-1",)),
        ("task-3", "shift", ()),
    ]
    assert suite.brief == "Three small functions.\n\nSuccess: All tests pass."
    assert set(suite.tests) == {"test_numbers05.py", "conftest.py"}
    assert suite.references == {}
    assert suite.span == 2


def test_a_test_belongs_to_the_latest_task_it_imports(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text(CONFTEST)
    suite = load(published(tmp_path, TASKS))
    of = {task.name: [node.partition("::")[2] for node in task.tests] for task in suite.tasks}
    assert of == {
        "square": ["test_square", "test_with_a_fixture"],
        "root": ["test_square_root_of_both", "test_with_a_fixture_of_conftest"],
        "shift": ["TestShift::test_by_one"],
    }


def test_a_test_of_no_task_belongs_to_the_suite_and_is_expected_at_the_end(tmp_path: Path) -> None:
    suite = load(published(tmp_path, TASKS))
    assert "test_numbers05.py::test_of_the_suite" in suite.suite_tests
    assert len(suite.expected) == 6
    assert set(suite.suite_tests) <= set(suite.expected)


def test_latest_is_by_the_graph_not_by_the_listing(tmp_path: Path) -> None:
    suite = load(published(tmp_path, [TASKS[1], TASKS[0], TASKS[2]]))
    of = {node: task.name for task in suite.tasks for node in task.tests}
    assert of["test_numbers05.py::test_square_root_of_both"] == "root"


def test_a_task_without_tests_is_a_warning(tmp_path: Path) -> None:
    suite = load(published(tmp_path, [*TASKS, entry("task-4", "unchecked.py")]))
    assert suite.tasks[3].tests == ()
    assert any("task-4" in warning and "nothing checks it" in warning for warning in suite.warnings)


def test_conftest_is_optional(tmp_path: Path) -> None:
    assert set(load(published(tmp_path, TASKS)).tests) == {"test_numbers05.py"}


def test_keys_may_be_absent_or_null_and_unknown_ones_are_passed_over(tmp_path: Path) -> None:
    tasks = [
        {"id": 1, "files": ["square.py"]},
        {"id": 2, "files": None, "dependencies": None, "colour": "red"},
    ]
    path = published(
        tmp_path, tasks, project=None, description=None, success_criteria=["One.", "Two."], extra={}
    )
    suite = load(path)
    assert [(t.id, t.title) for t in suite.tasks] == [("1", "1"), ("2", "2")]
    assert suite.title == "numbers05"
    assert suite.brief == "Success: - One.\n- Two."


def test_ids_may_be_numbers(tmp_path: Path) -> None:
    suite = load(published(tmp_path, [entry(7, "square.py"), entry(8, "root.py", 7)]))
    assert [(t.id, t.dependencies) for t in suite.tasks] == [("7", ()), ("8", ("7",))]


def test_tasks_may_share_a_file_and_tests_go_by_the_imported_name(tmp_path: Path) -> None:
    tests = (
        "def test_a():\n    from tools import first\n    assert first()\n\n\n"
        "def test_b():\n    from tools import second\n    assert second()\n\n\n"
        "def test_c():\n    import tools\n    assert tools\n"
    )
    tasks = [
        entry("1", "tools.py", title="Implement first"),
        entry("2", "tools.py", title="Implement second"),
    ]
    suite = load(published(tmp_path, tasks, tests))
    assert [task.tests for task in suite.tasks] == [
        ("test_numbers05.py::test_a",),
        ("test_numbers05.py::test_b", "test_numbers05.py::test_c"),
    ]
    assert [task.name for task in suite.tasks] == ["1", "2"]
    assert any("2 tasks share the file tools.py" in warning for warning in suite.warnings)


def test_files_in_folders_are_found_by_the_end_of_their_path(tmp_path: Path) -> None:
    tests = (
        "from pack import deep\n\n\ndef test_a():\n    assert deep\n\n\n"
        "def test_b():\n    import square\n    assert square\n"
    )
    tasks = [entry("1", "pack/deep.py"), entry("2", "src/square.py")]
    suite = load(published(tmp_path, tasks, tests))
    assert [task.tests for task in suite.tasks] == [
        ("test_numbers05.py::test_a",),
        ("test_numbers05.py::test_b",),
    ]


def test_titles_become_one_safe_line(tmp_path: Path) -> None:
    suite = load(published(tmp_path, [entry("1", "square.py", title="A\n \x1b[31mred | \ud800")]))
    assert suite.tasks[0].title.isprintable()
    assert suite.tasks[0].title.encode()


def test_a_file_that_hides_a_module_is_a_warning(tmp_path: Path) -> None:
    suite = load(published(tmp_path, [entry("1", "statistics.py")]))
    assert any("hides the module statistics" in warning for warning in suite.warnings)


def test_there_is_one_structure(tmp_path: Path) -> None:
    path = published(tmp_path, TASKS)
    assert structures(path) == ("published",)
    assert load(path, "published").structure == "published"
    with pytest.raises(UnknownSuiteError, match="Known: published"):
        load(path, "mixed")


DEFECTS: dict[str, tuple[Any, str]] = {
    "no tasks": ([], "tasks: this must be a list with at least one task"),
    "task that is no object": (["square"], "tasks[0]: this must be an object, not text"),
    "no id": ([{"files": ["square.py"]}], "tasks[0].id: this key is missing"),
    "bad id": ([entry("a b", "square.py")], 'tasks[0].id: "a b" is no id'),
    "id true": ([entry(True, "square.py")], 'tasks[0].id: "True" is no id'),
    "duplicate id": (
        [entry("1", "square.py"), entry(1, "root.py")],
        'tasks[1].id: "1" is also the id of tasks[0]',
    ),
    "unknown dependency": ([entry("task-1", "square.py", "tsk-1")], 'Did you mean "task-1"?'),
    "cycle": ([entry("1", "square.py", "2"), entry("2", "root.py", "1")], "circle (1 -> 2 -> 1)"),
    "path upwards": ([entry("1", "../square.py")], 'tasks[0].files: "../square.py" leaves the workspace'),
    "number as file": ([entry("1", "square.py", files=[3])], "tasks[0].files: each entry must be text"),
    "files as text": (
        [entry("1", "square.py", files="square.py")],
        "tasks[0].files: this must be a list, not text",
    ),
    "number as title": (
        [entry("1", "square.py", title=3)],
        "tasks[0].title: this must be text, not a number",
    ),
    "file that is the test": ([entry("1", "test_numbers05.py")], "agents may not write"),
}


@pytest.mark.parametrize("defect", DEFECTS)
def test_each_defect_is_one_sentence_with_file_and_key(tmp_path: Path, defect: str) -> None:
    tasks, expected = DEFECTS[defect]
    path = published(tmp_path, tasks)
    with pytest.raises(SuiteError) as caught:
        load(path)
    assert str(caught.value).startswith(path)
    assert expected in str(caught.value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"tasks": [', "not valid JSON"),
        ('{\n"tasks": x}', "at line 2"),
        ("[]", "must be an object with the key tasks, not a list"),
        ('{"project": "P"}', "tasks: this key is missing"),
        ("[" * 100_000, "nested too deeply"),
        ("9" * 10_000, "number is too long"),
    ],
)
def test_a_file_that_is_no_such_json_says_where(tmp_path: Path, text: str, expected: str) -> None:
    path = tmp_path / "x.json"
    path.write_text(text)
    with pytest.raises(SuiteError) as caught:
        load(str(path))
    assert expected in str(caught.value)


def test_the_test_file_must_be_there_and_hold_tests(tmp_path: Path) -> None:
    with pytest.raises(SuiteError, match=r'tests: there is no file "test_numbers05\.py"'):
        load(published(tmp_path, TASKS, tests=None))
    with pytest.raises(SuiteError, match="holds no test"):
        load(published(tmp_path, TASKS, tests="import square\n"))
    with pytest.raises(SuiteError, match=r"test_numbers05\.py, line 1: this is no Python"):
        load(published(tmp_path, TASKS, tests="def test_a(:\n"))


def test_a_missing_json_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SuiteError, match=r'"none\.json"'):
        load(str(tmp_path / "none.json"))


def test_no_code_of_a_suite_runs_while_it_is_read(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text("raise SystemExit('ran')\n")
    suite = load(published(tmp_path, TASKS, "raise SystemExit('ran')\n" + TESTS))
    assert suite.tasks[0].tests


def test_a_file_called_like_a_shipped_suite_gets_a_name_of_its_own(tmp_path: Path) -> None:
    path = Path(published(tmp_path, TASKS))
    path.rename(tmp_path / "svg.json")
    (tmp_path / "test_numbers05.py").rename(tmp_path / "test_svg.py")
    suite = load(str(tmp_path / "svg.json"))
    assert suite.name == "svg-published"
    assert suite.tasks[0].tests[0] == "test_svg.py::test_square"
