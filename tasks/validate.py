"""Checks that all suite formats share: typed reading of tables, and the shape of the graph."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import NoReturn

from tasks.errors import SuiteError, nearest, quoted

_KINDS = {
    dict: "a table",
    list: "a list",
    str: "text",
    bool: "true or false",
    int: "a number",
    float: "a number",
    type(None): "null",
}


def kind(value: object) -> str:
    """Name the type of a value as people who write TOML or JSON do."""
    return _KINDS.get(type(value), type(value).__name__)


@dataclass(frozen=True)
class Table:
    """A table of a suite file with its place in it, read key by key.

    Every defect raises ``SuiteError`` with ``file`` and the dotted key in front.
    """

    data: Mapping[str, object]
    file: str
    key: str = ""

    def at(self, key: str) -> str:
        """Return the dotted key of an entry of this table."""
        return f"{self.key}.{key}" if self.key else key

    def fail(self, key: str, sentence: str) -> NoReturn:
        """Raise the error for an entry; ``sentence`` says what is wrong and how to mend it."""
        place = self.at(key) if key else self.key
        raise SuiteError(f"{self.file}, {place}: {sentence}" if place else f"{self.file}: {sentence}")

    def only(self, known: Collection[str]) -> None:
        """Refuse keys that the format does not know, naming the nearest one that it does."""
        for key in self.data:
            if key not in known:
                raise SuiteError(
                    f"{self.file}, {self.at(quoted(key))}: there is no such key; correct or remove it."
                    f"{nearest(key, known)}"
                )

    def need(self, key: str, example: str) -> object:
        """Return an entry that must be there."""
        if key not in self.data:
            self.fail(key, f"this key is missing; add it, as in {key} = {example}.")
        return self.data[key]

    def text(self, key: str, example: str) -> str:
        """Return an entry that must be text with something in it, without space around."""
        value = self.need(key, example)
        if not isinstance(value, str):
            self.fail(key, f"this must be text, not {kind(value)}; write it as {key} = {example}.")
        if not value.strip():
            self.fail(key, f"this is empty; write it as {key} = {example}.")
        return value.strip()

    def line(self, key: str, example: str) -> str:
        """Return an entry that must be text on one printable line."""
        value = self.text(key, example)
        if not value.isprintable():
            self.fail(key, f"this must be one line of printable text; write it as {key} = {example}.")
        return value

    def texts(self, key: str, example: str, *, optional: bool = False) -> tuple[str, ...]:
        """Return an entry that must be a list of texts; an optional one may be absent or empty."""
        if optional and key not in self.data:
            return ()
        value = self.need(key, example)
        if not isinstance(value, list):
            self.fail(key, f"this must be a list of texts, not {kind(value)}; write it as {key} = {example}.")
        for item in value:
            if not isinstance(item, str):
                self.fail(
                    key, f"each entry must be text, but one is {kind(item)}; write it as {key} = {example}."
                )
        if not value and not optional:
            self.fail(key, f"this list is empty; write it as {key} = {example}.")
        twice = repeated(value)
        if twice is not None:
            self.fail(key, f"{quoted(twice)} stands here twice; remove one.")
        return tuple(value)

    def table(self, key: str, example: str) -> Table:
        """Return an entry that must be a table."""
        if key not in self.data:
            self.fail(key, f"this table is missing; add it, as in {example}.")
        value = self.data[key]
        if not isinstance(value, dict):
            self.fail(key, f"this must be a table, not {kind(value)}; write it as {example}.")
        return Table(value, self.file, self.at(key))


def repeated(items: Sequence[str]) -> str | None:
    """Return the first item that occurs a second time, if one does."""
    seen: set[str] = set()
    for item in items:
        if item in seen:
            return item
        seen.add(item)
    return None


def find_cycle(dependencies: Mapping[str, Sequence[str]]) -> list[str]:
    """Return one dependency cycle, its first task again at the end; an empty list if there is none.

    Each task in the list depends on the one after it. Unknown dependencies are passed over. Runs in linear
    time and without recursion, so that a long chain is no danger.
    """
    finished: set[str] = set()
    for start in dependencies:
        path: list[str] = []
        on_path: set[str] = set()
        stack: list[tuple[str, bool]] = [(start, True)]
        while stack:
            name, entering = stack.pop()
            if not entering:
                path.pop()
                on_path.discard(name)
                finished.add(name)
            elif name in on_path:
                return [*path[path.index(name) :], name]
            elif name not in finished:
                path.append(name)
                on_path.add(name)
                stack.append((name, False))
                stack.extend((d, True) for d in reversed(dependencies[name]) if d in dependencies)
    return []


def cycle_sentence(cycle: Sequence[str]) -> str:
    """Say which tasks wait for each other in a circle, and the mend."""
    return f"the dependencies run in a circle ({' -> '.join(cycle)}); remove one of them."
