"""What reviews came to, counted by hand."""

from __future__ import annotations

from engine.analysis import reviews
from engine.record import events as ev


def test_reviews_are_counted_by_how_they_went_and_timed_from_the_hand_in() -> None:
    events: list[ev.AnyEvent] = [
        ev.ReviewRequested(ts=1.0, task="1", agent="Dev1", turn=1, reviewer="Dev2"),
        ev.ReviewGiven(ts=5.0, task="1", agent="Dev2", author="Dev1", turn=2, approved=False, reason="no"),
        ev.ReviewRequested(ts=6.0, task="1", agent="Dev1", turn=3, reviewer="Dev2"),
        ev.ReviewAssigned(ts=7.0, task="1", reviewer="Dev3", author="Dev1"),
        ev.ReviewGiven(ts=8.0, task="1", agent="Dev3", author="Dev1", turn=4, approved=True),
        ev.ReviewRequested(ts=9.0, task="2", agent="Dev1", turn=5, reviewer="Dev2"),
        ev.ReviewGiven(ts=9.5, task="2", agent="", author="Dev1", turn=0, approved=False, reason="alone"),
    ]
    found = reviews.figures(events)
    assert found == {
        "asked": 3,
        "approved": 1,
        "rejected": 1,
        "given_back": 1,
        "handed_over": 1,
        "seconds": 3.0,
    }
    assert reviews.sentence(found) == (
        "3 reviews: 1 approved, 1 rejected, 3 s after handing in on average. 1 went to another reviewer."
    )


def test_without_reviews_there_are_no_figures() -> None:
    assert reviews.figures([]) is None
