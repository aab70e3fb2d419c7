"""Which task a test belongs to, where the suite does not say: read from the imports in its syntax tree.

A test belongs to the imported task file that is latest in topological order; what it imports is what its own
body imports, and what the names that it uses (helpers, fixtures, the setup of its class) import.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from tasks.model import Task
from tasks.testnodes import Function, decorator_name, dotted, test_nodes

# Calls that import by a name given as text.
_IMPORTING_CALLS = {
    "import_module",
    "importlib.import_module",
    "__import__",
    "pytest.importorskip",
    "importorskip",
}


@dataclass(frozen=True)
class Imported:
    """An import as written: ``module`` in dots, and the ``name`` taken from it if there was one."""

    module: str
    name: str = ""


@dataclass
class _Scope:
    """What the names at the top level of a test file stand for."""

    imports: dict[str, set[Imported]] = field(default_factory=dict)
    definitions: dict[str, list[ast.AST]] = field(default_factory=dict)

    def add(self, tree: ast.Module) -> None:
        """Read the top level of one more file."""
        for statement in _top_level(tree.body):
            if isinstance(statement, ast.Import | ast.ImportFrom):
                for bound, imported in _bindings(statement):
                    self.imports.setdefault(bound, set()).add(imported)
            elif isinstance(statement, Function | ast.ClassDef):
                self.definitions.setdefault(statement.name, []).append(statement)
            else:
                for node in ast.walk(statement):
                    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                        self.definitions.setdefault(node.id, []).append(statement)


def _top_level(body: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    for statement in body:
        if isinstance(statement, ast.If | ast.Try | ast.With):
            for name in ("body", "orelse", "finalbody"):
                yield from _top_level(getattr(statement, name, []))
            for handler in getattr(statement, "handlers", []):
                yield from _top_level(handler.body)
        else:
            yield statement


def _bindings(node: ast.Import | ast.ImportFrom) -> Iterator[tuple[str, Imported]]:
    for alias in node.names:
        if isinstance(node, ast.Import):
            yield alias.asname or alias.name.partition(".")[0], Imported(alias.name)
        elif alias.name == "*":
            # Which names a star brings only running it would tell; files are named like their function.
            yield (node.module or "").rpartition(".")[2], Imported(node.module or "")
        else:
            yield alias.asname or alias.name, Imported(node.module or "", alias.name)


def imports_by_test(test_file: ast.Module, conftest: ast.Module | None = None) -> dict[str, set[Imported]]:
    """Map each test node of a file to everything that it imports, fixtures of ``conftest`` included."""
    scope = _Scope()
    if conftest is not None:
        scope.add(conftest)
    scope.add(test_file)
    found: dict[str, set[Imported]] = {}
    for node, (function, classes) in test_nodes(test_file).items():
        roots: list[ast.AST] = [function]
        for cls in classes:
            roots += [s for s in cls.body if not (isinstance(s, Function) and s.name.startswith("test"))]
        found[node] = _reach(scope, roots)
    return found


def _reach(scope: _Scope, roots: list[ast.AST]) -> set[Imported]:
    """Collect the imports in ``roots`` and in all top-level definitions whose names they use."""
    imported: set[Imported] = set()
    seen: set[str] = set()
    queue = list(roots)
    while queue:
        for node in ast.walk(queue.pop()):
            if isinstance(node, ast.Import | ast.ImportFrom):
                imported |= {i for _, i in _bindings(node)}
            for name in _names(node):
                if name not in seen:
                    seen.add(name)
                    imported |= scope.imports.get(name, set())
                    queue += scope.definitions.get(name, [])
            if isinstance(node, ast.Call) and dotted(node.func) in _IMPORTING_CALLS:
                imported |= {
                    Imported(a.value)
                    for a in node.args[:1]
                    if isinstance(a, ast.Constant) and isinstance(a.value, str)
                }
    return imported


def _names(node: ast.AST) -> Iterator[str]:
    """Yield the names through which a node reaches other definitions: variables, fixtures."""
    if isinstance(node, ast.Name):
        yield node.id
    elif isinstance(node, ast.arg):
        yield node.arg
    elif isinstance(node, ast.Call) and decorator_name(node).endswith("usefixtures"):
        for argument in node.args:
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                yield argument.value


class TaskFiles:
    """Finds the task that an import means, among ``tasks`` in topological order."""

    def __init__(self, tasks: Sequence[Task]) -> None:
        self._place = {task.id: index for index, task in enumerate(tasks)}
        self._owners: dict[str, list[Task]] = {}
        for task in tasks:
            for path in task.files:
                self._owners.setdefault(path, []).append(task)

    def owner(self, imports: set[Imported]) -> Task | None:
        """Return the latest task among those whose files are imported; None if none is."""
        owners = [task for imported in imports for task in self._tasks_of(imported)]
        return max(owners, key=lambda task: self._place[task.id], default=None)

    def _tasks_of(self, imported: Imported) -> list[Task]:
        base = imported.module.replace(".", "/")
        candidates = [f"{base}.py", f"{base}/__init__.py"]
        if imported.name:
            candidates.insert(0, f"{base}/{imported.name}.py" if base else f"{imported.name}.py")
        for candidate in candidates:
            path = candidate if candidate in self._owners else self._below(candidate)
            if path:
                return _named_in(self._owners[path], imported.name)
        return []

    def _below(self, candidate: str) -> str:
        """Return the one task file that ends in this path (conftest.py can put folders on the path)."""
        matches = [path for path in self._owners if path.endswith(f"/{candidate}")]
        return matches[0] if len(matches) == 1 else ""


def _named_in(tasks: list[Task], name: str) -> list[Task]:
    """Of several tasks that share a file, keep those that speak of the imported name, if any does."""
    if len(tasks) == 1 or not name:
        return tasks
    word = re.compile(rf"\b{re.escape(name)}\b")
    return (
        [t for t in tasks if word.search(t.title)]
        or [t for t in tasks if word.search(t.description)]
        or tasks
    )


def assign(imports: Mapping[str, set[Imported]], tasks: Sequence[Task]) -> dict[str, str | None]:
    """Map each test node to the id of its task, or to None if it belongs to the suite.

    ``tasks`` are in topological order.
    """
    files = TaskFiles(tasks)
    owners = {node: files.owner(imported) for node, imported in imports.items()}
    return {node: task.id if task else None for node, task in owners.items()}
