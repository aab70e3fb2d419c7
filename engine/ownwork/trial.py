"""Runs a project's tests as they stand, in the sandbox."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from engine.errors import TeamtopError
from engine.world.pytestrunner import PytestRunner
from engine.world.sandbox.base import Unsandboxed
from engine.world.sandbox.chosen import best, refusal
from engine.world.testrunner import TestReport, TestRequest
from tasks.testnodes import parse_tests, test_nodes

SECONDS = 300.0
"""How long all tests together may take; those of a run have 30 s."""


def nodes_of(tests: Mapping[str, str], files: list[str]) -> tuple[dict[str, tuple[str, ...]], list[str]]:
    """The nodes of each test file, and of files that hold none why."""
    found: dict[str, tuple[str, ...]] = {}
    left_out: list[str] = []
    for file in files:
        try:
            nodes = tuple(f"{file}::{node}" for node in test_nodes(parse_tests(tests[file])))
        except SyntaxError as error:
            left_out.append(f"{file}: it is no Python (line {error.lineno}: {error.msg})")
            continue
        if nodes:
            found[file] = nodes
        else:
            left_out.append(f"{file}: it holds no test")
    return found, left_out


def run(
    source: Mapping[str, str], tests: Mapping[str, str], nodes: tuple[str, ...], *, unsafe: bool
) -> TestReport:
    """Run them. Raises ``TeamtopError`` if no sandbox can be had and ``unsafe`` does not do without."""
    sandbox, probes = (Unsandboxed(), ()) if unsafe else best()
    if sandbox is None:
        raise TeamtopError(
            f"No sandbox can be had here ({refusal(probes)}): see `teamtop doctor`, or add --unsafe-tests to "
            "run the project's tests with your rights."
        )

    async def play() -> TestReport:
        runner = PytestRunner(tests, {}, sandbox, timeout_seconds=SECONDS, slots=1)
        try:
            return await runner.run(TestRequest(source, nodes))
        finally:
            await runner.close()

    return asyncio.run(play())
