"""Generated suites for benchmarks and scaling studies: ``synthetic:tasks=2000,p=0.9[,width=8]``.

Task ``unit_0007`` is a function that adds 7 to its argument. A task with a dependency is tested together with
it, ``unit_0008(unit_0007(0)) == 15``, but does not import it: Python cannot nest imports a thousand deep.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from tasks.errors import UnknownSuiteError, nearest, quoted
from tasks.model import Suite, Task, content_hash, sha256

PREFIX = "synthetic:"
STRUCTURE = "generated"
# Bounds what a typing error can ask for; the largest benchmark has 2,000 tasks.
MAX_TASKS = 100_000
_EXAMPLE = f"{PREFIX}tasks=2000,p=0.9"
_KEYS = ("tasks", "p", "width")


@dataclass(frozen=True)
class Spec:
    """What to generate: ``tasks`` numbered tasks, of which those in one chain depend on each other."""

    tasks: int
    chains: tuple[tuple[int, ...], ...]
    name: str


def parse(ref: str) -> Spec:
    """Read a reference. Raises ``UnknownSuiteError``.

    Without ``width``: one chain of round((1 - p) * tasks), all others independent. With ``width``: the others
    stand in chains too, so that at most ``width`` tasks can be worked on at once; no chain is longer than the
    first. With ``width`` alone, p follows from it.
    """
    values: dict[str, str] = {}
    for part in ref.removeprefix(PREFIX).split(","):
        key, equals, value = part.strip().partition("=")
        if key not in _KEYS or not equals or key in values:
            raise UnknownSuiteError(
                f"{quoted(ref)} has {quoted(part)}; write it like {_EXAMPLE}.{nearest(key, _KEYS)}"
            )
        values[key] = value.strip()
    tasks = _whole(ref, "tasks", values.get("tasks", ""), MAX_TASKS)
    width = _whole(ref, "width", values["width"], tasks) if "width" in values else None
    if "p" in values or width is None:
        span = max(1, round((1 - _share(ref, values.get("p", "0.9"))) * tasks))
    else:
        span = -(-tasks // width)
    rest = tasks - span
    rows = rest if width is None else min(width - 1, rest)
    if rows * span < rest:
        least = -(-tasks // span)
        raise UnknownSuiteError(
            f"{quoted(ref)} cannot be: with this p, width must be at least {least}; raise it."
        )
    chains = [tuple(range(1, span + 1))]
    chains += [tuple(range(span + 1 + row, tasks + 1, rows)) for row in range(rows)]
    return Spec(tasks=tasks, chains=tuple(chains), name=ref.replace(" ", ""))


def _whole(ref: str, key: str, value: str, most: int) -> int:
    if not (value.isascii() and value.isdigit() and len(value) < 10 and 1 <= int(value) <= most):
        raise UnknownSuiteError(
            f"{quoted(ref)} needs {key} as a whole number from 1 to {most}; write it like {_EXAMPLE}."
        )
    return int(value)


def _share(ref: str, value: str) -> float:
    try:
        share = float(value)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise UnknownSuiteError(f"{quoted(ref)} needs p as a number from 0 to 1; write it like {_EXAMPLE}.")
    return share


def generate(ref: str) -> Suite:
    """Build the suite that a reference describes. Raises ``UnknownSuiteError``."""
    spec = parse(ref)
    before = {number: chain[i - 1] if i else None for chain in spec.chains for i, number in enumerate(chain)}
    tasks = tuple(_task(number, before[number]) for number in sorted(before))
    tests = {_test_path(number): test_source(number, before[number]) for number in sorted(before)}
    title = f"{spec.tasks} generated tasks"
    brief = (
        "The team builds a set of tiny generated functions, one per file, in the workspace root.\n"
        "Function unit_0007 in unit_0007.py takes one whole number and adds 7 to it.\n"
        "No file imports another; Python's standard library is all there is."
    )
    return Suite(
        name=spec.name,
        structure=STRUCTURE,
        title=title,
        brief=brief,
        tasks=tasks,
        support={},
        tests=tests,
        references={_path(number): source(number) for number in sorted(before)},
        content_hash=content_hash(
            name=spec.name,
            structure=STRUCTURE,
            title=title,
            brief=brief,
            tasks=tasks,
            support={},
            tests=tests,
        ),
        source=spec.name,
    )


def unit(number: int) -> str:
    """Return the name of a task's function."""
    return f"unit_{number:04d}"


def _path(number: int) -> str:
    return f"{unit(number)}.py"


def _test_path(number: int) -> str:
    return f"test_{unit(number)}.py"


def _task(number: int, before: int | None) -> Task:
    nodes = ["test_of_zero", "test_of_a_negative_number"] + (["test_after_the_one_before"] if before else [])
    return Task(
        id=str(number),
        name=unit(number),
        title=f"Add {number}",
        description=(
            f"Write {unit(number)}(x: int) -> int in {_path(number)}.\n"
            f"It returns x + {number}, for every whole number x, negative ones too."
        ),
        files=(_path(number),),
        dependencies=(str(before),) if before else (),
        tests=tuple(f"{_test_path(number)}::{node}" for node in nodes),
    )


def source(number: int, added: int | None = None) -> str:
    """Return a solution of a task; a wrong one if ``added`` is not its number."""
    value = number if added is None else added
    return f'def {unit(number)}(x: int) -> int:\n    """Return x + {number}."""\n    return x + {value}\n'


def test_source(number: int, before: int | None) -> str:
    """Return the test file of a task."""
    name = unit(number)
    text = f"from {name} import {name}\n\n\ndef test_of_zero():\n    assert {name}(0) == {number}\n"
    text += f"\n\ndef test_of_a_negative_number():\n    assert {name}(-1000) == {number - 1000}\n"
    if before:
        first = unit(before)
        text += (
            f"\n\ndef test_after_the_one_before():\n    from {first} import {first}\n\n"
            f"    assert {name}({first}(0)) == {number + before}\n"
        )
    return text


class RuleTable:
    """Verdicts about a generated suite, by rule.

    A wrong or missing file breaks all tests of its task, and of each task after it the one test of both.
    """

    def __init__(self, suite: Suite) -> None:
        self._suite = suite

    @cached_property
    def _broken_by(self) -> dict[str, frozenset[str]]:
        nodes = {task.files[0]: set(task.tests) for task in self._suite.tasks}
        for task in self._suite.tasks:
            for dependency in task.dependencies:
                nodes[self._suite.by_id[dependency].files[0]].add(task.tests[-1])
        return {path: frozenset(broken) for path, broken in nodes.items()}

    def broken(self, path: str, contentsha256: str) -> frozenset[str] | None:
        """Return the nodes that this content of ``path`` breaks, all else correct; None if it is unknown."""
        reference = self._suite.references.get(path)
        if reference is None:
            return None
        if contentsha256 == sha256(reference):
            return frozenset()
        known = {sha256(content) for content in self.repertoire(path)}
        return self._broken_by[path] if contentsha256 in known else None

    def missing(self, path: str) -> frozenset[str]:
        """Return the nodes that fail while ``path`` is not there."""
        return self._broken_by.get(path, frozenset())

    def repertoire(self, path: str) -> tuple[str, ...]:
        """Return the wrong contents of ``path``; the last one does not compile."""
        return (
            tuple(_wrong(int(path.removeprefix("unit_").removesuffix(".py"))))
            if path in self._broken_by
            else ()
        )


def _wrong(number: int) -> Iterator[str]:
    yield source(number, number + 1)
    yield source(number, number - 1)
    yield source(number).replace("int:\n", "int\n", 1)
