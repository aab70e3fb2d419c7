"""What copies brought: rates, and the correlation of versions against one computed by hand."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from msgspec.structs import replace

from engine.analysis import copies
from engine.record import events as ev
from tests.helpers.scripted import graph, started

TASKS = graph(*(f"unit{number}" for number in range(12)))


def versions(outcomes: Sequence[Sequence[int]]) -> list[ev.AnyEvent]:
    """A journal in which the versions of task n pass (1) or fail (0) at first, as ``outcomes[n]`` says."""
    events: list[ev.AnyEvent] = [started(TASKS, agents=3, strategy="quorum", quorum=(2, 3))]
    number = 0
    for task, results in zip(TASKS, outcomes, strict=False):
        for place, passed in enumerate(results, 1):
            number += 1
            agent, nodes = f"Dev{place}", task.tests
            events += [
                ev.DraftOpened(draft=number, task=task.id, agent=agent, kind="version"),
                ev.TestsStarted(run=number, agent=agent, turn=1, tasks=(task.id,), tree="", drafts=(number,)),
                ev.TestsFinished(
                    run=number,
                    agent=agent,
                    turn=1,
                    verdict="passed" if passed else "failed",
                    passed=nodes if passed else (),
                    failed=() if passed else nodes,
                    seconds=0.1,
                ),
            ]
    return events


def test_versions_that_always_fail_together_are_worth_one() -> None:
    found = copies.measure(versions([(0, 0, 0)] * 6 + [(1, 1, 1)] * 6), TASKS)
    assert found.rho == pytest.approx(1.0)
    assert found.effective == pytest.approx(1.0)


def test_the_correlation_is_the_covariance_of_pairs_by_the_variance() -> None:
    # 12 tasks, 24 outcomes, 6 failures: mean 3/4, variance 3/16. Pairs: 2 × (0,0), 2 × (0,1), 8 × (1,1).
    # Their products are 9/16, -3/16 and 1/16; their mean is (18 - 6 + 8) / 16 / 12 = 5/48; by 3/16: 5/9.
    found = copies.measure(versions([(0, 0)] * 2 + [(0, 1)] * 2 + [(1, 1)] * 8), TASKS)
    assert (found.versions, found.tasks, found.failures) == (2, 12, 6)
    assert found.rho == pytest.approx(5 / 9)
    assert found.effective == pytest.approx(2 / (1 + 5 / 9))


def test_failures_that_never_meet_make_no_more_versions_than_there_were() -> None:
    found = copies.measure(versions([(0, 1)] * 3 + [(1, 0)] * 3 + [(1, 1)] * 6), TASKS)
    assert found.rho is not None
    assert found.rho < 0
    assert found.effective == 2


@pytest.mark.parametrize("outcomes", [[(0, 1)] * 9, [(1, 1, 1)] * 12, [(0, 1)] * 4 + [(1, 1)] * 8, []])
def test_with_too_little_data_nothing_is_invented(outcomes: list[tuple[int, ...]]) -> None:
    found = copies.measure(versions(outcomes), TASKS)
    assert (found.rho, found.effective) == (None, None)
    assert "too little data" in found.why


def test_only_the_first_verdict_counts_for_what_comes_after_knows_of_the_failure() -> None:
    events = versions([(0, 0)] * 6 + [(1, 1)] * 6)
    again: list[ev.AnyEvent] = [
        ev.TestsStarted(run=90, agent="Dev1", turn=2, tasks=(), tree="", drafts=(1,)),
        ev.TestsFinished(
            run=90, agent="Dev1", turn=2, verdict="passed", passed=TASKS[0].tests, failed=(), seconds=0.1
        ),
    ]
    assert copies.measure([*events, *again], TASKS) == copies.measure(events, TASKS)


def test_a_run_without_copies_has_no_figures() -> None:
    assert copies.figures([started(TASKS)]) is None


def test_a_quorum_that_a_fork_began_with_in_mid_run_is_the_one_that_is_told() -> None:
    begun, *rest = versions([(0, 0)] * 6 + [(1, 1)] * 6)
    assert isinstance(begun, ev.RunStarted)
    change = ev.TeamChanged(author="fork", strategy="quorum", team=begun.team, quorum=(2, 2))
    found = copies.figures([replace(begun, strategy="decentralized", quorum=None), change, *rest])
    assert found is not None
    assert (found["quorum"], found["independence"]["tasks"]) == ([2, 2], 12)
    assert any("2 of 2 versions" in sentence for sentence in copies.sentences(found))


def test_versions_of_tasks_that_were_added_in_mid_run_are_judged_too() -> None:
    begun, *rest = versions([(0, 0)] * 6 + [(1, 1)] * 6)
    assert isinstance(begun, ev.RunStarted)
    added = ev.TaskAdded(spec=begun.tasks[-1], author="you")
    found = copies.figures([replace(begun, tasks=begun.tasks[:-1]), added, *rest])
    assert found is not None
    assert found["independence"]["tasks"] == 12
