"""Words and parts that several events share, and the base of all events."""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

SCHEMA = 1
"""Schema version written in every line. A reader refuses lines of a newer one."""

Role: TypeAlias = Literal["developer", "lead"]
Refusal: TypeAlias = Literal[
    "blocked",  # open dependencies
    "owned",  # somebody else owns it
    "done",  # already done
    "not_owner",  # it is not the agent's own
    "not_allowed",  # the strategy or the role does not offer it
    "unknown",  # no such task, agent or path
    "locked",  # another agent holds the lock
    "stale",  # the file moved on from the version last seen
    "path",  # leaves the workspace, or is not a plain file
    "protected",  # tests and test configuration
    "tests",  # completion asks for passing tests
    "limit",  # too large, too many
    "malformed",  # a near-miss of an action
    "fenced",  # the agent lost the task or its epoch meanwhile
    "unreachable",  # the agent is cut off from the board
    "storage",  # the file system refused
    "graph",  # it does not fit the task graph: a cycle, a name or file that is taken
]
Verdict: TypeAlias = Literal[
    "passed",
    "failed",
    "error",
    "timeout",
    "none",  # no test was run: only in imported runs, whose runner may have found none
]
FAILURES: frozenset[Verdict] = frozenset({"failed", "error", "timeout"})
"""Verdicts of test runs that count as failed."""

Gap: TypeAlias = Literal[
    "graph",  # titles, files, dependencies of tasks
    "dependencies",  # what waits for what: no task names any, so no bound follows from the graph
    "tasks",  # which task a claim, a completion or a refusal was about: the task is ""
    "prompts",  # what prompts showed: ``seen`` is empty, ``request`` "", ``base`` 0
    "replies",  # texts of replies: ""
    "contents",  # contents of files: "", and their hashes ""
    "nodes",  # which tests passed and failed: none are named; evidence is "unknown"
    "tokens",  # tokens per reply; the end of the run has their sums
    "locks",  # who was granted or refused a lock
    "refusals",  # actions that had no effect, but for claims too early
    "blocked",  # claims too early
    "rounds",  # rounds: all is one round
    "settings",  # seed, limit of rounds, lease: 0
]
"""What the journal of an imported run does not hold, because its source did not record it."""


class Event(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", forbid_unknown_fields=True):
    """What all events share; see the module's text."""

    seq: int = 0
    v: int = SCHEMA
    ts: float = 0.0
    round: int = 0


class AgentSpec(msgspec.Struct, frozen=True, kw_only=True):
    """A member of the team: unique ``name``, ``role``, and the name of the model behind it."""

    name: str
    role: Role = "developer"
    model: str


class TaskSpec(msgspec.Struct, frozen=True, kw_only=True):
    """A node of the task graph. ``tests`` are the node ids (``test_add.py::test_zero``) expected to pass."""

    id: str
    name: str
    title: str
    description: str
    files: tuple[str, ...]
    dependencies: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()


class FileSpec(msgspec.Struct, frozen=True, kw_only=True):
    """A file that stands in the workspace before anybody works (version 0)."""

    path: str
    content: str


class Limits(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a run may use; null: as much as it takes. Tokens and dollars are those that were reported.

    ``seconds`` are of the run's clock; an agent's are those that its turns took. The limits of an ``agent``
    hold for each of them.
    """

    tokens: int | None = None
    cost_usd: float | None = None
    seconds: float | None = None
    agent_tokens: int | None = None
    agent_cost_usd: float | None = None
    agent_seconds: float | None = None


NO_LIMITS = Limits()
"""A run that may use what it takes."""
