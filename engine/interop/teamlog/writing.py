"""Events of ours as lines of a team log: what other programs can read of a run.

Times are seconds of the run's clock. What a log has no line for (reviews, copies of tasks, faults, limits,
what people did) is left out here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from engine.interop.teamlog import lines as log
from engine.record import events as ev


def line_of(event: ev.AnyEvent, *, content: bool) -> log.AnyLine | None:
    """The line for an event; null if there is none. Without ``content`` it holds no text that an agent wrote:
    no replies, files, messages, descriptions."""
    make = _LINES.get(type(event))
    return None if make is None else make(event, content)


def _started(event: ev.RunStarted, content: bool) -> log.AnyLine:
    lacks = {*event.gaps, *(() if content else ("replies", "contents"))}
    return log.RunStarted(
        ts=event.ts,
        name=_cut(event.suite),
        strategy=_cut(event.strategy),
        team=tuple(log.Agent(name=a.name, role=a.role, model=_cut(a.model)) for a in event.team),
        tasks=tuple(log.Task(**_task(spec, content)) for spec in event.tasks),
        records=tuple(topic for topic in log.TOPICS if topic not in lacks),
    )


def _task(spec: ev.TaskSpec, content: bool) -> dict[str, Any]:
    return {
        "id": spec.id,
        "name": _cut(spec.name),
        "title": spec.title,
        "description": spec.description if content else "",
        "files": spec.files,
        "dependencies": spec.dependencies,
        "tests": spec.tests,
    }


def _ended(event: ev.RunEnded, content: bool) -> log.AnyLine:
    known = {"completed": "completed", "failed": "failed", "unknown": "unknown"}
    outcome: Any = known.get(event.outcome, "stopped")
    return log.RunEnded(ts=event.ts, outcome=outcome, detail=event.detail)


def _replied(event: ev.Replied, content: bool) -> log.AnyLine:
    return log.Replied(
        ts=event.ts,
        agent=event.agent,
        text=event.text[: log.TEXT_MAX] if content else None,
        seconds=event.latency_seconds,
        input_tokens=event.input_tokens,
        output_tokens=event.output_tokens,
        cached_tokens=event.cached_tokens,
        reasoning_tokens=event.reasoning_tokens,
        cost_usd=event.cost_usd,
    )


def _added(event: ev.TaskAdded, content: bool) -> log.AnyLine:
    return log.TaskAdded(ts=event.ts, author=_cut(event.author), **_task(event.spec, content))


def _edited(event: ev.FileEdited, content: bool) -> log.AnyLine:
    whole = event.content[: log.TEXT_MAX] if content else None
    return log.FileEdited(ts=event.ts, agent=event.agent, path=event.path, content=whole)


def _tested(event: ev.TestsFinished, content: bool) -> log.AnyLine:
    return log.TestsFinished(
        ts=event.ts,
        agent=event.agent,
        verdict=event.verdict,
        passed=event.passed,
        failed=event.failed,
        seconds=event.seconds,
        output=event.output[: log.TEXT_MAX] if content else "",
    )


def _sent(event: ev.MessageSent, content: bool) -> log.AnyLine:
    return log.MessageSent(
        ts=event.ts,
        sender=event.sender,
        text=event.text[: log.TEXT_MAX] if content else "",
        recipients=event.recipients,
        operator=event.kind == "operator",
    )


def _failed(event: ev.CallFailed, content: bool) -> log.AnyLine:
    detail = event.detail if content else ""
    return log.CallFailed(
        ts=event.ts, agent=event.agent, kind=event.kind, detail=detail, retry_seconds=event.retry_seconds
    )


def _denied(event: ev.LockDenied, content: bool) -> log.AnyLine:
    return log.LockDenied(ts=event.ts, agent=event.agent, path=event.path, holder=_cut(event.holder))


def _refused(event: ev.ActionRefused, content: bool) -> log.AnyLine:
    return log.ActionRefused(
        ts=event.ts,
        agent=event.agent,
        action=_cut(event.action) or "unknown",
        object=_cut(event.object),
        reason=event.reason,
        detail=event.detail if content else "",
    )


def _cut(text: str) -> str:
    return text[: log.NAME_MAX]


def _plain(line: Any, *fields: str) -> Callable[[Any, bool], log.AnyLine]:  # noqa: ANN401 - a type of line
    """A line whose fields are called like those of the event."""
    return lambda event, content: line(ts=event.ts, **{field: getattr(event, field) for field in fields})


_LINES: Mapping[type, Callable[[Any, bool], log.AnyLine]] = {
    ev.RunStarted: _started,
    ev.RunEnded: _ended,
    ev.RoundStarted: _plain(log.RoundStarted),
    ev.RoundEnded: _plain(log.RoundEnded),
    ev.AgentJoined: _plain(log.AgentJoined, "agent", "role", "model"),
    ev.AgentLeft: _plain(log.AgentLeft, "agent", "why"),
    ev.AgentCrashed: _plain(log.AgentCrashed, "agent", "why"),
    ev.AgentRevived: _plain(log.AgentRevived, "agent"),
    ev.TurnStarted: _plain(log.TurnStarted, "agent"),
    ev.TurnEnded: _plain(log.TurnEnded, "agent"),
    ev.Replied: _replied,
    ev.CallFailed: _failed,
    ev.TaskAdded: _added,
    ev.DependencyAdded: _plain(log.DependencyAdded, "task", "dependency"),
    ev.TaskAssigned: _plain(log.TaskAssigned, "task", "agent", "by"),
    ev.TaskClaimed: _plain(log.TaskClaimed, "task", "agent"),
    ev.TaskReleased: _plain(log.TaskReleased, "task"),
    ev.TaskCompleted: _plain(log.TaskCompleted, "task", "agent", "evidence"),
    ev.FileEdited: _edited,
    ev.LockAcquired: _plain(log.LockAcquired, "agent", "path"),
    ev.LockDenied: _denied,
    ev.LockReleased: _plain(log.LockReleased, "agent", "path"),
    ev.TestsStarted: _plain(log.TestsStarted, "agent", "tasks"),
    ev.TestsFinished: _tested,
    ev.MessageSent: _sent,
    ev.ActionRefused: _refused,
}
