"""Every bug planted in the engine is found: most within a few seeds, all within 1,000."""

from __future__ import annotations

import pytest

from engine.simulation.runner import Result, run_seed
from engine.simulation.scenario import Settings
from tests.simulation.mutants import MUTANTS

SUBTLE = {
    "accept_tests_of_files_that_changed",
    "give_tasks_to_the_lost",
    "end_a_new_lease_with_an_old_one",
    "repeat_calls_without_end",
    "ignore_retry_after",
    "revive_nobody",
    "act_on_what_is_not_recorded",
    "pass_tasks_on_to_the_lost",
}
"""Found after tens to hundreds of seeds: left to the long tests."""


def hunt(name: str, seeds: int) -> Result | None:
    """The first run in which the planted bug is found."""
    with pytest.MonkeyPatch.context() as patch:
        MUTANTS[name](patch)
        results = (run_seed(seed, Settings()) for seed in range(seeds))
        return next((result for result in results if result.violations), None)


def test_there_are_more_than_twenty_five() -> None:
    assert len(MUTANTS) >= 25
    assert set(MUTANTS) > SUBTLE


@pytest.mark.parametrize("name", sorted(set(MUTANTS) - SUBTLE))
def test_planted_bug_is_found_soon(name: str) -> None:
    assert hunt(name, 60) is not None


@pytest.mark.deep
@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", sorted(SUBTLE))
def test_subtle_planted_bug_is_found_within_a_thousand_seeds(name: str) -> None:
    assert hunt(name, 1_000) is not None
