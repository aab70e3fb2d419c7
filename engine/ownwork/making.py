"""Makes the folder of a suite from a project: ``suite.toml``, ``start/`` and ``tests/``, all to be edited."""

from __future__ import annotations

import ast
import json
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from engine.errors import TeamtopError, UsageError
from engine.ownwork import trial
from engine.ownwork.links import SRC, Links, dependencies
from engine.ownwork.project import Project, scan
from engine.record.clean import clean
from engine.world.workspace import MAX_FILE_BYTES
from tasks import suite as suites
from tasks.errors import SuiteError

FOLDER = "teamtop-suite"
"""Where the suite goes unless somebody says otherwise: in the project's folder."""

SOURCE_SHOWN = 24_000
"""Characters of a test file that its task shows; agents cannot read it elsewhere."""

LISTED = 200
"""Files that the brief names."""

_PATHS = "import sys, pathlib; sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / 'src'))"
"""Has tests find the modules of a src layout, as an installed package would be found."""


@dataclass(frozen=True, slots=True)
class Task:
    """A test file that fails."""

    name: str
    test: str
    files: tuple[str, ...]
    failed: int
    total: int
    dependencies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Made:
    """The suite's folder, its tasks, how many test files passed already, and what was left out."""

    folder: Path
    tasks: tuple[Task, ...]
    passing: int
    left_out: tuple[str, ...]


def make(folder: Path, out: Path | None, *, unsafe: bool) -> Made:
    """Run the tests of the project at ``folder`` and write a suite to ``out``.

    Raises ``UsageError`` or ``TeamtopError``, one sentence; then nothing is left behind.
    """
    out = out or folder / FOLDER
    if out.exists():
        raise UsageError(f"{out} exists already: move it away, or choose another folder with --out.")
    project = scan(folder, out)
    nodes, left_out = trial.nodes_of(project.tests, project.test_files)
    if not nodes and left_out:
        raise TeamtopError(f"{folder} has no test that can be run; {left_out[0]}.")
    if not nodes:
        raise TeamtopError(
            f"{folder} has no tests: put files called test_….py in {folder / 'tests'}; they say what the "
            "team is to do."
        )
    links = Links(project.source)
    tests = dict(project.tests)
    if links.src_layout:
        tests["conftest.py"] = _with_paths(tests.get("conftest.py", ""))
    report = trial.run(
        project.source, tests, tuple(n for each in nodes.values() for n in each), unsafe=unsafe
    )
    passed = set(report.passed)
    if report.verdict in {"error", "timeout"} and not passed:
        raise TeamtopError(
            f"The tests of {folder} could not be run ({report.verdict}): {report.output[-500:]}"
        )
    failing = {file: each for file, each in nodes.items() if not passed.issuperset(each)}
    if not failing:
        raise TeamtopError(
            f"All {sum(map(len, nodes.values()))} tests of {folder} pass: write tests for what is to be done."
        )
    passing = [file for file in nodes if file not in failing]
    tasks = _tasks(project, failing, passing, passed, links)
    try:
        _write(out, project, tests, tasks, passing)
        suites.load(str(out))
    except SuiteError as error:
        shutil.rmtree(out, ignore_errors=True)
        raise TeamtopError(f"No suite could be made: {error}") from None
    except OSError as error:
        shutil.rmtree(out, ignore_errors=True)
        raise TeamtopError(f"{error.filename or out} cannot be written: {error.strerror or error}.") from None
    return Made(out, tasks, len(passing), (*project.left_out, *left_out))


def _tasks(
    project: Project,
    failing: Mapping[str, Sequence[str]],
    passing: Sequence[str],
    passed: set[str],
    links: Links,
) -> tuple[Task, ...]:
    proven = {path for file in passing for path in links.files_of(project.tests[file])}
    names: dict[str, str] = {}
    for file in failing:
        stem = PurePosixPath(file).stem.removeprefix("test_").removesuffix("_test")
        base = re.sub(r"[^A-Za-z0-9_-]", "-", stem).strip("-_")[:50]
        base = base if base[:1].isalpha() and base.isascii() else f"task-{base}".strip("-")
        number, name = 1, base
        while name in names:
            number += 1
            name = f"{base}-{number}"
        names[name] = file
    files, taken = {}, set(project.source)
    for name, file in names.items():
        found = [
            path
            for path in links.files_of(project.tests[file])
            if path in project.source or path not in taken
        ]
        found = [path for path in found if path not in proven] or found
        if not found:
            plain = f"{name.replace('-', '_')}.py"
            found = [f"{SRC}/{plain}" if links.src_layout else plain]
            found = found if found[0] not in taken else [f"work/{plain}"]
        taken |= set(found)
        files[name] = found
    needs = dependencies(files, links)
    return tuple(
        Task(
            name,
            file,
            tuple(files[name]),
            sum(node not in passed for node in failing[file]),
            len(failing[file]),
            tuple(needs[name]),
        )
        for name, file in names.items()
    )


def _with_paths(conftest: str) -> str:
    """The conftest with the line that finds ``src/``, after what has to stand first."""
    try:
        body = ast.parse(conftest).body
    except (SyntaxError, ValueError):
        return conftest
    after = 0
    for number, each in enumerate(body):
        text = number == 0 and isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant)
        if text or (isinstance(each, ast.ImportFrom) and each.module == "__future__"):
            after = each.end_lineno or after
    lines = conftest.splitlines(keepends=True)
    return "".join([*lines[:after], f"{_PATHS}  # added by teamtop init\n", *lines[after:]])


def _write(
    out: Path, project: Project, tests: Mapping[str, str], tasks: Sequence[Task], passing: Sequence[str]
) -> None:
    for below, texts in (("start", project.source), ("tests", tests)):
        for path, text in texts.items():
            place = out / below / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(text.encode())
    (out / "suite.toml").write_text(_toml(project, tasks, passing), encoding="utf-8")


def _toml(project: Project, tasks: Sequence[Task], passing: Sequence[str]) -> str:
    name = re.sub(r"[^A-Za-z0-9_-]", "-", project.name).strip("-_")[:40] or "project"
    name = name if name[0].isalpha() and name.isascii() else f"project-{abs(len(project.name))}"
    name = f"{name}-work" if name in suites.shipped() else name
    lines = [
        "# Made by `teamtop init`: edit it. `teamtop suites FOLDER` checks it, `teamtop run FOLDER` runs it.",
        "format = 1",
        f"name = {_text(name)}",
        f"title = {_text(f'Work on {project.name}')}",
        f"brief = {_long(_brief(project))}",
    ]
    if passing:
        lines += ["# These pass today and have to pass in the end, too.", f"tests = {_list(passing)}"]
    lines += ["", "[structures]", f"project = {_list([task.name for task in tasks])}"]
    for task in tasks:
        lines += [
            "",
            f"[task.{task.name}]",
            f"title = {_text(f'Make {task.test} pass')}",
            f"files = {_list(task.files)}",
            f"tests = {_list([task.test])}",
        ]
        if task.dependencies:
            lines.append(f"dependencies = {_list(task.dependencies)}")
        lines.append(f"description = {_long(_description(project, task))}")
    return "\n".join(lines) + "\n"


def _brief(project: Project) -> str:
    listed = sorted(project.source)
    more = f"\n… and {len(listed) - LISTED:,} more" if len(listed) > LISTED else ""
    return (
        f"The team works on {clean(project.name)}, a Python project that exists already.\n"
        "Each task is a test file that fails today: make it pass, and break no other.\n"
        "An edit replaces a file as a whole, so read it before (read_file), and write all of it.\n"
        "The tests cannot be changed, and no package can be installed.\n"
        f"Files that stand there:\n{chr(10).join(listed[:LISTED])}{more}\n"
    )


def _description(project: Project, task: Task) -> str:
    there = [path for path in task.files if path in project.source]
    new = [path for path in task.files if path not in project.source]
    some = f"{task.failed} of the {task.total} tests" if task.total > 1 else "The test"
    said = [f"{some} in tests/{task.test} {'fail' if task.failed > 1 else 'fails'} today."]
    if there:
        said.append(f"They are about {', '.join(there)}.")
    if new:
        said.append(f"Still to be written: {', '.join(new)}.")
    source = clean(project.tests[task.test], MAX_FILE_BYTES)
    cut = "\n… (cut)" if len(source) > SOURCE_SHOWN else ""
    return f"{' '.join(said)}\nThe tests:\n\n{source[:SOURCE_SHOWN]}{cut}\n"


def _text(text: str) -> str:
    """A text as TOML has it on one line, which is as JSON has it."""
    return json.dumps(clean(text)).replace("\x7f", "\\u007f")


def _long(text: str) -> str:
    body = clean(text, MAX_FILE_BYTES).replace("\\", "\\\\").replace('"""', '""\\"').replace("\x7f", "")
    return f'"""\n{body}"""'


def _list(texts: Sequence[str]) -> str:
    return f"[{', '.join(map(_text, texts))}]"
