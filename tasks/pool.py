"""A suite file as read: all its tasks, from which each structure takes its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from tasks.errors import UnknownSuiteError, nearest, quoted
from tasks.model import Suite, Task, content_hash


@dataclass(frozen=True)
class Pool:
    """Every task of every structure of a suite.

    ``tasks`` are by name, and until a structure is chosen their ids and dependencies are names too.
    ``helpers`` are files of the tests folder that no task names (conftest.py, data).
    """

    folder: Path
    name: str
    title: str
    brief: str
    tasks: Mapping[str, Task]
    structures: Mapping[str, tuple[str, ...]]
    support: Mapping[str, str]
    tests: Mapping[str, str]
    helpers: Mapping[str, str]
    references: Mapping[str, str]
    warnings: tuple[str, ...] = ()
    start: Mapping[str, str] = field(default_factory=dict)
    suite_tests: tuple[str, ...] = ()

    def suite(self, structure: str | None = None) -> Suite:
        """Return the suite in one structure: by default "mixed" if there is one, else the first.

        Raises ``UnknownSuiteError`` for a structure that is not there.
        """
        if structure is None:
            structure = "mixed" if "mixed" in self.structures else next(iter(self.structures))
        if structure not in self.structures:
            hint = nearest(structure, self.structures)
            raise UnknownSuiteError(f"Suite {self.name} has no structure {quoted(structure)}.{hint}")
        names = self.structures[structure]
        ids = {name: str(number) for number, name in enumerate(names, 1)}
        tasks = tuple(
            replace(task, id=ids[task.name], dependencies=tuple(ids[d] for d in task.dependencies))
            for task in (self.tasks[name] for name in names)
        )
        files = {file for task in tasks for file in task.files}
        nodes = (*(node for task in tasks for node in task.tests), *self.suite_tests)
        named = {node.partition("::")[0] for node in nodes}
        tests = {path: text for path, text in self.tests.items() if path in named} | dict(self.helpers)
        return Suite(
            name=self.name,
            structure=structure,
            title=self.title,
            brief=self.brief,
            tasks=tasks,
            support=self.support,
            tests=tests,
            references={path: text for path, text in self.references.items() if path in files},
            content_hash=content_hash(
                name=self.name,
                structure=structure,
                title=self.title,
                brief=self.brief,
                tasks=tasks,
                support=self.support,
                tests=tests,
                suite_tests=self.suite_tests,
                start=self.start,
            ),
            suite_tests=self.suite_tests,
            start=self.start,
            warnings=self.warnings,
            source=str(self.folder),
        )
