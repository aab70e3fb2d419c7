"""Spans as OTLP/JSON has them (opentelemetry-proto 1.x), read without trust."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.interop.loose import BadJson, Object, count, name, parse, part, parts, seconds, text
from engine.interop.otel.names import NAMES, OPERATIONS, Operation, Thing

DEPTH_MAX = 8
"""Values within values that are followed."""


@dataclass(frozen=True, slots=True)
class SpanEvent:
    """Something at one moment of a span."""

    name: str
    ts: float | None
    attributes: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Span:
    """A span; ``start`` and ``end`` are seconds since 1970, ``service`` is what its process calls itself."""

    trace: str
    id: str
    parent: str
    name: str
    start: float
    end: float
    attributes: Mapping[str, Any]
    events: tuple[SpanEvent, ...]
    failed: bool
    why: str
    service: str

    @property
    def key(self) -> str:
        """Unique among all spans."""
        return f"{self.trace}/{self.id}"

    @property
    def parent_key(self) -> str:
        """The key of the parent; empty for the first of a trace."""
        return f"{self.trace}/{self.parent}" if self.parent else ""

    def text(self, thing: Thing) -> str:
        """An attribute as text, under any of its names."""
        return text(self.attributes, *NAMES[thing])

    def name_of(self, thing: Thing) -> str:
        """As ``text``, cut to the length of a name."""
        return name(self.attributes, *NAMES[thing])

    def count(self, thing: Thing) -> int | None:
        """An attribute as a number from 0; null if there is none."""
        return count(self.attributes, *NAMES[thing])

    def number(self, key: str) -> int | None:
        """An attribute of our own."""
        return count(self.attributes, key)

    @property
    def operation(self) -> Operation:
        """What the span is of; empty if nothing that a team's log tells. Without a word, its name says it."""
        said = self.name_of("operation").casefold()
        return OPERATIONS.get(said or self.name.partition(" ")[0].casefold(), "")

    @property
    def agent(self) -> str:
        """The agent that it names itself; empty if none."""
        named = self.name_of("agent") or self.name_of("agent_id")
        if not named and self.operation == "invoke_agent":
            named = self.name.removeprefix("invoke_agent").strip()
        return named


def spans_of(document: object) -> Iterator[Span | str]:
    """Every span of an export request or a file of them; for one that cannot be read, why not in words."""
    if not isinstance(document, dict) or "resourceSpans" not in document:
        yield "it holds no resourceSpans"
        return
    for resource in parts(document, "resourceSpans"):
        service = name(attributes(part(resource, "resource")), "service.name")
        for scope in (*parts(resource, "scopeSpans"), *parts(resource, "instrumentationLibrarySpans")):
            for span in parts(scope, "spans"):
                yield _span(span, "" if service.startswith("unknown_service") else service)


def _span(raw: Object, service: str) -> Span | str:
    trace, number = name(raw, "traceId"), name(raw, "spanId")
    start, end = seconds(raw, "startTimeUnixNano"), seconds(raw, "endTimeUnixNano")
    if not trace or not number:
        return "a span without traceId or spanId"
    if start is None or not start:
        return f"span {number} has no startTimeUnixNano"
    found = attributes(raw)
    status = part(raw, "status")
    failed = status.get("code") in {2, "2", "STATUS_CODE_ERROR"}
    events = tuple(
        SpanEvent(name(each, "name"), seconds(each, "timeUnixNano"), attributes(each))
        for each in parts(raw, "events")
    )
    return Span(
        trace=trace,
        id=number,
        parent="" if set(above := name(raw, "parentSpanId")) <= {"0"} else above,
        name=name(raw, "name"),
        start=start,
        end=max(start, end or start),
        attributes=found,
        events=events,
        failed=failed or bool(name(found, *NAMES["error"])),
        why=text(status, "message"),
        service=service,
    )


def attributes(value: object) -> dict[str, Any]:
    """The attributes of a span, an event or a resource, as plain values."""
    return {
        key: _value(part(each, "value"), DEPTH_MAX)
        for each in parts(value, "attributes")
        if (key := name(each, "key"))
    }


def _value(value: Object, depth: int) -> Any:  # noqa: ANN401 - whatever a program put there
    if "intValue" in value:
        found = value["intValue"]
        return (
            int(found)
            if isinstance(found, str) and found.lstrip("-").isdecimal() and len(found) < 21
            else found
        )
    for key in ("stringValue", "doubleValue", "boolValue", "bytesValue"):
        if key in value:
            return value[key]
    if depth and "arrayValue" in value:
        return [_value(each, depth - 1) for each in parts(part(value, "arrayValue"), "values")]
    if depth and "kvlistValue" in value:
        pairs = parts(part(value, "kvlistValue"), "values")
        return {name(each, "key"): _value(part(each, "value"), depth - 1) for each in pairs}
    return None


def words_of(value: object) -> str | None:
    """The texts of what a model was told or said: messages, as JSON or not; null if there are none."""
    if isinstance(value, str):
        if value[:1] not in "[{":
            return value
        try:
            value = parse(value.encode(errors="replace"))
        except BadJson:
            return str(value)
    if isinstance(value, dict):
        value = [value]
    if not isinstance(value, list):
        return None
    said = []
    for message in value:
        said += [text(each, "content", "text") for each in parts(message, "parts")]
        said.append(text(message, "content", "text"))
    return "\n".join(each for each in said if each)
