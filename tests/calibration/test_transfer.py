"""What recordings alone say of what was left out, and what who knew the truth would reach."""

from __future__ import annotations

import math
import random
from statistics import fmean

import pytest

from engine.calibration import aims, compare, report
from engine.calibration.compare import (
    Agreement,
    Figure,
    Place,
    agreement,
    ceiling,
    figures,
    true_means,
)
from engine.calibration.grid import Cell, Ended, Runs, cells
from engine.calibration.transfer import (
    OTHER_SIZES,
    OTHER_SUITES,
    TOGETHER,
    best,
    from_sizes,
    from_suites,
    together,
)

Grid = dict[Cell, Runs]

MODEL = {"claude-sonnet-4-6": 0.7, "gemini-3-flash": 0.3, "gpt-5.2": -0.2}
SHAPE = {"parallel": 0.5, "mixed": 0.2, "serial": -0.4}
SUITE = {"mathutils": 0.2, "dataanalysis": 0.0, "svg": -0.1}


def lawful(suites: float = 0.0) -> Grid:
    """Speedup is N to a power made of model and structure, and of the suite as far as asked for."""
    grid = {}
    for cell in cells():
        power = MODEL[cell.model] + SHAPE[cell.structure] + suites * SUITE[cell.suite]
        grid[cell] = Runs([Ended(True, 60 / cell.agents**power, 0.0, 1000 * cell.agents)] * 5)
    return grid


def test_what_suites_have_in_common_is_found_from_the_others() -> None:
    said = {one.way: one.agreed for one in from_suites(lawful(), "preassigned")}
    for way in ("same model, structure and size", TOGETHER):
        assert said[way].relative == pytest.approx(0)
        assert said[way].rank == pytest.approx(1)
        assert said[way].tokens == pytest.approx(0)
    assert said["same model"].relative not in (None, pytest.approx(0))
    error, rank = best(from_suites(lawful(), "preassigned"))
    assert (error, rank) == (said[TOGETHER].relative, said[TOGETHER].rank)


def test_what_a_suite_has_for_itself_is_not_found_from_the_others_but_from_its_own_sizes() -> None:
    grid = lawful(suites=1.0)
    error, _ = best(from_suites(grid, "decentralized"))
    assert error is not None
    assert error > 0.05
    sizes = {one.way: one.agreed for one in from_sizes(grid, "decentralized")}
    assert sizes["the same, a power of the size"].relative == pytest.approx(0)
    assert sizes["the same, a power of the size"].rank == pytest.approx(1, abs=0.01)  # ties, up to rounding


@pytest.mark.parametrize("kind", [*OTHER_SUITES, TOGETHER])
def test_no_predictor_sees_the_suite_that_is_left_out(kind: str) -> None:
    """Whatever is recorded of a suite, what is said of that suite stays the same."""
    one, other = lawful(), lawful()
    for cell in cells():
        if cell.suite == "svg":
            other[cell] = Runs([Ended(True, 7.0 + cell.agents, 0.0, 3)] * 5)
    place = Place("preassigned", "gpt-5.2", "svg", "mixed", 3)
    if kind == TOGETHER:
        assert figures(together(one), by_suite=True)[place] == figures(together(other), by_suite=True)[place]
    else:
        way = OTHER_SUITES[kind]
        assert way(figures(one, by_suite=True), place) == way(figures(other, by_suite=True), place)


@pytest.mark.parametrize("kind", OTHER_SIZES)
def test_no_predictor_sees_the_size_that_is_left_out(kind: str) -> None:
    one = figures(lawful(), by_suite=True)
    place = Place("preassigned", "gpt-5.2", "svg", "mixed", 3)
    other = one | {place: Figure(9.0, 9.0)}
    assert OTHER_SIZES[kind](one, place) == OTHER_SIZES[kind](other, place)
    assert OTHER_SIZES[kind]({place: Figure(9.0, 9.0)}, place) is None


def test_who_knew_the_true_means_is_as_far_off_as_halves_say(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compare, "HALVES", 25)
    chance = random.Random(3)
    truth = {cell: 60 * math.exp(0.25 * chance.gauss(0, 1)) if cell.agents > 1 else 60.0 for cell in cells()}
    known = figures({cell: Runs([Ended(True, wall, 0, 9)]) for cell, wall in truth.items()}, by_suite=True)
    found: list[Agreement] = []
    said: list[Agreement] = []
    for _ in range(4):
        recorded = {
            cell: Runs([Ended(True, wall * math.exp(0.4 * chance.gauss(0, 1)), 0, 9) for _ in range(6)])
            for cell, wall in truth.items()
        }
        found.append(agreement(known, figures(recorded, by_suite=True), "preassigned"))
        said.append(true_means(ceiling(recorded, "preassigned", by_suite=True)))

    def usual(some: list[Agreement], name: str) -> float:
        return fmean(float(getattr(each, name)) for each in some)

    assert usual(said, "rank") == pytest.approx(usual(found, "rank"), abs=0.08)
    assert usual(said, "relative") == pytest.approx(usual(found, "relative"), rel=0.2)
    assert usual(said, "absolute") == pytest.approx(usual(found, "absolute"), rel=0.2)


def test_halves_that_do_not_agree_at_all_promise_nothing() -> None:
    nothing = true_means(Agreement(9, 0.4, 0.3, -0.2, None, None, None))
    assert (nothing.rank, nothing.relative, nothing.tokens, nothing.token_rank) == (0, 0.15, None, None)


def test_the_page_says_whether_the_recordings_that_are_left_hold_what_is_asked_for() -> None:
    rows: list[aims.Row] = []
    for what, reached in (("held out: each suite", 0.1), ("held out: each N", 0.9)):
        rows.append(("preassigned", what, Agreement(99, 0.1, 0.5, reached, None, None, None)))
    rows.append(("preassigned", aims.NOISE, Agreement(99, 0.1, 0.01, 0.95, None, None, None)))
    noisy = lawful(suites=4.0)
    left = [("held out: each suite", said) for said in from_suites(noisy, "preassigned")]
    left += [("held out: each N", said) for said in from_sizes(noisy, "preassigned")]
    sentences = report.transfer_sentences(left, aims.speedups(rows)).splitlines()
    assert len(sentences) == 4
    for line in sentences:
        assert ("misses the aim, too" in line) == ("each suite" in line), line
    assert report.transfer_table(left).count("\n") == 2 + len(left)
