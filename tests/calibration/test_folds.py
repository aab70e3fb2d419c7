"""What is said of cells that were left out comes from where they were left out, its own chance beside it."""

from __future__ import annotations

import pytest

from engine.calibration import aims, folds, report
from engine.calibration.compare import Agreement, Place
from engine.calibration.folds import Fold, ends, left_out, left_out_ends, said, wobble
from engine.calibration.grid import Cell, Ended, Runs, cells
from engine.models.simulated.profile import TABLE


def grid(factor: float, spread: float = 0.0) -> dict[Cell, Runs]:
    """Teams are so many times as fast as one agent, whatever their size; runs differ by ``spread``."""
    return {
        cell: Runs(
            [
                Ended(
                    True, 60 / (factor if cell.agents > 1 else 1) * (1 + spread * k), 0.0, 900 + cell.agents
                )
                for k in range(-2, 3)
            ]
        )
        for cell in cells()
    }


def sizes(spread: float = 0.0) -> list[Fold]:
    """The fold without N says that teams are N times as fast, and has other cells beside it."""
    return [Fold(str(n), grid(float(n), spread)) for n in (1, 2, 3, 4, 5)]


def test_a_team_size_is_said_where_it_was_left_out() -> None:
    found = said(sizes(), by_suite=True, like=cells())
    assert found
    assert all(figure.speedup == pytest.approx(place.agents) for place, figure in found.items())
    assert {cell.agents for cell in left_out(sizes())} == {1, 2, 3, 4, 5}
    three = Cell("gpt-5.2", "preassigned", "svg", "mixed", 3)
    assert left_out(sizes())[three].wall == pytest.approx(20)


def test_a_mean_over_suites_has_each_suite_from_where_it_was_left_out() -> None:
    left = [Fold("mathutils", grid(1.0)), Fold("dataanalysis", grid(2.0)), Fold("svg", grid(6.0))]
    place = Place("preassigned", "gpt-5.2", "", "mixed", 3)
    assert said(left, by_suite=False, like=cells())[place].speedup == pytest.approx(3)
    assert said(left, by_suite=True, like=cells())[place._replace(suite="svg")].speedup == pytest.approx(6)


def test_what_simulated_runs_leave_to_chance_is_nothing_if_they_are_all_alike(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(folds, "DRAWS", 15)
    recorded = {cell: Runs(runs.ended) for cell, runs in grid(1.5, 0.1).items()}
    still, loud = (
        wobble(sizes(spread), recorded, "preassigned", by_suite=True, like=cells()) for spread in (0.0, 0.15)
    )
    assert still[0] == pytest.approx(0)
    assert loud[0] is not None
    assert loud[0] > 0.005


def test_runs_end_as_often_as_the_table_says_that_no_task_is_lost() -> None:
    told = ends(TABLE.read_bytes(), cells())
    assert set(told) == set(cells())
    assert all(0 < share <= 1 for share in told.values())
    claude = [told[Cell("claude-sonnet-4-6", "decentralized", "svg", "serial", n)] for n in (1, 2, 3, 4, 5)]
    assert claude == sorted(claude, reverse=True)
    assert claude[0] - claude[-1] > 0.3
    flat = Cell("claude-sonnet-4-6", "decentralized", "svg", "parallel", 5)
    assert told[flat] > claude[-1]
    assert told[flat._replace(mode="preassigned")] == 1


def test_how_likely_a_cell_is_to_end_is_said_where_it_was_left_out() -> None:
    left = [Fold(str(n), {}, dict.fromkeys(cells(), n / 10)) for n in (1, 2, 3, 4, 5)]
    assert all(share == cell.agents / 10 for cell, share in left_out_ends(left).items())
    assert len(left_out_ends(left)) == len(cells())


def test_the_page_shows_what_is_chance_beside_what_was_reached() -> None:
    row = ("preassigned", "held out: each N", Agreement(36, 0.1, 0.17, 0.4, None, None, None))
    table = report.aims_table(aims.speedups([row], {row[:2]: (0.03, 0.08)}))
    assert "17% ± 3%" in table
    assert "0.40 ± 0.08" in table
    assert "±" not in report.aims_table(aims.speedups([row]))
