"""Decides tests from the contents of files alone, by a table that real test runs made."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from typing import Protocol

from engine.world.testrunner import TestReport, TestRequest, TestRunner


class VerdictTable(Protocol):
    """Which nodes a content of a file breaks when all other files are right."""

    def broken(self, path: str, content_sha256: str) -> frozenset[str] | None:
        """The nodes that fail with this content at ``path``; ``None`` if the content is unknown."""
        ...

    def missing(self, path: str) -> frozenset[str]:
        """The nodes that fail without ``path``: the tests of its task and of the tasks that build on it."""
        ...


class SimulatedTests:
    """Several wrong files break what any of them breaks. Runs no code and needs no time.

    ``paths`` are the files that the suite's tasks ask for; others cannot matter to known contents. A
    workspace with unknown content goes to ``fallback``, whose verdict is then reported; without one, such a
    file counts as missing.
    """

    external = False

    def __init__(self, table: VerdictTable, paths: Iterable[str], fallback: TestRunner | None = None) -> None:
        self._table = table
        self._paths = tuple(paths)
        self._fallback = fallback
        self._last: dict[str, tuple[str, frozenset[str] | None]] = {}

    async def run(self, request: TestRequest) -> TestReport:
        """Look the verdict up, or ask the fallback."""
        broken: set[str] = set()
        for path in self._paths:
            nodes = self._broken_by(path, request.files.get(path))
            if nodes is None:
                if self._fallback is not None:
                    report = await self._fallback.run(request)
                    if report.verdict in ("passed", "failed"):
                        # What pytest prints holds times and addresses, and would differ from run to run.
                        report = replace(report, output=_listed(report.failed))
                    return report
                nodes = self._table.missing(path)
            if nodes:
                broken |= nodes
        if broken.isdisjoint(request.expected):
            return TestReport("passed", tuple(request.expected), (), 0.0, output="")
        failed = tuple(node for node in request.expected if node in broken)
        return TestReport(
            verdict="failed",
            passed=tuple(node for node in request.expected if node not in broken),
            failed=failed,
            seconds=0.0,
            output=_listed(failed),
        )

    async def close(self) -> None:
        """Close the fallback."""
        if self._fallback is not None:
            await self._fallback.close()

    def _broken_by(self, path: str, content: str | None) -> frozenset[str] | None:
        if content is None:
            return self._table.missing(path)
        # Most files are as they were at the last request; hashing 2,000 of them takes longer than all else.
        known = self._last.get(path)
        if known is None or known[0] != content:
            digest = hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()
            known = self._last[path] = (content, self._table.broken(path, digest))
        return known[1]


def _listed(failed: Iterable[str]) -> str:
    return "\n".join(f"FAILED {node}" for node in failed)
