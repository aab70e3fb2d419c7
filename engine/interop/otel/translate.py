"""What one span tells of its agent, as lines of a team log."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import msgspec

from engine.interop.loose import BadJson, Object, parse_object, text
from engine.interop.otel.names import END_SEQ, NAMES, OWN, SEQ, TURN
from engine.interop.otel.spans import Span, SpanEvent, words_of
from engine.interop.teamlog import lines as log
from engine.interop.tools import OUTPUT_MAX, runs_tests, verdict_of, written

NO_LINES = frozenset({"fault_started", "fault_stopped", "paused", "resumed", "limit_reached", "note_pinned"})
"""Events of ours that are exported although a team log has no line for them."""

OBJECTS = ("team", "tasks")
"""Fields of our own events that hold objects, which attributes cannot; there they are JSON."""

TITLE_MAX = 120
"""Characters of what an agent was asked that make a title."""

Phase: TypeAlias = Literal["start", "end"]


@dataclass(frozen=True, slots=True)
class Told:
    """A line, whether it belongs to the start or the end of its span, and our own number for its place."""

    line: log.AnyLine
    phase: Phase
    seq: int | None = None


@dataclass(frozen=True, slots=True)
class Handed:
    """The task that an ``invoke_agent`` span is, and who handed it out (empty: nobody of the team)."""

    task: str
    by: str


def lines_of(span: Span, agent: str, handed: Handed | None) -> Iterator[Told | str]:
    """The lines that a span of ``agent`` makes; for one that does not fit, why not in words.

    ``handed`` is null but for spans of ``invoke_agent`` that are none of our own turns.
    """
    match span.operation:
        case "chat":
            yield from _chat(span, agent)
        case "invoke_agent" if handed is not None:
            yield from _task(span, agent, handed)
        case "invoke_agent":
            yield Told(log.TurnStarted(ts=span.start, agent=agent), "start", span.number(SEQ))
            yield Told(log.TurnEnded(ts=span.end, agent=agent), "end", span.number(END_SEQ))
        case "execute_tool":
            yield from _tool(span, agent)
        case _:
            pass
    for event in span.events:
        if event.name.startswith(OWN) and event.name.removeprefix(OWN) not in NO_LINES:
            yield _own(event, span, agent)


def _chat(span: Span, agent: str) -> Iterator[Told]:
    end = span.number(END_SEQ)
    if span.failed and span.number(TURN) is not None:
        return  # one of our own turns, whose event says it all
    if span.number(TURN) is None:
        yield Told(log.TurnStarted(ts=span.start, agent=agent), "start")
    if span.failed:
        kind = span.name_of("error") or "unknown"
        yield Told(log.CallFailed(ts=span.end, agent=agent, kind=kind, detail=span.why), "end", end)
        return
    said = next((span.attributes[key] for key in NAMES["output"] if key in span.attributes), None)
    words = words_of(said)
    cost = next((span.attributes[key] for key in NAMES["cost_usd"] if key in span.attributes), None)
    known = isinstance(cost, int | float) and not isinstance(cost, bool) and 0 <= cost < 1e9
    yield Told(
        log.Replied(
            ts=span.end,
            agent=agent,
            text=None if words is None else words[: log.TEXT_MAX],
            seconds=round(span.end - span.start, 6),
            input_tokens=span.count("input_tokens"),
            output_tokens=span.count("output_tokens"),
            cached_tokens=span.count("cached_tokens"),
            reasoning_tokens=span.count("reasoning_tokens"),
            cost_usd=float(cost) if known and cost is not None else None,
        ),
        "end",
        end,
    )


def _task(span: Span, agent: str, handed: Handed) -> Iterator[Told]:
    asked = words_of(next((span.attributes[key] for key in NAMES["input"] if key in span.attributes), None))
    title = " ".join((asked or span.text("description") or span.name).split())[:TITLE_MAX]
    added = log.TaskAdded(
        ts=span.start,
        id=handed.task,
        name=f"{agent}-{handed.task}"[: log.NAME_MAX],
        title=title,
        author=handed.by,
    )
    yield Told(added, "start")
    if handed.by and handed.by != agent:
        yield Told(log.TaskAssigned(ts=span.start, task=handed.task, agent=agent, by=handed.by), "start")
    yield Told(log.TaskClaimed(ts=span.start, task=handed.task, agent=agent), "start")
    if span.failed:
        yield Told(log.TaskReleased(ts=span.end, task=handed.task), "end")
    else:
        yield Told(log.TaskCompleted(ts=span.end, task=handed.task, agent=agent), "end")
    yield Told(log.TurnEnded(ts=span.end, agent=agent), "end")


def _tool(span: Span, agent: str) -> Iterator[Told]:
    tool, given = span.name_of("tool"), _arguments(span)
    if any(event.name == f"{OWN}tests_finished" for event in span.events):
        return  # one of our own, whose events say it all
    path, content = written(tool, given)
    if path and not span.failed:
        whole = None if content is None else content[: log.TEXT_MAX]
        yield Told(log.FileEdited(ts=span.end, agent=agent, path=path, content=whole), "end")
    elif runs_tests(tool, given):
        printed = span.text("result")
        verdict: Literal["passed", "failed"] | None = "failed" if span.failed else verdict_of(printed)
        if verdict is not None:
            yield Told(log.TestsStarted(ts=span.start, agent=agent), "start")
            yield Told(
                log.TestsFinished(
                    ts=span.end,
                    agent=agent,
                    verdict=verdict,
                    seconds=round(span.end - span.start, 6),
                    output=printed[-OUTPUT_MAX:],
                ),
                "end",
            )


def _arguments(span: Span) -> Object:
    for key in NAMES["arguments"]:
        found = span.attributes.get(key)
        if isinstance(found, dict):
            return found
        if isinstance(found, str):
            try:
                return parse_object(found.encode(errors="replace"))
            except BadJson:
                return {"input": found}
    return {}


def _own(event: SpanEvent, span: Span, agent: str) -> Told | str:
    fields: dict[str, Any] = {
        key.removeprefix(OWN): value for key, value in event.attributes.items() if key.startswith(OWN)
    }
    seq = fields.pop("seq", None)
    fields = {"agent": agent, **fields} if agent else fields
    try:
        for field in OBJECTS:
            if isinstance(fields.get(field), str):
                fields[field] = msgspec.json.decode(fields[field])
        fields |= {"type": event.name.removeprefix(OWN), "ts": span.start if event.ts is None else event.ts}
        line: log.AnyLine = msgspec.convert(fields, log.AnyLine)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        return f"event {event.name}: {text({'why': str(error)}, 'why', limit=500)}"
    return Told(line, "start", seq if isinstance(seq, int) else None)
