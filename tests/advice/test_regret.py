"""The backtest of plans: what is held out is known to nobody, and chance is told apart from choice."""

from __future__ import annotations

from benchmarks.backtest_plan import strict
from benchmarks.regret import Outcome, Regrets, Series, by_chance, elsewhere
from engine.advice.derive import SIZES, Key, Simulated
from engine.advice.experience import Cell, table

HELD: Series = ("preassigned", "m", "held", "mixed")
A: Series = ("preassigned", "m", "a", "mixed")
B: Series = ("preassigned", "m", "b", "mixed")


def taking(series: Series, seconds: tuple[float, ...]) -> dict[tuple[Series, int], Outcome]:
    return {(series, n): Outcome(each, 1_000.0) for n, each in zip(SIZES, seconds, strict=True)}


OTHERS = {**taking(A, (100, 90, 50, 60, 70)), **taking(B, (10, 9, 7, 9, 9))}


def test_what_was_best_elsewhere_does_not_hang_on_the_suite_that_is_held_out() -> None:
    for own in ((1, 2, 3, 4, 5), (5, 4, 3, 2, 1)):
        assert elsewhere({**OTHERS, **taking(HELD, own)}, HELD, "time") == 3


def test_regret_is_what_the_choice_took_beyond_the_best() -> None:
    regrets = Regrets()
    real = {**OTHERS, **taking(HELD, (100, 80, 60, 50, 75))}
    cells = [table().cells[0] for _ in SIZES]
    told = {"plan": [Outcome(each, 1_000.0) for each in (9, 8, 7, 8, 9)]}
    regrets.count(HELD, cells, real, told)
    assert {way: round(regrets.mean("time", way), 6) for way in ("plan", "always 1", "always 5")} == {
        "plan": 0.2,
        "always 1": 1.0,
        "always 5": 0.5,
    }


def test_runs_without_any_chance_have_no_regret_by_chance_and_others_have_some() -> None:
    real = taking(HELD, (100, 80, 60, 50, 75))
    same = {(HELD, n): [(real[HELD, n].seconds, 1_000.0, True)] * 5 for n in SIZES}
    assert by_chance(same, real, HELD, "time") == 0.0
    spread = {
        key: [
            (seconds * factor, 1_000.0, True)
            for (seconds, _, _), factor in zip(each, (0.2, 0.5, 1, 1.3, 2), strict=True)
        ]
        for key, each in same.items()
    }
    assert 0.01 < by_chance(spread, real, HELD, "time") < 1


def test_simulations_with_a_profile_of_a_suite_that_is_unknown_are_in_no_forecast() -> None:
    cells: list[Cell] = [table().cells[0]]
    own = cells[0].suite
    key: Key = (cells[0].mode, cells[0].model, own, cells[0].structure, cells[0].agents)
    simulated: Simulated = {key: {own: (1.0, 1.0), "x": (2.0, 2.0), "held": (9.0, 9.0)}}
    assert strict(cells, simulated, ["held"])[0].other == (2.0, 2.0)
    assert strict(cells, simulated, ["held", "x"])[0].other == (1.0, 1.0)
