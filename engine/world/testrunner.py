"""The TestRunner seam: what a run of tests is asked and what it answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from engine.record.events import Verdict


@dataclass(frozen=True, slots=True)
class TestRequest:
    """Test the workspace given by ``files`` (path -> content) for the nodes ``expected``.

    ``expected`` are node ids as in ``tasks.model.Task.tests``. The pristine tests are the runner's own.
    ``agent`` and ``run`` say who asks and with which run of the journal; empty and 0 for the closing run.
    """

    __test__ = False  # not a test class, whatever pytest thinks of its name

    files: Mapping[str, str]
    expected: tuple[str, ...]
    agent: str = ""
    run: int = 0


@dataclass(frozen=True, slots=True)
class TestReport:
    """What happened: every expected node is in ``passed`` or in ``failed``, in the order expected.

    ``verdict`` is ``passed`` only if every expected node reported that it passed; ``failed`` if tests ran and
    some did not pass; ``error`` if the run itself broke; ``timeout`` if it was stopped. ``seconds`` is real
    time (0 if nothing was run); ``wait_seconds`` the wait
    for a slot before. ``output`` is for people and agents, bounded. ``booked_seconds`` is what a run takes
    on simulated clocks, if the runner knows better than the model of it.
    """

    __test__ = False

    verdict: Verdict
    passed: tuple[str, ...]
    failed: tuple[str, ...]
    seconds: float
    wait_seconds: float = 0.0
    output: str = ""
    booked_seconds: float | None = None


class TestRunner(Protocol):
    """Runs tests of a workspace; never raises for what agents wrote."""

    external: bool
    """True if runs take real time outside the event loop (processes), False if the answer is computed."""

    async def run(self, request: TestRequest) -> TestReport:
        """Run the tests and report."""
        ...

    async def close(self) -> None:
        """Free processes and folders."""
        ...
