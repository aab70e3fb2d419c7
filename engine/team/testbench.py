"""Test runs as the team sees them: on a copy of the workspace, timed by the run's clock, as events."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext

from engine.record import events as ev
from engine.record.clean import storable
from engine.team.drafts import Draft, overlay
from engine.team.evidence import Evidence
from engine.team.member import Team
from engine.world.chance import stream
from engine.world.testrunner import TestReport, TestRequest, TestRunner

MODELLED_MU, MODELLED_SIGMA = -1.11, 0.61
"""Log-normal duration of a test run in seconds on simulated clocks: median 0.33 s, 95th percentile 0.91 s, as
recorded (Mieczkowski et al. 2026, decentralized Claude runs)."""


class TestBench:
    """Runs tests for agents; what they prove is folded into ``evidence`` from the events."""

    __test__ = False  # not a test class, whatever pytest thinks of its name

    def __init__(
        self, team: Team, runner: TestRunner, suite_tests: tuple[str, ...], evidence: Evidence
    ) -> None:
        self.evidence = evidence
        self._team = team
        self._runner = runner
        self._all = tuple(node for task in team.run.tasks for node in task.tests) + suite_tests

    async def run(
        self, agent: str, turn: int, tasks: tuple[str, ...] = (), drafts: Sequence[Draft] = ()
    ) -> ev.TestsFinished:
        """Test the workspace as it stands, under ``drafts``, for the nodes of ``tasks`` (empty: all)."""
        team = self._team
        board = team.state.board
        expected = tuple(node for task in tasks for node in board.tasks[task].tests) if tasks else self._all
        files, over = team.workspace.snapshot(), overlay({}, drafts)
        if drafts:
            files = overlay(files, drafts)
        number = self.evidence.runs + 1
        tree, ids = team.workspace.tree_hash(over), tuple(draft.id for draft in drafts)
        team.bus.emit(ev.TestsStarted(run=number, agent=agent, turn=turn, tasks=tasks, tree=tree, drafts=ids))
        await team.bus.commit()
        report = await self._timed(TestRequest(files, expected, agent, number))
        return team.bus.emit(
            ev.TestsFinished(
                run=number,
                agent=agent,
                turn=turn,
                verdict=report.verdict,
                passed=report.passed,
                failed=report.failed,
                seconds=report.seconds,
                wait_seconds=report.wait_seconds,
                output=storable(report.output),
            )
        )

    async def _timed(self, request: TestRequest) -> TestReport:
        team, runner = self._team, self._runner
        on_wall = team.clock.kind == "wall" and runner.external
        async with (
            team.gate.real_work() if on_wall else nullcontext(),
            team.clock.hold() if runner.external else nullcontext(),
        ):
            report = await runner.run(request)
        if on_wall:
            seconds, wait = round(report.seconds, 3), round(report.wait_seconds, 3)
        else:
            chance = stream(team.run.seed, "tests", request.agent, request.run)
            seconds, wait = round(chance.lognormvariate(MODELLED_MU, MODELLED_SIGMA), 3), 0.0
            seconds = seconds if report.booked_seconds is None else report.booked_seconds
            await team.clock.sleep(seconds)
        return TestReport(report.verdict, report.passed, report.failed, seconds, wait, report.output)

    async def verify(self) -> TestReport:
        """The closing run of all expected tests; no event of its own, no time on the run's clock."""
        return await self._runner.run(TestRequest(self._team.workspace.snapshot(), self._all))
