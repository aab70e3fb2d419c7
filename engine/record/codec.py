"""One journal line: an event as JSON, with a check over all that stands before it."""

from __future__ import annotations

import zlib

import msgspec

from engine.record.events import SCHEMA, AnyEvent, Event

_encoder = msgspec.json.Encoder()
_decoder: msgspec.json.Decoder[AnyEvent] = msgspec.json.Decoder(AnyEvent)

_CHECK = b',"check":"'
_TAIL = len(_CHECK) + 8 + len(b'"}')


class BadRecord(ValueError):  # noqa: N818 - it names what was found, not what went wrong in the program
    """A line is no valid record: torn, altered, or not of this format. The message says which, in words."""


class NewerSchema(ValueError):  # noqa: N818 - as above
    """A line was written by a newer version of teamtop, and is intact."""


class _Head(msgspec.Struct):
    v: int = 0


def encode(event: Event) -> bytes:
    """Return the line of ``event``, newline included.

    The last field is ``check``: CRC-32, eight lower-case hex digits, over every byte before it. The bytes
    written are the canonical form, so any change of a line, be it of a digit, a blank or the check itself,
    makes it invalid (CRC-32 detects all single errors of up to 32 neighbouring bits).
    """
    body = _encoder.encode(event)[:-1]
    return b'%b%b%08x"}\n' % (body, _CHECK, zlib.crc32(body))


def decode(line: bytes) -> AnyEvent:
    """Return the event of a line (without or with its newline). Raises ``BadRecord``, ``NewerSchema``."""
    line = line.removesuffix(b"\n")
    body, tail = line[:-_TAIL], line[-_TAIL:]
    if tail != b'%b%08x"}' % (_CHECK, zlib.crc32(body)):
        raise BadRecord("its check does not fit its content")
    try:
        event = _decoder.decode(body + b"}")
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        if _version(body) > SCHEMA:
            raise NewerSchema(f"it has schema {_version(body)}, newer than {SCHEMA}") from error
        raise BadRecord("it is no event of this schema") from error
    if event.v > SCHEMA:
        raise NewerSchema(f"it has schema {event.v}, newer than {SCHEMA}")
    return event


def intact(line: bytes) -> bool:
    """Whether the check of a line fits its content: cheaper by far than to decode it."""
    line = line.removesuffix(b"\n")
    return line[-_TAIL:] == b'%b%08x"}' % (_CHECK, zlib.crc32(line[:-_TAIL]))


def _version(body: bytes) -> int:
    try:
        return msgspec.json.decode(body + b"}", type=_Head).v
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return 0
