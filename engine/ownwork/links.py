"""Which files a test is about, and which of them build on which: told by what they import."""

from __future__ import annotations

import ast
import importlib.util
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath

SRC = "src"
"""The folder of the src layout: modules in it are imported without its name."""


class Links:
    """The modules of a project. ``source`` is its files by path."""

    def __init__(self, source: Mapping[str, str]) -> None:
        self._source = source
        self._modules = {_module(path): path for path in source if path.endswith(".py")}
        self._packages = {name for path in source for name in _packages(path)}
        self._src = any(path.startswith(f"{SRC}/") for path in source)
        self._imports: dict[str, list[str]] = {}

    @property
    def src_layout(self) -> bool:
        """Whether modules stand in ``src/``."""
        return self._src

    def files_of(self, test: str) -> list[str]:
        """The files that a test's source imports, in order; those that do not exist yet are to be written."""
        return [path for path, _ in self._resolved(test)]

    def builds_on(self, path: str) -> set[str]:
        """Every file that the file imports, directly or not."""
        seen: set[str] = set()
        stack = [path]
        while stack:
            for other in self._imported(stack.pop()):
                if other not in seen:
                    seen.add(other)
                    stack.append(other)
        return seen - {path}

    def _imported(self, path: str) -> list[str]:
        if path not in self._imports:
            text = self._source.get(path, "")
            found = [each for each, _ in self._resolved(text, package=_package(path))]
            self._imports[path] = found
        return self._imports[path]

    def _resolved(self, text: str, package: str = "") -> Iterator[tuple[str, None]]:
        found: dict[str, None] = {}
        for module, names in imports_of(text, package):
            for path in self._paths(module, names):
                found[path] = None
        return iter(found.items())

    def _paths(self, module: str, names: Sequence[str]) -> Iterator[str]:
        whole = self._modules.get(module)
        inner = [path for name in names if (path := self._modules.get(f"{module}.{name}"))]
        yield from inner
        if whole is not None and PurePosixPath(whole).name == "__init__.py":
            left = [name for name in names if f"{module}.{name}" not in self._modules]
            given = {name: path for name in left if (path := self._given(whole, name))}
            yield from given.values()
            if not inner and not given:
                yield whole
        elif whole is not None:
            yield whole
        elif not inner and (path := self._to_write(module)):
            yield path

    def _given(self, init: str, name: str) -> str | None:
        """The file from which a package's ``__init__`` has a name."""
        for module, names in imports_of(self._source[init], _package(init)):
            if name in names:
                return self._modules.get(f"{module}.{name}") or self._modules.get(module)
        return None

    def _to_write(self, module: str) -> str | None:
        """Where a module would stand that nobody wrote yet; null if it is somebody else's."""
        top = module.partition(".")[0]
        if top in self._packages:
            base = SRC if f"{SRC}/{top}" in {"/".join(p.split("/")[:2]) for p in self._source} else ""
        elif "." not in module and not _installed(top):
            base = SRC if self._src else ""
        else:
            return None
        return "/".join(part for part in (base, *module.split(".")) if part) + ".py"


def imports_of(text: str, package: str = "") -> list[tuple[str, tuple[str, ...]]]:
    """Every module that a text imports, with the names taken from it; none if it is no Python."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    found: list[tuple[str, tuple[str, ...]]] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [(alias.name, ()) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            module = ".".join([*(part for part in base if part), *([node.module] if node.module else [])])
            if module and (package or not node.level):
                found.append((module, tuple(alias.name for alias in node.names)))
    return found


def dependencies(tasks: Mapping[str, Sequence[str]], links: Links) -> dict[str, list[str]]:
    """For tasks with their files: which build on which, without circles and without what follows anyway."""
    needs: dict[str, list[str]] = {task: [] for task in tasks}

    def reaches(task: str, other: str) -> bool:
        return task == other or any(reaches(each, other) for each in needs[task])

    for task, files in tasks.items():
        below = {path for file in files for path in links.builds_on(file)} - set(files)
        for other, theirs in tasks.items():
            own = set(theirs) - set(files)
            if other != task and own & below and not reaches(other, task):
                needs[task].append(other)
    return {
        task: [each for each in direct if not any(reaches(o, each) for o in direct if o != each)]
        for task, direct in needs.items()
    }


def _module(path: str) -> str:
    parts = path.removesuffix(".py").split("/")
    parts = parts[1:] if parts[0] == SRC and len(parts) > 1 else parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _package(path: str) -> str:
    module = _module(path)
    return module if path.endswith("__init__.py") else module.rpartition(".")[0]


def _packages(path: str) -> Iterator[str]:
    if path.endswith(".py") and "." in (module := _module(path)):
        yield module.partition(".")[0]
    elif path.endswith("__init__.py"):
        yield _module(path)


def _installed(top: str) -> bool:
    try:
        return top in sys.stdlib_module_names or importlib.util.find_spec(top) is not None
    except (ImportError, ValueError):
        return False
