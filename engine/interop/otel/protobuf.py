"""OTLP as protobuf, which exporters send unless told otherwise, read as the same document that OTLP/JSON has.

Source: opentelemetry-proto 1.x (``trace``, ``common``, ``resource``), whose field numbers are stable, and
the encoding of protobuf (varints, fixed widths, lengths). Only the fields that spans are read from are named;
others are passed over, as protobuf has it. Untrusted: everything is bounded by the body and by ``DEPTH_MAX``.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from engine.interop.loose import BadJson, Object

DEPTH_MAX = 40
"""Messages within messages that are followed; values that programs send have a handful."""

FIELDS_MAX = 1_000_000
"""Fields of a body at most: a body of tiny fields would else take far more memory than it has bytes."""

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
"""Wire types. Groups (3 and 4) are not used by OTLP."""


class _Field(NamedTuple):
    """What a field is called in OTLP/JSON. ``kind``: a message of the table, or a scalar (``_scalar``)."""

    name: str
    kind: str
    many: bool = False


_ATTRIBUTES = _Field("attributes", "KeyValue", many=True)

_MESSAGES: Mapping[str, Mapping[int, _Field]] = {
    "Request": {1: _Field("resourceSpans", "ResourceSpans", many=True)},
    "ResourceSpans": {1: _Field("resource", "Resource"), 2: _Field("scopeSpans", "ScopeSpans", many=True)},
    "Resource": {1: _ATTRIBUTES},
    "ScopeSpans": {2: _Field("spans", "Span", many=True)},
    "Span": {
        1: _Field("traceId", "hex"),
        2: _Field("spanId", "hex"),
        4: _Field("parentSpanId", "hex"),
        5: _Field("name", "text"),
        7: _Field("startTimeUnixNano", "fixed64"),
        8: _Field("endTimeUnixNano", "fixed64"),
        9: _ATTRIBUTES,
        11: _Field("events", "Event", many=True),
        15: _Field("status", "Status"),
    },
    "Event": {1: _Field("timeUnixNano", "fixed64"), 2: _Field("name", "text"), 3: _ATTRIBUTES},
    "Status": {2: _Field("message", "text"), 3: _Field("code", "int")},
    "KeyValue": {1: _Field("key", "text"), 2: _Field("value", "AnyValue")},
    "AnyValue": {
        1: _Field("stringValue", "text"),
        2: _Field("boolValue", "bool"),
        3: _Field("intValue", "int"),
        4: _Field("doubleValue", "double"),
        5: _Field("arrayValue", "ArrayValue"),
        6: _Field("kvlistValue", "KeyValueList"),
        7: _Field("bytesValue", "hex"),
    },
    "ArrayValue": {1: _Field("values", "AnyValue", many=True)},
    "KeyValueList": {1: _Field("values", "KeyValue", many=True)},
}


def document_of(body: bytes) -> Object:
    """The export request in ``body``, as OTLP/JSON has it. Raises ``BadJson``, in words, if it is none."""
    return {"resourceSpans": [], **_Reading(len(body)).message(memoryview(body), "Request", DEPTH_MAX)}


class _Reading:
    """Reads one body."""

    def __init__(self, size: int) -> None:
        self._left = min(size, FIELDS_MAX)

    def message(self, body: memoryview, kind: str, depth: int) -> Object:
        """The fields of a message that are named in its table."""
        if not depth:
            raise BadJson("it is nested too deeply")
        table, found = _MESSAGES[kind], Object()
        for number, wire, value in self._fields(body):
            field = table.get(number)
            if field is None:
                continue
            if field.kind in _MESSAGES:
                read = self.message(_of(value, wire), field.kind, depth - 1)
            else:
                read = _scalar(field.kind, wire, value)
            if field.many:
                found.setdefault(field.name, []).append(read)
            else:
                found[field.name] = read
        return found

    def _fields(self, body: memoryview) -> Iterator[tuple[int, int, int | memoryview]]:
        """Number, wire type and value of each field."""
        at = 0
        while at < len(body):
            self._left -= 1
            if self._left < 0:
                raise BadJson("it has too many fields")
            key, at = _varint(body, at)
            number, wire = key >> 3, key & 7
            if wire == _VARINT:
                value, at = _varint(body, at)
                yield number, wire, value
                continue
            if wire == _BYTES:
                size, at = _varint(body, at)
            else:
                size = {_FIXED64: 8, _FIXED32: 4}.get(wire, -1)
            if size < 0:
                raise BadJson(f"it is no protobuf: a field of wire type {wire}")
            if at + size > len(body):
                raise BadJson("it is cut off")
            yield number, wire, body[at : at + size]
            at += size


def _varint(body: memoryview, at: int) -> tuple[int, int]:
    value = shift = 0
    while at < len(body) and shift < 64:
        byte = body[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value & 0xFFFF_FFFF_FFFF_FFFF, at
        shift += 7
    raise BadJson("it is cut off" if shift < 64 else "it is no protobuf: a number without an end")


def _of(value: int | memoryview, wire: int) -> memoryview:
    if wire != _BYTES or isinstance(value, int):
        raise BadJson("it is no export of spans: a number where a message belongs")
    return value


def _scalar(kind: str, wire: int, value: int | memoryview) -> Any:  # noqa: ANN401 - whatever the table says
    """A value that is no message. Bytes are written as hex, as OTLP/JSON does with ids."""
    if isinstance(value, int):
        if kind == "bool":
            return bool(value)
        if kind == "int":
            return value - (1 << 64) if value >> 63 else value
    elif wire == _FIXED64 and kind == "fixed64":
        return int.from_bytes(value, "little")
    elif wire == _FIXED64 and kind == "double":
        number = float(struct.unpack("<d", value)[0])
        return number if math.isfinite(number) else None  # as in JSON, which has no others
    elif wire == _BYTES and kind == "text":
        return bytes(value).decode("utf-8", "replace")
    elif wire == _BYTES and kind == "hex":
        return value.hex()
    raise BadJson("it is no export of spans: a field of another type than it has there")


def status(code: int, message: str) -> bytes:
    """A ``google.rpc.Status``, the form of errors in answers to protobuf."""
    text = message.encode()
    return b"\x08" + _number(code) + b"\x12" + _number(len(text)) + text


def _number(value: int) -> bytes:
    made = bytearray()
    while value > 0x7F:
        made.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes((*made, value))
