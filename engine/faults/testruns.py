"""Faults on the TestRunner seam: runs that hang or die, tests that are flaky."""

from __future__ import annotations

from dataclasses import replace

from engine.faults.switchboard import Switchboard
from engine.world.chance import stream
from engine.world.clock import Clock
from engine.world.testrunner import TestReport, TestRequest, TestRunner


class DisturbedTests:
    """A runner behind the faults on the agent that asks. The engine's own closing run asks as nobody."""

    def __init__(self, inner: TestRunner, faults: Switchboard, clock: Clock, seed: int) -> None:
        self.external = inner.external
        self._inner = inner
        self._faults = faults
        self._clock = clock
        self._seed = seed

    async def run(self, request: TestRequest) -> TestReport:
        """As the inner runner would, if nothing came in between."""
        for fault in self._faults.on("test_hang", request.agent)[:1]:
            return await self._hung(request, fault.number("limit"))
        for fault in self._faults.on("test_crash", request.agent):
            if stream(self._seed, "test crash", fault.id, request.run).random() < fault.number("probability"):
                return await self._died(request)
        flaky = self._faults.on("flaky_tests", request.agent)
        report = await self._inner.run(request)
        for fault in flaky:
            chance = stream(self._seed, "flaky", fault.id, request.run)
            share = fault.number("probability")
            report = _flaked(request, report, {n for n in report.passed if chance.random() < share})
        return report

    async def close(self) -> None:
        """As the inner one."""
        await self._inner.close()

    async def _hung(self, request: TestRequest, limit: float) -> TestReport:
        if self._clock.kind == "wall" and self.external:
            await self._clock.sleep(limit)
        return TestReport(
            verdict="timeout",
            passed=(),
            failed=request.expected,
            seconds=limit,
            output=f"The tests were stopped after {limit:g} s.",
            booked_seconds=limit,
        )

    async def _died(self, request: TestRequest) -> TestReport:
        """Run them for the time it takes, and have no verdict."""
        report = await self._inner.run(request)
        said = "The test process was killed before it reported (out of memory)."
        return replace(report, verdict="error", passed=(), failed=request.expected, output=said)


def _flaked(request: TestRequest, report: TestReport, struck: set[str]) -> TestReport:
    if not struck:
        return report
    failed = set(report.failed) | struck
    lines = [report.output] if report.output else []
    lines += [f"FAILED {node}" for node in request.expected if node in struck]
    return replace(
        report,
        verdict="failed" if report.verdict == "passed" else report.verdict,
        passed=tuple(node for node in request.expected if node not in failed),
        failed=tuple(node for node in request.expected if node in failed),
        output="\n".join(lines),
    )
