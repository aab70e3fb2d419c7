"""Building the table of verdicts of a shipped suite from real test runs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping

from tasks.errors import SuiteError
from tasks.model import Task, sha256
from tasks.pool import Pool
from tasks.probe import Prober
from tasks.variants import variants


def basis(pool: Pool) -> str:
    """Return a hash of all that a table is built from: the table is out of date when this changes."""
    versions = {path: variants(text) for path, text in pool.references.items()}
    graph = {name: (task.files, task.dependencies, task.tests) for name, task in pool.tasks.items()}
    parts = [graph, dict(pool.support), dict(pool.tests), dict(pool.helpers), versions]
    return sha256(json.dumps(parts, sort_keys=True))


def dependents(tasks: Mapping[str, Task], name: str) -> tuple[Task, ...]:
    """Return a task and all that depend on it, directly or not, in their order in the suite."""
    reached = {name}
    while True:
        more = {
            n for n, task in tasks.items() if n not in reached and reached.intersection(task.dependencies)
        }
        if not more:
            return tuple(task for n, task in tasks.items() if n in reached)
        reached |= more


def build(pool: Pool, version: int, say: Callable[[str], None]) -> str:
    """Build the table of a suite and return it as the text of its file.

    ``version`` is that of the file's format; ``say`` gets a line per task. Raises ``SuiteError`` if a
    reference is missing or fails a test, and if a file has no wrong version that its task's tests notice.
    """
    nodes = {node: place for place, node in enumerate(n for task in pool.tasks.values() for n in task.tests)}
    files: list[str] = []
    with Prober(pool) as prober:
        failing = prober.broken({})
        if failing is None or failing:
            raise SuiteError(f"Suite {pool.name}: the references fail {sorted(failing or ())}; mend them.")
        for name, task in pool.tasks.items():
            tests = {node.partition("::")[0] for t in dependents(pool.tasks, name) for node in t.tests}
            for path in task.files:
                reference = pool.references.get(path)
                if reference is None:
                    raise SuiteError(f"Suite {pool.name}: solutions/{path} is missing; write it.")
                missing = prober.broken({path: None}, tests)
                wrong = dict(_wrong(prober, path, task, reference, tests))
                if not missing or not wrong:
                    raise SuiteError(f"Suite {pool.name}: tests of {path} notice nothing wrong; add tests.")
                say(f"{pool.name}: {path}: {len(wrong)} wrong versions, {len(missing)} tests need it")
                files.append(_entry(path, reference, missing, wrong, nodes))
    head = {"format": version, "suite": pool.name, "basis": basis(pool)}
    lines = [f'  "{key}": {json.dumps(value)},' for key, value in head.items()]
    lines += ['  "nodes": [', ",\n".join(f"    {json.dumps(node)}" for node in nodes), "  ],"]
    lines += ['  "files": {', ",\n".join(files), "  }"]
    return "\n".join(["{", *lines, "}"]) + "\n"


def _wrong(
    prober: Prober, path: str, task: Task, reference: str, tests: set[str]
) -> Iterator[tuple[str, frozenset[str]]]:
    """Yield hash and broken nodes of each version that its own tests notice and that does not hang."""
    for version in variants(reference):
        broken = prober.broken({path: version}, tests)
        if broken and broken.intersection(task.tests):
            yield sha256(version), broken


def _entry(
    path: str,
    reference: str,
    missing: frozenset[str],
    wrong: Mapping[str, frozenset[str]],
    nodes: Mapping[str, int],
) -> str:
    def places(broken: frozenset[str]) -> str:
        return json.dumps(sorted(nodes[node] for node in broken), separators=(",", ":"))

    lines = [
        f'      "reference": "{sha256(reference)}",',
        f'      "missing": {places(missing)},',
        '      "wrong": {',
    ]
    lines.append(",\n".join(f'        "{content}": {places(broken)}' for content, broken in wrong.items()))
    return "\n".join([f"    {json.dumps(path)}: {{", *lines, "      }", "    }"])
