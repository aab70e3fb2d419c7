"""What the simulated model learned before the run: the shipped suites' solutions, and ways to get them wrong.

This is its only door to the project's files. Everything else that it knows, it reads in the messages.
"""

from __future__ import annotations

import ast
import re
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from tasks import synthetic

_UNIT = re.compile(r"unit_(\d{4,6})\.py")  # the files of generated suites
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")  # a suite's name; anything else is not looked for on disk


@lru_cache(maxsize=4096)  # files of the suites in use, a large generated one included
def reference(suite: str, path: str) -> str | None:
    """The right content of a file of a shipped or generated suite; None if it is not known."""
    if suite.startswith(synthetic.PREFIX):
        number = _UNIT.fullmatch(path)
        return synthetic.source(int(number[1])) if number else None
    return _solutions(suite).get(path)


@lru_cache(maxsize=4096)  # as above
def wrong(suite: str, path: str) -> tuple[str, ...]:
    """Contents that look right and fail tests; empty if none is known."""
    if reference(suite, path) is None:
        return ()
    from tasks.errors import SuiteError
    from tasks.verdicts import repertoire

    try:
        return repertoire(suite, path)
    except SuiteError:
        return ()  # without its table nobody could say what a wrong version breaks


def knows(suite: str, structure: str | None) -> bool:
    """True if the simulated models can do every task of that structure of a suite.

    ``suite`` is the reference that users write; without a structure it is the usual one. Raises
    ``tasks.errors.SuiteError`` if it names nothing.
    """
    from tasks.suite import load

    loaded = load(suite, structure or None)
    return all(reference(loaded.name, path) is not None for task in loaded.tasks for path in task.files)


def stub(name: str, title: str, description: str) -> str:
    """An honest placeholder for a task that is not known: the signature, if the text shows one."""
    if not name.isidentifier():
        return f'raise NotImplementedError("{_plain(title)}")\n'
    found = re.search(rf"\b{name}(\((?:[^()\n]|\([^()\n]*\))*\)(?:\s*->\s*[\w.\[\], |]+)?)", description)
    signature = found[1].rstrip(" .,") if found else "(*args: object, **kwargs: object)"
    for form in (signature, "(*args: object, **kwargs: object)"):
        text = (
            "from __future__ import annotations\n\n\n"
            f"def {name}{form}:\n"
            f'    """{_plain(title)}: not written yet."""\n'
            f'    raise NotImplementedError("{name}")\n'
        )
        try:
            ast.parse(text)
        except (SyntaxError, ValueError):
            continue
        return text
    raise AssertionError("the general signature parses")


@lru_cache(maxsize=16)  # suites in use at once
def _solutions(suite: str) -> dict[str, str]:
    if not _WORD.fullmatch(suite):
        return {}
    folder = files("tasks") / suite / "solutions"
    return dict(_texts(folder, "")) if folder.is_dir() else {}


def _texts(folder: Traversable, prefix: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.is_dir():
            if entry.name != "__pycache__":
                found += _texts(entry, f"{prefix}{entry.name}/")
        elif entry.name.endswith(".py"):
            found.append((prefix + entry.name, entry.read_bytes().decode("utf-8")))
    return found


def _plain(text: str) -> str:
    return re.sub(r"[^\w .,;:()+*/-]", "", text)
