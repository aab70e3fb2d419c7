"""The readable form: ``suite.toml``, ``tests/``, and perhaps ``support/``, ``start/``, ``solutions/``.

The whole file is checked whatever structure is asked for: every defect is a ``SuiteError`` that names file,
key and mend. Nothing of a suite is executed.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from tasks.errors import SuiteError, nearest, printable, quoted
from tasks.model import Task
from tasks.pool import Pool
from tasks.sources import hidden_module, path_defect, read_source
from tasks.testfiles import TestFiles
from tasks.validate import Table, cycle_sentence, find_cycle

FORMAT = 1
FILE = "suite.toml"
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")
_NAME_RULE = "use letters, digits, _ and -, beginning with a letter"
_SUITE_KEYS = ("format", "name", "title", "brief", "support", "structures", "task", "tests")
START_FILES_MAX = 2_000
"""Files in start/: the journal of each run holds all of them."""

_TASK_KEYS = ("title", "description", "files", "dependencies", "tests")


def read_pool(folder: Path, shown: str) -> Pool:
    """Read and check the suite in ``folder``; ``shown`` is how errors name its ``suite.toml``."""
    top = _parse(folder, shown)
    top.only(_SUITE_KEYS)
    version = top.need("format", str(FORMAT))
    if version != FORMAT or isinstance(version, bool):
        top.fail("format", f"format {quoted(version)} is not known here; this version reads format {FORMAT}.")
    name = _name(top, "name", top.text("name", '"mathutils"'), "a suite")
    title = top.line("title", '"Math utilities"')
    brief = top.text("brief", '"""What the team builds."""')
    support = _support(top, folder)
    owners = {path.casefold(): "support" for path in support}
    start = _start(top, folder, support)
    tables = top.table("task", "[task.add]")
    tasks = _graph(tables, dict(_tasks(tables, owners, start)))
    tests = TestFiles(folder, owners)
    for task_name, task in tasks.items():
        table = tables.table(task_name, f"[task.{task_name}]")
        tasks[task_name] = replace(task, tests=tests.expected(table, f'["test_{task_name}.py"]'))
    suite_tests = tests.expected(top, '["test_all.py"]') if top.data.get("tests") else ()
    structures = _structures(top.table("structures", "[structures]"), tasks)
    helpers, warnings = _rest_of_tests(folder, shown, tests.texts)
    listed = {name for names in structures.values() for name in names}
    warnings += [
        f"{shown}, task.{name}: no structure lists this task." for name in tasks if name not in listed
    ]
    return Pool(
        folder=folder,
        name=name,
        title=title,
        brief=brief,
        tasks=tasks,
        structures=structures,
        support=support,
        tests=tests.texts,
        helpers=helpers,
        references=_references(folder, shown, tasks),
        warnings=tuple(warnings),
        start=start,
        suite_tests=suite_tests,
    )


def structure_names(folder: Path, shown: str) -> tuple[str, ...]:
    """Return the structures that a suite file names, without checking the rest of it."""
    return tuple(_parse(folder, shown).table("structures", "[structures]").data)


def _parse(folder: Path, shown: str) -> Table:
    text = read_source(folder / FILE, shown).removeprefix("\ufeff")
    try:
        return Table(tomllib.loads(text), shown)
    except RecursionError:
        raise SuiteError(f"{shown}: this is nested too deeply; make it flat.") from None
    except ValueError as error:  # TOML's own error is one, and that of a number with thousands of digits
        raise SuiteError(
            f"{shown}: this is not valid TOML ({printable(str(error))}); mend that line."
        ) from None


def _name(table: Table, key: str, name: str, of: str) -> str:
    if not NAME.fullmatch(name):
        table.fail(key, f"{quoted(name)} is no name of {of}; {_NAME_RULE}.")
    return name


def _check_path(table: Table, key: str, path: str) -> None:
    defect = path_defect(path)
    if defect:
        table.fail(key, f"{defect}.")
    module = hidden_module(path)
    if module:
        table.fail(
            key, f"{quoted(path)} would hide the module {module} that tests need; choose another name."
        )


def _support(top: Table, folder: Path) -> dict[str, str]:
    found: dict[str, str] = {}
    for path in top.texts("support", '["data.py"]', optional=True):
        _check_path(top, "support", path)
        found[path] = read_source(folder / "support" / path, top.file, "support", within=folder)
    return found


def _start(top: Table, folder: Path, support: Mapping[str, str]) -> dict[str, str]:
    """What stands in ``start/``: the files that agents find and may change."""
    found: dict[str, str] = {}
    for path in sorted((folder / "start").rglob("*")):
        name = path.relative_to(folder / "start").as_posix()
        if path.is_dir() or "__pycache__" in path.parts:
            continue
        _check_path(top, "start/", name)
        if name in support:
            top.fail("support", f"{quoted(name)} also stands in start/; keep it in one of them.")
        if len(found) == START_FILES_MAX:
            top.fail("", f"start/ holds more than {START_FILES_MAX:,} files; leave out what no task needs.")
        found[name] = read_source(path, top.file, f"start/{printable(name)}", within=folder)
    return found


def _tasks(tables: Table, owners: dict[str, str], start: Mapping[str, str]) -> Iterator[tuple[str, Task]]:
    """Read each task, its tests apart; ``owners`` collects who has which file, by casefolded path.

    A file that is to be written belongs to one task; one that stands there already may be changed by several.
    """
    if not tables.data:
        tables.fail("", "there is no task; add one, as in [task.add].")
    for name in tables.data:
        _name(tables, quoted(name), name, "a task")
        table = tables.table(name, f"[task.{name}]")
        table.only(_TASK_KEYS)
        files = table.texts("files", f'["{name}.py"]')
        for path in files:
            _check_path(table, "files", path)
            owner = owners.setdefault(path.casefold(), table.key)
            if owner != table.key and path not in start:
                table.fail("files", f"{quoted(path)} belongs to {owner} already; give each file to one task.")
        yield (
            name,
            Task(
                id=name,
                name=name,
                title=table.line("title", '"Add two numbers"'),
                description=table.text("description", '"""What add(a, b) does."""'),
                files=files,
                dependencies=table.texts("dependencies", '["add"]', optional=True),
            ),
        )


def _graph(tables: Table, tasks: dict[str, Task]) -> dict[str, Task]:
    """Check that the dependencies exist and run in no circle; return the tasks."""
    for name, task in tasks.items():
        for dependency in task.dependencies:
            if dependency not in tasks:
                hint = nearest(dependency, tasks)
                tables.fail(f"{name}.dependencies", f"no task is called {quoted(dependency)}.{hint}")
    cycle = find_cycle({name: task.dependencies for name, task in tasks.items()})
    if cycle:
        tables.fail(f"{cycle[0]}.dependencies", cycle_sentence(cycle))
    return tasks


def _structures(table: Table, tasks: Mapping[str, Task]) -> dict[str, tuple[str, ...]]:
    if not table.data:
        table.fail("", 'there is no structure; add one, as in all = ["add", "mean"].')
    structures: dict[str, tuple[str, ...]] = {}
    for structure in table.data:
        _name(table, quoted(structure), structure, "a structure")
        names = structures[structure] = table.texts(structure, '["add", "mean"]')
        for name in names:
            if name not in tasks:
                table.fail(structure, f"no task is called {quoted(name)}.{nearest(name, tasks)}")
            for dependency in tasks[name].dependencies:
                if dependency not in names:
                    table.fail(
                        structure, f"{name} depends on {dependency}, which is not listed; list it too."
                    )
    return structures


def _rest_of_tests(folder: Path, shown: str, named: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    """Return the files of the tests folder that tests may need, and warnings for tests that no task names."""
    helpers: dict[str, str] = {}
    warnings: list[str] = []
    for path in sorted((folder / "tests").rglob("*")):
        name = path.relative_to(folder / "tests").as_posix()
        if name in named or "__pycache__" in path.parts or path.is_dir():
            continue
        if path.name.startswith("test_") and path.suffix == ".py":
            warnings.append(f"{shown}: no task names tests/{printable(name)}, so it is not run.")
        else:
            helpers[name] = read_source(path, shown, f"tests/{printable(name)}", within=folder)
    return helpers, warnings


def _references(folder: Path, shown: str, tasks: Mapping[str, Task]) -> dict[str, str]:
    found: dict[str, str] = {}
    for path in (path for task in tasks.values() for path in task.files):
        file = folder / "solutions" / path
        if file.exists():
            found[path] = read_source(file, shown, f"solutions/{path}", within=folder)
    return found
