"""Measures and fits give back what synthetic recordings were made of."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.calibration import pace
from engine.calibration.compare import (
    agreement,
    ceiling,
    ended,
    figures,
    intervals,
    spearman,
    success,
    wall_error,
)
from engine.calibration.grid import Cell, Ended, Runs, cells
from engine.calibration.measure import least_squares, share, sketch
from engine.models.simulated.draws import Draws

Grid = dict[Cell, Runs]


def grid(wall: float = 60.0, spread: float = 0.0) -> Grid:
    """A recorded grid: teams are twice as fast per doubling, write N times the tokens, and always end."""
    return {
        cell: Runs(
            [
                Ended(True, wall / cell.agents * (1 + spread * k), wall / cell.agents, 1000 * cell.agents)
                for k in range(-2, 3)
            ]
        )
        for cell in cells()
    }


# ------------------------------------------------------------ measures


@given(st.lists(st.integers(0, 30), min_size=1, max_size=60))
@settings(max_examples=60)
def test_counts_drawn_from_a_sketch_lie_within_what_was_counted(counts: list[int]) -> None:
    drawn = [Draws(seed, "Dev1", 1).count("x", sketch(counts)) for seed in range(60)]
    positive = [count for count in counts if count]
    assert all(count == 0 or min(positive) <= count <= max(positive) for count in drawn)
    assert (0 in drawn) <= (0 in counts)


@given(st.lists(st.floats(0.1, 9), min_size=2, max_size=3), st.integers(0, 999))
@settings(max_examples=60)
def test_least_squares_find_the_coefficients_of_exact_data(coefficients: list[float], seed: int) -> None:
    draws = Draws(seed, "", 0)
    rows = [[draws.uniform(f"{row} {at}") for at in range(len(coefficients))] for row in range(12)]
    values = [sum(c * x for c, x in zip(coefficients, row, strict=True)) for row in rows]
    weights = [1 + draws.uniform(f"weight {row}") for row in range(12)]
    assert least_squares(rows, values, weights) == pytest.approx(coefficients, rel=1e-5)


def test_least_squares_give_no_negative_coefficient_and_bear_columns_of_zeros() -> None:
    assert least_squares([[1, 1], [1, 2], [1, 3]], [3, 2, 1], [1, 1, 1]) == pytest.approx([2, 0])
    assert least_squares([[2, 0], [4, 0]], [1, 2], [1, 1]) == pytest.approx([0.5, 0])


def test_a_share_of_nothing_is_what_one_says_it_is() -> None:
    assert share([], 0.7) == 0.7
    assert share([True, False, True, True], 0.7) == 0.75


# ------------------------------------------------------------ pace


@given(st.floats(0.4, 2.5), st.floats(-0.4, 0.8))
@settings(max_examples=15)
def test_a_pace_that_walls_were_made_with_is_found_again(alone: float, crowding: float) -> None:
    simulated = grid()
    recorded: Grid = {
        cell: Runs([Ended(True, run.wall * alone * cell.agents**crowding, 0, 1) for run in runs.ended] * 200)
        for cell, runs in simulated.items()
    }
    found = pace.fit(simulated, recorded, cells())
    for suites in found.values():
        for kinds in suites.values():
            for each in kinds.values():
                assert each["alone"] == pytest.approx(alone, rel=0.01)
                assert each["crowding"] == pytest.approx(crowding, abs=0.01)


def test_paces_of_a_suite_that_was_left_out_are_those_of_the_others() -> None:
    simulated, recorded = grid(), grid(120)
    found = pace.fit(simulated, recorded, [cell for cell in cells() if cell.suite != "svg"])
    assert found["gpt-5.2"]["svg"]["dec_mixed"] == found["gpt-5.2"]["mathutils"]["dec_mixed"]
    assert found["gpt-5.2"]["svg"]["dec_mixed"]["alone"] == pytest.approx(2, rel=0.15)


def test_for_a_suite_that_nobody_recorded_crowding_is_drawn_towards_the_mean_over_shapes() -> None:
    """As much as one more suite would draw it, on which all shapes are alike."""
    simulated = grid()
    power = {"parallel": 0.6, "mixed": 0.0, "serial": -0.3}
    recorded: Grid = {
        cell: Runs([Ended(True, run.wall * cell.agents ** power[cell.structure], 0, 1) for run in runs.ended])
        for cell, runs in simulated.items()
    }
    seen = [cell for cell in cells() if cell.suite != "svg"]
    own = pace.fit(simulated, recorded, seen)["gpt-5.2"]["svg"]
    common = pace.fit(simulated, recorded, seen, common=True)["gpt-5.2"]["svg"]
    middle = sum(own[f"dec_{shape}"]["crowding"] for shape in power) / 3
    for shape in power:
        alone = own[f"dec_{shape}"]["crowding"]
        assert common[f"dec_{shape}"]["crowding"] == pytest.approx((2 * alone + middle) / 3, abs=1e-3)


# ------------------------------------------------------------ comparing


def test_runs_agree_with_themselves() -> None:
    recorded = grid(spread=0.1)
    same = figures(recorded)
    found = agreement(same, same, "preassigned", intervals(recorded))
    assert (found.cells, found.absolute, found.relative, found.inside, found.tokens) == (36, 0, 0, 1, 0)
    assert found.rank == pytest.approx(1)


def test_errors_that_were_put_in_come_out() -> None:
    recorded = grid()
    slow = {
        cell: Runs(
            [
                Ended(run.success, run.wall * (1.25 if cell.agents > 1 else 1), 0, run.tokens * 2)
                for run in runs.ended
            ]
        )
        for cell, runs in recorded.items()
    }
    found = agreement(figures(slow), figures(recorded), "decentralized", intervals(recorded))
    assert found.relative == pytest.approx(0.2)
    assert found.absolute == pytest.approx(0.2 * (2 + 3 + 4 + 5) / 4)
    assert found.inside == 0
    assert found.rank == pytest.approx(1)
    assert found.tokens == pytest.approx(0)  # both of the multiplier's parts doubled
    assert wall_error(slow, recorded, "decentralized", 3) == pytest.approx(0.25)
    assert wall_error(slow, recorded, "decentralized", 1) == pytest.approx(0)


def test_cells_without_a_run_that_ended_have_no_figure_and_count_in_success() -> None:
    recorded, simulated = grid(), grid()
    lost = Cell("gpt-5.2", "decentralized", "svg", "serial", 5)
    simulated[lost] = Runs([Ended(False, 900, 900, 1)] * 5)
    assert len(figures(simulated, by_suite=True)) == len(figures(recorded, by_suite=True)) - 1
    row = next(
        s
        for s in success(ended(simulated), recorded)
        if (s.model, s.mode, s.agents) == (lost.model, lost.mode, 5)
    )
    assert row.recorded == 1
    assert row.simulated == pytest.approx(8 / 9)


def test_the_mean_over_suites_is_made_of_the_suites_that_were_recorded() -> None:
    simulated = grid()
    odd = Cell("gpt-5.2", "preassigned", "svg", "serial", 2)
    simulated[odd] = Runs([Ended(True, 1.0, 1.0, 1)])
    every = figures(simulated)
    known = figures(simulated, like=[cell for cell in cells() if cell != odd])
    changed = [place for place in every if every[place] != known[place]]
    assert [(place.model, place.agents) for place in changed] == [("gpt-5.2", 2)]


def test_the_noise_ceiling_grows_with_the_noise() -> None:
    still, loud = (ceiling(grid(spread=spread), "preassigned") for spread in (0.0, 0.2))
    assert still.relative == pytest.approx(0)
    assert loud.relative is not None
    assert 0.02 < loud.relative < 0.3


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=3, max_size=25))
@settings(max_examples=80)
def test_rank_correlation_is_that_of_scipy(pairs: list[tuple[int, int]]) -> None:
    stats = pytest.importorskip("scipy.stats")
    x, y = [float(a) for a, _ in pairs], [float(b) for _, b in pairs]
    ours = spearman(x, y)
    if len(set(x)) == 1 or len(set(y)) == 1:
        assert ours is None
    else:
        assert ours == pytest.approx(float(stats.spearmanr(x, y).statistic), abs=1e-9)
