"""Places in a run, and how people write them."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple


class Position(NamedTuple):
    """A place in a run: an event, the beginning of a round, run-clock seconds, one of the ends,
    or where the task ``name`` (id or name, in lower case) was first given to anybody.
    """

    kind: Literal["seq", "round", "time", "start", "end", "task"]
    value: float = 0.0
    name: str = ""


_CLOCK = re.compile(r"(?:(\d{1,4}):)?(\d{1,4}):(\d{1,2}(?:\.\d+)?)")
_NUMBER = re.compile(r"(seq|round|r|s)?[: ]?\s*(\d{1,15})")


def parse_position(text: str) -> Position:
    """Read ``seq:812`` (or ``812``), ``round:5`` (or ``r5``), ``mm:ss``, ``task:7``, ``start``, ``end``.

    Raises ``ValueError`` with a sentence that says what can be written.
    """
    wanted = text.strip().lower()
    if wanted in ("start", "end"):
        return Position("start" if wanted == "start" else "end")
    if wanted.startswith("task:") and (name := wanted.removeprefix("task:").strip()):
        return Position("task", name=name)
    if match := _CLOCK.fullmatch(wanted.removeprefix("time:")):
        hours, minutes, seconds = (float(part or 0) for part in match.groups())
        return Position("time", hours * 3600 + minutes * 60 + seconds)
    if match := _NUMBER.fullmatch(wanted):
        return Position("round" if (match[1] or "s").startswith("r") else "seq", int(match[2]))
    raise ValueError("Write seq:812, round:5, task:7, a time such as 01:12, start or end.")
