"""The published JSON form of a suite: ``NAME.json``, ``test_NAME.py`` and perhaps ``conftest.py`` beside it.

It is read as it is: keys that may be absent may be absent, unknown keys are passed over, several tasks may
share a file. The tests are in one file; each belongs to the task whose file it imports (``tasks.testmap``).
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path, PurePath

from tasks.errors import SuiteError
from tasks.model import Suite, Task, content_hash, topological
from tasks.published import line, read_tasks, text
from tasks.sources import read_source
from tasks.testmap import assign, imports_by_test
from tasks.testnodes import parse_tests
from tasks.validate import Table, kind

STRUCTURE = "published"
_CONFTEST = "conftest.py"


def read_published(path: Path, shown: str, taken: Collection[str] = ()) -> Suite:
    """Read the suite in the file ``path``; ``shown`` is how errors name it. Raises ``SuiteError``.

    The suite is called like its file, with an addition if that name is ``taken``.
    """
    top = _parse(path, shown)
    name = re.sub(r"[^A-Za-z0-9_.-]", "_", path.stem)
    name += f"-{STRUCTURE}" if name in taken else ""
    title = line(top, "project") or name
    brief = _brief(top)
    warnings: list[str] = []
    tasks = read_tasks(top, warnings)
    tests = _test_sources(path, shown)
    tasks, suite_tests = _with_tests(shown, tests, tasks)
    untested = [task.id for task in tasks if not task.tests]
    warnings += [
        f"{shown}, task {task_id}: no test imports its files, so nothing checks it." for task_id in untested
    ]
    digest = content_hash(
        name=name,
        structure=STRUCTURE,
        title=title,
        brief=brief,
        tasks=tasks,
        support={},
        tests=tests,
        suite_tests=suite_tests,
    )
    return Suite(
        name=name,
        structure=STRUCTURE,
        title=title,
        brief=brief,
        tasks=tasks,
        support={},
        tests=tests,
        references={},
        content_hash=digest,
        suite_tests=suite_tests,
        warnings=tuple(warnings),
        source=str(path),
    )


def _parse(path: Path, shown: str) -> Table:
    try:
        data = json.loads(read_source(path, shown).removeprefix("\ufeff"))
    except json.JSONDecodeError as error:
        where = f"{error.msg} at line {error.lineno}, column {error.colno}"
        raise SuiteError(f"{shown}: this is not valid JSON ({where}); mend that line.") from None
    except (RecursionError, ValueError) as error:
        # ValueError: a number with more digits than Python converts.
        reason = "it is nested too deeply" if isinstance(error, RecursionError) else "a number is too long"
        raise SuiteError(f"{shown}: this cannot be read as JSON: {reason}; mend it.") from None
    if not isinstance(data, dict):
        raise SuiteError(f"{shown}: this must be an object with the key tasks, not {kind(data)}; mend it.")
    return Table(data, shown)


def _brief(top: Table) -> str:
    """Join what the form says about the whole project: its description and when it has succeeded."""
    criteria = text(top, "success_criteria")
    parts = [text(top, "description") or line(top, "project"), f"Success: {criteria}" if criteria else ""]
    return "\n\n".join(part for part in parts if part)


def _test_sources(path: Path, shown: str) -> dict[str, str]:
    folder = path.parent
    tests = {
        f"test_{path.stem}.py": read_source(folder / f"test_{path.stem}.py", shown, "tests", within=folder)
    }
    if (folder / _CONFTEST).exists():
        tests[_CONFTEST] = read_source(folder / _CONFTEST, shown, _CONFTEST, within=folder)
    return tests


def _with_tests(
    shown: str, tests: dict[str, str], tasks: tuple[Task, ...]
) -> tuple[tuple[Task, ...], tuple[str, ...]]:
    """Give each task its tests; return the tasks and the tests that belong to none of them."""
    trees: dict[str, ast.Module] = {}
    for name, source in tests.items():
        try:
            trees[name] = parse_tests(source)
        except SyntaxError as error:
            place = f"{PurePath(shown).with_name(name)}, line {error.lineno or 1}"
            raise SuiteError(f"{place}: this is no Python ({error.msg}); mend it.") from None
    test_file = next(iter(tests))
    if any(test_file in task.files or _CONFTEST in task.files for task in tasks):
        raise SuiteError(
            f"{shown}, tasks: a task names {test_file}, which agents may not write; rename it there."
        )
    imports = imports_by_test(trees[test_file], trees.get(_CONFTEST))
    if not imports:
        raise SuiteError(
            f"{PurePath(shown).with_name(test_file)}: this file holds no test; add a function called test_…."
        )
    of_task: dict[str | None, list[str]] = {}
    for node, owner in assign(imports, topological(tasks)).items():
        of_task.setdefault(owner, []).append(f"{test_file}::{node}")
    return (
        tuple(replace(task, tests=tuple(of_task.get(task.id, ()))) for task in tasks),
        tuple(of_task.get(None, ())),
    )
