"""Which form a file has, by its first line."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal, TypeAlias

import msgspec

from engine.interop.teamlog.lines import BadLine, decode
from engine.record.files import open_regular

Form: TypeAlias = Literal["journal", "log", "otel", "inspect"]

HEAD = 1 << 20
"""Bytes looked at."""

_SPREAD = re.compile(rb'\s*\{\s*"resourceSpans"\s*:')
"""How a document of spans begins, whose line may be longer than what is looked at."""

_INSPECT = re.compile(rb'\s*\{\s*"version"\s*:\s*\d+\s*,\s*"status"\s*:\s*"\w+"\s*,\s*"eval"\s*:')
"""How a log of Inspect begins that is one JSON text."""


class _Probe(msgspec.Struct):
    type: str = ""
    check: str | None = None
    resource_spans: msgspec.Raw | None = msgspec.field(default=None, name="resourceSpans")


def form_of(path: Path) -> Form:
    """A journal of ours, a team log, spans, or a log of Inspect.

    What is none of them, or empty, is taken for a journal, whose reader says best what is wrong with it.
    """
    try:
        with open_regular(path) as file:
            head = file.read(HEAD)
    except OSError:
        return "journal"
    if _SPREAD.match(head):
        return "otel"
    if head.startswith(b"PK\x03\x04") or _INSPECT.match(head):
        return "inspect"
    line = next((line for line in head.split(b"\n") if line.strip()), b"")
    try:
        probe = msgspec.json.decode(line, type=_Probe)
        if probe.check is not None:
            return "journal"
        if probe.resource_spans is not None:
            return "otel"
        decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, BadLine):
        return "journal"
    return "log"
