"""A run of ours as OpenTelemetry spans: run, turns, calls of models and runs of tests, in OTLP/JSON.

What happened within them (claims, edits, locks, mail, faults) are span events in our own namespace. Ids come
of the run's name alone, so a run that is exported twice has the same spans.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from engine.interop.otel.names import END_SEQ, OWN, SCHEMA_URL, SEQ, TURN, written
from engine.interop.otel.translate import NO_LINES
from engine.interop.teamlog.writing import line_of
from engine.record import events as ev

SECONDS_MAX = float(1 << 33)
"""Seconds since 1970 up to the year 2242, before nanoseconds leave 64 bits."""

BATCH = 500
"""Spans of one document: collectors take a few megabytes at once."""


@dataclass(slots=True)
class _Span:
    id: str
    parent: str
    name: str
    start: float
    end: float
    attributes: dict[str, Any]
    events: list[dict[str, Any]] = field(default_factory=list)
    error: str = ""


class Exporter:
    """Makes the spans of the run ``run_id`` that began at ``zero`` (seconds since 1970).

    With ``content`` they hold what agents wrote. ``service`` is what the run's process is called.
    """

    def __init__(self, run_id: str, zero: float, *, content: bool = False, service: str = "teamtop") -> None:
        self._run = run_id
        self._zero = zero
        self._content = content
        self._service = service
        self._trace = hashlib.blake2b(run_id.encode(), digest_size=16).hexdigest()
        self._spans: list[_Span] = []
        self._turns: dict[str, _Span] = {}
        self._asked: dict[str, float] = {}
        self._tests: dict[int, _Span] = {}
        self._models: dict[str, str] = {}

    def documents(self, events: Iterable[ev.AnyEvent]) -> Iterator[dict[str, Any]]:
        """The export requests, each of ``BATCH`` spans at most; none for a run without an event."""
        root = self._open(
            "", f"invoke_workflow {self._run}", 0.0, {"operation": "invoke_workflow", "workflow": self._run}
        )
        now = 0.0
        for event in events:
            now = event.ts
            self._take(root, event)
        for span in self._spans:
            span.end = now if span.end < 0 else span.end
        for at in range(0, len(self._spans), BATCH):
            yield self._document(self._spans[at : at + BATCH])

    def _open(self, parent: str, name: str, start: float, known: Mapping[Any, Any], **own: int) -> _Span:
        number = hashlib.blake2b(f"{self._run} {len(self._spans)}".encode(), digest_size=8).hexdigest()
        attributes = {written(thing): value for thing, value in known.items() if value not in (None, "")}
        span = _Span(number, parent, name, start, -1.0, attributes | own)
        self._spans.append(span)
        return span

    def _take(self, root: _Span, event: ev.AnyEvent) -> None:
        match event:
            case ev.RunStarted():
                self._models = {spec.name: spec.model for spec in event.team}
            case ev.AgentJoined():
                self._models[event.agent] = event.model
            case ev.TurnStarted():
                known = {"operation": "invoke_agent", "agent": event.agent}
                own = {TURN: event.turn, SEQ: event.seq}
                name = f"invoke_agent {event.agent}"
                self._turns[event.agent] = self._open(root.id, name, event.ts, known, **own)
                self._asked[event.agent] = event.ts
                return
            case ev.Replied() | ev.CallFailed():
                self._called(root, event)
                if isinstance(event, ev.Replied):
                    return
            case ev.TestsStarted():
                known = {"operation": "execute_tool", "agent": event.agent, "tool": "run_tests"}
                around = self._turns.get(event.agent, root)
                self._tests[event.run] = self._open(around.id, "execute_tool run_tests", event.ts, known)
            case ev.TurnEnded() if (turn := self._turns.pop(event.agent, None)) is not None:
                turn.end, turn.attributes[END_SEQ] = event.ts, event.seq
                return
            case _:
                pass
        self._event(root, event)

    def _called(self, root: _Span, event: ev.Replied | ev.CallFailed) -> None:
        """The call of a model that ends here; it began when it was asked, or ``latency_seconds`` ago."""
        turn = self._turns.get(event.agent, root)
        start = self._asked.get(event.agent, event.ts)
        model = self._models.get(event.agent, "")
        known: dict[str, Any] = {"operation": "chat", "agent": event.agent, "model": model}
        if isinstance(event, ev.Replied):
            start = event.ts - event.latency_seconds
            known |= {
                "input_tokens": event.input_tokens,
                "output_tokens": event.output_tokens,
                "cached_tokens": event.cached_tokens or None,
                "reasoning_tokens": event.reasoning_tokens or None,
                "cost_usd": event.cost_usd,
            }
            if self._content:
                said = {"role": "assistant", "parts": [{"type": "text", "content": event.text}]}
                known["output"] = json.dumps([said])
        else:
            known["error"] = event.kind
        span = self._open(turn.id, f"chat {model}", start, known, **{TURN: event.turn, END_SEQ: event.seq})
        span.end = event.ts
        span.error = event.kind if isinstance(event, ev.CallFailed) else ""
        self._asked[event.agent] = event.ts

    def _event(self, root: _Span, event: ev.AnyEvent) -> None:
        line = line_of(event, content=self._content)
        given: dict[str, Any] = msgspec.to_builtins(event if line is None else line)
        if line is None and given["type"] not in NO_LINES:
            return
        kind, agent = given.pop("type"), given.get("agent") or given.get("sender") or ""
        for name in ("ts", "v", "round", *(() if self._content else ("why", "text") if line is None else ())):
            given.pop(name, None)
        given["seq"] = event.seq
        place = self._turns.get(agent, root)
        if isinstance(event, ev.TestsStarted):
            place = self._tests[event.run]
        elif isinstance(event, ev.TestsFinished) and (tests := self._tests.pop(event.run, None)) is not None:
            place, tests.end = tests, event.ts
            tests.attributes[f"{OWN}verdict"] = event.verdict
        fields = {f"{OWN}{name}": _flat(value) for name, value in given.items() if value is not None}
        place.events.append(
            {"timeUnixNano": self._nano(event.ts), "name": f"{OWN}{kind}", "attributes": _attributes(fields)}
        )

    def _document(self, spans: list[_Span]) -> dict[str, Any]:
        found = []
        for span in spans:
            one: dict[str, Any] = {
                "traceId": self._trace,
                "spanId": span.id,
                "name": span.name,
                "kind": 3 if span.name.startswith("chat ") else 1,  # a client, or within the process
                "startTimeUnixNano": self._nano(span.start),
                "endTimeUnixNano": self._nano(span.end),
                "attributes": _attributes(span.attributes),
            }
            if span.parent:
                one["parentSpanId"] = span.parent
            if span.events:
                one["events"] = span.events
            if span.error:
                one["status"] = {"code": 2, "message": span.error}
            found.append(one)
        scope = {"scope": {"name": "teamtop"}, "schemaUrl": SCHEMA_URL, "spans": found}
        resource = {"attributes": _attributes({"service.name": self._service})}
        return {"resourceSpans": [{"resource": resource, "scopeSpans": [scope]}]}

    def _nano(self, ts: float) -> str:
        """Nanoseconds since 1970, which go as far as 64 bits do, whatever a damaged journal says."""
        microseconds = round(min(max(self._zero + ts, 0.0), SECONDS_MAX) * 1e6)  # as clocks of runs count
        return str(microseconds * 1000)


def _flat(value: Any) -> Any:  # noqa: ANN401 - what an event's field holds
    """A value as an attribute can hold it: what has parts of its own is JSON."""
    parts = isinstance(value, dict) or (
        isinstance(value, list | tuple) and any(isinstance(v, dict) for v in value)
    )
    return json.dumps(value) if parts else value


def _attributes(given: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [{"key": key, "value": _value(value)} for key, value in given.items()]


def _value(value: Any) -> dict[str, Any]:  # noqa: ANN401 - as above
    match value:
        case bool():
            return {"boolValue": value}
        case int():
            return {"intValue": str(value)}
        case float():
            return {"doubleValue": value}
        case list() | tuple():
            return {"arrayValue": {"values": [_value(each) for each in value]}}
        case _:
            return {"stringValue": str(value)}
