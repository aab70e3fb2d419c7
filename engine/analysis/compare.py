"""Two runs held against each other: who was ahead at every task done, what differs.

Where they part is ``parting``. Pure: from two journals and their reports to plain objects.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from engine.record import events as ev

Report: TypeAlias = Mapping[str, Any]

_INCIDENTAL = ("text", "content", "output", "description")
"""Long texts: that they differ is said, what they say is left to the replay."""


@dataclass(frozen=True, slots=True)
class Milestone:
    """When each run had ``tasks`` done, in seconds since its first prompt, and the tokens spent by then.

    Null where a run never had so many done. Tokens count what was reported.
    """

    tasks: int
    left_seconds: float | None
    right_seconds: float | None
    left_tokens: int | None
    right_tokens: int | None


@dataclass(frozen=True, slots=True)
class Row:
    """One figure of both reports; ``ratio`` is right / left, null where that says nothing."""

    name: str
    left: Any
    right: Any
    ratio: float | None


FIGURES = (
    "completed",
    "verified",
    "tasks_done",
    "rounds",
    "wall_seconds",
    "speedup",
    "input_tokens",
    "output_tokens",
    "cost_usd",
    "replies",
    "messages",
    "chatter",
    "idle_rounds",
    "edits",
    "rewrites",
    "concurrent_writes",
    "claims_blocked",
    "refusals",
    "test_runs",
    "test_failures",
)
"""What the table of differences compares, by the names of the report."""

ASKED = ("suite", "structure", "agents", "strategy", "model", "seed")
"""What the runs were asked to be."""


def milestones(left: Sequence[ev.AnyEvent], right: Sequence[ev.AnyEvent]) -> list[Milestone]:
    """Both runs aligned by completed work: one row per number of tasks done."""
    ours, theirs = _course(left), _course(right)
    found = []
    for k in range(max(len(ours), len(theirs))):
        a = ours[k] if k < len(ours) else (None, None)
        b = theirs[k] if k < len(theirs) else (None, None)
        found.append(Milestone(k + 1, a[0], b[0], a[1], b[1]))
    return found


def _course(events: Sequence[ev.AnyEvent]) -> list[tuple[float, int]]:
    """(seconds since the first prompt, tokens so far) at each completion of a task that is named."""
    first: float | None = None
    tokens = 0
    done: set[str] = set()
    course = []
    for event in events:
        match event:
            case ev.TurnStarted() if first is None:
                first = event.ts
            case ev.Replied():
                tokens += (event.input_tokens or 0) + (event.output_tokens or 0)
            case ev.TaskCompleted() if event.task and event.task not in done and first is not None:
                done.add(event.task)
                course.append((event.ts - first, tokens))
    return course


def table(left: Report, right: Report) -> list[Row]:
    """What the runs were asked to be, where that differs, and every figure of theirs."""
    rows = [Row(name, left[name], right[name], None) for name in ASKED if left[name] != right[name]]
    return rows + [_row(name, left.get(name), right.get(name)) for name in FIGURES]


def _row(name: str, left: Any, right: Any) -> Row:  # noqa: ANN401 - figures of any kind
    numbers = all(isinstance(value, int | float) and not isinstance(value, bool) for value in (left, right))
    return Row(name, left, right, right / left if numbers and left else None)


def sentence(left: Report, right: Report) -> str:
    """Say in a sentence which run was better, and what it cost."""
    if not left["completed"] or not right["completed"]:
        names = [side for side, run in (("first", left), ("second", right)) if not run["completed"]]
        return f"The {' and the '.join(names)} run left tasks open: times are not to be compared."
    a, b = left["wall_seconds"], right["wall_seconds"]
    if not a or not b:
        return "The time of a run is unknown."
    one, other = (run["input_tokens"] + run["output_tokens"] for run in (left, right))
    if a == b:
        return "Both took the same time." if one == other else "Both took the same time, not the same tokens."
    faster, slower, share = ("second", "first", 1 - b / a) if b < a else ("first", "second", 1 - a / b)
    spent, against = (other, one) if b < a else (one, other)
    tokens = f" and used {spent / against:.2f}× the tokens of the {slower}" if spent and against else ""
    return f"The {faster} run took {share:.0%} less time{tokens}."


def shown(event: ev.AnyEvent | None) -> str:
    """An event in a few raw words: its type and the fields that name who and what."""
    if event is None:
        return "nothing more"
    kind = str(type(event).__struct_config__.tag)
    named = [
        f"{name} {getattr(event, name)}"
        for name in event.__struct_fields__
        if name not in ("seq", "v", "ts", "round", *_INCIDENTAL)
        and isinstance(getattr(event, name), str | int | float)
        and getattr(event, name) not in ("", None)
    ]
    return f"{kind} {', '.join(named[:5])}".strip()
