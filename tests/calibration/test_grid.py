"""A corner of the paper's grid, played with the shipped models: near what was recorded."""

from __future__ import annotations

from statistics import fmean

import pytest

from engine.calibration.grid import FITTED_ROUNDS, Cell, Ended, play, simulate

SEEDS = 3

RECORDED = {
    ("claude-sonnet-4-6", "preassigned", "dataanalysis", "parallel"): (67.1, 29.9),
    ("claude-sonnet-4-6", "decentralized", "mathutils", "mixed"): (58.9, 63.4),
    ("gemini-3-flash", "decentralized", "dataanalysis", "parallel"): (104.0, 165.3),
    ("gpt-5.2", "preassigned", "mathutils", "parallel"): (36.9, 17.7),
    ("gpt-5.2", "decentralized", "mathutils", "serial"): (166.0, 197.0),
}
"""Mean walls in seconds of successful runs at N = 1 and N = 5: Mieczkowski et al. 2026, recorded runs."""

FACTOR = 1.6
"""How far the mean of three runs may be off: runs of a recorded cell differ by a third, and so do ours."""


def ended(model: str, mode: str, suite: str, structure: str, agents: int) -> list[Ended]:
    return [play(Cell(model, mode, suite, structure, agents), seed) for seed in range(SEEDS)]


@pytest.mark.parametrize("kind", RECORDED, ids="-".join)
def test_simulated_walls_are_near_the_recorded_ones(kind: tuple[str, str, str, str]) -> None:
    for agents, wall in zip((1, 5), RECORDED[kind], strict=True):
        good = [run.wall for run in ended(*kind, agents) if run.success]
        assert good
        assert wall / FACTOR < fmean(good) < wall * FACTOR, agents


def test_the_same_seed_plays_the_same_run() -> None:
    cell = Cell("gpt-5.2", "decentralized", "dataanalysis", "mixed", 3)
    assert play(cell, 4) == play(cell, 4) != play(cell, 5)


def test_no_run_fails_of_the_limit_of_rounds_that_would_end_soon_after() -> None:
    """Claim, write and report in turns of their own, and mend now and then: 20 tasks take over 80 rounds."""
    cell = Cell("gpt-5.2", "decentralized", "svg", "serial", 1)
    assert not play(cell, 2, FITTED_ROUNDS).success
    assert play(cell, 2).success


def test_runs_that_are_compared_can_have_other_seeds_than_those_that_were_fitted_to() -> None:
    cell = Cell("gemini-3-flash", "preassigned", "mathutils", "parallel", 5)
    assert simulate([cell], 2, jobs=1, first=4)[cell].ended == [play(cell, 4), play(cell, 5)]


def test_teams_that_are_not_told_of_refusals_fail_as_often_as_recorded_ones() -> None:
    """37 of 90 recorded runs of five Claude agents that claim did not end."""
    runs = [
        play(Cell("claude-sonnet-4-6", "decentralized", suite, structure, 5), seed, FITTED_ROUNDS)
        for suite in ("mathutils", "svg")
        for structure in ("parallel", "serial")
        for seed in range(4)
    ]
    assert 2 <= sum(not run.success for run in runs) <= 12
