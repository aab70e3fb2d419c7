"""Every bug planted in the engine is found: most within a few seeds, all within 1,000."""

from __future__ import annotations

import pytest

from engine.simulation.runner import Result, run_seed
from engine.simulation.scenario import Settings
from tests.simulation.mutants import MUTANTS

SUBTLE = {
    "accept_tests_of_files_that_changed": Settings(
        suite="mathutils",
        structure="parallel",
        agents=8,
        strategy="decentralized",
        model="sim/gemini-3-flash",
        faults="",
        people=False,
    ),
    "ignore_retry_after": Settings(
        faults="[[fault]]\nkind = 'api_errors'\nstatus = 429\nretry_after = 30\nat_round = 1\n"
    ),
}
"""Found after some hundred seeds of all kinds, and soon where one looks for them."""


OF_A_STRATEGY = {
    "speculative": ("back_up_everybody_at_once", "back_up_who_is_not_late", "leave_the_other_copies_open"),
    "quorum": (
        "keep_the_drafts_of_who_leaves",
        "let_an_agent_agree_with_itself",
        "need_one_version_less_than_the_quorum",
        "submit_drafts_without_their_tests",
        "write_into_the_draft_of_another",
    ),
    "verified-by": (
        "approve_what_the_reviewer_has_not_seen",
        "complete_what_was_rejected",
        "complete_without_a_review",
        "have_authors_review_their_own_work",
        "keep_the_reviews_of_who_leaves",
        "wait_for_reviewers_who_are_lost",
    ),
}
"""Bugs that only teams of one strategy have, which is one in nine."""

AIMED = SUBTLE | {name: Settings(strategy=one) for one, names in OF_A_STRATEGY.items() for name in names}


def hunt(name: str, seeds: int, settings: Settings) -> Result | None:
    """The first run in which the planted bug is found."""
    with pytest.MonkeyPatch.context() as patch:
        MUTANTS[name](patch)
        results = (run_seed(seed, settings) for seed in range(seeds))
        return next((result for result in results if result.violations), None)


def test_there_are_more_than_twenty_five() -> None:
    assert len(MUTANTS) >= 25
    assert set(MUTANTS) > set(AIMED)


@pytest.mark.parametrize("name", sorted(MUTANTS))
def test_planted_bug_is_found_soon_and_the_sound_engine_passes_that_seed(name: str) -> None:
    settings = AIMED.get(name, Settings())
    found = hunt(name, 150 if name in SUBTLE else 60, settings)
    assert found is not None
    assert run_seed(found.seed, settings).violations == ()


@pytest.mark.deep
@pytest.mark.timeout(3_600)
@pytest.mark.parametrize("name", sorted(AIMED))
def test_subtle_planted_bug_is_found_within_a_thousand_seeds_of_all_kinds(name: str) -> None:
    assert hunt(name, 1_000, Settings()) is not None
