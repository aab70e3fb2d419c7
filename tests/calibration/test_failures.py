"""How often runs fail, as counted in recordings, and as simulated teams do it; and what counts as met."""

from __future__ import annotations

import math
import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.calibration import aims, behaviour
from engine.calibration.compare import (
    Agreement,
    Success,
    again,
    apart,
    ceiling,
    ended,
    success,
    success_ceiling,
)
from engine.calibration.grid import Cell, Ended, Runs
from engine.calibration.replies import RecordedRun, Recordings
from engine.models.simulated.draws import Draws
from engine.models.simulated.profile import Forgets
from tests.helpers.recordings import SERIAL


def run(number: int, agents: int, success: bool, structure: str = "serial") -> RecordedRun:
    name = f"{structure} {agents} {number}"
    return replace(SERIAL, name=name, structure=structure, agents=agents, success=success)


def recordings(q: float, growth: float, runs: int = 2000) -> Recordings:
    """So many runs of each team size as would be expected to fail, fail."""
    made = []
    for agents in (1, 2, 3, 4, 5):
        failed = round(runs * (1 - (1 - q) ** (agents**growth)))
        made += [run(number, agents, number >= failed) for number in range(runs)]
    return Recordings(tuple(made), ())


@pytest.mark.parametrize("growth", [0.0, 0.5, 1.0, 1.5])
@pytest.mark.parametrize("q", [0.05, 0.2])
def test_the_chance_and_growth_of_failures_are_found_again(q: float, growth: float) -> None:
    recorded = recordings(q, growth)
    found = behaviour.growth(recorded)
    assert found["dec"] == pytest.approx(growth, abs=0.1)
    table = behaviour.forgets(recorded, found)
    assert table["dec_chain"] == pytest.approx(q, rel=0.15)
    assert table["dec_flat"] == table["pre_chain"] == 0  # no run of such a kind failed


def test_a_few_failures_do_not_settle_how_they_grow() -> None:
    """One of a team of two, none of larger ones: no growth is likeliest, and far from sure."""
    runs = [run(number, agents, (number, agents) != (0, 2)) for agents in (2, 3, 4, 5) for number in range(5)]
    growth = behaviour.growth(Recordings(tuple(runs), ()))["dec"]
    assert 0.3 < growth < 0.9


def test_suites_thrown_together_fail_less_steeply_with_the_team_than_each_does() -> None:
    """Where nearly all runs fail, more agents make little difference."""
    seldom, often = (
        [replace(each, suite=suite) for each in recordings(q, 1.0).runs]
        for suite, q in (("mathutils", 0.02), ("svg", 0.6))
    )
    both = Recordings((*seldom, *often), ())
    assert behaviour.growth(both)["dec"] == pytest.approx(1, abs=0.1)
    assert behaviour.growth(both, common=True)["dec"] < 0.7


def test_without_a_failure_nobody_forgets_and_agents_err_independently() -> None:
    recorded = recordings(0.0, 1.0, runs=5)
    assert behaviour.growth(recorded) == {"pre": 1.0, "dec": 1.0}
    assert behaviour.forgets(recorded, {"pre": 1.0, "dec": 1.0})["dec_chain"] == 0.0


@given(st.floats(0.0, 0.9), st.floats(0.0, 2.0), st.integers(1, 16))
def test_the_share_of_runs_that_are_lost_grows_with_the_team_from_the_chance_of_one_agent(
    q: float, growth: float, agents: int
) -> None:
    forgets = Forgets(0.0, 0.0, 1.0, q, q / 2, growth)
    share = forgets.share(agents, claims=True, chained=True)
    assert forgets.share(1, claims=True, chained=True) == pytest.approx(q)
    assert q - 1e-9 <= share <= 1
    assert forgets.share(agents, claims=True, chained=False) <= share
    assert forgets.share(agents, claims=False, chained=True) == 0


@given(st.text(max_size=20), st.integers(0, 10**9), st.floats(0.05, 0.95))
@settings(max_examples=50)
def test_of_a_few_seeds_in_a_row_as_many_fail_as_should(purpose: str, first: int, share: float) -> None:
    drawn = [Draws(first + k, "Dev1", 3).spread_uniform(purpose) for k in range(8)]
    assert all(0 < each < 1 for each in drawn)
    assert abs(sum(each < share for each in drawn) - 8 * share) < 2
    assert drawn[0] == Draws(first, "Dev2", 9).spread_uniform(purpose)  # one for the whole run


def test_success_rates_are_apart_by_their_largest_difference_in_the_mode() -> None:
    rows = [
        Success("decentralized", "a", 1, 0.9, 0.8),
        Success("decentralized", "a", 2, 0.5, 0.8),
        Success("preassigned", "a", 1, 1.0, 0.0),
    ]
    assert apart(rows, "decentralized") == pytest.approx((0.2, 0.3))
    assert apart([], "decentralized") == (0.0, 0.0)


def test_the_success_of_a_model_is_that_of_all_its_runs_whatever_their_team() -> None:
    known = noisy(0.5)
    small = {cell: Runs(runs.ended[:5] if cell.agents > 1 else runs.ended) for cell, runs in known.items()}
    (row,) = success(ended(noisy(0.2)), small, by_size=False)
    assert row.agents == 0
    assert row.simulated == pytest.approx(0.8)
    assert row.recorded == pytest.approx(5 / 30)
    assert len(success(ended(noisy(0.2)), small)) == 5


def noisy(rate: float) -> dict[Cell, Runs]:
    cells = [Cell("gpt-5.2", "decentralized", "svg", "serial", n) for n in (1, 2, 3, 4, 5)]
    return {
        cell: Runs(
            [Ended(k >= rate * 10, (60 + 20 * (k % 3)) / cell.agents, 60.0, 1000 + 9 * k) for k in range(10)]
        )
        for cell in cells
    }


def test_halves_of_recordings_differ_more_in_success_the_more_runs_fail() -> None:
    assert success_ceiling(noisy(0.0), "decentralized") == (0, 0)
    mean, most = success_ceiling(noisy(0.5), "decentralized")
    assert 0.05 < mean < most < 1


def test_runs_that_are_made_again_are_nearer_than_halves_are_to_each_other() -> None:
    fresh, halves = again(noisy(0.2), "decentralized"), ceiling(noisy(0.2), "decentralized")
    assert fresh.relative is not None
    assert halves.relative is not None
    assert 0 < fresh.relative < halves.relative


def test_intervals_of_few_runs_hold_the_truth_less_often_than_they_are_named_after() -> None:
    chance = random.Random(1)
    cells = [Cell("gpt-5.2", "decentralized", "svg", "serial", n) for n in range(1, 9)]

    def inside(runs: int) -> float:
        made = {
            cell: Runs([Ended(True, 60 * math.exp(0.5 * chance.gauss(0, 1)), 0, 9) for _ in range(runs)])
            for cell in cells
        }
        share = again(made, "decentralized").inside
        assert share is not None
        return share

    few, many = inside(3), inside(20)
    assert few < many <= 1
    assert many > 0.75
    assert again(noisy(0.2), "preassigned").inside is None


def agreed(relative: float, rank: float) -> Agreement:
    return Agreement(36, 0.1, relative, rank, None, 0.2, 0.5)


def test_an_aim_is_met_if_it_is_reached_or_if_the_noise_allows_no_more() -> None:
    rows = [
        ("preassigned", "fitted", agreed(0.5, 0.1)),
        ("preassigned", "held out: each N", agreed(0.17, 0.40)),
        ("preassigned", aims.NOISE, agreed(0.25, 0.50)),
        ("decentralized", "held out: each N", agreed(0.09, 0.90)),
        ("decentralized", aims.NOISE, agreed(0.02, 0.95)),
    ]
    found = [(aim.mode, aim.figure, aim.verdict) for aim in aims.speedups(rows)]
    assert found == [
        ("preassigned", "median error of speedup", "met: as near as halves"),
        ("preassigned", "rank correlation", "not met"),
        ("decentralized", "median error of speedup", "met"),
        ("decentralized", "rank correlation", "met"),
    ]


def test_an_aim_of_which_nothing_is_known_is_not_called_met() -> None:
    rows = [("preassigned", "held out: each N", Agreement(0, None, None, None, None, None, None))]
    assert {aim.verdict for aim in aims.speedups(rows)} == {"unknown"}
    far, near = (
        aims.success_aim("preassigned", "held out: each N", "success rate", most=most, ceiling=ceiling)
        for most, ceiling in ((0.12, 0.11), (0.09, 0.01))
    )
    assert (far.verdict, near.verdict) == ("not met", "met")
