"""Places that people jump to: faults, conflicts, failures, anomalies, as lines of agents tell of them."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Literal, NamedTuple, TypeAlias

from engine.record.state import Line, RunState

What: TypeAlias = Literal["fault", "conflict", "failure", "anomaly", "note"]

NAMES: dict[What, str] = {
    "fault": "fault",
    "conflict": "refusal or rewrite",
    "failure": "failed test or call",
    "note": "note",
    "anomaly": "anomaly that the checker knows of",
}
"""As sentences name them."""

_REWRITE = re.compile(r"edits .* over .*'s")


class Place(NamedTuple):
    """A line of an agent, by the event that wrote it."""

    seq: int
    agent: str


def is_of(line: Line, what: str, anomalies: Collection[int] = ()) -> bool:
    """Whether the line tells of that; ``anomalies`` are the events with which some were complete."""
    if what == "anomaly":
        return line.seq in anomalies
    if what == "fault":
        return line.kind == "fault"
    if what == "conflict":
        return line.kind == "refused" or (line.kind == "act" and _REWRITE.match(line.text) is not None)
    return line.kind in ("bad", "error")


def next_place(
    state: RunState, what: str, after: float, direction: int, anomalies: Collection[int] = ()
) -> Place | None:
    """The nearest such line of any agent after event ``after`` (or before, if ``direction`` is negative)."""
    places = (
        Place(line.seq, agent.name)
        for agent in state.agents.agents.values()
        for line in agent.lines
        if (line.seq > after if direction > 0 else line.seq < after) and is_of(line, what, anomalies)
    )
    return min(places, default=None) if direction > 0 else max(places, default=None)
