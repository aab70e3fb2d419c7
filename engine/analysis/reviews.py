"""What reviews came to: how many, how they went, how long tasks waited for them. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean
from typing import Any

from engine.record import events as ev


def figures(events: Sequence[ev.AnyEvent]) -> dict[str, Any] | None:
    """The figures of all reviews, or null if none was asked for. ``seconds`` is the mean from handing in to
    the answer (run clock), ``given_back`` counts those that nobody was left to do."""
    asked = sum(isinstance(event, ev.ReviewRequested) for event in events)
    if not asked:
        return None
    began: dict[str, float] = {}
    waits: list[float] = []
    given: list[ev.ReviewGiven] = []
    for event in events:
        if isinstance(event, ev.ReviewRequested):
            began[event.task] = event.ts
        elif isinstance(event, ev.ReviewGiven):
            given.append(event)
            if event.task in began and event.agent:
                waits.append(event.ts - began.pop(event.task))
    return {
        "asked": asked,
        "approved": sum(event.approved for event in given),
        "rejected": sum(not event.approved and bool(event.agent) for event in given),
        "given_back": sum(not event.agent for event in given),
        "handed_over": sum(isinstance(event, ev.ReviewAssigned) for event in events),
        "seconds": fmean(waits) if waits else None,
    }


def sentence(reviews: dict[str, Any]) -> str:
    """The figures in words."""
    waited = f", {reviews['seconds']:.0f} s after handing in on average" if reviews["seconds"] else ""
    over = f" {reviews['handed_over']} went to another reviewer." if reviews["handed_over"] else ""
    went = f"{reviews['approved']} approved, {reviews['rejected']} rejected"
    return f"{reviews['asked']} reviews: {went}{waited}.{over}"
