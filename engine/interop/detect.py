"""Which form a file has, by its first line."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, TypeAlias

import msgspec

from engine.interop.teamlog.lines import BadLine, decode

Form: TypeAlias = Literal["journal", "log"]

HEAD = 1 << 20
"""Bytes looked at."""


class _Probe(msgspec.Struct):
    type: str = ""
    check: str | None = None


def form_of(path: Path) -> Form:
    """A journal of ours, or a team log. What is neither, or empty, is taken for a journal, whose reader
    says best what is wrong with it."""
    try:
        with path.open("rb") as file:
            head = file.read(HEAD)
    except OSError:
        return "journal"
    line = next((line for line in head.split(b"\n") if line.strip()), b"")
    try:
        if msgspec.json.decode(line, type=_Probe).check is not None:
            return "journal"
        decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, BadLine):
        return "journal"
    return "log"
