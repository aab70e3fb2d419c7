"""Events of tasks and of reviews of completed tasks."""

from __future__ import annotations

from typing import Literal

from engine.record.events.common import Event


class TaskAssigned(Event, frozen=True, kw_only=True, tag="task_assigned"):
    """``by`` (a lead, or ``strategy``) gives ``task`` to ``agent``."""

    task: str
    agent: str
    by: str
    turn: int = 0


class TaskClaimed(Event, frozen=True, kw_only=True, tag="task_claimed"):
    """``agent`` took ``task`` for itself, or began a task that was assigned to it.

    ``token`` is the fencing token of its ownership: it grows with every change of the task's owner.
    """

    task: str
    agent: str
    turn: int
    token: int = 0


class TaskReleased(Event, frozen=True, kw_only=True, tag="task_released"):
    """``task`` is nobody's again. ``stolen``: the strategy gives it to the idle agent ``to``, at once.

    ``overtaken``: a copy of it by somebody else is about to complete it.
    ``promoted``: its owner leads now. ``failing``: for a lease none of its owner's calls came through, but
    others' did.
    """

    task: str
    agent: str
    reason: Literal["released", "lease", "reassigned", "stolen", "promoted", "overtaken", "left", "failing"]
    turn: int = 0
    to: str = ""


class TaskCompleted(Event, frozen=True, kw_only=True, tag="task_completed"):
    """``agent`` reports ``task`` done. ``evidence``: its last test run on its files as they stand, if any.

    ``token`` is that of the ownership under which the agent asked (0 in old journals), ``epoch`` its own.
    With a ``reviewer`` it was handed in before, and ``turn`` is that of the reviewer who approved it.
    """

    task: str
    agent: str
    turn: int
    evidence: Literal["passed", "failed", "none", "unknown"]
    token: int = 0
    epoch: int = 0
    reviewer: str = ""


class ReviewRequested(Event, frozen=True, kw_only=True, tag="review_requested"):
    """``agent`` handed in ``task``, which ``reviewer`` is to look at; it stays the agent's own meanwhile."""

    task: str
    agent: str
    turn: int
    reviewer: str


class ReviewAssigned(Event, frozen=True, kw_only=True, tag="review_assigned"):
    """``reviewer`` is to review ``task`` of ``author``, because the reviewer before was lost."""

    task: str
    reviewer: str
    author: str


class ReviewGiven(Event, frozen=True, kw_only=True, tag="review_given"):
    """``agent`` approved ``task`` of ``author``, which completes it, or rejected it for a ``reason``.

    Without an ``agent`` the engine gives it back, because nobody will review it.
    """

    task: str
    agent: str
    author: str
    turn: int
    approved: bool
    reason: str = ""
