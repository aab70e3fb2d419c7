"""The task list of the published JSON form, and its tolerant way of reading texts."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from pathlib import PurePosixPath

from tasks.errors import nearest, printable, quoted
from tasks.model import Task
from tasks.sources import hidden_module, path_defect
from tasks.validate import Table, cycle_sentence, find_cycle, kind

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")


def text(table: Table, key: str) -> str:
    """Return an entry that may be absent, null, text, or a list of texts (one line each)."""
    value = table.data.get(key)
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        value = "\n".join(f"- {item}" for item in value)
    if value is not None and not isinstance(value, str):
        table.fail(key, f"this must be text, not {kind(value)}; put it in quotes.")
    # JSON can spell half of a surrogate pair, which no file and no terminal takes.
    return (value or "").strip().encode("utf-8", "replace").decode("utf-8")


def line(table: Table, key: str) -> str:
    """Return such an entry as one printable line."""
    return printable(" ".join(text(table, key).split()))


def read_tasks(top: Table, warnings: list[str]) -> tuple[Task, ...]:
    """Read and check the list, in its order, tests apart; ``warnings`` takes what is odd but usable."""
    if "tasks" not in top.data:
        top.fail("tasks", "this key is missing, so this is no suite; list the tasks under it.")
    entries = top.data["tasks"]
    if not isinstance(entries, list) or not entries:
        top.fail("tasks", "this must be a list with at least one task; add one.")
    tasks: list[Task] = []
    for index, entry in enumerate(entries):
        if not isinstance(entry, dict):
            top.fail(f"tasks[{index}]", f"this must be an object, not {kind(entry)}; mend it.")
        tasks.append(_task(Table(entry, top.file, f"tasks[{index}]"), warnings))
    _check_graph(top, tasks)
    count = Counter(path for task in tasks for path in task.files)
    warnings += [f"{top.file}: {n} tasks share the file {path}." for path, n in count.items() if n > 1]
    return _named(tasks)


def _check_graph(top: Table, tasks: list[Task]) -> None:
    place: dict[str, int] = {}
    for index, task in enumerate(tasks):
        first = place.setdefault(task.id, index)
        if first != index:
            top.fail(f"tasks[{index}].id", f"{quoted(task.id)} is also the id of tasks[{first}]; change one.")
    for index, task in enumerate(tasks):
        for dependency in task.dependencies:
            if dependency not in place:
                hint = nearest(dependency, place)
                top.fail(f"tasks[{index}].dependencies", f"no task has the id {quoted(dependency)}.{hint}")
    cycle = find_cycle({task.id: task.dependencies for task in tasks})
    if cycle:
        top.fail(f"tasks[{place[cycle[0]]}].dependencies", cycle_sentence(cycle))


def _task(table: Table, warnings: list[str]) -> Task:
    if "id" not in table.data:
        table.fail("id", "this key is missing; give each task an id of its own.")
    task_id = _id(table, "id", table.data["id"])
    place = f"{table.file}, {table.at('files')}"
    files: dict[str, None] = {}
    for path in _list(table, "files"):
        if not isinstance(path, str):
            table.fail("files", f"each entry must be text, but one is {kind(path)}; put it in quotes.")
        if defect := path_defect(path):
            table.fail("files", f"{defect}.")
        if module := hidden_module(path):
            warnings.append(f"{place}: {path} hides the module {module} from the tests.")
        files[path] = None
    if not files:
        warnings.append(f"{place}: the task names no file.")
    dependencies = _list(table, "dependencies")
    title = line(table, "title") or task_id
    return Task(
        id=task_id,
        name=task_id,
        title=title,
        description=text(table, "description") or title,
        files=tuple(files),
        dependencies=tuple(dict.fromkeys(_id(table, "dependencies", d) for d in dependencies)),
    )


def _list(table: Table, key: str) -> list[object]:
    value = table.data.get(key)
    if value is None:
        return []
    if not isinstance(value, list):
        table.fail(key, f"this must be a list, not {kind(value)}; put it in brackets.")
    return value


def _id(table: Table, key: str, value: object) -> str:
    """Return an id as text; ids keep their form, and numbers are ids too."""
    name = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    if not _ID.fullmatch(name):
        table.fail(
            key, f"{quoted(value)} is no id; use letters, digits, ., _ and -, a letter or digit first."
        )
    return name


def _named(tasks: list[Task]) -> tuple[Task, ...]:
    """Name each task after its first file where that is unmistakable; else it keeps its id as name."""
    firsts = [PurePosixPath(task.files[0]).stem if task.files else "" for task in tasks]
    stems = [re.sub(r"[^\w.-]", "_", stem) for stem in firsts]
    count = Counter(stems)
    return tuple(
        replace(task, name=stem) if stem and count[stem] == 1 else task
        for task, stem in zip(tasks, stems, strict=True)
    )
