"""Paired differences: exact where they can be known, honest where they cannot."""

from __future__ import annotations

from random import Random

import pytest

from engine.analysis.pairs import difference


def test_means_and_their_difference_are_those_of_the_pairs() -> None:
    found = difference([1.0, 2.0, 6.0], [2.0, 4.0, 9.0])
    assert (found.mean_without, found.mean_with, found.mean) == (3.0, 5.0, 2.0)


def test_signs_are_all_tried_for_few_pairs() -> None:
    assert difference([0.0] * 5, [1.0, 2.0, 3.0, 4.0, 5.0]).p_value == 2 / 2**5
    assert difference([0.0] * 4, [1.0, -1.0, 1.0, -1.0]).p_value == 1.0
    assert difference([3.0] * 4, [3.0] * 4).p_value == 1.0


def test_one_pair_says_nothing_of_chance() -> None:
    found = difference([1.0], [5.0])
    assert (found.mean, found.interval, found.p_value) == (4.0, None, None)


def test_the_interval_covers_the_truth_as_often_as_it_claims() -> None:
    chance = Random("pairs")
    hits = 0
    for trial in range(60):
        without = [chance.gauss(10, 3) for _ in range(20)]
        with_ = [value + chance.gauss(1, 2) for value in without]
        low, high = difference(without, with_, seed=trial).interval or (0.0, 0.0)
        hits += low <= 1 <= high
    assert 50 <= hits <= 60


def test_many_pairs_are_judged_by_drawn_signs_and_the_same_each_time() -> None:
    without = [float(n % 7) for n in range(30)]
    with_ = [value + 0.5 for value in without]
    found = difference(without, with_)
    assert found == difference(without, with_)
    assert found.p_value == pytest.approx(0.0, abs=0.001)


def test_pairs_must_match() -> None:
    with pytest.raises(ValueError, match="shorter"):
        difference([1.0, 2.0], [1.0])
