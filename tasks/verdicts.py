"""The table of verdicts: which tests a file's content breaks, known without running code.

For every shipped suite, ``verdicts.json`` in its folder holds, for each file of each task, what real pytest
runs said about the reference solution, about each wrong version that the simulated model can write
(``tasks.variants``), and about the missing file: the tests that break, its own and its dependents', while all
else is correct. ``python -m tasks.verdicts [--suite SUITE] [--check]`` rebuilds the tables, or says which are
out of date.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol

from tasks import synthetic
from tasks.errors import SuiteError, quoted
from tasks.model import sha256
from tasks.suite import folder, load, pool, shipped
from tasks.variants import variants

FILE = "verdicts.json"
FORMAT = 1


class VerdictTable(Protocol):
    """Verdicts about the files of one suite.

    Nodes are of the whole suite, whatever structure is played: intersect them with the nodes expected.
    Several wrong files break what any of them breaks.
    """

    def broken(self, path: str, content_sha256: str) -> frozenset[str] | None:
        """Return the nodes that this content of ``path`` breaks, all else correct; None if it is unknown."""
        ...

    def missing(self, path: str) -> frozenset[str]:
        """Return the nodes that fail while ``path`` is not there; none for a file of no task."""
        ...

    def repertoire(self, path: str) -> tuple[str, ...]:
        """Return the wrong contents of ``path`` with a known verdict, the last of which does not compile."""
        ...


@dataclass(frozen=True)
class FileVerdicts:
    """What is known of one file; ``wrong`` maps the SHA-256 of a content to the nodes that it breaks."""

    reference: str
    missing: frozenset[str]
    wrong: Mapping[str, frozenset[str]]


@dataclass(frozen=True)
class StoredTable:
    """The verdicts of a shipped suite."""

    files: Mapping[str, FileVerdicts]
    references: Mapping[str, str]

    def broken(self, path: str, content_sha256: str) -> frozenset[str] | None:
        """Return the nodes that this content of ``path`` breaks, all else correct; None if it is unknown."""
        known = self.files.get(path)
        if known is None:
            return None
        return frozenset() if content_sha256 == known.reference else known.wrong.get(content_sha256)

    def missing(self, path: str) -> frozenset[str]:
        """Return the nodes that fail while ``path`` is not there; none for a file of no task."""
        known = self.files.get(path)
        return known.missing if known else frozenset()

    def repertoire(self, path: str) -> tuple[str, ...]:
        """Return the wrong contents of ``path`` with a known verdict, the last of which does not compile."""
        known = self.files.get(path)
        if known is None:
            return ()
        return tuple(text for text in variants(self.references[path]) if sha256(text) in known.wrong)


@lru_cache(maxsize=16)
def table(suite_name: str) -> VerdictTable:
    """Return the verdicts of a shipped or a synthetic suite.

    Raises ``SuiteError`` for every other suite (their tests can only be run for real) and for a table that is
    missing or damaged.
    """
    if suite_name.startswith(synthetic.PREFIX):
        return synthetic.RuleTable(load(suite_name))
    if suite_name not in shipped():
        raise SuiteError(f"Suite {quoted(suite_name)} has no table of verdicts; run it with --tests real.")
    data = _parse(suite_name)
    try:
        nodes: list[str] = data["nodes"]
        files = {path: _verdicts(known, nodes) for path, known in data["files"].items()}
    except (KeyError, TypeError, IndexError, AttributeError):
        raise _damaged(suite_name) from None
    return StoredTable(files, pool(suite_name).references)


def _verdicts(known: Mapping[str, Any], nodes: list[str]) -> FileVerdicts:
    return FileVerdicts(
        reference=known["reference"],
        missing=frozenset(nodes[place] for place in known["missing"]),
        wrong={c: frozenset(nodes[place] for place in places) for c, places in known["wrong"].items()},
    )


def _parse(suite_name: str) -> dict[str, Any]:
    try:
        data = json.loads((folder(suite_name) / FILE).read_text("utf-8"))
    except (OSError, ValueError):
        data = None
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise _damaged(suite_name)
    return data


def _damaged(suite_name: str) -> SuiteError:
    command = f"python -m tasks.verdicts --suite {suite_name}"
    return SuiteError(f"{suite_name}/{FILE} is missing or damaged; rebuild it with: {command}")


@lru_cache(maxsize=4096)
def repertoire(suite_name: str, path: str) -> tuple[str, ...]:
    """Return the wrong contents of a file that the simulated model may write; each breaks a test of its task.

    The last one does not compile. Empty for a file of no task. Raises ``SuiteError`` as ``table`` does.
    """
    return table(suite_name).repertoire(path)


def up_to_date(suite_name: str) -> bool:
    """Say whether the stored table was built from the suite and the wrong versions as they are now."""
    from tasks.verdicts_build import basis

    try:
        return bool(_parse(suite_name).get("basis") == basis(pool(suite_name)))
    except SuiteError:
        return False


def main(arguments: list[str] | None = None) -> int:
    """Rebuild or check tables; return the exit code (1: a table is out of date or cannot be built)."""
    from tasks.verdicts_build import build

    parser = argparse.ArgumentParser(
        prog="python -m tasks.verdicts", description="Build the tables of verdicts."
    )
    parser.add_argument("--suite", action="append", choices=shipped(), help="only this one (may be repeated)")
    parser.add_argument("--check", action="store_true", help="only say which are out of date")
    options = parser.parse_args(arguments)
    stale = False
    for name in options.suite or shipped():
        if options.check:
            fresh = up_to_date(name)
            stale = stale or not fresh
            print(f"{name}/{FILE} is {'up to date' if fresh else 'out of date'}.")
            continue
        try:
            text = build(pool(name), FORMAT, print)
        except SuiteError as error:
            print(error, file=sys.stderr)
            return 1
        (folder(name) / FILE).write_text(text, "utf-8", newline="\n")
    return int(stale)


if __name__ == "__main__":
    sys.exit(main())
