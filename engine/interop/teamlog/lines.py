"""The lines of a team log, version 1: one JSON object each, told apart by ``type``.

The words are those of our own events (``engine.record.events``), cut down to what a program that is no
teamtop can know. Of every line but ``type`` only what has no default is required, and fields that are not
named here are ignored, so that a program may add its own. Times (``ts``) are seconds on any clock that the
whole log shares, best since 1970, or text as RFC 3339 has it; a line without one happened when it was read,
in a file with the line before. All of it is untrusted.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias, get_args

import msgspec

from engine.record.events import Refusal, Role, Verdict

VERSION = 1
"""Of this schema; ``run_started`` may say which a log is written to."""

NAME_MAX = 200
"""Characters of a name, an id or a path."""

TEXT_MAX = 1 << 20
"""Characters of a text: a reply, a message, a file, the output of tests."""

Name: TypeAlias = Annotated[str, msgspec.Meta(min_length=1, max_length=NAME_MAX)]
Text: TypeAlias = Annotated[str, msgspec.Meta(max_length=TEXT_MAX)]
Count: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=10**15)]
Seconds: TypeAlias = Annotated[float, msgspec.Meta(ge=0, le=10**12)]
Dollars: TypeAlias = Annotated[float, msgspec.Meta(ge=0, le=10**9)]
Names: TypeAlias = Annotated[tuple[Name, ...], msgspec.Meta(max_length=10_000)]

Topic: TypeAlias = Literal[
    "replies", "contents", "nodes", "tokens", "locks", "refusals", "rounds", "dependencies"
]
"""What a log may record or not: texts of replies, contents of files, which tests passed, tokens per reply,
who was granted or refused a lock, actions without effect, rounds with a barrier, what waits for what."""

TOPICS: tuple[Topic, ...] = get_args(Topic)


class Line(msgspec.Struct, frozen=True, kw_only=True, tag_field="type"):
    """What all lines share: when it happened."""

    ts: float | Annotated[str, msgspec.Meta(max_length=64)] | None = None


class Agent(msgspec.Struct, frozen=True, kw_only=True):
    """A member of the team."""

    name: Name
    role: Role = "developer"
    model: Annotated[str, msgspec.Meta(max_length=NAME_MAX)] = ""


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """A task: ``dependencies`` are ids of those that must be done before, ``tests`` what is to pass."""

    id: Name
    name: Annotated[str, msgspec.Meta(max_length=NAME_MAX)] = ""
    title: Text = ""
    description: Text = ""
    files: Names = ()
    dependencies: Names = ()
    tests: Names = ()


class RunStarted(Line, frozen=True, kw_only=True, tag="run_started"):
    """The first line, if there is one: what the team is and what the log will tell.

    ``records`` names what the log holds wherever it happened; all else is shown as unknown. Null: whatever
    the lines that are there at first all have.
    """

    version: Annotated[int, msgspec.Meta(ge=1)] = VERSION
    name: Annotated[str, msgspec.Meta(max_length=NAME_MAX)] = ""
    strategy: Annotated[str, msgspec.Meta(max_length=NAME_MAX)] = ""
    team: Annotated[tuple[Agent, ...], msgspec.Meta(max_length=1_000)] = ()
    tasks: Annotated[tuple[Task, ...], msgspec.Meta(max_length=10_000)] = ()
    records: tuple[Topic, ...] | None = None


class RunEnded(Line, frozen=True, kw_only=True, tag="run_ended"):
    """The team stopped; without an ``outcome`` it completed its work if every task is done."""

    outcome: Literal["completed", "stopped", "failed", "unknown"] | None = None
    detail: Text = ""


class RoundStarted(Line, frozen=True, kw_only=True, tag="round_started"):
    """The team begins a round together; it ends the one before."""


class RoundEnded(Line, frozen=True, kw_only=True, tag="round_ended"):
    """All agents have ended their turns of the round."""


class AgentJoined(Line, frozen=True, kw_only=True, tag="agent_joined"):
    """The team is one more. Agents that were never introduced join with the first line that names them."""

    agent: Name
    role: Role = "developer"
    model: Annotated[str, msgspec.Meta(max_length=NAME_MAX)] = ""


class AgentLeft(Line, frozen=True, kw_only=True, tag="agent_left"):
    """The team is one less; what the agent owned is free."""

    agent: Name
    why: Text = ""


class AgentCrashed(Line, frozen=True, kw_only=True, tag="agent_crashed"):
    """The agent is down."""

    agent: Name
    why: Text = ""


class AgentRevived(Line, frozen=True, kw_only=True, tag="agent_revived"):
    """It is back."""

    agent: Name


class TaskAdded(Task, frozen=True, kw_only=True, tag_field="type", tag="task_added"):
    """A task comes to the board. Tasks that were never added come with the first line that names them."""

    ts: float | Annotated[str, msgspec.Meta(max_length=64)] | None = None
    author: Annotated[str, msgspec.Meta(max_length=NAME_MAX)] = ""


class DependencyAdded(Line, frozen=True, kw_only=True, tag="dependency_added"):
    """From here on ``task`` waits for ``dependency``, too."""

    task: Name
    dependency: Name


class TurnStarted(Line, frozen=True, kw_only=True, tag="turn_started"):
    """The agent's model was asked: from here to ``replied`` it thinks."""

    agent: Name


class Replied(Line, frozen=True, kw_only=True, tag="replied"):
    """The model's reply. ``seconds`` since it was asked; tokens and cost as the provider counted, or null."""

    agent: Name
    text: Text | None = None
    seconds: Seconds | None = None
    input_tokens: Count | None = None
    output_tokens: Count | None = None
    cached_tokens: Count | None = None
    reasoning_tokens: Count | None = None
    cost_usd: Dollars | None = None


class CallFailed(Line, frozen=True, kw_only=True, tag="call_failed"):
    """An attempt to call the model failed; ``retry_seconds`` until the next, null if there is none."""

    agent: Name
    kind: Annotated[str, msgspec.Meta(max_length=NAME_MAX)] = "unknown"
    detail: Text = ""
    retry_seconds: Seconds | None = None


class TurnEnded(Line, frozen=True, kw_only=True, tag="turn_ended"):
    """What the agent did about its model's reply is done: it waits."""

    agent: Name


class TaskAssigned(Line, frozen=True, kw_only=True, tag="task_assigned"):
    """``by`` gives ``task`` to ``agent``."""

    task: Name
    agent: Name
    by: Annotated[str, msgspec.Meta(max_length=NAME_MAX)] = ""


class TaskClaimed(Line, frozen=True, kw_only=True, tag="task_claimed"):
    """``agent`` begins ``task``."""

    task: Name
    agent: Name


class TaskReleased(Line, frozen=True, kw_only=True, tag="task_released"):
    """``task`` is nobody's again."""

    task: Name


class TaskCompleted(Line, frozen=True, kw_only=True, tag="task_completed"):
    """``agent`` says that ``task`` is done. ``evidence``: how its tests ended, where somebody looked."""

    task: Name
    agent: Name
    evidence: Literal["passed", "failed", "none", "unknown"] = "unknown"


class FileEdited(Line, frozen=True, kw_only=True, tag="file_edited"):
    """``agent`` wrote ``path``; ``content`` is the whole file afterwards, or null."""

    agent: Name
    path: Name
    content: Text | None = None


class LockAcquired(Line, frozen=True, kw_only=True, tag="lock_acquired"):
    """``agent`` holds ``path``."""

    agent: Name
    path: Name


class LockDenied(Line, frozen=True, kw_only=True, tag="lock_denied"):
    """``agent`` asked for ``path`` in vain."""

    agent: Name
    path: Name
    holder: Annotated[str, msgspec.Meta(max_length=NAME_MAX)] = ""


class LockReleased(Line, frozen=True, kw_only=True, tag="lock_released"):
    """``path`` is free again."""

    agent: Name
    path: Name


class TestsStarted(Line, frozen=True, kw_only=True, tag="tests_started"):
    """``agent`` tests; with ``tasks``, those of these tasks only."""

    __test__ = False  # not a test class, whatever pytest thinks of its name

    agent: Name
    tasks: Names = ()


class TestsFinished(Line, frozen=True, kw_only=True, tag="tests_finished"):
    """How the agent's tests ended, and which; ``seconds`` is how long they took, null if not measured."""

    __test__ = False

    agent: Name
    verdict: Verdict
    passed: Names = ()
    failed: Names = ()
    seconds: Seconds | None = None
    output: Text = ""


class MessageSent(Line, frozen=True, kw_only=True, tag="message_sent"):
    """``sender`` wrote to ``recipients`` (none: to everybody else). ``operator``: a person did."""

    sender: Name
    text: Text
    recipients: Names = ()
    operator: bool = False


class ActionRefused(Line, frozen=True, kw_only=True, tag="action_refused"):
    """Something that ``agent`` tried had no effect, and why."""

    agent: Name
    action: Name
    object: Annotated[str, msgspec.Meta(max_length=NAME_MAX)] = ""
    reason: Refusal = "not_allowed"
    detail: Text = ""


AnyLine: TypeAlias = (
    RunStarted
    | RunEnded
    | RoundStarted
    | RoundEnded
    | AgentJoined
    | AgentLeft
    | AgentCrashed
    | AgentRevived
    | TaskAdded
    | DependencyAdded
    | TurnStarted
    | Replied
    | CallFailed
    | TurnEnded
    | TaskAssigned
    | TaskClaimed
    | TaskReleased
    | TaskCompleted
    | FileEdited
    | LockAcquired
    | LockDenied
    | LockReleased
    | TestsStarted
    | TestsFinished
    | MessageSent
    | ActionRefused
)

_decoder: msgspec.json.Decoder[AnyLine] = msgspec.json.Decoder(AnyLine)


class BadLine(ValueError):  # noqa: N818 - it names what was found, not what went wrong in the program
    """A line is none of a team log; the message says why, in words."""


def decode(line: bytes) -> AnyLine:
    """Return what a line says. Raises ``BadLine``."""
    try:
        return _decoder.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        why = "it is nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise BadLine(why) from error


def schema() -> dict[str, object]:
    """The JSON Schema (draft 2020-12) of one line."""
    types, parts = msgspec.json.schema_components([AnyLine], ref_template="#/$defs/{name}")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"A line of a team log, version {VERSION}",
        **types[0],
        "$defs": dict(parts),
    }
