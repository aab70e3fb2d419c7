"""Spans as protobuf, which exporters send by default: the same as those in JSON, whatever bytes come."""

from __future__ import annotations

import contextlib
import json
import struct
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from engine.interop.feed import Feed
from engine.interop.loose import BadJson
from engine.interop.otel import protobuf
from engine.interop.otel.protobuf import document_of
from engine.interop.otel.receiver import HOLD_SECONDS, OtlpReader
from engine.interop.otel.spans import Span, spans_of
from engine.record import events as ev

SAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "otel" / "spans.jsonl"


def varint(value: int) -> bytes:
    value &= (1 << 64) - 1
    made = bytearray()
    while value > 0x7F:
        made.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*made, value])


def field(number: int, body: bytes) -> bytes:
    """A field with a length."""
    return varint(number << 3 | 2) + varint(len(body)) + body


def encoded(document: dict[str, Any], message: str = "Request") -> bytes:
    """What OTLP/JSON says, as protobuf. Field numbers are the reader's; ``GOLDEN`` holds them right."""
    made = b""
    for number, told in protobuf._MESSAGES[message].items():
        given = document.get(told.name)
        for value in [] if given is None else given if told.many else [given]:
            made += _field(number, told.kind, value)
    return made


def _field(number: int, kind: str, value: Any) -> bytes:
    if kind in protobuf._MESSAGES:
        return field(number, encoded(value, kind))
    if kind in ("int", "bool"):
        return varint(number << 3) + varint(int(value))
    if kind == "fixed64":
        return varint(number << 3 | 1) + int(value).to_bytes(8, "little")
    if kind == "double":
        return varint(number << 3 | 1) + struct.pack("<d", value)
    return field(number, bytes.fromhex(value) if kind == "hex" else value.encode())


GOLDEN = bytes.fromhex(
    "0af9010a180a160a0c736572766963652e6e616d6512060a046372657712d9010a050a036c696212cf010a1000010203"
    "0405060708090a0b0c0d0e0f120801020304050607081a0174220802030405060708092a0663686174206d3003390000"
    "f323845bd7184100ca8d5f845bd7184a100a0169120b18fdffffffffffffffff014a070a0162120210014a0e0a016412"
    "0921000000000000f83f4a0c0a016c12072a050a030a01784a100a016d120b32090a070a016b120218074a090a017912"
    "043a0201ff50025a22090065c041845bd718120c7465616d746f702e6e6f74651a090a016112040a02c3a97a0612026e"
    "6f18028501000100001a0175"
)
"""One span with every kind of value, as the classes of opentelemetry-proto 1.45 write it."""


def sample() -> list[dict[str, Any]]:
    """The documents of the shipped sample; the last of its lines is torn."""
    found = []
    for line in SAMPLE.read_text().splitlines():
        with contextlib.suppress(ValueError):
            found.append(json.loads(line))
    return found


def spans(document: dict[str, Any]) -> list[Span | str]:
    return list(spans_of(document))


def test_a_span_that_the_official_classes_wrote_is_read_in_every_field() -> None:
    (found,) = spans(document_of(GOLDEN))
    assert isinstance(found, Span)
    assert (found.trace, found.id, found.parent) == (
        "000102030405060708090a0b0c0d0e0f",
        "0102030405060708",
        "0203040506070809",
    )
    assert (found.name, found.service, found.failed, found.why) == ("chat m", "crew", True, "no")
    assert (found.start, found.end) == (1_790_000_000.0, 1_790_000_001.0)
    assert found.attributes == {
        "i": -3,
        "b": True,
        "d": 1.5,
        "l": ["x"],
        "m": {"k": 7},
        "y": "01ff",
    }
    (event,) = found.events
    assert (event.name, event.ts, event.attributes) == ("teamtop.note", 1_790_000_000.5, {"a": "é"})


def test_the_sample_is_the_same_team_in_both_forms() -> None:
    documents = sample()
    assert len(documents) > 1
    for document in documents:
        assert spans(document_of(encoded(document))) == spans(document)


def test_no_number_that_json_cannot_have_comes_in() -> None:
    value = {"doubleValue": float("nan")}
    span = {"traceId": "01", "spanId": "02", "startTimeUnixNano": 10**18}
    document = {
        "resourceSpans": [
            {"scopeSpans": [{"spans": [span | {"attributes": [{"key": "x", "value": value}]}]}]}
        ]
    }
    (found,) = spans(document_of(encoded(document)))
    assert isinstance(found, Span)
    assert found.attributes == {"x": None}


def deep(levels: int) -> bytes:
    value = field(1, b"x")
    for _ in range(levels):
        value = field(5, field(1, value))
    attribute = field(9, field(1, b"k") + field(2, value))
    return field(1, field(2, field(2, attribute)))


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (GOLDEN[:-1], "cut off"),
        (b"\x0a\xff\xff\xff\xff\x0f", "cut off"),
        (b"\x0a" + b"\xff" * 10, "a number without an end"),
        (b"\x0b", "wire type 3"),
        (b"\x08\x01", "a number where a message belongs"),
        (field(1, field(2, field(2, field(7, b"x")))), "another type"),
        (deep(40), "nested too deeply"),
    ],
)
def test_what_is_no_export_is_refused_in_words(body: bytes, words: str) -> None:
    with pytest.raises(BadJson, match=words):
        document_of(body)


def test_a_body_of_nothing_but_tiny_fields_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protobuf, "FIELDS_MAX", 1_000)
    with pytest.raises(BadJson, match="too many fields"):
        document_of(field(1, b"") * 2_000)


@settings(max_examples=300)
@given(
    st.binary(max_size=200)
    | st.builds(
        lambda at, byte: GOLDEN[:at] + bytes([byte]) + GOLDEN[at + 1 :],
        st.integers(0, len(GOLDEN) - 1),
        st.integers(0, 255),
    )
)
@example(b"")
def test_whatever_bytes_come_they_are_spans_or_refused_in_words(body: bytes) -> None:
    try:
        document = document_of(body)
    except BadJson:
        return
    for span in spans_of(document):
        assert isinstance(span, Span | str)


def post(reader: OtlpReader, body: bytes) -> tuple[int, bytes, str]:
    request = urllib.request.Request(
        f"{reader.address}/v1/traces", body, {"Content-Type": "application/x-protobuf"}, method="POST"
    )
    try:
        with urllib.request.urlopen(request, timeout=180) as answer:
            return answer.status, answer.read(), answer.headers["Content-Type"]
    except urllib.error.HTTPError as error:
        return error.code, error.read(), error.headers["Content-Type"]


def test_an_exporter_of_any_default_is_heard_and_answered_in_its_own_form() -> None:
    now = [0.0]
    with OtlpReader(0, lambda: now[0]) as reader:
        feed = Feed(reader)
        for document in sample():
            assert post(reader, encoded(document)) == (200, b"", "application/x-protobuf")
        assert post(reader, b"\x0a\x05")[0] == 200
        feed.poll()
        now[0] = HOLD_SECONDS
        replied = [event for event in feed.poll() if isinstance(event, ev.Replied)]
        assert {event.agent for event in replied} >= {"ann"}
        assert reader.tally.first.endswith("it is cut off")


def test_a_reader_that_is_full_says_so_as_a_protobuf_status(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.interop.otel.receiver.BUFFER_MAX", 10)
    with OtlpReader(0) as reader:
        status, said, kind = post(reader, GOLDEN)
    assert (status, kind, said[:2]) == (503, "application/x-protobuf", b"\x08\x0e")
    assert b"send these again later" in said
