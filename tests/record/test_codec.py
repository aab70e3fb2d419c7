"""One line of the journal: what goes in comes out, and what was altered does not."""

from __future__ import annotations

import json
import zlib

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.record import events as ev
from engine.record.codec import BadRecord, NewerSchema, decode, encode
from tests.helpers import eventstrategies

EVENT = ev.ActionRefused(
    seq=7, ts=1.25, round=2, agent="Dev1", turn=3, action="x", object="é\n", reason="path", detail="No."
)


def forged(body: dict[str, object] | bytes) -> bytes:
    """A line with a right check over whatever content."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    raw = raw.removesuffix(b"}")
    return b'%b,"check":"%08x"}\n' % (raw, zlib.crc32(raw))


@pytest.mark.parametrize("kind", eventstrategies.TYPES, ids=lambda kind: kind.__name__)
@settings(max_examples=12)
@given(st.data())
def test_every_event_comes_back_as_it_was_written(kind: type[ev.Event], data: st.DataObject) -> None:
    event = data.draw(eventstrategies.event(kind))
    line = encode(event)
    assert decode(line) == event
    assert encode(decode(line)) == line
    assert line.count(b"\n") == 1
    assert line.endswith(b"\n")


def test_the_union_holds_every_event_and_every_tag_once() -> None:
    assert set(ev.Event.__subclasses__()) == set(eventstrategies.TYPES)
    tags = [kind.__struct_config__.tag for kind in eventstrategies.TYPES]
    assert len(set(tags)) == len(tags)


def test_a_line_is_json_with_type_seq_and_check() -> None:
    fields = json.loads(encode(EVENT))
    assert (fields["type"], fields["seq"], fields["v"]) == ("action_refused", 7, ev.SCHEMA)
    assert list(fields)[-1] == "check"
    assert len(fields["check"]) == 8


def test_a_line_is_read_with_or_without_its_newline_but_not_with_more() -> None:
    line = encode(EVENT)
    assert decode(line.rstrip(b"\n")) == EVENT
    for wrong in (line + b"\n", line.rstrip(b"\n") + b"\r\n", b" " + line, line.rstrip(b"\n") + b" "):
        with pytest.raises(BadRecord):
            decode(wrong)


def test_no_flip_of_a_bit_goes_unseen() -> None:
    line = encode(EVENT).rstrip(b"\n")
    for position in range(len(line)):
        for bit in range(8):
            altered = bytearray(line)
            altered[position] ^= 1 << bit
            with pytest.raises(BadRecord):
                decode(bytes(altered))


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"\n",
        b"{}",
        b'{"check":"00000000"}',
        b"null",
        b"\xff\xfe",
        b"[" * 100_000,
        forged(b"{}"),
        forged(b'{"a":' * 5000 + b"1" + b"}" * 5000),
        forged({"type": "action_refused"}),
        forged({"type": "no_such_event", "seq": 1, "v": 1}),
        forged({"type": "round_ended", "seq": "1", "v": 1}),
        forged({"type": "round_ended", "seq": 1, "v": 1, "extra": 1}),
        forged(b'{"type":"round_ended","seq":1,"v":1,"ts":1e999,"round":1}'),
        forged(b'{"type":"round_ended","seq":1,"v":1,"ts":NaN,"round":1}'),
        forged(b'{"type":"control_refused","author":"\xff","command":"","detail":""}'),
    ],
)
def test_what_is_no_record_is_a_bad_record(line: bytes) -> None:
    with pytest.raises(BadRecord):
        decode(line)


@pytest.mark.parametrize(
    "body",
    [
        {"type": "round_ended", "seq": 1, "v": ev.SCHEMA + 1, "ts": 0.0, "round": 1},
        {"type": "round_ended", "seq": 1, "v": ev.SCHEMA + 1, "ts": 0.0, "round": 1, "new_field": 1},
        {"type": "event_of_the_future", "seq": 1, "v": ev.SCHEMA + 5},
    ],
)
def test_an_intact_line_of_a_newer_schema_is_told_apart(body: dict[str, object]) -> None:
    with pytest.raises(NewerSchema, match=f"newer than {ev.SCHEMA}"):
        decode(forged(body))


def test_a_newer_line_that_was_altered_is_bad_and_not_newer() -> None:
    line = forged({"type": "event_of_the_future", "seq": 1, "v": ev.SCHEMA + 1})
    with pytest.raises(BadRecord):
        decode(line.replace(b"future", b"futurf"))


@settings(max_examples=200)
@given(st.binary(max_size=200) | st.text(max_size=100).map(str.encode))
def test_decoding_garbage_raises_nothing_but_bad_record(line: bytes) -> None:
    with pytest.raises(BadRecord):
        decode(line)


def test_events_are_frozen() -> None:
    with pytest.raises(AttributeError):
        EVENT.seq = 8  # type: ignore[misc]  # that it cannot be set is what is tested


def test_events_take_keywords_only_and_know_their_fields() -> None:
    with pytest.raises(TypeError):
        ev.RoundEnded(1)  # type: ignore[call-arg]  # as above
    assert msgspec.structs.fields(ev.RoundEnded)[0].name == "seq"
